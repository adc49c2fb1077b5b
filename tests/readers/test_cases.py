"""Inputs that once failed, where they are at hand: tables, JSON and what is told about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

CASES = Path(__file__).parents[2].parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")


def read(name: str, *, mapped: bool = True) -> tuple[list[Transcript], list[InputError]]:
    """What is read of a case, with the mapping beside it."""
    file, problems = CASES / name, list[InputError]()
    mapping = file.with_suffix(".yaml")
    columns = mapping if mapped and mapping.exists() else None
    return list(read_transcripts(file, columns=columns, on_error=problems.append)), problems


def test_quotes_of_mail_in_a_table_are_marked() -> None:
    ((transcript,), _) = read("table-mail-quotes.csv")
    turn = transcript.turns[1]
    assert [segment.kind for segment in turn.segments] == ["body", "quoted"]
    assert turn.text[: turn.segments[0].end].strip() == "Good morning, let me look."


def test_dates_order_the_rows() -> None:
    ((transcript,), _) = read("table-order-dates.csv")
    assert [turn.at.day for turn in transcript.turns if turn.at] == [30, 2, 5, 5]


def test_every_usual_time_is_read_or_told_once() -> None:
    transcripts, _ = read("table-dates.csv")
    for transcript in transcripts:
        (turn,) = transcript.turns
        if turn.at is None:
            assert sum("at: dates of the shape 9/9/9999" in warning for warning in transcript.warnings) == 1
        else:
            assert turn.at.date().isoformat() == "2026-01-05"
    assert sum(transcript.turns[0].at is None for transcript in transcripts) == 1


def test_an_unknown_kind_costs_its_row_and_is_named() -> None:
    (transcript,), (problem,) = read("table-kind-values.csv")
    assert [turn.kind for turn in transcript.turns] == ["message", "note"]
    assert "line 4: part_type: found 'close'" in str(problem)


def test_a_cell_on_one_line_is_several_turns() -> None:
    transcripts, _ = read("cell-one-line.csv")
    for transcript in transcripts:
        assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent"]
        assert not any("channel" in warning for warning in transcript.warnings)


def test_html_in_a_cell_is_text_with_its_quote_marked() -> None:
    ((transcript,), _) = read("table-html-body.csv")
    assert transcript.turns[0].text == "Where is my parcel?"
    assert [segment.kind for segment in transcript.turns[1].segments] == ["body", "quoted"]


@pytest.mark.parametrize("name", ["nested-list.json", "json-one-object-a-line.json", "foreign-turns-list.json"])
def test_nested_json_is_two_turns(name: str) -> None:
    ((transcript,), problems) = read(name)
    assert len(transcript.turns) == 2
    assert problems == []


def test_prose_is_refused_without_its_words() -> None:
    _, (problem,) = read("prose-with-commas.txt")
    assert not any(word in str(problem) for word in ("Ann", "1234", "columns"))


def test_a_table_without_a_mapping_is_refused_with_the_command_that_writes_one() -> None:
    transcripts, (problem,) = read("silent/cells-without-mapping.csv")
    assert transcripts == []
    assert "id, transcript, agent_name" in str(problem)
    assert "--suggest-columns" in str(problem)


def test_columns_that_are_missing_are_told_with_those_there_are() -> None:
    transcripts, (problem,) = read("silent/missing-columns.csv")
    assert transcripts == []
    assert "the columns are Nr, Name, Text; the mapping needs Nmae, Ziet besides" in str(problem)


def test_nan_loses_no_file() -> None:
    ((transcript,), problems) = read("whisper-nan.json")
    assert [turn.text for turn in transcript.turns] == ["Hello"]
    assert problems == []
