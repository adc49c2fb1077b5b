"""One ticket of Zendesk as a conversation, with what the help desk knows about the case."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.readers.desks.help_desk import (
    Beside,
    Cast,
    Person,
    count,
    customer_fields,
    message_turn,
    moment,
    ordered_turns,
    settled_channel,
    texts,
    written,
)
from llm_grader.readers.desks.zendesk_changes import STATUSES, Past, Scene, Update, sides_in
from llm_grader.readers.desks.zendesk_history import CHATS, read_history, via_of
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import number_of
from llm_grader.readers.source.json_object import JsonObject, without_empty
from llm_grader.signals.ticket_state import DONE
from llm_grader.transcript import Channel, Role, Ticket, Transcript

_WRITTEN = ("email", "web", "mobile", "mobile_sdk", "web_widget", "web_form", "help_center")
_CALLED = ("voice", "phone", "voicemail", "phone_call_inbound", "phone_call_outbound")
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(CHATS, "chat"),
    **dict.fromkeys(_WRITTEN, "email"),
    **dict.fromkeys(_CALLED, "call"),
}
_ROLES: dict[str, Role] = {"end-user": "customer", "agent": "agent", "admin": "agent"}


def person_of(fields: JsonObject, key: str) -> Person:
    """A user of Zendesk."""
    role = _ROLES.get(fields.text("role") or "")
    return Person(key, role, fields.text("name") or None, fields.text("email") or None, fields.text("phone") or None)


def read_ticket(ticket: JsonObject, updates: Sequence[JsonObject], beside: Beside, document: Document) -> Transcript:
    """The conversation of a ticket, of the comments and audits inside it and of `updates`, those beside it.

    Raises:
        MalformedInput: nobody says anything in it.
    """
    comments, audits = _history(ticket, updates)
    cast, asking = _cast(ticket, audits, beside.people, document)
    channel, warnings = settled_channel(_CHANNELS.get(via_of(ticket) or ""), document)
    scene = Scene(cast, channel, beside.teams, warnings, document)
    turns, past = read_history(comments, audits, scene)
    if not past.read and (text := written(None, ticket.text("description"))):
        at = moment(ticket, "created_at", document=document)
        by = cast.says(asking and asking.key, "customer")
        turns.append(message_turn(text, at, by, channel=channel, public=True))
        warnings.append("no comments came with the ticket: only its description was read")
    if not turns:
        raise MalformedInput("no comment in it: export tickets with their comments or audits")
    if asking and asking.role == "agent":
        warnings.append("the requester is an agent, and was read as the customer")
    number = ticket.label("id")
    metrics = _metric(ticket, beside.metrics.get(number or "", beside.metrics.get("")))
    about = _about(ticket, metrics, scene=scene, past=past, customer=asking)
    history = {"comments": [comment.rest for comment in comments], "audits": [audit.fields.rest for audit in audits]}
    return Transcript(
        id=number or document.new_id(),
        channel=channel,
        turns=ordered_turns(turns, about.subject, channel),
        participants=cast.participants,
        ticket=about,
        metadata={**ticket.rest, **{key: rests for key, rests in history.items() if any(rests)}},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _history(ticket: JsonObject, updates: Sequence[JsonObject]) -> tuple[list[JsonObject], list[Update]]:
    """The comments and the audits of a ticket, those inside it first."""
    comments, audits = list(ticket.objects("comments")), list(ticket.objects("audits"))
    for update in updates:
        (audits if "events" in update or "child_events" in update else comments).append(update)
    return comments, [Update.of(audit) for audit in audits]


def _cast(
    ticket: JsonObject, audits: Sequence[Update], users: dict[str, Person], document: Document
) -> tuple[Cast, Person | None]:
    """Who takes part, and the requester, where the ticket or its changes name one."""
    people = ChainMap[str, Person]({}, users)
    asking, handling = _someone(ticket, "requester", people), _someone(ticket, "assignee", people)
    sides = sides_in(audits) | ({handling: "agent"} if handling else {})
    asking = asking or next((who for who, side in sides.items() if side == "customer"), None)
    sides |= {asking: "customer"} if asking else {}
    cast = Cast(people, document.options.roles, sides)
    return cast, cast.person(asking) if asking else None


def _someone(ticket: JsonObject, who: str, people: MutableMapping[str, Person]) -> str | None:
    """The id of the requester or assignee, who may stand in the ticket."""
    key = ticket.label(f"{who}_id")
    if (inside := ticket.object(who)) is None:
        return key
    key = inside.label("id") or key or inside.text("email") or inside.text("name")
    if key is not None:
        people[key] = person_of(inside, key)
    return key


def _metric(ticket: JsonObject, beside: Any) -> Any:
    """The ticket's metrics, as they stand."""
    inside = ticket.value("metric_set", "ticket_metric")
    return beside or {} if inside is None else inside


def _about(fields: JsonObject, metrics: Any, *, scene: Scene, past: Past, customer: Person | None) -> Ticket:
    metric = JsonObject(metrics, "metric_set")
    status = fields.text("status") or None
    status = STATUSES.get(status or "", status)
    opened = moment(fields, "created_at", document=scene.document)
    solved = moment(metric, "solved_at", document=scene.document) or past.reached.get("solved")
    team = fields.label("group_id")
    group = fields.object("group")
    counted = count(metric, "reopens")
    kept = {key: fields.value(key) for key in ("satisfaction_rating", "custom_fields", "custom_status_id")}
    kept["metric_set"] = metrics
    return Ticket(
        id=fields.label("id"),
        status=status,
        priority=fields.text("priority"),
        type=fields.text("type"),
        tags=texts(fields, "tags"),
        subject=fields.text("subject", "raw_subject"),
        description=fields.text("description"),
        team=(group.text("name") if group else None) or scene.teams.get(team or "", team),
        opened_at=opened,
        due_at=moment(fields, "due_at", document=scene.document),
        first_reply_at=_first_reply(opened, metric),
        resolved_at=solved if status in DONE else None,
        closed_at=past.reached.get("closed") if status == "closed" else None,
        transfers=None if past.audited else _transfers(metric),
        reopens=past.reopens if counted is None and past.audited else counted,
        vendor=without_empty(kept),
        **customer_fields(customer),
    )


def _first_reply(opened: datetime | None, metric: JsonObject) -> datetime | None:
    """When the first reply was public: the opening and the calendar time until then."""
    for key, seconds in (("reply_time_in_seconds", 1), ("reply_time_in_minutes", 60)):
        took = metric.object(key)
        waited = number_of(took, "calendar") if took else None
        if opened is not None and waited is not None:
            try:
                return opened + timedelta(seconds=waited * seconds)
            except OverflowError:
                raise metric.wrong(key, "a duration") from None
    return None


def _transfers(metric: JsonObject) -> int | None:
    """How often it went on to another person or team: each of them is a station, and the first one no transfer."""
    stations = [number for key in ("assignee_stations", "group_stations") if (number := count(metric, key)) is not None]
    return max(max(stations) - 1, 0) if stations else None
