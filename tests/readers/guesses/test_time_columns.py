"""When a turn was, by the name of a column or by what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers.guesses.time_names import says_when, tells_of_another_moment
from tests.readers.guesses.drafts import drafted, read, said

IN_ORDER = [["customer: where is it", "agent: it comes tomorrow", "customer: thanks a lot"]]
NAMES = (
    "sys_created_on",
    "createdDateTime",
    "SentDate",
    "Message Date",
    "Event Time (UTC)",
    "msg_time",
    "posted_at",
    "date_sent",
    "received",
    "timestamp_ms",
    "Erstellt am",
    "Gesendet",
    "Sendedatum",
    "Vytvořeno",
    "Čas odeslání",
    "Odesláno",
    "Létrehozva",
    "Küldés ideje",
    "Loodud",
    "Saatmise aeg",
)


def newest_first(column: str) -> str:
    return (
        f"ticket,{column},role,text\n1,2026-02-03T09:06:00Z,customer,thanks a lot\n"
        "1,2026-02-03T09:05:00Z,agent,it comes tomorrow\n1,2026-02-03T09:00:00Z,customer,where is it\n"
    )


@pytest.mark.parametrize("column", NAMES)
def test_a_time_is_known_by_its_name(tmp_path: Path, column: str) -> None:
    draft, transcripts = drafted(tmp_path, newest_first(column))
    assert said(transcripts) == IN_ORDER
    assert "the time of a turn" not in draft


@pytest.mark.parametrize("column", ["moment", "Eingangsstempel", "kdy_to_bylo"])
def test_the_one_column_of_times_is_that_of_the_turns_whatever_it_is_called(tmp_path: Path, column: str) -> None:
    draft, transcripts = drafted(tmp_path, newest_first(column))
    assert said(transcripts) == IN_ORDER
    assert f"whether {column} is the time of a turn" in draft


@pytest.mark.parametrize(
    "column",
    ["updated_at", "due_date", "Last Modified", "closed_at", "read_at", "order_date", "Letzte Änderung", "Termin"],
)
def test_another_moment_is_not_when_something_was_said_and_the_order_is_told(tmp_path: Path, column: str) -> None:
    draft, transcripts = drafted(tmp_path, newest_first(column))
    assert said(transcripts) == [IN_ORDER[0][::-1]]
    assert "no column was taken for the time of a turn" in draft


def test_of_two_columns_of_times_none_is_guessed(tmp_path: Path) -> None:
    table = (
        "ticket,one,two,role,text\n1,2026-02-03 09:06,2026-02-03 09:01,customer,thanks a lot\n"
        "1,2026-02-03 09:00,2026-02-03 09:02,customer,where is it\n"
    )
    draft, _ = drafted(tmp_path, table)
    assert "which of these columns is the time of a turn (`at`), if one is: one, two" in draft


def test_a_time_of_the_message_counts_before_that_of_the_ticket(tmp_path: Path) -> None:
    table = (
        "ticket,created_at,message_sent_at,role,text\n"
        "1,2026-02-03 09:00,2026-02-03 09:06,customer,thanks a lot\n"
        "1,2026-02-03 09:00,2026-02-03 09:05,agent,it comes tomorrow\n"
        "1,2026-02-03 09:00,2026-02-03 09:00,customer,where is it\n"
    )
    assert said(drafted(tmp_path, table)[1]) == IN_ORDER


def test_a_recipe_is_drafted_with_the_time_of_its_messages(tmp_path: Path) -> None:
    messages = [
        {"from": "customer", "text": "thanks a lot", "createdDateTime": "2026-02-03T09:06:00Z"},
        {"from": "agent", "text": "it comes tomorrow", "createdDateTime": "2026-02-03T09:05:00Z"},
        {"from": "customer", "text": "where is it", "createdDateTime": "2026-02-03T09:00:00Z"},
    ]
    assert said(drafted(tmp_path, {"id": "c1", "messages": messages})[1]) == IN_ORDER
    timeless = [{key: value for key, value in message.items() if "Date" not in key} for message in messages]
    assert "no column was taken for the time" in drafted(tmp_path, {"id": "c1", "messages": timeless})[0]


def test_a_table_that_is_read_without_times_says_so(tmp_path: Path) -> None:
    (transcript,) = read(tmp_path, "conversation_id,role,text\n1,customer,where is it\n1,agent,it comes tomorrow\n")
    assert any("no column was taken for the time" in warning for warning in transcript.warnings)
    table = (
        "conversation_id,role,text,sent_date\n1,customer,where is it,2026-02-03 09:00\n1,agent,here,2026-02-03 09:01\n"
    )
    (transcript,) = read(tmp_path, table)
    assert not any("no column" in warning for warning in transcript.warnings)


def test_rows_that_are_numbered_need_no_time(tmp_path: Path) -> None:
    table = "conversation_id,role,text,turn\n1,customer,thanks a lot,2\n1,customer,where is it,1\n"
    (transcript,) = read(tmp_path, table)
    assert not any("no column was taken for the time" in warning for warning in transcript.warnings)
    assert "the order is that of the file" not in drafted(tmp_path, table)[0]


@pytest.mark.parametrize(
    "column", ["message", "status", "timezone", "sent_by", "event", "response_time", "date_of_birth"]
)
def test_other_names_say_nothing_of_when(column: str) -> None:
    assert not says_when(column)


def test_when_a_turn_was_sent_is_not_another_moment() -> None:
    assert [column for column in NAMES if tells_of_another_moment(column)] == []
