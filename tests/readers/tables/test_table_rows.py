"""Rows as spreadsheets and programs leave them: without their last cells, empty, with names twice and lone quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

SAID = ["Where is it?", "Let me look."]
LONG = {"id": "conversation_id", "turn": {"text": "text", "role": "role"}}


def read(tmp_path: Path, content: str, columns: Any = None, name: str = "in.csv") -> Transcript:
    (tmp_path / name).write_text(content, "utf-8")
    (transcript,) = read_transcripts(tmp_path / name, columns=columns)
    return transcript


@pytest.mark.parametrize("columns", [None, LONG])
@pytest.mark.parametrize(
    "content",
    [
        "conversation_id,role,text,\n1,customer,Where is it?,\n1,agent,Let me look.,\n",
        "conversation_id;role;text;;\n1;customer;Where is it?;;\n1;agent;Let me look.;;\n",
        "conversation_id,role,text,tag,tag\n1,customer,Where is it?,a,b\n1,agent,Let me look.,a,b\n",
        "conversation_id,role,text,rating\n1,customer,Where is it?\n1,agent,Let me look.,5\n",
        "conversation_id,role,text,rating,tags\n1,customer,Where is it?\n1,agent,Let me look.\n",
        "conversation_id;role;text\n1;customer;Where is it?\n1;agent;Let me look.\n;;\n;;\n",
        "conversation_id;role;text\n1;customer;Where is it?;;\n1;agent;Let me look.\n1;agent;\n",
        "conversation_id,role,text\n1,customer,Where is it?\n1,agent,\n1,agent,\\N\n1,agent,Let me look.\n",
    ],
)
def test_rows_as_spreadsheets_leave_them_are_read(tmp_path: Path, content: str, columns: Any) -> None:
    assert [turn.text for turn in read(tmp_path, content, columns).turns] == SAID


def test_what_is_left_out_or_read_as_empty_is_told(tmp_path: Path) -> None:
    rows = "1,customer,Where is it?\n1,agent,,5\n1,agent,Let me look.,5\n"
    told = read(tmp_path, f"conversation_id,role,text,rating\n{rows}").warnings
    assert "some rows end before the last columns, which were read as empty there" in told
    assert "rows without 'text' were left out: nothing is said in them" in told
    assert "rows of this file could not be read: turns may be missing" not in told


@pytest.mark.parametrize("row", ["1,agent", "1,agent,It is late, again"])
def test_a_row_without_its_text_or_with_too_many_cells_is_still_refused(tmp_path: Path, row: str) -> None:
    problems: list[InputError] = []
    (tmp_path / "in.csv").write_text(
        f"conversation_id,role,text\n1,customer,Where is it?\n{row}\n1,agent,Let me look.\n"
    )
    (transcript,) = read_transcripts(tmp_path / "in.csv", on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == SAID
    assert [problem.where for problem in problems] == ["line 3"]


@pytest.mark.parametrize("columns", [None, LONG])
@pytest.mark.parametrize(
    "content",
    [
        "1,customer,Where is it?,5\nso, yes, thanks\n1,agent,Let me look.,5\n",
        "1,customer,Where is it?\n1,agent,Let me look.\nso, yes, thanks\n",
        "1,customer,Where is it?,5\nso, yes, thanks\n1,agent,Let me look.\nor, no, thanks\n",
    ],
)
def test_a_torn_line_as_long_as_what_is_needed_is_no_conversation(tmp_path: Path, content: str, columns: Any) -> None:
    problems: list[InputError] = []
    (tmp_path / "in.csv").write_text(f"conversation_id,role,text,rating\n{content}")
    (transcript,) = read_transcripts(tmp_path / "in.csv", columns=columns, on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == SAID
    assert "rows of this file could not be read: turns may be missing" in transcript.warnings
    assert problems


def test_a_conversation_that_nobody_rated_is_read_beside_one_with_a_rating(tmp_path: Path) -> None:
    rows = "1,customer,Where is it?,5\n1,agent,Here.,5\n2,customer,Thanks\n2,agent,Bye\n"
    (tmp_path / "in.csv").write_text(f"conversation_id,role,text,rating\n{rows}")
    assert [len(transcript.turns) for transcript in read_transcripts(tmp_path / "in.csv")] == [2, 2]


def test_a_total_below_a_table_is_no_conversation(tmp_path: Path) -> None:
    content = "conversation_id,role,text\n1,customer,Where is it?\n1,agent,Let me look.\nTotal: 2,,\n"
    assert read(tmp_path, content).id == "1"


@pytest.mark.parametrize("header", ["Fecha,Autor,Mensaje", "Data,Autor,Treść", "Date,Auteur,Message"])
def test_headers_in_more_languages_are_known(tmp_path: Path, header: str) -> None:
    rows = "2026-01-13 10:00,Bo,Where is it?\n2026-01-13 10:01,Ann,Let me look.\n2026-01-13 10:02,Bo,Thanks\n"
    transcript = read(tmp_path, f"{header}\n{rows}2026-01-13 10:03,Ann,Bye\n")
    assert [turn.speaker for turn in transcript.turns] == ["Bo", "Ann", "Bo", "Ann"]


@pytest.mark.parametrize(
    "first", ['"Where is it', '"Where" is my parcel?', 'I said "where', '"', 'The box is 5"', '"Where is it?" he said']
)
def test_between_tabs_a_mark_that_quotes_no_whole_cell_is_text(tmp_path: Path, first: str) -> None:
    rows = f'1\tcustomer\t{first}\n1\tagent\tYour box is 5"\n1\tcustomer\t"quoted ""whole"""\n'
    transcript = read(tmp_path, f"conversation_id\trole\ttext\n{rows}", name="in.tsv")
    assert [turn.text for turn in transcript.turns] == [first, 'Your box is 5"', 'quoted "whole"']


def test_a_cell_of_several_lines_with_tabs_in_them_stays_one(tmp_path: Path) -> None:
    content = 'name\ttext\nAnna\t"Liste:\nA\t1\nB\t2"\nBo\tWhere is it?\nAnna\tLet me look.\nBo\tThanks\n'
    columns = {"turn": {"text": "text", "speaker": "name"}}
    assert [turn.text for turn in read(tmp_path, content, columns, "in.tsv").turns] == [
        "Liste:\nA\t1\nB\t2",
        "Where is it?",
        "Let me look.",
        "Thanks",
    ]


def test_a_cell_that_holds_rows_of_the_table_is_told(tmp_path: Path) -> None:
    content = 'conversation_id,role,text\n1,customer,"Where is it\n1,agent,Your box is 5"\n1,agent,Bye\n'
    assert any("a quotation mark may not be closed" in warning for warning in read(tmp_path, content).warnings)


@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_cell_of_several_lines_is_one_text_without_a_word(tmp_path: Path, mark: str) -> None:
    rows = [
        ["conversation_id", "role", "text"],
        ["1", "customer", '"Hello, all\nwhere is it?\n\nBo"'],
        ["1", "agent", "Hi"],
    ]
    transcript = read(tmp_path, "\n".join(map(mark.join, rows)) + "\n", name="in.tsv" if mark == "\t" else "in.csv")
    assert transcript.turns[0].text == "Hello, all\nwhere is it?\n\nBo"
    assert not any("quotation" in warning for warning in transcript.warnings)
