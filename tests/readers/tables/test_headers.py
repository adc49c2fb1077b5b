"""A table is known by header and quoting before anybody looks for speakers in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError, UnsupportedFormat
from llm_grader.readers import read_transcripts
from llm_grader.readers.tables.headers import find_header, is_quoted_table

TALK = "Customer: Hi, where is my parcel?\nAgent: Good morning, I am looking.\nCustomer: Thanks"


def problem_of(tmp_path: Path, text: str) -> str:
    (tmp_path / "in.csv").write_text(text)
    problems: list[InputError] = []
    assert list(read_transcripts(tmp_path / "in.csv", on_error=problems.append)) == []
    (problem,) = problems
    assert isinstance(problem, UnsupportedFormat)
    return str(problem)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [["id", "transcript", "agent_name"], ["Vorgang", "Gespräch", "Mitarbeiter"]])
def test_a_conversation_a_row_is_never_one_labelled_text(tmp_path: Path, mark: str, header: list[str]) -> None:
    rows = [mark.join((str(n), f'"{TALK}"', "Ana")) for n in range(3)]
    told = problem_of(tmp_path, "\n".join([mark.join(header), *rows]) + "\n")
    assert f"a table with the columns {', '.join(header)}" in told
    assert "--suggest-columns" in told


@pytest.mark.parametrize(
    "text",
    [
        f'1,"{TALK}"\n2,"{TALK}"\n',
        f'transcript\n"{TALK}"\n"{TALK}"\n',
        f'id,transcript\n1,"{TALK * 300}"\n',
        "id\ttranscript\n1\tAgent: Hi. Customer: Hello.\n2\tAgent: Hi. Customer: Bye.\n",
    ],
)
def test_quoting_alone_a_single_column_and_long_cells_are_tables_too(tmp_path: Path, text: str) -> None:
    assert "parcel" not in problem_of(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, my name is Ann Lee\nThanks, my card ends with 1234\n",
        "Hi, Ann\nHello, Bo\n",
        "Good morning, I am late\n",
        "Yes; I know; really\nNo; I do not; sorry\n",
        "Well | I | see\nOh | I | see it now\n",
        "Dear Sir, my order 7\nis late, 1234\n",
    ],
)
def test_what_was_said_is_never_printed_as_names_of_columns(tmp_path: Path, text: str) -> None:
    told = problem_of(tmp_path, text)
    assert "columns" not in told
    assert not any(word in told for word in ("Ann", "1234", "late", "know", "see"))


@pytest.mark.parametrize(
    "text",
    [
        "Agent: Hello, my name is Ann\nCustomer: Hi, I need help\n",
        "Agent: a; b\nCustomer: c; d\nAgent: e; f\n",
        "Chat transcript, Support\nAgent: Hello, hi\nCustomer: Hi, there\n",
        'Agent: He said "yes, no"\nCustomer: ok, fine\n',
    ],
)
def test_labelled_lines_with_commas_are_still_labelled_lines(tmp_path: Path, text: str) -> None:
    (tmp_path / "in.txt").write_text(text)
    (transcript,) = read_transcripts(tmp_path / "in.txt")
    assert {turn.role for turn in transcript.turns} == {"agent", "customer"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheets_line_about_the_separator_is_no_row(tmp_path: Path, end: str) -> None:
    lines = ["sep=;", "conversation_id;role;text", "1;agent;Hi, you", "1;agent", "1;customer;Hello"]
    (tmp_path / "in.csv").write_bytes(end.join([*lines, ""]).encode())
    problems: list[InputError] = []
    (transcript,) = read_transcripts(tmp_path / "in.csv", on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == ["Hi, you", "Hello"]
    assert [problem.where for problem in problems] == ["line 4"]


def test_wanted_columns_make_a_header_of_any_line() -> None:
    header = find_header("What was said?;Who?\nHi;Ann\n", ["Who?"])
    assert header is not None
    assert header.names == ["What was said?", "Who?"]
    assert find_header("What was said?;Who?\nHi;Ann\n") is None


def test_quoted_words_in_a_text_are_no_table() -> None:
    assert not is_quoted_table('Agent: He said, "ok"\nCustomer: fine\n')
