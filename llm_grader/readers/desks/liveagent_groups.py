"""Message groups of LiveAgent as turns. A group is a mail, a chat with a part for each message, a note or an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape
from typing import Any, NamedTuple

from llm_grader.readers.desks.help_desk import Cast, Person, event_turn, moment, written
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.transcript import Channel, Role, Segment, Turn

CHATS = ("C", "F", "W")
"""Types of groups whose parts people say one after the other: chats, and messages on Facebook and Twitter."""

MAILS = ("3", "4", "5")
"""Mail that comes in, that goes out, and what customers write into a form."""

CALLS = ("P", "V", "1")
"""Calls that come in, that go out, and those in the house."""

_NOTES = ("I", "U", "Z")
_EVENTS = {
    "P": ("call", "incoming call"),
    "V": ("call", "outgoing call"),
    "1": ("call", "internal call"),
    "T": ("transfer", "transferred"),
    "R": ("status", "solved"),
    "J": ("status", "postponed"),
    "X": ("status", "deleted"),
    "B": ("status", "marked as spam"),
    "G": ("tag", "tagged"),
    "S": ("start", "started"),
}
_DIRECTIONS: dict[str, Role] = {"3": "customer", "5": "customer", "4": "agent"}
_HEADERS, _QUOTED, _FILE = "H", "Q", "F"
_APART = (_HEADERS, _FILE)
_SYSTEM = "system00"


class GroupScene(NamedTuple):
    """What all groups of a ticket share: who and where, and what had to be assumed."""

    cast: Cast
    customer: Person | None
    channel: Channel
    warnings: list[str]
    document: Document


def read_group(kind: str, group: JsonObject, scene: GroupScene) -> Iterator[Turn]:
    """The turns of a message group; of a type that is not known it is a note, which no customer saw."""
    group.leave("type")
    at = moment(group, "datecreated", document=scene.document)
    parts = group.objects("messages")
    if kind in _EVENTS:
        event, words = _EVENTS[kind]
        yield event_turn(event, _text_of(parts) or words, at, _who(group, group, kind, scene))
    elif kind in CHATS:
        for part in parts:
            yield from _chat_part(part, group, at, scene)
    else:
        if kind not in (*MAILS, *_NOTES):
            scene.warnings.append(f"message groups of the type {kind or '(none)'} are not known: read as notes")
        yield from _letter(kind, group, parts, at, scene)


def _letter(
    kind: str, group: JsonObject, parts: Sequence[JsonObject], at: datetime | None, scene: GroupScene
) -> Iterator[Turn]:
    """A mail or a note: what was written, and below it what it quotes."""
    public = kind in MAILS
    by = _who(group, group, kind, scene)
    text, segments = _text_of(parts), []
    if text and scene.channel == "email":
        segments = list(split_reply(text))
    if text and (quoted := _text_of(parts, quoted=True)):
        whole = f"{text}\n\n{quoted}"
        segments = segments or [Segment(kind="body", start=0, end=len(text))]
        segments.append(Segment(kind="quoted", start=len(text), end=len(whole)))
        text = whole
    if text:
        shown: dict[str, Any] = {} if public else {"kind": "note", "visibility": "internal"}
        yield Turn(text=text, at=at, segments=tuple(segments), **shown, **by)
    elif left := _text_of(parts, quoted=True):
        yield event_turn("quoted", left, at, by)
    if files := [_plain(part) for part in parts if _kind(part) == _FILE]:
        yield event_turn("attachment", ", ".join(filter(None, files)) or "a file", at, by)


def _chat_part(part: JsonObject, group: JsonObject, at: datetime | None, scene: GroupScene) -> Iterator[Turn]:
    kind = _kind(part)
    when = moment(part, "datecreated", document=scene.document) or at
    by = _who(part, group, "", scene)
    text = _plain(part)
    if kind == _HEADERS or not text:
        part.leave("message")
    elif kind == _FILE or by["role"] == "system":
        yield event_turn("attachment" if kind == _FILE else "chat", text, when, by)
    else:
        yield Turn(text=text, at=when, **by)


def _who(fields: JsonObject, group: JsonObject, kind: str, scene: GroupScene) -> dict[str, Any]:
    """Who wrote a part, else its group; of somebody unknown the direction of a mail says the side."""
    key = fields.label("userid") or group.label("userid")
    if key == _SYSTEM:
        return {"role": "bot" if kind in MAILS else "system"}
    side = _DIRECTIONS.get(kind) or ("agent" if kind in _NOTES else None)
    if key is None and side == "customer" and scene.customer:
        key = scene.customer.key
    key = key or group.text("user_full_name") or None
    return scene.cast.says(key, None if key and scene.cast.person(key).role else side)


def _text_of(parts: Sequence[JsonObject], *, quoted: bool = False) -> str:
    """The words of all parts, without headers and files."""
    kinds = [_kind(part) for part in parts]
    chosen = [
        part for kind, part in zip(kinds, parts, strict=True) if (kind == _QUOTED) is quoted and kind not in _APART
    ]
    return "\n\n".join(filter(None, (_plain(part) for part in chosen)))


def _kind(part: JsonObject) -> str | None:
    kind = part.text("type")
    part.leave("type")
    return kind


def _plain(part: JsonObject) -> str:
    """What a part says; quoted markup comes escaped."""
    raw = part.text("message") or ""
    if _kind(part) == _QUOTED:
        raw = raw if "<" in raw else unescape(raw)
        return written(raw, None)
    return written(raw, None) if part.text("format") == "H" else raw.strip()
