"""Tables that do not begin in the first line, or have bars between their cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

ONE = "no column says which rows belong together: all were read as one conversation"
BARRED = """\
# Chat of Monday

| time  | who      | text                            |
| ----- | :------- | ------------------------------: |
| 10:01 | Agent    | Hello, how can I help?          |
| 10:02 | Customer | The parcel \\| the second one<br>is late |
"""


def read(tmp_path: Path, content: str, columns: object = None) -> list[Transcript]:
    (tmp_path / "export").write_text(content, encoding="utf-8")
    return list(read_transcripts(tmp_path / "export", columns=columns))  # type: ignore[arg-type]


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in transcript.turns]


def test_a_markdown_table_of_who_said_what_is_one_conversation(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, BARRED)
    assert said(talk) == [("agent", "Hello, how can I help?"), ("customer", "The parcel | the second one\nis late")]
    assert ONE in talk.warnings
    assert "what stands above the header of the table was not read: 1 line" in talk.warnings


def test_a_table_without_a_column_of_ids_is_one_conversation(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, 'time,who,text\n10:01,Agent,"Hello, you"\n10:02,Customer,Late again\n')
    assert said(talk) == [("agent", "Hello, you"), ("customer", "Late again")]
    assert ONE in talk.warnings


def test_what_may_be_an_id_is_left_to_a_mapping(tmp_path: Path) -> None:
    content = "ref,who,text\nx,Agent,Hello you\nx,Customer,Late again\ny,Agent,Hi there\ny,Customer,Lost again\n"
    with pytest.raises(UnsupportedFormat, match="the columns ref, who, text"):
        read(tmp_path, content)


def test_a_table_in_bars_is_read_by_a_mapping_and_tells_what_stands_below(tmp_path: Path) -> None:
    content = (
        "chat | role | said\n--- | --- | ---\na | agent | Hello\nb | agent | Hi\nb | customer | Late\n\nEnd of it.\n"
    )
    mapping = {"id": "chat", "channel": "chat", "turn": {"text": "said", "role": "role"}}
    first, second = read(tmp_path, content, mapping)
    assert (said(first), said(second)) == ([("agent", "Hello")], [("agent", "Hi"), ("customer", "Late")])
    assert "what is no row of the table was not read: 1 line, the first is line 7" in first.warnings


def test_the_bars_of_a_database_are_bars(tmp_path: Path) -> None:
    content = """\
+----------+----------+-------------+
| speaker  | time     | text        |
+----------+----------+-------------+
| agent    | 10:00:01 | Hello you   |
| customer | 10:00:05 | Late again  |
+----------+----------+-------------+
"""
    (talk,) = read(tmp_path, content)
    assert said(talk) == [("agent", "Hello you"), ("customer", "Late again")]


def test_each_table_of_who_said_what_is_a_conversation(tmp_path: Path) -> None:
    first, second = read(tmp_path, f"{BARRED}\n# Tuesday\n\n{BARRED.partition('Monday')[2].lstrip()}")
    assert said(first) == said(second)
    assert (first.id, second.id) == ("export", "export-2")
    told = "no column says which rows belong together: each of 2 tables was read as a conversation"
    assert told in first.warnings


def test_a_table_with_other_columns_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MalformedInput, match=r"line 8.*a table with other columns"):
        read(tmp_path, f"{BARRED}\n| a | b |\n|---|---|\n| c | d |\n")


def test_a_row_of_more_cells_than_the_header_costs_itself(tmp_path: Path) -> None:
    errors: list[InputError] = []
    (tmp_path / "export").write_text(f"{BARRED}| 10:03 | Agent | so | much |\n")
    (talk,) = read_transcripts(tmp_path / "export", on_error=errors.append)
    assert len(talk.turns) == 2
    assert [(error.where, error.message) for error in errors] == [
        ("line 7", "expected 3 cells as in the header, found 4")
    ]


@pytest.mark.parametrize(
    "title",
    ["Report of November\nby Ana\n\n", "Report,,\nPeriod,2026-11,\n,,\n"],
    ids=["lines", "cells"],
)
def test_lines_of_a_title_above_the_header_are_passed_over_and_told(tmp_path: Path, title: str) -> None:
    content = f'{title}conversation_id,role,text\na,agent,"Hello, you"\na,customer,Late\nb,agent\n'
    errors: list[InputError] = []
    (tmp_path / "export").write_text(content)
    (talk,) = read_transcripts(tmp_path / "export", on_error=errors.append)
    assert said(talk) == [("agent", "Hello, you"), ("customer", "Late")]
    assert "what stands above the header of the table was not read: 2 lines" in talk.warnings
    assert [error.where for error in errors] == ["line 7"]


def test_a_wide_table_below_a_title_is_known_as_a_table(tmp_path: Path) -> None:
    content = 'Chats;;\nid;date;transcript\n1;2026-11-01;"Agent: Hello\nCustomer: Late."\n'
    with pytest.raises(UnsupportedFormat, match="the columns id, date, transcript"):
        read(tmp_path, content)
    (talk,) = read(tmp_path, content, {"id": "id", "cell": "transcript", "channel": "chat"})
    assert said(talk) == [("agent", "Hello"), ("customer", "Late.")]


def test_a_table_that_somebody_sends_in_a_conversation_is_what_they_said(tmp_path: Path) -> None:
    table = "| time | text |\n| --- | --- |\n| 10:00 | opened |\n"
    (talk,) = read(tmp_path, f"Customer: Which times?\nAgent: These:\n{table}")
    assert [turn.role for turn in talk.turns] == ["customer", "agent"]
    assert table.strip() in talk.turns[1].text


def test_a_list_of_who_said_what_in_json_is_one_conversation(tmp_path: Path) -> None:
    content = '[{"who": "agent", "message": "Hello you"}, {"who": "customer", "message": "Late again"}]'
    (talk,) = read(tmp_path, content)
    assert said(talk) == [("agent", "Hello you"), ("customer", "Late again")]
    assert ONE in talk.warnings


def test_a_table_of_names_is_one_conversation_of_people_nobody_knows(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, "time;speaker;message\n10:00;Ann Lee;Good morning you\n10:01;Bo Ek;It is late\n")
    assert [(turn.speaker, turn.role) for turn in talk.turns] == [("Ann Lee", "unknown"), ("Bo Ek", "unknown")]
    assert ONE in talk.warnings


def test_messages_of_many_people_are_no_conversation(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match="the columns name, message"):
        read(tmp_path, "name,message\nAnn Lee,Where is it?\nBo Ek,It is late\nCy Fox,I want it\nDi Ray,Hello there\n")


def test_transcripts_in_cells_of_a_markdown_table_are_apart(tmp_path: Path) -> None:
    content = "| id | transcript |\n|----|:---:|\n| 1 | Agent: Hello<br>Customer: Late |\n| 2 | Agent: Hi |\n"
    with pytest.raises(UnsupportedFormat, match="the columns id, transcript"):
        read(tmp_path, content)
    first, second = read(tmp_path, content, {"id": "id", "cell": "transcript", "channel": "chat"})
    assert (said(first), said(second)) == ([("agent", "Hello"), ("customer", "Late")], [("agent", "Hi")])


def test_who_the_customer_is_may_stand_above_a_table(tmp_path: Path) -> None:
    rows = "| Who | What |\n|--|--|\n| Customer | It is too late. |\n| Agent | I look into it. |\n"
    text = f"# Chat\n\nCustomer: Maya Lind\n\n{rows}"
    (tmp_path / "chat.md").write_text(text)
    (transcript,) = read_transcripts(tmp_path / "chat.md")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [
        ("customer", "It is too late."),
        ("agent", "I look into it."),
    ]


def test_a_column_that_stands_twice_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("chat_id,role,message,message\n1,customer,It is late,x\n1,agent,I look,y\n")
    with pytest.raises(MalformedInput, match="the column 'message' stands twice"):
        list(read_transcripts(tmp_path / "in.csv", columns={"id": "chat_id", "turn": {"text": "message"}}))


@pytest.mark.parametrize("end", ["Agent: Thanks\n", ""])
def test_a_chat_with_a_pasted_table_in_it_is_a_chat(tmp_path: Path, end: str) -> None:
    table = "id,name,role,date\n1,Anna,admin,2024-01-01\n2,Bob,user,2024-01-02\n3,Eva,user,2024-01-03\n"
    (tmp_path / "chat.txt").write_text(f"Agent: Hello\nCustomer: Hi\n{table}{end}")
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent"][: 2 + bool(end)]
    assert "Anna" in transcript.turns[1].text
