"""What stands where words do and is none: JSON of buttons, files that are not there, names of tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers.recipes.paths import path
from tests.readers.recipes.exports import minute, read_export, said

INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
OFFERED = {"title": "What is it about?", "subtitle": "Tap one", "elements": [{"title": "Order"}, {"title": "Bill"}]}


def connect(content: str, kind: str) -> Any:
    at = {"Id": "1", "AbsoluteTime": minute(0), "Type": "MESSAGE", "ParticipantRole": "CUSTOMER", "ParticipantId": "p"}
    return {"InitialContactId": "ic", "Transcript": [{**at, "Content": content, "ContentType": kind}]}


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (
            json.dumps({"templateType": "ListPicker", "data": {"content": OFFERED}}),
            INTERACTIVE,
            "What is it about?\nTap one\nOrder\nBill",
        ),
        (
            json.dumps({"data": {"content": {"elements": [{"title": "Order", "subtitle": "late"}]}}}),
            INTERACTIVE,
            "Order - late",
        ),
        (json.dumps({"action": "Order", "data": {"content": OFFERED}}), f"{INTERACTIVE}.response", "Order"),
        ("{broken", INTERACTIVE, "interactive message"),
        ("Order", f"{INTERACTIVE}.response", "Order"),
        ('{"title": "x"}', "text/plain", '{"title": "x"}'),
    ],
)
def test_an_interactive_message_of_connect_is_what_it_shows(
    tmp_path: Path, content: str, kind: str, expected: str
) -> None:
    ((transcript,), known) = read_export(tmp_path, connect(content, kind))
    assert known == "connect-transcript"
    assert said(transcript) == [f"customer: {expected}"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"photo": "(File not included. Change data exporting settings to download.)"}, ["photo"]),
        ({"photo": "photos/photo_1.jpg"}, ["photos/photo_1.jpg"]),
        (
            {"file": "(File not included)", "file_name": "(File not included)", "media_type": "voice_message"},
            ["voice_message"],
        ),
        ({"file": "(File not included)", "file_name": "a.pdf"}, ["a.pdf"]),
        ({"text": "(File not included?)", "photo": "x"}, ["(File not included?)", "x"]),
    ],
)
def test_a_file_that_telegram_leaves_out_is_no_words(tmp_path: Path, file: dict[str, str], expected: list[str]) -> None:
    message = {"id": 2, "type": "message", "date": "2026-01-05T11:00:00", "from": "Bo", "from_id": "user2", "text": ""}
    ((transcript,), known) = read_export(
        tmp_path, {"name": "Bo", "type": "personal_chat", "id": 11, "messages": [{**message, **file}]}
    )
    assert known == "telegram"
    assert [turn.text for turn in transcript.turns] == expected
    assert [turn.spoken for turn in transcript.turns] == [bool(file.get("text")), False][-len(expected) :]


CALL = [{"name": "lookup", "args": {}, "id": "1"}]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "ai", "data": {"content": "", "tool_calls": CALL}}, ["bot event: lookup"]),
        ({"type": "ai", "content": "", "tool_calls": CALL}, ["bot event: lookup"]),
        ({"type": "ai", "content": "Here.", "tool_calls": CALL}, ["bot: Here."]),
        ({"type": "ai", "content": "Here.", "tool_calls": []}, ["bot: Here."]),
        ({"type": "ai", "content": "", "tool_calls": []}, []),
    ],
)
def test_a_tool_that_an_assistant_calls_is_an_event(tmp_path: Path, message: Any, expected: list[str]) -> None:
    asked = {"type": "human", "content": "Where?", "data": {"content": "Where?"}}
    ((transcript,), known) = read_export(tmp_path, [asked, message])
    assert known == "langchain"
    assert said(transcript) == ["customer: Where?", *expected]


def whisper(*speakers: str) -> Any:
    return {
        "transcription": [
            {"offsets": {"from": 2000 * at, "to": 2000 * at + 1000}, "text": f" Word{at}.", "speaker": speaker}
            for at, speaker in enumerate(speakers)
        ]
    }


def test_the_channels_that_whisper_cpp_tells_apart_can_be_named(tmp_path: Path) -> None:
    roles = {"channels": {"0": "agent", "1": "customer"}}
    ((transcript,), known) = read_export(tmp_path, whisper("0", "1", "0"), roles=roles)
    assert known == "whisper-cpp"
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent"]


@pytest.mark.parametrize(("text", "expected"), [('{"a": 1}', {"a": 1}), ("{", None), ("", None), (None, None)])
def test_a_place_may_lie_in_json_inside_of_json(text: str | None, expected: Any) -> None:
    assert path("parse_json(x)")({"x": text}) == expected
