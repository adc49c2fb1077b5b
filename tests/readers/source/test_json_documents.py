"""JSON is parsed before it is decided whether it is one document or one object a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers import read_transcripts
from llm_grader.readers.source.document import Document, Options

OURS = '{"id": "t1", "channel": "chat", "turns": [{"role": "agent", "text": "Hello"}]}'


def document(data: bytes | Path) -> Document:
    return Document(data, name="in", stem="in", options=Options())


@pytest.mark.parametrize("on_disk", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        '{"messages": [\n{"a": 1},\n{"a": 2}\n]}\n',
        '{"messages": [\n{"a": 1}\n]}',
        '{"messages":\n[{"a": 1}]}',
        '{"messages": [{"a": 1}\n,{"a": 2}]}',
        '{\n"messages": [\n{"a": 1}]}',
    ],
)
def test_a_document_with_one_object_a_line_in_it_is_one_document(tmp_path: Path, text: str, on_disk: bool) -> None:
    (tmp_path / "in").write_text(text)
    records = list(document(tmp_path / "in" if on_disk else text.encode()).json.records())
    assert [(record.where, list(record.value)) for record in records] == [("", ["messages"])]


def test_our_own_format_with_a_turn_a_line_is_one_transcript(tmp_path: Path) -> None:
    text = '{"id": "t1", "channel": "chat", "turns": [\n{"role": "agent", "text": "Hello"},\n'
    (tmp_path / "in").write_text(text + '{"role": "customer", "text": "Hi"}\n]}\n')
    (transcript,) = read_transcripts(tmp_path / "in")
    assert [turn.text for turn in transcript.turns] == ["Hello", "Hi"]


@pytest.mark.parametrize("on_disk", [True, False])
def test_lines_of_which_the_first_is_broken_are_still_lines(tmp_path: Path, on_disk: bool) -> None:
    (tmp_path / "in").write_text('{"a": \n{"a": 2}\n{"a": 3}\n')
    problems: list[InputError] = []
    source = Document(
        tmp_path / "in" if on_disk else (tmp_path / "in").read_bytes(),
        name="in",
        stem="in",
        options=Options(on_error=problems.append),
    )
    assert [record.where for record in source.json.records()] == ["line 2", "line 3"]
    assert [problem.where for problem in problems] == ["line 1"]


def test_a_document_that_is_broken_is_one_problem() -> None:
    with pytest.raises(MalformedInput, match="not valid JSON"):
        list(document(b'{"messages": [\n{"a": 1},\n{"a": 2},\n').json.records())


@pytest.mark.parametrize("layout", ["{0}", "{0}\n{0}", "[{0}]"])
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_read_as_missing_and_told(layout: str, number: str) -> None:
    read = document(layout.format(f'{{"a": {number}, "b": "NaN"}}').encode())
    assert [record.value for record in read.json.records()] == [{"a": None, "b": "NaN"}] * layout.count("{0}")
    assert read.warnings == ["numbers that are NaN or infinite were read as missing"]


def test_nan_in_a_text_is_text() -> None:
    read = document(b'{"a": "NaN and Infinity"}')
    assert read.json.first == {"a": "NaN and Infinity"}
    assert read.warnings == []
