"""Exports that come page by page: a conversation is one, on however many pages it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers.recipes.packaged import load_recipe
from tests.readers.recipes.exports import lines_of, minute, read_export, said


def hubspot(number: int, text: str, thread: str = "9") -> dict[str, Any]:
    """A message, by the customer where its number is even."""
    by = ("A-1", "OUTGOING") if number % 2 else ("V-1", "INCOMING")
    at = {"id": str(number), "type": "MESSAGE", "conversationsThreadId": thread, "createdAt": minute(number)}
    return {**at, "createdBy": by[0], "direction": by[1], "text": text, "channelId": "1000"}


def connect(number: int, text: str) -> dict[str, Any]:
    by = {"ParticipantRole": "AGENT" if number % 2 else "CUSTOMER", "ParticipantId": str(number % 2)}
    at = {"Id": str(number), "AbsoluteTime": minute(number), "Type": "MESSAGE", "ContentType": "text/plain"}
    return {**at, **by, "Content": text}


def chatwoot(number: int, text: str) -> dict[str, Any]:
    at = {"id": number, "conversation_id": 3, "created_at": 1767607200 + number}
    return {**at, "content": text, "message_type": number % 2, "sender": {"id": number % 2}}


PAGED = [
    [
        {"results": [hubspot(0, "Where?")], "paging": {"next": {"after": "x"}}},
        {"results": [hubspot(1, "Here.")]},
    ],
    [
        {"InitialContactId": "ic", "Transcript": [connect(0, "Where?")], "NextToken": "x"},
        {"InitialContactId": "ic", "Transcript": [connect(1, "Here.")]},
    ],
    [{"payload": [chatwoot(1, "Here.")], "meta": {}}, {"payload": [chatwoot(0, "Where?")], "meta": {}}],
]


@pytest.mark.parametrize("data", PAGED)
@pytest.mark.parametrize("lines", [False, True])
def test_a_conversation_on_two_pages_is_one_and_told(tmp_path: Path, data: list[Any], lines: bool) -> None:
    ((transcript,), _) = read_export(tmp_path, lines_of(data) if lines else data)
    assert said(transcript) == ["customer: Where?", "agent: Here."]
    assert "put together from 2 pages of the export" in transcript.warnings


def test_threads_that_take_turns_on_pages_are_put_together_each(tmp_path: Path) -> None:
    pages = [
        {"results": [hubspot(0, "Where?"), hubspot(2, "Hi", "8")]},
        {"results": [hubspot(3, "Hello", "8"), hubspot(4, "Hm", "7")]},
        {"results": [hubspot(1, "Here.")]},
    ]
    (transcripts, _) = read_export(tmp_path, pages)
    assert [(transcript.id, len(transcript.turns)) for transcript in transcripts] == [("9", 2), ("8", 2), ("7", 1)]
    assert [any("pages" in warning for warning in each.warnings) for each in transcripts] == [True, True, False]


def test_where_pages_overlap_an_item_counts_once(tmp_path: Path) -> None:
    pages = [
        {"results": [hubspot(0, "Where?"), hubspot(1, "Here.")]},
        {"results": [hubspot(1, "Here."), hubspot(2, "ok")]},
    ]
    ((transcript,), _) = read_export(tmp_path, pages)
    assert said(transcript) == ["customer: Where?", "agent: Here.", "customer: ok"]
    assert "put together from 2 pages of the export, of which 1 items stand on two" in transcript.warnings


def test_who_says_the_same_twice_on_one_page_says_it_twice(tmp_path: Path) -> None:
    recipe = load_recipe(
        {
            "name": "ours",
            "title": "Our export",
            "applies": ["log"],
            "turns": "log",
            "group": "c",
            "turn": {"text": "said", "role": "by"},
            "channel": "chat",
        }
    )
    log = [{"c": "x", "by": "customer", "said": "ok"}]
    pages = [{"log": [{"c": "x", "by": "agent", "said": "Hi"}]}, {"log": log * 2}]
    ((transcript,), _) = read_export(tmp_path, pages, columns=recipe)
    assert said(transcript) == ["agent: Hi", "customer: ok", "customer: ok"]


def test_pages_that_do_not_say_which_conversation_they_are_of_stay_apart(tmp_path: Path) -> None:
    pages = [{"Transcript": [connect(0, "Where?")]}, {"Transcript": [connect(1, "Here.")]}]
    (transcripts, known) = read_export(tmp_path, pages)
    assert known == "connect-transcript"
    assert [said(transcript) for transcript in transcripts] == [["customer: Where?"], ["agent: Here."]]


def test_conversations_of_their_own_ids_stay_apart(tmp_path: Path) -> None:
    tickets = [
        {"id": number, "channel": "chat", "messages": [{"from_agent": False, "body_text": "Where?"}]}
        for number in (7, 8)
    ]
    (transcripts, known) = read_export(tmp_path, tickets)
    assert known == "gorgias"
    assert [transcript.id for transcript in transcripts] == ["7", "8"]
    assert not any("pages" in warning for transcript in transcripts for warning in transcript.warnings)
