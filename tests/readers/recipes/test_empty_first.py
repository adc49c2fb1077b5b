"""Conversations without turns, and items without words: what stands first says no less what an export is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers.recipes.finding import _without_first_items
from llm_grader.readers.recipes.packaged import packaged_recipe
from llm_grader.readers.source.document import Document, Options
from tests.readers.recipes.exports import lines_of, minute, read_export, said
from tests.readers.recipes.test_packaged import CASES

AT = 1767607200000
VAPI = {
    "id": "v1",
    "artifact": {
        "messages": [
            {"role": "bot", "message": "Hi", "time": AT, "secondsFromStart": 0},
            {"role": "user", "message": "Where?", "time": AT + 3000, "secondsFromStart": 3},
        ]
    },
}
RETELL = {
    "call_id": "c",
    "transcript_object": [{"role": "agent", "content": "Hi"}, {"role": "user", "content": "Where?"}],
}
LIVEPERSON = {
    "info": {"conversationId": "B"},
    "messageRecords": [
        {"messageData": {"msg": {"text": "Where?"}}, "participantId": "c", "timeL": AT, "sentBy": "Consumer"},
        {"messageData": {"msg": {"text": "Here."}}, "participantId": "a", "timeL": AT + 1, "sentBy": "Agent"},
    ],
}
HELPSCOUT = {
    "id": 12,
    "_embedded": {
        "threads": [
            {"type": "chat", "body": "Hi", "createdBy": {"id": 4, "type": "customer"}, "createdAt": minute(0)},
            {"type": "chat", "body": "Hello", "createdBy": {"id": 2, "type": "user"}, "createdAt": minute(1)},
        ]
    },
}
GONG = {"callId": "2", "transcript": [{"speakerId": "1", "sentences": [{"start": 0, "end": 1000, "text": "Hello."}]}]}
FIREFLIES = {"id": "f", "sentences": [{"speaker_name": "Ann", "text": "Hello.", "start_time": 0.5, "end_time": 1}]}
LIVECHAT = {
    "id": "Q1",
    "users": [{"id": "b", "type": "customer", "name": "Bo"}],
    "thread": {
        "id": "T1",
        "events": [{"type": "message", "author_id": "b", "text": "Where?", "created_at": minute(0)}],
    },
}
ZENDESK = {
    "id": "1",
    "visitor": {"id": "v", "name": "Bo"},
    "history": [{"type": "chat.msg", "timestamp": minute(0), "nick": "visitor:1", "name": "Bo", "msg": "Where?"}],
}
SALESFORCE = {"Id": "571", "LiveChatVisitorId": "w", "Body": "( 3s ) Ann: Hi<br>( 9s ) Visitor: Where?<br>"}
CONNECT = {
    "InitialContactId": "ic",
    "Transcript": [
        {"Content": "Hi", "Type": "MESSAGE", "ParticipantRole": "CUSTOMER", "AbsoluteTime": minute(0), "Id": "1"}
    ],
}

EMPTY_FIRST = {
    "liveperson": {"conversationHistoryRecords": [{"info": {"conversationId": "A"}, "messageRecords": []}, LIVEPERSON]},
    "retell": [{"call_id": "d", "call_status": "not_connected", "transcript_object": []}, RETELL],
    "vapi": [{"id": "v2", "artifact": {}}, VAPI],
    "helpscout": {"_embedded": {"conversations": [{"id": 11, "_embedded": {"threads": []}}, HELPSCOUT]}},
    "gong": {"callTranscripts": [{"callId": "1", "transcript": []}, GONG]},
    "fireflies": {"data": {"transcripts": [{"id": "f0", "sentences": None}, FIREFLIES]}},
    "livechat": {"chats": [{"id": "Q0", "users": [], "thread": {"id": "T0", "events": []}}, LIVECHAT]},
    "zendesk-chat": {"chats": [{"id": "0", "visitor": {"id": "v"}, "history": [], "missed": True}, ZENDESK]},
    "salesforce-chat": {"records": [{"Id": "570", "LiveChatVisitorId": "v", "Body": None}, SALESFORCE]},
    "connect-transcript": [{"InitialContactId": "i", "Transcript": []}, CONNECT],
}


@pytest.mark.parametrize("name", EMPTY_FIRST)
def test_an_export_whose_first_conversation_is_empty_is_known_and_the_empty_one_told(tmp_path: Path, name: str) -> None:
    ((transcript,), known) = read_export(tmp_path, EMPTY_FIRST[name])
    assert known == name
    assert transcript.turns
    (told,) = [warning for warning in transcript.warnings if "have no turns" in warning]
    assert "were left out: 1 (" in told


EMPTY_LATER = [
    [RETELL, {"call_id": "d", "transcript_object": []}],
    [VAPI, {"id": "v2", "artifact": {"messages": []}}],
    {"data": {"transcripts": [FIREFLIES, {"id": "f0", "sentences": None}]}},
    {"_embedded": {"conversations": [HELPSCOUT, {"id": 11, "_embedded": {"threads": []}}]}},
]


@pytest.mark.parametrize("data", EMPTY_LATER)
def test_an_empty_conversation_is_counted_wherever_it_stands(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert any("were left out: 1 (" in warning and " 2)" in warning for warning in transcript.warnings)


def test_many_empty_conversations_are_one_warning_on_the_last(tmp_path: Path) -> None:
    empty = [{"call_id": f"d{number}", "transcript_object": []} for number in range(8)]
    ((first, last), _) = read_export(tmp_path, lines_of([RETELL, *empty, {**RETELL, "call_id": "e"}]))
    assert not any("have no turns" in warning for warning in first.warnings)
    (told,) = [warning for warning in last.warnings if "have no turns" in warning]
    assert told.endswith("left out: 8 (line 2; line 3; line 4; line 5; line 6; …)")


def test_the_last_page_of_an_export_may_be_empty(tmp_path: Path) -> None:
    message = {"type": "MESSAGE", "conversationsThreadId": "9", "createdAt": minute(0), "createdBy": "V-1"}
    page = {"results": [{**message, "text": "Where?", "direction": "INCOMING"}]}
    ((transcript,), _) = read_export(tmp_path, [page, {"results": []}])
    assert not any("have no turns" in warning for warning in transcript.warnings)


BLANK_FIRST = {
    "google-speech": {"results": [{"alternatives": [{}]}, {"alternatives": [{"transcript": "where is it"}]}]},
    "gladia": {
        "result": {
            "transcription": {
                "utterances": [{"text": "", "start": 0, "end": 1}, {"text": "Where?", "start": 3, "end": 4}]
            }
        }
    },
    "freshchat": {
        "messages": [
            {"message_parts": [], "actor_type": "user", "actor_id": "u"},
            {"message_parts": [{"text": {"content": "Where?"}}], "actor_type": "user", "actor_id": "u"},
        ]
    },
    "bland": {"call_id": "b", "transcripts": [{"text": "", "user": "user"}, {"text": "Hi", "user": "assistant"}]},
    "taskmaster": {
        "conversation_id": "t",
        "utterances": [{"speaker": "USER", "text": ""}, {"speaker": "USER", "text": "Where?"}],
    },
}


@pytest.mark.parametrize("name", BLANK_FIRST)
def test_an_export_whose_first_item_is_blank_is_known(tmp_path: Path, name: str) -> None:
    ((transcript,), known) = read_export(tmp_path, BLANK_FIRST[name])
    assert known == name
    assert len(said(transcript)) == 1


def emptied(value: Any, depth: int = 3) -> Any:
    """The same without what stands in its lists."""
    if isinstance(value, list):
        return []
    return {key: emptied(inside, depth - 1) for key, inside in value.items()} if isinstance(value, dict) else value


# MultiWOZ's `turns` are ours as well, of which none say whose they are; the tweets are a table
@pytest.mark.parametrize("name", sorted(CASES.keys() - {"multiwoz", "tweets"}))
def test_every_export_is_known_behind_an_empty_conversation_and_by_no_other_recipe(tmp_path: Path, name: str) -> None:
    data = CASES[name].data
    records = data if isinstance(data, list) else [data]
    file = tmp_path / "export"
    file.write_text(json.dumps([emptied(records[0]), *records]))
    document = Document(file, name="in", stem="in", options=Options())
    claiming = {recipe for recipe in CASES_RECIPES if packaged_recipe(recipe).sniff(document)}
    assert claiming == {CASES[name].recipe}


CASES_RECIPES = {case.recipe for case in CASES.values()}

OTHERS = [
    {"messages": [{"sender": "x", "body": "Where?"}, {"sender": "y", "body": "Here."}]},
    {"data": [{"id": 1, "value": ""}, {"id": 2, "value": "Here."}]},
    {"results": [{"name": ""}, {"name": "Bo", "text": "Where?"}]},
    {"values": [{"author": None, "note": ""}, {"author": "Bo", "note": "x"}]},
    {"events": [{"event": "", "payload": ""}, {"event": "click", "payload": "x"}]},
    {"chats": [{"id": "0", "lines": []}, {"id": "1", "lines": [{"said": "Where?"}]}]},
]


class Counting(list[Any]):
    """A list that counts how much of it is copied."""

    copied = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.copied += len(found) if isinstance(at, slice) else 0
        return found


def test_a_long_list_is_not_copied_to_try_its_first_items() -> None:
    items = Counting({"text": "x"} for _ in range(60_000))
    list(_without_first_items({"items": items}))
    assert items.copied < 1000


@pytest.mark.parametrize("data", OTHERS)
def test_what_only_has_the_same_key_is_claimed_by_no_recipe(tmp_path: Path, data: Any) -> None:
    with pytest.raises(UnsupportedFormat):
        read_export(tmp_path, data)
