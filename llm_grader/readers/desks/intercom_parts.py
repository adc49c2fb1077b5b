"""The parts of a conversation of Intercom as turns: what was said, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from llm_grader.readers.desks.help_desk import (
    Cast,
    Custody,
    event_turn,
    file_names,
    flag,
    message_turn,
    moment,
    status_event,
    written,
)
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.transcript import Channel, Role, Turn

_AUTOMATIC = ("automated", "operator_initiated", "campaigns_initiated")
_STATES = {"open": "open", "close": "closed", "snoozed": "on-hold", "unsnoozed": "open", "timer_unsnooze": "open"}
_STATES |= {"note_and_reopen": "open", "assign_and_reopen": "open", "assign_and_unsnooze": "open"}
_HOLDERS = {"admin": "agent", "team": "team"}


@dataclass
class Story:
    """A conversation while its parts are read: who and where, in which state it is, and whose it is.

    `redacted` is whether all its parts are, as a webhook says.
    """

    cast: Cast
    channel: Channel
    document: Document
    redacted: bool = False
    state: str | None = None
    custody: Custody = field(default_factory=Custody)


def read_opening(record: JsonObject, source: JsonObject, story: Story) -> Iterator[Turn]:
    """The first message; what was sent automatically is a bot's."""
    at = moment(record, "created_at", document=story.document)
    automatic: Role | None = "bot" if source.value("delivered_as") in _AUTOMATIC else None
    source.leave("delivered_as")
    by = _author(source, story)
    yield from _body(source, at, {**by, "role": automatic or by["role"]}, channel=story.channel, public=True)


def read_part(part: JsonObject, story: Story) -> Iterator[Turn]:
    """What a part says, then what it does; one that does neither stays metadata."""
    kind = part.text("part_type") or ""
    holder = _holder(part)
    if not any(part.value(key) for key in ("body", "attachments")) and holder is None and kind not in _STATES:
        part.leave("part_type", "attachments", "body")
        return
    part.leave("attachments")
    at = moment(part, "created_at", document=story.document)
    by = _author(part, story)
    public, redacted = not kind.startswith("note"), story.redacted or bool(flag(part, "redacted"))
    yield from _body(part, at, by, channel=story.channel, public=public, redacted=redacted)
    if holder and (event := story.custody.give(dict([holder]))):
        person = story.cast.person(holder[1])
        yield event_turn(event, f"to {person.name or ' '.join(holder)}", at, by)
    yield from _moved(kind, at, by, story)


def read_rating(record: JsonObject, story: Story) -> Iterator[Turn]:
    """The customer's answer to the survey as an event."""
    rating = record.object("conversation_rating")
    if rating is None or "rating" not in rating:
        return
    words = filter(None, (rating.label("rating"), rating.text("remark")))
    at = moment(rating, "created_at", document=story.document)
    yield event_turn("rating", ": ".join(words), at, {"role": "customer"})


def _author(fields: JsonObject, story: Story) -> dict[str, Any]:
    author = fields.object("author")
    if author is None:
        return story.cast.says(None)
    author.skip("type", "name", "email")
    return story.cast.says(author.label("id"))


def _body(
    fields: JsonObject,
    at: datetime | None,
    by: dict[str, Any],
    *,
    channel: Channel,
    public: bool,
    redacted: bool = False,
) -> Iterator[Turn]:
    text = written(fields.text("body"), None)
    if text and redacted:
        yield event_turn("redacted", text, at, by)
    elif text:
        yield message_turn(text, at, by, channel=channel, public=public)
    elif files := file_names(fields, "attachments", "name"):
        yield event_turn("attachment", files, at, by)


def _holder(part: JsonObject) -> tuple[str, str] | None:
    """Who gets the conversation: `agent` or `team`, and the id."""
    given = part.value("assigned_to")
    part.leave("assigned_to")
    kind, number = (given.get("type"), given.get("id")) if isinstance(given, dict) else (None, None)
    holder = _HOLDERS.get(kind) if isinstance(kind, str) else None
    return (holder, str(number)) if holder and isinstance(number, (str, int)) else None


def _moved(kind: str, at: datetime | None, by: dict[str, Any], story: Story) -> Iterator[Turn]:
    """A change of state. The first reply to a message that the house sent also opens it, which is no reopening."""
    after = _STATES.get(kind)
    if after is None or after == story.state:
        return
    before, story.state = story.state, after
    yield event_turn(status_event(before, after), f"from {before} to {after}" if before else after, at, by)
