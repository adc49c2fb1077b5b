"""Rows that a spreadsheet leaves: merged ids, headers that stand again, totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from tests.readers.guesses.drafts import drafted, said

BOTH = [["customer: Is it open?", "agent: Yes."], ["customer: I want a refund.", "agent: Done."]]


def test_an_id_in_the_first_row_of_each_conversation_is_that_of_the_rows_below(tmp_path: Path) -> None:
    table = "Chat,Role,Message\n1,Customer,Is it open?\n,Agent,Yes.\n2,Customer,I want a refund.\n,Agent,Done.\n"
    _, transcripts = drafted(tmp_path, table)
    assert said(transcripts) == BOTH
    assert any("stands once in the first row" in warning for warning in transcripts[0].warnings)


@pytest.mark.parametrize(
    "ids", [("1", "1", "2", ""), ("1", "2", "1", ""), ("", "1", "", "2"), ("1", "2", "3", "")], ids=str
)
def test_an_id_that_is_missing_elsewhere_is_not_guessed(tmp_path: Path, ids: tuple[str, ...]) -> None:
    rows = "".join(f"{name},customer,Is it open?\n" for name in ids)
    (tmp_path / "in.csv").write_text(f"conversation_id,role,text\n{rows}")
    errors: list[str] = []
    list(read_transcripts(tmp_path / "in.csv", on_error=lambda error: errors.append(str(error))))
    assert len(errors) == ids.count("")


def test_a_header_that_stands_again_is_no_conversation(tmp_path: Path) -> None:
    header = "id,role,message\n"
    table = f"{header}1,customer,Is it open?\n1,agent,Yes.\n{header}2,customer,I want a refund.\n2,agent,Done.\n"
    _, transcripts = drafted(tmp_path, table)
    assert said(transcripts) == BOTH
    assert any("stands again" in warning for warning in transcripts[0].warnings)


@pytest.mark.parametrize("word", ["Gesamt", "Total", "Grand Total:", "Celkem", "Összesen", "Kokku"])
def test_a_row_of_totals_is_no_conversation(tmp_path: Path, word: str) -> None:
    table = (
        "case,date,role,text\n1,2026-02-03 10:00,customer,Is it open?\n1,2026-02-03 10:01,agent,Yes.\n"
        f"{word},,,2 messages\n"
    )
    _, transcripts = drafted(tmp_path, table)
    assert said(transcripts) == BOTH[:1]
    assert any("counts the others" in warning for warning in transcripts[0].warnings)


def test_a_conversation_that_is_called_total_stays(tmp_path: Path) -> None:
    table = "case,role,text\n1,customer,Is it open?\n1,agent,Yes.\nTotal,customer,I want a refund.\n"
    assert len(drafted(tmp_path, table)[1]) == 2


@pytest.mark.parametrize("column", ["Konversations-ID", "Anruf-ID", "KonversationsID", "Sitzungs-Nr."])
def test_ids_of_conversations_have_more_german_names(tmp_path: Path, column: str) -> None:
    table = f"{column},Sprecher,Text\n1,Kunde,Is it open?\n1,Agent,Yes.\n2,Kunde,I want a refund.\n2,Agent,Done.\n"
    assert said(drafted(tmp_path, table)[1]) == BOTH
