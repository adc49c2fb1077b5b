"""What the sides say stands side by side, a column for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError
from llm_grader.readers.guesses.side_by_side import side_columns
from tests.readers.guesses.drafts import drafted, read, said


@pytest.mark.parametrize(
    ("header", "asked", "answered"),
    [
        ("customer,agent", "Where is my parcel?", "Tomorrow."),
        ("customer_query,agent_response", "Cancel it please", "Done."),
        ("customerMessage,agentMessage", "Cancel it please", "Done."),
        ("Kunde,Agent", "Wo ist mein Paket?", "Es kommt morgen."),
        ("Anfrage,Antwort", "Wo ist mein Paket?", "Morgen."),
        ("Kundennachricht,Agentenantwort", "Wo ist mein Paket?", "Morgen."),
        ("Dotaz zákazníka,Odpověď operátora", "Kdy přijde technik?", "Zítra."),
        ("Zpráva zákazníka,Zpráva operátora", "Kdy přijde technik?", "Zítra."),
        ("ügyfél,ügynök", "Hol van a csomagom?", "Holnap jön."),
        ("Ügyfél üzenete,Ügyintéző válasza", "Hol van a csomagom?", "Holnap."),
        ("klient,teenindaja", "Kus mu pakk on?", "Homme tuleb."),
        ("Kliendi küsimus,Teenindaja vastus", "Kus mu pakk on?", "Homme."),
    ],
)
def test_each_side_has_a_column_of_its_own(tmp_path: Path, header: str, asked: str, answered: str) -> None:
    draft, transcripts = drafted(tmp_path, f"{header}\n{asked},{answered}\nIt is broken again,{answered}\n")
    assert said(transcripts) == [
        [f"customer: {asked}", f"agent: {answered}"],
        ["customer: It is broken again", f"agent: {answered}"],
    ]
    assert "whether each row is a conversation" in draft


def test_what_the_other_side_says_is_never_taken_for_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="suggest-columns"):
        read(tmp_path, 'customer,agent\nWhere is my parcel?,It comes tomorrow.\nMy bill is wrong,"Corrected, sorry."\n')


def test_rows_of_one_id_are_one_conversation_in_the_order_of_their_times(tmp_path: Path) -> None:
    table = (
        "conversation_id,time,customer_message,agent_message\n"
        "1,2026-02-03 10:05,Thanks.,\n1,2026-02-03 10:02,,It comes tomorrow.\n"
        "1,2026-02-03 10:00,Where is my parcel?,\n2,2026-02-03 11:00,Hi,Hello there!\n"
    )
    _, transcripts = drafted(tmp_path, table)
    assert said(transcripts) == [
        ["customer: Where is my parcel?", "agent: It comes tomorrow.", "customer: Thanks."],
        ["customer: Hi", "agent: Hello there!"],
    ]
    assert any("several rows" in warning for warning in transcripts[0].warnings)
    assert not any("several rows" in warning for warning in transcripts[1].warnings)


def test_the_agents_column_may_come_first_and_that_is_told(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, "agent,customer\nIt comes tomorrow.,Where is my parcel?\n")
    assert "which of the `columns` is said first" in draft


@pytest.mark.parametrize(
    "columns",
    [
        {"customer": ["Bo Anders Ek", "Cy Di Dot"], "agent": ["Ann Bea Lee", "Ann Bea Lee"]},
        {"customer_name": ["Bo", "Cy"], "agent_name": ["Ann", "Ann"], "message": ["Is it open?", "Yes it is."]},
        {"question_id": ["q 1 of", "q 2 of"], "answer_id": ["a 1 of", "a 2 of"]},
        {"request": ["12", "13"], "response": ["200", "404"]},
        {"customer": ["Where is my parcel?"], "agent": ["Ann"]},
        {"request_time": ["2026-02-03 10:00"], "response_time": ["2026-02-03 10:05"]},
        {"customer_type": ["a very good one"], "agent_team": ["the one in town"]},
        {"question": ["Do you like it?"], "score": ["5"]},
    ],
)
def test_names_ids_and_figures_are_not_what_sides_say(columns: dict[str, list[str]]) -> None:
    assert side_columns(columns) == {}


def test_a_draft_names_the_columns_of_text_that_it_leaves(tmp_path: Path) -> None:
    table = (
        "ticket,description,resolution,agent,opened\n"
        "1,My screen is dark.,We sent a new one to them,Ann Lee,3 Feb 2026 10:00\n"
        "2,It does not start.,They had to plug it in,Bo Ek,3 Feb 2026 11:00\n"
    )
    draft, _ = drafted(tmp_path, table)
    assert "the column resolution is needed: it holds text and is not used" in draft
    assert "the column opened" not in draft
    assert "the column agent" not in draft
