"""What Freshdesk knows about a ticket, its codes in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import getaddresses

from llm_grader.readers.desks.help_desk import Beside, Person, by_id, customer_fields, moment, texts
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, without_empty
from llm_grader.signals.ticket_state import DONE
from llm_grader.transcript import Participant, Role, Ticket

_STATUSES = {2: "open", 3: "pending", 4: "solved", 5: "closed", 6: "waiting on customer", 7: "waiting on third party"}
_PRIORITIES = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
_SOURCES = {
    1: "email",
    2: "portal",
    3: "phone",
    4: "forum",
    5: "twitter",
    6: "facebook",
    7: "chat",
    8: "mobihelp",
    9: "feedback widget",
    10: "outbound email",
    11: "ecommerce",
    12: "bot",
    13: "whatsapp",
}
_ADDRESSES = ("from_email", "to_emails", "cc_emails", "bcc_emails", "reply_cc_emails", "fwd_emails")
_NEUTRAL = 100  # answers to the survey: 101 to 103 are happy, 100 is neutral, -101 to -103 are unhappy
_TIME_SPENT = re.compile(r"(\d{1,5}):(\d{2})")


def beside_tickets(record: JsonObject) -> Beside:
    """The people and teams that a record holds."""
    lists: tuple[tuple[str, Role | None], ...] = (("users", None), ("contacts", "customer"), ("agents", "agent"))
    found = [person_of(fields, role) for key, role in lists for fields in record.objects(key, keep=False)]
    teams = by_id(record.objects("groups", keep=False))
    return Beside(
        {person.key: person for person in found}, {key: team.text("name") or key for key, team in teams.items()}
    )


def person_of(fields: JsonObject, role: Role | None) -> Person:
    """A contact, or an agent, whose name and address are those of a contact inside."""
    about = fields.object("contact") or fields
    phone = about.text("mobile", "phone") or None
    return Person(fields.label("id") or "", role, about.text("name") or None, about.text("email") or None, phone)


def addressed(
    ticket: JsonObject, conversations: Iterable[JsonObject], participants: Iterable[Participant]
) -> Iterator[Participant]:
    """Whom the addresses of a ticket and of its conversations name, besides those who are known and `support@`."""
    addresses = {person.email.casefold() for person in participants if person.email}
    for fields in (ticket, *conversations):
        for name, address in getaddresses(list(_written_addresses(fields))):
            desk = role_of_label(address.partition("@")[0]) == "agent"
            if "@" in address and not desk and address.casefold() not in addresses:
                addresses.add(address.casefold())
                yield Participant(id=address, role="unknown", name=name or None, email=address)


def _written_addresses(fields: JsonObject) -> Iterator[str]:
    for key in _ADDRESSES:
        value = fields.value(key)
        fields.leave(key)
        yield from (address for address in (value if isinstance(value, list) else [value]) if isinstance(address, str))


def source_of(ticket: JsonObject) -> str | None:
    """Where a ticket came from, in words; None for a source that we do not know."""
    return _word(ticket, "source", _SOURCES)


def _word(fields: JsonObject, key: str, words: Mapping[int, str]) -> str | None:
    """What a code means; a word in its place stays."""
    code = fields.value(key)
    if isinstance(code, str):
        return code.casefold()
    return words.get(code) if isinstance(code, int) else None


def about_ticket(
    fields: JsonObject, beside: Beside, *, customer: Person | None, entries: Sequence[JsonObject], document: Document
) -> tuple[Ticket, list[str]]:
    """The ticket with the time that was booked on it, and what had to be assumed."""
    status = _word(fields, "status", _STATUSES)
    status = "solved" if status == "resolved" else status
    stats = fields.value("stats")
    times = JsonObject(stats or {}, "stats")
    moments = {key: moment(times, f"{key}_at", document=document) for key in ("first_responded", "resolved", "closed")}
    team = fields.label("group_id")
    rated = _satisfaction(fields)
    vendor = {"source": source_of(fields), "stats": stats, "custom_fields": fields.value("custom_fields")}
    vendor |= {"satisfaction_rating": rated, "status": fields.value("status")}
    ticket = Ticket(
        id=fields.label("id"),
        status=status,
        priority=_word(fields, "priority", _PRIORITIES),
        type=fields.text("type"),
        tags=texts(fields, "tags"),
        subject=fields.text("subject"),
        description=fields.text("description_text"),
        team=beside.teams.get(team or "", team),
        opened_at=moment(fields, "created_at", document=document),
        due_at=moment(fields, "due_by", document=document),
        first_reply_at=moments["first_responded"],
        resolved_at=moments["resolved"] if status in DONE else None,
        closed_at=moments["closed"] if status == "closed" else None,
        handle_seconds=_booked(entries),
        reopens=0 if isinstance(stats, dict) and stats.get("reopened_at", "") is None else None,
        vendor=without_empty(vendor),
        **customer_fields(customer),
    )
    unknown = fields.value("status") is not None and status is None
    return ticket, ["the ticket's status is one of the house's own, and was not read"] if unknown else []


def _satisfaction(fields: JsonObject) -> str | None:
    """The last answer to the survey, in a word."""
    answers = [survey.value("ratings") for survey in fields.objects("satisfaction_ratings")]
    codes = [answer.get("default_question") for answer in answers if isinstance(answer, dict)]
    code = next((code for code in reversed(codes) if isinstance(code, int)), None)
    if code is None:
        return None
    return "neutral" if code == _NEUTRAL else "satisfied" if code > _NEUTRAL else "dissatisfied"


def _booked(entries: Sequence[JsonObject]) -> float | None:
    """The seconds that time entries tell of."""
    spent = []
    for entry in entries:
        found = _TIME_SPENT.fullmatch(entry.needed_text("time_spent"))
        if found is None:
            raise entry.wrong("time_spent", "hours and minutes, as in 01:30")
        spent.append(int(found[1]) * 3600.0 + int(found[2]) * 60)
    return sum(spent) if spent else None
