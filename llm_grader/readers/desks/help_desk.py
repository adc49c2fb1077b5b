"""What exports of help desks have in common: people known by id, cases that change hands, and texts with markup.

Events of a case are turns that nobody said. Their names are `transfer` (another person or team gets it), `assign` (the
first one does), `reopen`, `status`, `rating`, `attachment`, `call`, and what the source calls any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from llm_grader.readers.mail.html_text import html_to_text, is_html
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.readers.source.sequence import in_order
from llm_grader.signals.ticket_state import DONE
from llm_grader.transcript import Channel, Participant, Role, Turn

_NO_DATES = ("", "0000-00-00 00:00:00")  # how some systems write that there is none


class Person(NamedTuple):
    """Someone the source knows; `key` is the source's id, `role` None where it states none."""

    key: str
    role: Role | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def contact(self) -> str | None:
        """The address, else the number."""
        return self.email or self.phone


class Beside(NamedTuple):
    """What stands beside the tickets of a record, by id; metrics as they are, by the id of the ticket."""

    people: dict[str, Person]
    teams: Mapping[str, str]
    metrics: Mapping[str, Any] = MappingProxyType({})


class Cast:
    """Who takes part in one conversation, each called by name, else by address, else by the source's id.

    Args:
        people: everyone the source knows, by id.
        roles: what the caller knows, by name, address or id.
        sides: the roles that some have in this conversation, which count more than those they have elsewhere.
    """

    def __init__(self, people: Mapping[str, Person], roles: RoleMapping, sides: Mapping[str, Role]) -> None:
        self._people = people
        self._roles = roles
        self._sides = dict(sides)
        self._called: dict[str, str] = {}
        self._found: dict[str, Role] = {}

    def says(self, key: str | None, role: Role | None = None) -> dict[str, Any]:
        """The fields of a turn that tell who speaks.

        `role` is what the source says of this turn; nothing else being known of the person, it holds for later ones.
        """
        if key is None:
            return {"role": role or "unknown"}
        person = self.person(key)
        name = self._name(person)
        if role and not person.role:
            self._sides.setdefault(key, role)
        stated = role or self._sides.get(key) or person.role
        mapped = None if stated else self._mapped(person)
        if stated or mapped:
            self._found.setdefault(key, stated or mapped or "unknown")
        settled = {"role_source": "mapping", "role_confidence": 1.0} if mapped else {}
        return {"speaker": name, "role": stated or mapped or "unknown", **settled}

    def person(self, key: str) -> Person:
        """What is known of the person with this id."""
        return self._people.get(key) or Person(key)

    def called(self, name: str) -> str:
        """The id of the only one in this conversation with the name, else the name itself."""
        same = [key for key in {**self._sides, **self._called} if self.person(key).name == name]
        return same[0] if len(same) == 1 else name

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Everyone who took part so far, in the order of their first turns."""
        return tuple(
            Participant(
                id=name,
                role=self._found.get(key, "unknown"),
                name=self.person(key).name,
                email=self.person(key).email,
                phone=self.person(key).phone,
                key=key if key != name else None,
            )
            for key, name in self._called.items()
        )

    def _name(self, person: Person) -> str:
        if person.key not in self._called:
            name = person.name or person.contact or person.key
            taken = name in self._called.values()
            self._called[person.key] = f"{name} ({person.key})" if taken else name
        return self._called[person.key]

    def _mapped(self, person: Person) -> Role | None:
        return self._roles.role_of(person.name, person.email, person.phone, person.key)


class Custody:
    """Whose case it is: tells passing it on from giving it to somebody for the first time."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}

    def held(self, kind: str, holder: str | None) -> None:
        """Someone of this kind had it before the history begins."""
        if holder is not None:
            self._holders.setdefault(kind, holder)

    def give(self, holders: Mapping[str, str | None]) -> Literal["transfer", "assign"] | None:
        """What it is that these get the case, one of each kind such as `agent` and `team`.

        Returns:
            `transfer` when another one of the kind had it last, `assign` when none had, None when nobody new gets it.
        """
        new = {kind: who for kind, who in holders.items() if who is not None and self._holders.get(kind) != who}
        passed_on = any(kind in self._holders for kind in new)
        self._holders |= new
        return ("transfer" if passed_on else "assign") if new else None


def status_event(before: str | None, after: str) -> Literal["reopen", "status"]:
    """What a change of status is, both in our words (`solved`, `open`)."""
    return "reopen" if before in DONE and after not in DONE else "status"


def event_turn(name: str, text: str, at: datetime | None, by: Mapping[str, Any] | None = None) -> Turn:
    """An event as a turn, of the system's unless `by` (see `Cast.says`) tells whose."""
    who = {"role": "system"} if by is None else by
    return Turn(text=text, at=at, kind="event", event=name, visibility="internal", **who)


def message_turn(text: str, at: datetime | None, by: Mapping[str, Any], *, channel: Channel, public: bool) -> Turn:
    """What somebody wrote: a message, or a note where the customer does not see it."""
    return Turn(
        text=text,
        at=at,
        kind="message" if public else "note",
        visibility="public" if public else "internal",
        segments=split_reply(text) if channel == "email" else (),
        **by,
    )


def written(html: str | None, plain: str | None) -> str:
    """A text as its reader sees it: that of the markup, else the plain one, which some exports fill with markup."""
    text = (html_to_text(html).strip() if html else "") or (plain or "").strip()
    return html_to_text(text).strip() if not html and is_html(text) else text


def flag(fields: JsonObject, key: str) -> bool | None:
    """A field that is true or false; None when it is missing."""
    value = fields.value(key)
    if value is not None and not isinstance(value, bool):
        raise fields.wrong(key, "true or false")
    return value


def count(fields: JsonObject, key: str) -> int | None:
    """How often something happened; None when it is missing."""
    number = fields.value(key)
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
        raise fields.wrong(key, "a count")
    return number


def moment(fields: JsonObject, *keys: str, document: Document) -> datetime | None:
    """The first of these points in time that is there; blanks and a date of zeros are none."""
    for key in keys:
        if fields.value(key) not in (None, *_NO_DATES):
            return instant_of(fields, key, warn=document.warn)
    return None


def texts(fields: JsonObject, key: str) -> tuple[str, ...] | None:
    """A list of texts, such as tags; None when it is missing."""
    value = fields.value(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise fields.wrong(key, "a list of texts")
    return tuple(value)


def customer_fields(customer: Person | None) -> dict[str, Any]:
    """The fields of a ticket that tell whose it is."""
    if customer is None:
        return {}
    return {"customer_id": customer.key, "customer_name": customer.name, "customer_contact": customer.contact}


def file_names(fields: JsonObject, key: str, name: str) -> str:
    """The names of the files attached, for a turn without words; what is known of the files stays metadata."""
    files = fields.objects(key)
    names = [file.label(name) or "a file" for file in files]
    for file in files:
        file.leave(name)
    return ", ".join(names)


def settled_channel(
    stated: Channel | None, document: Document, *, otherwise: Channel = "email"
) -> tuple[Channel, list[str]]:
    """The channel that the source states, else the caller's, else the usual one with the warning that says so."""
    channel = stated or document.options.channel
    return (channel, []) if channel else (otherwise, [f"the channel is not stated: read as {otherwise}"])


def ordered_turns(turns: Iterable[Turn], subject: str | None, channel: Channel) -> tuple[Turn, ...]:
    """Turns by their times, the subject on the first message of a mail."""
    ordered = in_order(turns, lambda turn: turn.at.timestamp() if turn.at else None)
    first = next((number for number, turn in enumerate(ordered) if turn.kind == "message"), None)
    if channel == "email" and subject and first is not None:
        ordered[first] = ordered[first].model_copy(update={"subject": subject})
    return tuple(ordered)


def by_id(objects: Sequence[JsonObject], key: str = "id") -> dict[str, JsonObject]:
    """Objects of a list that is looked things up in, by their ids."""
    return {number: fields for fields in objects if (number := fields.label(key)) is not None}
