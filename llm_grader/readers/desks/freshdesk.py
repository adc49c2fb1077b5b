"""Freshdesk: tickets with their conversations, of which the ticket's description is the first message.

A private note, and what was forwarded to somebody else, is a note. What comes in is the customer's, all other messages
are agents'; the names of agents must stand beside the ticket (`agents`), or they are called by their ids. Codes of
status, priority and source are told in words; source, `stats`, custom fields and the answer to the survey are the
ticket's `vendor`. Conversations without their ticket are read, with a warning, as far as they go.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.readers.desks.freshdesk_ticket import about_ticket, addressed, beside_tickets, person_of, source_of
from llm_grader.readers.desks.help_desk import (
    Beside,
    Cast,
    Person,
    event_turn,
    file_names,
    flag,
    message_turn,
    moment,
    ordered_turns,
    settled_channel,
    written,
)
from llm_grader.readers.desks.ticket_records import Shape, holds_tickets, read_tickets
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields
from llm_grader.transcript import Channel, Role, Transcript, Turn

NAME = "freshdesk"

_TELLING = ("fr_escalated", "fr_due_by", "description_text", "email_config_id", "conversations", "stats")
_OF_A_TIME_ENTRY = frozenset(("time_spent", "timer_running", "ticket_id"))
_MOST_EMBEDDED = 10  # the API puts no more conversations into a ticket
_SURVEY, _FORWARDED = 6, 8  # sources of conversations
_NO_DESCRIPTION = "the ticket's description, which is its first message, is missing: only what followed was read"
_NOTHING = "nobody says anything in it: export tickets with their description and conversations, not time entries alone"
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(("email", "portal", "feedback widget", "outbound email"), "email"),
    **dict.fromkeys(("chat", "whatsapp", "facebook", "twitter", "bot"), "chat"),
    "phone": "call",
}


def sniff(document: Document) -> bool:
    """Whether the first record is a ticket, a conversation or a time entry, or holds some, as Freshdesk names them."""
    return holds_tickets(first_fields(document), _SHAPE)


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a ticket; conversations that stand alone make one of all that name the same ticket."""
    return read_tickets(document, _SHAPE)


def _is_ticket(value: Any) -> bool:
    has_parties = isinstance(value, dict) and {"requester_id", "responder_id"} <= value.keys()
    return has_parties and any(key in value for key in _TELLING)


def _is_update(value: Any) -> bool:
    """Whether it is a conversation or a time entry."""
    if not isinstance(value, dict):
        return False
    is_conversation = {"incoming", "private"} <= value.keys() and bool({"body", "body_text"} & value.keys())
    return is_conversation or value.keys() >= _OF_A_TIME_ENTRY


def _read(ticket: JsonObject, updates: Sequence[JsonObject], beside: Beside, document: Document) -> Transcript:
    embedded = ticket.objects("conversations")
    entries = [update for update in updates if "time_spent" in update]
    conversations = [*embedded, *(update for update in updates if update not in entries)]
    cast, asking = _cast(ticket, beside, document)
    source = source_of(ticket)
    channel, warnings = settled_channel(_CHANNELS.get(source or ""), document)
    turns = list(_opening(ticket, source, cast, channel=channel, document=document))
    if not turns and conversations:
        warnings.append(_NO_DESCRIPTION)
    turns += [turn for fields in conversations for turn in _conversation(fields, cast, channel, document)]
    if not turns:
        raise MalformedInput(_NOTHING)
    if len(embedded) >= _MOST_EMBEDDED:
        warnings.append(f"a ticket holds no more than {_MOST_EMBEDDED} conversations: others may be missing")
    if channel == "call":
        warnings.append("opened on the phone: the description may be an agent's summary of the call")
    about, assumed = about_ticket(ticket, beside, customer=asking, entries=entries, document=document)
    beside_it = [update.rest for update in updates]
    return Transcript(
        id=about.id or document.new_id(),
        channel=channel,
        turns=ordered_turns(turns, about.subject, channel),
        participants=(*cast.participants, *addressed(ticket, conversations, cast.participants)),
        ticket=about,
        metadata={**ticket.rest, "updates": beside_it} if any(beside_it) else ticket.rest,
        warnings=(*warnings, *assumed),
    )


def _cast(ticket: JsonObject, beside: Beside, document: Document) -> tuple[Cast, Person | None]:
    """Who takes part, and the requester."""
    asking, handling = ticket.label("requester_id"), ticket.label("responder_id")
    people = ChainMap[str, Person]({}, beside.people)
    for key, role in ((asking, "requester"), (handling, "responder")):
        inside = ticket.object(role)
        if key and inside:
            people[key] = person_of(inside, None)._replace(key=key)
    sides: dict[str, Role] = {handling: "agent"} if handling else {}
    cast = Cast(people, document.options.roles, sides)
    return cast, cast.person(asking) if asking else None


def _opening(
    ticket: JsonObject, source: str | None, cast: Cast, *, channel: Channel, document: Document
) -> Iterator[Turn]:
    """The description: the customer's, or an agent's who wrote first."""
    at = moment(ticket, "created_at", document=document)
    ours = source == "outbound email"
    by = cast.says(ticket.label("responder_id" if ours else "requester_id"), "agent" if ours else "customer")
    if text := written(ticket.text("description"), ticket.text("description_text")):
        yield message_turn(text, at, by, channel=channel, public=True)
    elif files := file_names(ticket, "attachments", "name"):
        yield event_turn("attachment", files, at, by)
    reopened = JsonObject(ticket.value("stats") or {}, "stats")
    if again := moment(reopened, "reopened_at", document=document):
        yield event_turn("reopen", "the ticket was reopened", again)


def _conversation(fields: JsonObject, cast: Cast, channel: Channel, document: Document) -> Iterator[Turn]:
    """A reply, a note or an answer to the survey."""
    at = moment(fields, "created_at", document=document)
    incoming, private, kind = flag(fields, "incoming"), flag(fields, "private"), fields.value("source")
    fields.leave("source")
    by = cast.says(fields.label("user_id"), "customer" if incoming else "agent")
    text = written(fields.text("body"), fields.text("body_text"))
    fields.skip("body_text")
    if kind == _SURVEY:
        yield event_turn("rating", text or "an answer to the survey", at, by)
    elif text:
        hidden = bool(private) or private is None or kind == _FORWARDED
        yield message_turn(text, at, by, channel=channel, public=not hidden)
    elif files := file_names(fields, "attachments", "name"):
        yield event_turn("attachment", files, at, by)


_SHAPE = Shape(
    is_ticket=_is_ticket,
    is_update=_is_update,
    history=("conversations", "time_entries"),
    number=("ticket_id",),
    beside=beside_tickets,
    make=_read,
)
