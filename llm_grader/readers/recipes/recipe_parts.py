"""What a recipe's parts say of one object: texts, roles, times, and what was assumed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast, get_args

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import describe
from llm_grader.readers.desks.help_desk import Cast, Person
from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.recipes.document_nodes import is_document, text_of_nodes
from llm_grader.readers.recipes.paths import is_nothing, path
from llm_grader.readers.recipes.recipe import Part, RecipePeople, TurnParts
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.moments import Moments, seconds
from llm_grader.readers.source.ticket_fields import as_text, ticket_of
from llm_grader.transcript import Channel, Role, Ticket, Turn, TurnKind, Visibility

_ROLES = frozenset(get_args(Role))
_READ_AS_BOT = "the assistant was read as a bot, which is not graded; if it is the agent, name it as one"


def text_of(part: Part, value: Any) -> str | None:
    """What a part says as text, by its meanings where it has some, or all that a tree of nodes says; None for nothing.

    Raises:
        MalformedInput: a list or an object stands where a text should.
    """
    found = part.find(value)
    if is_nothing(found) or (found is False and "false" not in part.meanings):
        return part.otherwise
    if isinstance(found, (list, dict)):
        if is_document(found):
            return text_of_nodes(found) or part.otherwise
        raise MalformedInput(f"{part.path}: expected text, found {describe(found)}")
    text = as_text(found) or ""
    if not part.values or text in part.meant:
        return text
    return part.meanings.get(text.casefold(), part.otherwise if part.otherwise is not None else text)


def known_role(word: str | None) -> Role | None:
    """The role that a word is, or names; None for neither."""
    if not word:
        return None
    return cast("Role", word) if word in _ROLES else role_of_label(word)


def with_stated_roles(turns: Sequence[Turn]) -> list[Turn]:
    """Turns with the role that the source states of their speaker in other turns, where it states one and no other."""
    roles: dict[str, set[Role]] = {}
    for turn in turns:
        if turn.speaker is not None and turn.role != "unknown":
            roles.setdefault(turn.speaker, set()).add(turn.role)
    stated = {speaker: next(iter(found)) for speaker, found in roles.items() if len(found) == 1}
    return [
        turn.model_copy(update={"role": stated[turn.speaker]})
        if turn.role == "unknown" and turn.speaker in stated
        else turn
        for turn in turns
    ]


class PartReader:
    """Makes turns, people and a ticket of the objects of one conversation, and notes what had to be assumed.

    Args:
        roles: what the caller knows about the speakers.
        channel: the conversation's channel.
        people: who takes part, by id.
    """

    def __init__(self, roles: RoleMapping, channel: Channel, people: Mapping[str, Person]) -> None:
        self._people = dict(people)
        self._roles = roles
        self._cast = Cast(self._people, roles, {})
        self._channel = channel
        self._moments: dict[str, Moments] = {}
        self._notes: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be assumed so far."""
        times = (warning for moments in self._moments.values() for warning in moments.warnings)
        return tuple(dict.fromkeys((*self._notes, *times)))

    @property
    def cast(self) -> Cast:
        """Those who took part so far."""
        return self._cast

    def note(self, warning: str) -> None:
        """Remember what was assumed, once."""
        self._notes[warning] = None

    def look_ahead(self, parts: TurnParts, items: Sequence[Any]) -> None:
        """Learn from all times of the turns how each is written."""
        if (part := parts.by_name.get("at")) is not None:
            self._moments_of(part, [part.find(item) for item in items])

    def moments_of(self, part: Part) -> Moments:
        """How the times of a part are read."""
        return self._moments_of(part, ())

    def _moments_of(self, part: Part, values: Iterable[Any]) -> Moments:
        if part.path not in self._moments:
            self._moments[part.path] = Moments(part.path, values, time_format=part.format, unit=part.unit)
        return self._moments[part.path]

    def time(self, part: Part, value: Any) -> datetime | None:
        """The point in time that a part says."""
        found = part.find(value)
        return None if is_nothing(found) else self._moments_of(part, ()).read(found)

    def ticket(self, parts: Mapping[str, Part], value: Any) -> Ticket | None:
        """The ticket that these parts say."""
        values = {name: _meant(part, value) for name, part in parts.items()}
        return ticket_of(values, lambda name, found: self._moments_of(parts[name], ()).read(found), self.note)

    def turn(self, parts: Mapping[str, Part], item: Any) -> Turn | None:
        """The turn that an object is, None for one in which nothing is said and nothing happens.

        Raises:
            MalformedInput: something in it is of another kind than it should be.
        """
        texts = _texts_of(parts, item)
        text, fields = _written(texts), self._seen(texts)
        if not text and fields.get("kind") == "event":
            text = texts.get("event") or fields["event"]
        if not text:
            return None
        fields |= self._by(parts, texts, item)
        if self._channel == "email" and fields.get("kind", "message") == "message":
            fields["segments"] = split_reply(text)
        return Turn(text=text, **fields)

    def attached(self, parts: Mapping[str, Part], item: Any) -> Turn | None:
        """The event that somebody attached files, None where nobody did.

        Raises:
            MalformedInput: something in the object is of another kind than it should be.
        """
        names = _names_of(parts["files"].find(item)) if "files" in parts and isinstance(item, dict) else []
        if not names:
            return None
        by = self._by(parts, _texts_of(parts, item), item)
        return Turn(text=", ".join(names), kind="event", visibility="internal", event="attachment", **by)

    def _by(self, parts: Mapping[str, Part], texts: Mapping[str, str | None], item: Any) -> dict[str, Any]:
        """Who speaks, and when."""
        word = parts["role"].find(item) if "role" in parts else None
        return self._cast.says(*self._speaker(texts, word if isinstance(word, str) else None)) | self._when(parts, item)

    def _seen(self, texts: Mapping[str, str | None]) -> dict[str, Any]:
        """What kind of turn it is, and who sees it."""
        fields: dict[str, Any] = {name: texts[name] for name in ("subject", "language") if texts.get(name)}
        kind, visibility = texts.get("kind") or "message", texts.get("visibility") or "public"
        if kind not in get_args(TurnKind) or visibility not in get_args(Visibility):
            self.note("kinds of messages that the recipe does not name were read as messages")
            kind = kind if kind in get_args(TurnKind) else "message"
        if kind == "message" and visibility == "internal":
            kind = "note"
        if kind == "event":
            fields["event"] = texts.get("event") or "event"
        # the customer sees no note and no event, whatever its visibility is by default
        return fields if kind == "message" else {**fields, "kind": kind, "visibility": "internal"}

    def _speaker(self, texts: Mapping[str, str | None], word: str | None) -> tuple[str | None, Role | None]:
        """The id of who speaks, and the role that the object states; nobody's id is the source's word for the role.

        A role that the source gives to the person counts before that of one object, and one that the caller gives to
        a nameless speaker by the source's word, such as `assistant`, before both.
        """
        name, key = texts.get("name"), texts.get("speaker") or texts.get("email") or texts.get("name")
        if key is not None and key not in self._people and (name or texts.get("email")):
            self._people[key] = Person(key, None, name, texts.get("email"))
        role = known_role(texts.get("role"))
        person = self._people.get(key) if key else None
        if person is not None and person.role:
            role = person.role
        if key is None and word:
            key, role = word, None if self._roles.role_of(word) else role
        if role == "bot":
            self.note(_READ_AS_BOT)
        return key, role

    def _when(self, parts: Mapping[str, Part], item: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if (part := parts.get("at")) is not None and (at := self.time(part, item)) is not None:
            fields["at"] = at
        for name in ("start", "end", "confidence"):
            if (part := parts.get(name)) is not None and (number := number_of(part, item)) is not None:
                fields["asr_confidence" if name == "confidence" else name] = number
        if not 0 <= fields.get("asr_confidence", 0) <= 1:
            del fields["asr_confidence"]
        return fields


_NO_TEXTS = frozenset(("at", "start", "end", "confidence", "files"))


def _texts_of(parts: Mapping[str, Part], item: Any) -> dict[str, str | None]:
    """What the parts of an object say that are texts."""
    if not isinstance(item, dict):
        raise MalformedInput(f"expected an object, found {describe(item)}")
    return {name: text_of(part, item) for name, part in parts.items() if name not in _NO_TEXTS}


def _names_of(found: Any) -> list[str]:
    """The names of files in a list, or of the only one."""
    listed = found if isinstance(found, list) else [found]
    return [name for one in listed if one and isinstance(one, (str, int)) and (name := as_text(one))]


def number_of(part: Part, value: Any) -> float | None:
    """A number, or seconds, that a part says."""
    found = part.find(value)
    return None if found is None else seconds(found, part.unit)


def people_of(people: RecipePeople | None, value: Any) -> dict[str, Person]:
    """Those who take part, by id."""
    if people is None:
        return {}
    listed = path(people.each)(value)
    items = listed if isinstance(listed, list) else [] if listed is None else [listed]
    found: dict[str, Person] = {}
    for item in items:
        texts = {name: text_of(part, item) for name, part in people.by_name.items()}
        if key := texts.get("id"):
            found.setdefault(
                key,
                Person(key, known_role(texts.get("role")), texts.get("name"), texts.get("email"), texts.get("phone")),
            )
    return found


def _meant(part: Part, value: Any) -> Any:
    """What a part of a ticket says: by its meanings, else as it stands."""
    return text_of(part, value) if part.values or part.otherwise is not None else part.find(value)


def _written(texts: Mapping[str, str | None]) -> str:
    """A text as its reader sees it: that of the markup, else the plain one."""
    html = texts.get("html")
    return (html_to_text(html).strip() if html else "") or (texts.get("text") or "").strip()
