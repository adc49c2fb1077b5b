"""Chats that Salesforce keeps as one text: transfers are events, and those whom notices name are agents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.transcript import Transcript
from tests.readers.recipes.exports import read_export, said

ABOVE = (
    '<p align="center">Chat Started: Monday, January 05, 2026, 10:00:00 (+0000)</p><p align="center">Agent Ann L</p>'
)
TRANSFER = "Agent Ann L successfully transferred the chat to Agent Cy D"


def centred(words: str) -> str:
    return f'<p align="center">{words}</p>'


def read_body(tmp_path: Path, body: str, **options: object) -> Transcript:
    data = {"records": [{"attributes": {"type": "LiveChatTranscript"}, "Id": "571", "Body": body}]}
    ((transcript,), known) = read_export(tmp_path, data, **options)
    assert known == "salesforce-chat"
    return transcript


@pytest.mark.parametrize(
    ("notices", "events"),
    [
        (centred(TRANSFER) + centred("Agent Cy D"), [TRANSFER, "Agent Cy D"]),
        (centred("Chat Transferred From Ann L To Cy D"), ["Chat Transferred From Ann L To Cy D"]),
        (f"{TRANSFER}<br>".replace("Agent Ann", "\nAgent Ann", 1), [TRANSFER]),
        ("<P ALIGN='center'>Agent Cy D</P>", ["Agent Cy D"]),
    ],
)
def test_a_transfer_is_an_event_and_who_takes_over_is_an_agent(tmp_path: Path, notices: str, events: list[str]) -> None:
    body = f"{ABOVE}( 3s ) Ann L: Hi<br>( 9s ) Bo: Where?<br>{notices}( 1m 9s ) Cy D: Here.<br>"
    transcript = read_body(tmp_path, body.replace("<br>( 1m", "<br>\n( 1m"))
    assert said(transcript) == [
        "agent: Hi",
        "customer: Where?",
        *(f"system event: {event}" for event in events),
        "agent: Here.",
    ]
    assert transcript.turns[-1].start == 69
    assert all(turn.visibility == "public" or not turn.spoken for turn in transcript.turns)


def test_a_bot_that_hands_over_is_no_agent(tmp_path: Path) -> None:
    body = (
        f"{centred('Agent Helpbot')}( 1s ) Helpbot: I am a bot<br>( 5s ) Bo: Where?<br>My order is 5<br>"
        f"{centred('Chat Transferred From Helpbot To Ann L')}{centred('Agent Ann L')}( 1m 2s ) Ann L: Here.<br>"
    )
    assert said(read_body(tmp_path, body)) == [
        "bot: I am a bot",
        "customer: Where?\nMy order is 5",
        "system event: Chat Transferred From Helpbot To Ann L",
        "system event: Agent Ann L",
        "agent: Here.",
    ]


def test_a_transfer_of_a_body_without_markup_is_an_event(tmp_path: Path) -> None:
    body = f"( 3s ) Ann L: Hi\n( 9s ) Bo: Where? I am <5 km away\n{TRANSFER}\n( 1m 9s ) Cy D: Here."
    assert said(read_body(tmp_path, body)) == [
        "agent: Hi",
        "customer: Where? I am <5 km away",
        f"system event: {TRANSFER}",
        "agent: Here.",
    ]


def test_who_is_called_by_the_first_name_below_is_the_agent_above(tmp_path: Path) -> None:
    assert said(read_body(tmp_path, f"{ABOVE}( 3s ) Ann: Hi<br>( 9s ) Bo: Where?<br>")) == [
        "agent: Hi",
        "customer: Where?",
    ]


def test_of_two_others_nobody_is_taken_for_the_customer(tmp_path: Path) -> None:
    transcript = read_body(tmp_path, f"{ABOVE}( 3s ) Ann L: x1<br>( 9s ) Bo: x2<br>( 9s ) Di: x3<br>")
    roles = [turn.role for turn in transcript.turns if turn.role_source == "source"]
    assert roles == ["agent"]


def test_what_somebody_says_of_a_transfer_stays_theirs(tmp_path: Path) -> None:
    words = "the note says Chat Transferred From Helpbot To Ann L, why?"
    body = f"{ABOVE}( 3s ) Ann L: Hi<br>( 9s ) Bo: {words}<br>"
    assert said(read_body(tmp_path, body)) == ["agent: Hi", f"customer: {words}"]


def test_who_is_who_may_be_said_otherwise(tmp_path: Path) -> None:
    body = f"{ABOVE}( 3s ) Ann L: Hi<br>( 9s ) Bo: Where?<br>"
    transcript = read_body(tmp_path, body, roles={"agents": ["Bo"]})
    assert transcript.turns[1].role == "agent"


def test_a_table_of_chats_is_read_alike(tmp_path: Path) -> None:
    body = f"{ABOVE}( 3s ) Ann L: Hi<br>( 9s ) Bo: Where?<br>{centred(TRANSFER)}( 1m 9s ) Cy D: Here.<br>"
    rows = f"Id,ChatKey,LiveChatVisitorId,Body\n570,k,v,{json.dumps(body).replace(chr(92), chr(34))}\n"
    ((transcript,), _) = read_export(tmp_path, rows)
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "system", "agent"]
