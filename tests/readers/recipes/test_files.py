"""Files that somebody attached: nobody says their names, so that they are events, whatever the export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.recipes.exports import minute, read_export, said

OWN = {"name": "own", "title": "ours", "applies": ["said"], "turns": "said", "channel": "chat"}
PARTS = {"text": "words", "speaker": "who", "role": "by", "files": "files[].name || file"}
WHO = {"id": "c", "type": "customer", "name": "Eva"}


def livechat(**event: Any) -> Any:
    first = {"id": "1", "type": "message", "text": "Hi", "author_id": "c", "created_at": minute(0)}
    events = [first, {"id": "2", "author_id": "c", "created_at": minute(1), **event}]
    return {"chats": [{"id": "A", "users": [WHO], "thread": {"id": "T", "events": events}}]}


def crisp(**message: Any) -> Any:
    at = {"session_id": "s", "from": "user", "timestamp": 1772438400000, "user": {"user_id": "s"}}
    return [{**at, "type": "text", "content": "Hi"}, {**at, "timestamp": 1772438401000, **message}]


def rocketchat(**message: Any) -> Any:
    at = {"rid": "R", "token": "t", "u": {"_id": "g", "username": "guest-4"}}
    return {
        "messages": [{**at, "_id": "1", "msg": "Hi", "ts": minute(0)}, {**at, "_id": "2", "ts": minute(1), **message}]
    }


def telegram(**message: Any) -> Any:
    at = {"type": "message", "from": "Eva", "from_id": "u1"}
    first = {**at, "id": 1, "date": "2026-01-05T10:00:00", "text": "Hi"}
    return {"name": "Eva", "messages": [first, {**at, "id": 2, "date": "2026-01-05T10:01:00", "text": "", **message}]}


def freshchat(*parts: Any) -> Any:
    at = {"conversation_id": "f", "actor_type": "user", "actor_id": "u", "message_type": "normal"}
    both = ([{"text": {"content": "Hi"}}], list(parts))
    return {"messages": [{**at, "id": n, "created_time": minute(n), "message_parts": p} for n, p in enumerate(both)]}


def chatwoot(**message: Any) -> Any:
    at = {"conversation_id": 3, "message_type": 0, "private": False, "sender": {"id": 1, "type": "contact"}}
    first = {**at, "id": 1, "content": "Hi", "created_at": 1767607200}
    return {"payload": [first, {**at, "id": 2, "created_at": 1767607201, "content": None, **message}]}


FILE = {"name": "lamp.png", "url": "https://x.test/1", "type": "image/png"}


@pytest.mark.parametrize(
    "data",
    [
        livechat(type="file", name="lamp.png", url="https://x.test/1"),
        crisp(type="file", content=FILE),
        rocketchat(msg="", file={"name": "lamp.png"}, attachments=[{"title": "lamp.png", "title_link": "/1"}]),
        rocketchat(msg="", files=[{"name": "lamp.png"}]),
        telegram(photo="lamp.png"),
        freshchat({"image": {"url": "lamp.png"}}),
        freshchat({"file": {"name": "lamp.png"}}),
        chatwoot(attachments=[{"data_url": "lamp.png"}]),
    ],
    ids=str,
)
def test_the_name_of_a_file_is_an_event(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert [turn.text for turn in transcript.turns] == ["Hi", "lamp.png"]
    assert [(turn.kind, turn.event, turn.spoken) for turn in transcript.turns[1:]] == [("event", "attachment", False)]
    assert transcript.turns[1].speaker == transcript.turns[0].speaker
    assert transcript.turns[1].role == transcript.turns[0].role


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (livechat(type="message", text="See lamp.png"), ["See lamp.png"]),
        (livechat(type="rich_message", elements=[{"title": "Which?"}]), ["Which?"]),
        (crisp(type="picker", content={"id": "p", "text": "Which?"}), ["Which?"]),
        (rocketchat(msg="See", attachments=[{"title": "lamp.png", "title_link": "/1"}]), ["See", "lamp.png"]),
        (
            rocketchat(msg="", attachments=[{"title": "a.png", "title_link": "/1", "description": "See"}]),
            ["See", "a.png"],
        ),
        (rocketchat(msg="See", attachments=[{"message_link": "/1", "text": "Quoted", "title": "Tom"}]), ["See"]),
        (telegram(text="See", photo="lamp.png"), ["See", "lamp.png"]),
        (
            freshchat({"text": {"content": "See"}}, {"image": {"url": "a.png"}}, {"text": {"content": "it"}}),
            ["See\nit", "a.png"],
        ),
        (chatwoot(content="See", attachments=[{"data_url": "a.png"}, {"data_url": "b.png"}]), ["See", "a.png, b.png"]),
    ],
    ids=str,
)
def test_what_is_said_beside_a_file_stays_what_is_said(tmp_path: Path, data: Any, words: list[str]) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert [turn.text for turn in transcript.turns] == ["Hi", *words]
    assert [turn.spoken for turn in transcript.turns] == [True, True, False][: len(words) + 1]


def test_the_form_before_a_chat_is_an_event_with_what_was_typed(tmp_path: Path) -> None:
    fields = [{"label": "Your name", "answer": "Eva"}, {"label": "Topic", "answer": {"label": "Lamps"}}]
    ((transcript,), _) = read_export(tmp_path, livechat(type="filled_form", fields=fields))
    assert said(transcript) == ["customer: Hi", "customer event: Your name: Eva\nTopic: Lamps"]


def test_a_recipe_of_ones_own_names_its_files(tmp_path: Path) -> None:
    items = [
        {"words": "Hi", "who": "Eva", "by": "customer"},
        {"who": "Eva", "by": "customer", "files": [{"name": "a.png"}, {"name": None}, {"name": "b.png"}]},
        {"words": "See", "who": "Tom", "by": "agent", "file": "c.png"},
        {"words": "Bye", "who": "Tom", "by": "agent", "files": []},
        {"who": "Tom", "by": "agent", "files": []},
    ]
    ((transcript,), _) = read_export(tmp_path, {"said": items}, columns={**OWN, "turn": PARTS})
    files = ["customer event: a.png, b.png", "agent: See", "agent event: c.png"]
    assert said(transcript) == ["customer: Hi", *files, "agent: Bye"]
    assert "1 of 5 items hold no text and were left out" in transcript.warnings
