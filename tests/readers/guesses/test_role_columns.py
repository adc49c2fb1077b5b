"""Whose a turn is, where several columns might say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers.guesses.role_columns import side_of
from tests.readers.guesses.drafts import drafted, read, said

SAID = [["agent: Good morning.", "customer: I lost my card."]]


@pytest.mark.parametrize(
    ("header", "direction", "agent", "customer"),
    [
        ("call_id,direction,speaker,text", "inbound", "agent", "customer"),
        ("call_id,call_direction,speaker,text", "outbound", "Agent", "Customer"),
        ("Vorgang,Richtung,Sprecher,Text", "eingehend", "Mitarbeiter", "Kunde"),
        ("ID hovoru,Směr,Mluvčí,Text", "příchozí", "Operátor", "Zákazník"),
        ("ugy,Irány,author,Szöveg", "kimenő", "Ügyintéző", "Ügyfél"),
        ("kone id,Suund,author,Tekst", "sissetulev", "Klienditeenindaja", "Klient"),
    ],
)
def test_who_called_whom_is_not_whose_a_turn_is(
    tmp_path: Path, header: str, direction: str, agent: str, customer: str
) -> None:
    rows = f"1,{direction},{agent},Good morning.\n1,{direction},{customer},I lost my card.\n"
    draft, transcripts = drafted(tmp_path, f"{header}\n{rows}")
    assert said(transcripts) == SAID
    assert "who called whom" in draft


def test_a_table_of_one_call_is_read_by_its_speakers(tmp_path: Path) -> None:
    table = "direction,speaker,text\ninbound,agent,Good morning.\ninbound,customer,I lost my card.\n"
    assert said(read(tmp_path, table)) == SAID


def test_one_direction_in_each_call_and_nothing_else_leaves_the_roles_open(tmp_path: Path) -> None:
    table = "call_id,direction,channel,text\n1,inbound,0,Good morning.\n1,inbound,1,I lost my card.\n"
    draft, transcripts = drafted(tmp_path, table)
    assert said(transcripts) == [["unknown: Good morning.", "unknown: I lost my card."]]
    assert "direction: one direction in all turns" in draft


@pytest.mark.parametrize(
    "table",
    [
        "ticket_id,direction,text\n1,out,Good morning.\n1,in,I lost my card.\n",
        "ticket_id,direction,text\n2,in,Hello?\n2,in,Anybody?\n1,out,Good morning.\n1,in,I lost my card.\n",
        "ticket_id,incoming,text\n1,False,Good morning.\n1,True,I lost my card.\n",
        "case_id,Richtung,Text\n1,Ausgehend,Good morning.\n1,Eingehend,I lost my card.\n",
    ],
)
def test_a_direction_that_differs_within_a_conversation_says_who_speaks(tmp_path: Path, table: str) -> None:
    assert said(drafted(tmp_path, table)[1])[-1:] == SAID


@pytest.mark.parametrize("value", ["True", "False"])
def test_a_flag_of_messages_says_who_speaks_though_all_are_alike(tmp_path: Path, value: str) -> None:
    table = f"ticket_id,incoming,text\n1,{value},Where is it now?\n1,{value},Is anybody there?\n"
    (transcript,) = drafted(tmp_path, table)[1]
    assert {turn.role for turn in transcript.turns} == {"customer" if value == "True" else "agent"}


def test_mails_that_are_a_conversation_each_have_their_direction(tmp_path: Path) -> None:
    table = "id,direction,text\n1,inbound,Where is it now?\n2,inbound,Cancel it please.\n"
    assert said(drafted(tmp_path, table)[1]) == [["customer: Where is it now?"], ["customer: Cancel it please."]]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("appUser", "customer"),
        ("appMaker", "agent"),
        ("customer_message", "customer"),
        ("AgentReply", "agent"),
        ("MessageToVisitor", "agent"),
        ("MessageToOperator", "customer"),
        ("Eingehend", "customer"),
        ("odchozí", "agent"),
        ("message", None),
        ("agent_note", "agent"),
        ("system_event", "system"),
        ("customer_note", None),
        ("customer_event", None),
        ("agent_email", None),
        ("system_message", "system"),
        ("note to agent", None),
    ],
)
def test_a_word_may_say_who_writes(word: str, role: str | None) -> None:
    assert side_of(word) == role
