"""LiveAgent (API version 3): tickets with their message groups.

Mail that comes in is the customer's, mail that goes out an agent's; in chats the ids of people tell. Internal groups,
and those of a type that is not known, are notes. What a part quotes is marked as quoted, headers of mail are metadata.
Calls, transfers, solving, postponing and the like are events. Times have no zone and are read as UTC, with a warning.

No export of a running system was at hand: the names and codes are those that LiveAgent's own pages and public importers
use, and the reader is not verified against live data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.readers.desks.help_desk import Beside, Cast, Person, by_id, ordered_turns, settled_channel
from llm_grader.readers.desks.liveagent_groups import CALLS, CHATS, MAILS, GroupScene, read_group
from llm_grader.readers.desks.liveagent_ticket import about_ticket
from llm_grader.readers.desks.ticket_records import Shape, holds_tickets, read_tickets
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields
from llm_grader.transcript import Channel, Role, Transcript

NAME = "liveagent"

_GROUPS = ("messages", "message_groups", "groups")
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(CHATS, "chat"),
    **dict.fromkeys(MAILS, "email"),
    **dict.fromkeys(CALLS, "call"),
}


def sniff(document: Document) -> bool:
    """Whether the first record is a ticket or a message group, or holds some, as LiveAgent names their fields."""
    return holds_tickets(first_fields(document), _SHAPE)


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a ticket; message groups without their ticket make one conversation of a file."""
    return read_tickets(document, _SHAPE)


def _is_ticket(value: Any) -> bool:
    has_department = isinstance(value, dict) and "departmentid" in value
    return has_department and any(key in value for key in ("owner_contactid", "owner_email"))


def _is_group(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        return False
    return {"type", "datecreated"} <= value.keys() and any(key in value for key in ("userid", "user_full_name"))


def _beside(record: JsonObject) -> Beside:
    agents = [_person(fields, "agent") for fields in record.objects("agents", keep=False)]
    contacts = [_person(fields, "customer") for fields in record.objects("contacts", keep=False)]
    teams = by_id(record.objects("departments", keep=False))
    people = {person.key: person for person in (*contacts, *agents)}
    return Beside(people, {key: team.text("name") or key for key, team in teams.items()})


def _person(fields: JsonObject, role: Role) -> Person:
    full = " ".join(filter(None, (fields.text("firstname"), fields.text("lastname"))))
    name = fields.text("name", "full_name") or full or None
    return Person(fields.label("id") or fields.label("userid") or "", role, name, fields.text("email") or None)


def _read(ticket: JsonObject, updates: Sequence[JsonObject], beside: Beside, document: Document) -> Transcript:
    groups = [*(group for key in _GROUPS for group in ticket.objects(key)), *updates]
    kinds = [group.label("type") or "" for group in groups]
    spoken = next((channel for kind in kinds if (channel := _CHANNELS.get(kind))), None)
    mail: Channel | None = "email" if ticket.value("channel_type") == "E" else None
    channel, warnings = settled_channel(spoken or mail, document)
    customer = _customer(ticket)
    people = _people(ticket, groups, customer, beside)
    scene = GroupScene(Cast(people, document.options.roles, {}), customer, channel, warnings, document)
    turns = [turn for kind, group in zip(kinds, groups, strict=True) for turn in read_group(kind, group, scene)]
    if not turns:
        raise MalformedInput("nobody says anything in it: export tickets with their message groups")
    about = about_ticket(ticket, scene, beside, solved=kinds.count("R"))
    beside_it = [update.rest for update in updates]
    return Transcript(
        id=about.id or document.new_id(),
        channel=channel,
        turns=ordered_turns(turns, about.subject, channel),
        participants=scene.cast.participants,
        ticket=about,
        metadata={**ticket.rest, "messages": beside_it} if any(beside_it) else ticket.rest,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _customer(ticket: JsonObject) -> Person | None:
    """The ticket's owner, who is the customer."""
    mail = ticket.text("owner_email") or None
    key = ticket.label("owner_contactid") or mail
    return Person(key, "customer", ticket.text("owner_name") or None, mail) if key else None


def _people(
    ticket: JsonObject, groups: Sequence[JsonObject], customer: Person | None, beside: Beside
) -> dict[str, Person]:
    """Everyone by id. Users of a group are known by name, which the ticket's owner has too under another id."""
    handling = ticket.label("agentid")
    people = {handling: Person(handling, "agent")} if handling else {}
    for group in groups:
        key, name = group.label("userid"), group.text("user_full_name") or None
        if key and name:
            asks = customer is not None and customer.name == name
            people[key] = Person(key, "customer" if asks else "agent" if key == handling else None, name)
    return people | beside.people | ({customer.key: customer} if customer else {})


_SHAPE = Shape(
    is_ticket=_is_ticket,
    is_update=_is_group,
    history=_GROUPS,
    number=("ticketid", "ticket_id", "conversationid"),
    beside=_beside,
    make=_read,
)
