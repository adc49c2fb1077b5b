"""What audits and ticket events of Zendesk tell of a ticket: who asks and who handles it, and every change of hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from llm_grader.readers.desks.help_desk import Cast, Custody, event_turn, status_event
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.transcript import Channel, Role, Turn

STATUSES = {"hold": "on-hold"}
"""Their words for a status that differ from ours."""

_HOLDERS = {"group_id": "team", "assignee_id": "agent"}
_ASKING = "requester_id"


class Scene(NamedTuple):
    """What all parts of a ticket's history share: who, where, what groups are called, and what had to be assumed."""

    cast: Cast
    channel: Channel
    teams: Mapping[str, str]
    warnings: list[str]
    document: Document


class Update(NamedTuple):
    """An audit, or a ticket event of the incremental export, and what happened in it."""

    fields: JsonObject
    events: list[JsonObject]

    @classmethod
    def of(cls, fields: JsonObject) -> Update:
        """The update that an object is."""
        return cls(fields, fields.objects("child_events" if "child_events" in fields else "events"))


class Past:
    """What a history tells of the ticket besides its turns.

    Attributes:
        audited: whether changes are known at all.
        reopens: how often it was reopened.
        reached: the last time of each status, in our words.
        custody: whose it is.
        private: of comments whose privacy was changed, whether they are private now.
        read: the ids of the comments that were read, empty for one without.
        with_comment: the ids of the audits whose comments stand beside them.
        has_chat: whether a chat is told message by message.
    """

    def __init__(self) -> None:
        self.audited = False
        self.reopens = 0
        self.reached: dict[str, datetime] = {}
        self.custody = Custody()
        self.private: dict[str, bool] = {}
        self.read: set[str] = set()
        self.with_comment: set[str] = set()
        self.has_chat = False


def sides_in(audits: Sequence[Update]) -> dict[str, Role]:
    """The last requester, who is the customer, and all assignees, agents, that the changes of a ticket name."""
    asking: str | None = None
    sides: dict[str, Role] = {}
    for event in (event for audit in audits for event in audit.events):
        if who := _named(event, _ASKING):
            asking = who
        if who := _named(event, "assignee_id"):
            sides[who] = "agent"
    return {**sides, asking: "customer"} if asking else sides


def _named(event: JsonObject, field: str) -> str | None:
    """Whom a field was set to; audits name the field, ticket events have it as a key."""
    key = "value" if event.value("field_name") == field else field
    who = event.label(key) or None
    event.leave("field_name", key)
    return who


def kind_of(event: JsonObject) -> str:
    """The type of an event, such as `Comment` or `Change`; it stays metadata."""
    kind = event.text("type", "event_type") or ""
    event.leave("type", "event_type")
    return kind


def changes_of(event: JsonObject) -> dict[str, tuple[str | None, str | None]]:
    """The status, group or assignee before and after; audits name the field, ticket events have it as a key."""
    named = event.value("field_name")
    event.leave("field_name")
    found = [key for key in ("status", *_HOLDERS) if named == key or (named is None and key in event)]
    if not found or kind_of(event) not in ("Create", "Change"):
        return {}
    event.skip("type", "event_type", "field_name", "id")
    before = event.label("previous_value") or None if len(found) == 1 else None
    return {key: (before, event.label("value" if named else key) or None) for key in found}


def change_events(
    changes: Mapping[str, tuple[str | None, str | None]],
    at: datetime | None,
    by: Mapping[str, Any] | None,
    *,
    scene: Scene,
    past: Past,
) -> Iterator[Turn]:
    """The changes of one update as events; `past` remembers them."""
    handed = {kind: changes[key] for key, kind in _HOLDERS.items() if key in changes}
    for kind, (before, _) in handed.items():
        past.custody.held(kind, before)
    if event := past.custody.give({kind: after for kind, (_, after) in handed.items()}):
        names = [_holder(kind, after, scene) for kind, (_, after) in handed.items() if after]
        yield event_turn(event, f"to {', '.join(names)}", at, by)
    if "status" in changes:
        old, new = (STATUSES.get(word or "", word) for word in changes["status"])
        name = status_event(old, new or "")
        past.reopens += name == "reopen"
        if at is not None:
            past.reached[new or ""] = at
        yield event_turn(name, f"from {old} to {new}" if old else f"{new}", at, by)


def _holder(kind: str, holder: str, scene: Scene) -> str:
    if kind == "team":
        return scene.teams.get(holder, f"team {holder}")
    person = scene.cast.person(holder)
    return person.name or person.contact or holder
