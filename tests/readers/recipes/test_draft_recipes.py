"""Recipes that are drafted: of conversations by key, and of times that count milliseconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript
from tests.readers.recipes.exports import minute, read_export, said


def by_draft(tmp_path: Path, data: Any) -> tuple[list[Transcript], str]:
    """What is read by the recipe that is drafted of the same file, and the draft."""
    document = Document(json.dumps(data).encode(), name="in", stem="in", options=Options())
    draft = suggest_mapping(document)
    return read_export(tmp_path, data, columns=yaml.safe_load(draft))[0], draft


ASKED = [{"role": "customer", "text": "Where is it?"}, {"role": "agent", "text": "Here it is."}]
GREETED = [{"role": "customer", "text": "Hello there you."}]


@pytest.mark.parametrize(
    "data",
    [
        {"c1": {"messages": ASKED}, "c2": {"messages": GREETED}},
        {"c1": {"messages": ASKED}, "c2": {"status": "missed"}, "c3": {"messages": GREETED}},
        {"c1": ASKED, "c2": GREETED},
        {"export": {"ann": {"log": {"messages": ASKED}}, "bo": {"log": {"messages": GREETED}}}},
        {"data": {"8f-1": {"messages": ASKED}, "9a-2": {"messages": GREETED}}, "count": 2},
    ],
)
def test_each_key_of_a_map_of_conversations_is_one(tmp_path: Path, data: Any) -> None:
    transcripts, draft = by_draft(tmp_path, data)
    assert [said(transcript) for transcript in transcripts] == [
        ["customer: Where is it?", "agent: Here it is."],
        ["customer: Hello there you."],
    ]
    assert "whether each key stands for a conversation" in draft


@pytest.mark.parametrize(
    "data",
    [
        {"c1": {"messages": ASKED}},
        {"messages": ASKED, "notes": [{"text": "vip"}]},
        {"chat": {"id": 5, "messages": ASKED}, "visitor": {"name": "Bo"}},
        {"chat": {"messages": ASKED}, "pages": {"views": [{"url": "x"}]}},
    ],
)
def test_what_is_one_conversation_stays_one(tmp_path: Path, data: Any) -> None:
    (transcript,), draft = by_draft(tmp_path, data)
    assert said(transcript)[:2] == ["customer: Where is it?", "agent: Here it is."]
    assert "each key" not in draft


def spoken(start: str, end: str, times: list[tuple[float, float]]) -> list[dict[str, Any]]:
    words = ("Hello this is Ann.", "Where is my parcel?", "Here it is now.")
    sides = ("agent", "customer", "agent")
    return [
        {"speaker": side, start: times[at][0], end: times[at][1], "text": text}
        for at, (side, text) in enumerate(zip(sides, words, strict=True))
    ]


MILLISECONDS: list[tuple[float, float]] = [(500, 2000), (3000, 4000), (65000, 66000)]
SECONDS: list[tuple[float, float]] = [(0, 2), (3, 4), (65, 66)]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        ("start", "end", MILLISECONDS),
        ("startMs", "endMs", [(500, 900), (910, 950), (960, 990)]),
        ("start_ms", "end_ms", [(500, 900), (910, 950), (960, 990)]),
        ("start_time", "end_time", MILLISECONDS),
    ],
)
def test_times_that_count_milliseconds_are_drafted_as_such(
    tmp_path: Path, start: str, end: str, times: list[tuple[float, float]], wrapped: bool
) -> None:
    turns = spoken(start, end, times)
    (transcript,), draft = by_draft(tmp_path, {"id": "k", "turns": turns} if wrapped else turns)
    if "unit: ms" in draft:
        assert [turn.start for turn in transcript.turns] == [pair[0] / 1000 for pair in times]
    else:
        assert start not in draft.split("turn:")[1]  # a name that is known as no time is left out, not misread


@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        ("start", "end", SECONDS),
        ("start", "end", [(0.5, 2.0), (3.0, 4.0), (65.5, 66.0)]),
        ("start", "end", [(0, 2), (300, 301), (900, 905)]),
    ],
)
def test_times_that_count_seconds_stay_seconds(
    tmp_path: Path, start: str, end: str, times: list[tuple[float, float]]
) -> None:
    (transcript,), draft = by_draft(tmp_path, {"id": "k", "turns": spoken(start, end, times)})
    assert "unit" not in draft
    assert [turn.start for turn in transcript.turns] == [pair[0] for pair in times]


def test_short_turns_ten_minutes_apart_are_not_taken_for_milliseconds_but_told(tmp_path: Path) -> None:
    turns = [{"role": ("customer", "agent")[at % 2], "start": 600 * at, "text": "Here now."} for at in range(6)]
    (transcript,), draft = by_draft(tmp_path, {"id": "k", "turns": turns})
    assert [turn.start for turn in transcript.turns] == [0, 600, 1200, 1800, 2400, 3000]
    assert "# Not told by the file: whether times count seconds" in draft


@pytest.mark.parametrize(
    ("key", "shown", "hidden"),
    [
        ("is_note", False, True),
        ("non_public", "no", "yes"),
        ("public", True, False),
        ("intern", "nein", "ja"),
        ("visibility", "public", "internal"),
    ],
)
def test_who_sees_a_turn_is_drafted_by_what_its_key_is_called(
    tmp_path: Path, key: str, shown: object, hidden: object
) -> None:
    turns = [
        {"who": "customer", "body": "Where is it?", key: shown},
        {"who": "agent", "body": "He is an important man.", key: hidden},
        {"who": "agent", "body": "Here it is.", key: shown},
    ]
    (transcript,), _ = by_draft(tmp_path, {"chats": [{"cid": "7", "msgs": turns}]})
    assert [turn.visibility for turn in transcript.turns] == ["public", "internal", "public"]


def typed(key: str, *words: str) -> Any:
    said = [{"text": f"It is here, Eva {at}.", "author": "Eva", "at": minute(at), key: w} for at, w in enumerate(words)]
    return {"id": "4", "said": said}


def test_what_a_kind_calls_a_note_is_drafted_as_such_and_events_are_asked_about(tmp_path: Path) -> None:
    words = ("message", "status_change", "internal note", "message")
    (transcript,), draft = by_draft(tmp_path, typed("message_type", *words))
    assert [turn.kind for turn in transcript.turns] == ["message", "message", "note", "message"]
    assert "which words of message_type mean a note or an event" in draft


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (typed("type", "transcript", "moment", "transcript"), True),
        (typed("type", "text", "text", "text"), False),
        (typed("type", "It is late.", "Come now.", "It is late."), False),
        (typed("kind", "message", "event", "message"), False),
    ],
)
def test_types_of_objects_that_may_not_all_be_said_are_asked_about(tmp_path: Path, data: Any, asked: bool) -> None:
    _, draft = by_draft(tmp_path, data)
    assert ("whether objects of each `type` are said" in draft) == asked
