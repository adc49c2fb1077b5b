"""A conversation as it was read. A `Transcript` never changes afterwards: evidence offsets point into it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, time
from email.utils import parseaddr
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from llm_grader.content import content_hash

Channel = Literal["chat", "email", "call"]
Role = Literal["agent", "customer", "bot", "system", "supervisor", "third_party", "unknown"]
TurnKind = Literal["message", "note", "event"]
Visibility = Literal["public", "internal"]
SegmentKind = Literal["body", "quoted", "signature", "disclaimer", "forwarded"]
SentKind = Literal["follow_up", "thank_you", "survey"]
RoleSource = Literal["source", "mapping", "cues", "model", "unknown"]
LanguageSource = Literal["detected"]
Share = Annotated[float, Field(ge=0, le=1)]

NO_ZONE = "times without a zone were read as UTC"
"""The warning of a transcript whose source gives times of which it does not say in what zone they are."""


_set = object.__setattr__


class Model(BaseModel):
    """A model of this library: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, not validated; what was computed from the old ones is computed anew."""
        if deep or self.__pydantic_private__ is not None:
            copy = super().model_copy(update=update, deep=deep)
        else:
            copy = self._copied(update or {})
        if len(copy.__dict__) > len(self.__pydantic_fields__):
            for name in copy.__dict__.keys() - self.__pydantic_fields__.keys():
                del copy.__dict__[name]
        return copy

    def _copied(self, update: Mapping[str, Any]) -> Self:
        """What pydantic makes, in a third of the time: roles are given to every turn of a file by copies."""
        is_set = self.__pydantic_fields_set__
        copy: Self = object.__new__(self.__class__)
        _set(copy, "__dict__", {**self.__dict__, **update})
        _set(copy, "__pydantic_fields_set__", is_set if is_set.issuperset(update) else is_set.union(update))
        _set(copy, "__pydantic_extra__", None)
        _set(copy, "__pydantic_private__", None)
        return copy


class Segment(Model):
    """A stretch of a turn's text, in characters (code points), end exclusive."""

    kind: SegmentKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Turn(Model):
    """One message, utterance or event.

    `at` is a point in time (with zone); `start` and `end` are seconds from the beginning of a recording; `clock` is the
    time of day, of a source that gives times without a date.
    `segments`, when present, tile `text` from its first to its last character. A turn has a `language` where it is
    not the transcript's; `language_source` is None where it was stated.
    """

    role: Role
    text: str
    speaker: str | None = None
    at: AwareDatetime | None = None
    start: float | None = None
    end: float | None = None
    clock: time | None = None
    kind: TurnKind = "message"
    visibility: Visibility = "public"
    segments: tuple[Segment, ...] = ()
    subject: str | None = None
    language: str | None = None
    language_source: LanguageSource | None = None
    asr_confidence: Share | None = None
    event: str | None = None
    role_source: RoleSource | None = None
    role_confidence: Share | None = None

    @field_validator("segments")  # not of the whole model: it would be called for every turn that has none
    @classmethod
    def _tile_the_text(cls, segments: tuple[Segment, ...], turn: ValidationInfo) -> tuple[Segment, ...]:
        position, text = 0, turn.data.get("text")
        for segment in segments:
            if segment.start != position or segment.end < segment.start:
                raise ValueError(f"segments must tile the text: expected one from {position}, found {segment.start}")
            position = segment.end
        if segments and text is not None and position != len(text):
            raise ValueError(f"segments end at {position}, the text at {len(text)}")
        return segments

    @property
    def spoken(self) -> bool:
        """Whether the other side saw or heard it: a public message with some text."""
        return self.kind == "message" and self.visibility == "public" and bool(self.text.strip())

    def undated_time(self) -> str:
        """`15:31` by the clock, `1:07` into a recording; empty where the source says neither."""
        if self.clock is not None:
            return f"{self.clock:%H:%M}"
        return "" if self.start is None else f"{int(self.start) // 60}:{int(self.start) % 60:02}"

    def body_spans(self) -> tuple[tuple[int, int], ...]:
        """Character ranges that the turn's author wrote: everything but quoted text, signatures and the like."""
        if not self.segments:
            return ((0, len(self.text)),)
        return tuple((s.start, s.end) for s in self.segments if s.kind == "body")


class Participant(Model):
    """A person or machine taking part. `id` is what turns carry as `speaker`, `key` the source's own id if another."""

    id: str
    role: Role
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    key: str | None = None

    def names(self) -> tuple[str, ...]:
        """All that they are called: id, name, address, number and the source's own id, as far as these are known."""
        return tuple(name for name in (self.id, self.name, self.email, self.phone, self.key) if name)


class Ticket(Model):
    """The case, as the help desk software has it. Times carry a zone.

    None is "not known"; an empty string, list or mapping is "known to be empty". `sent` says what went to the customer
    outside the conversation, and when.
    """

    id: str | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    tags: tuple[str, ...] | None = None
    subject: str | None = None
    description: str | None = None
    solution: str | None = None
    notes: str | None = None
    team: str | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    customer_contact: str | None = None
    opened_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    first_reply_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    sent: dict[SentKind, AwareDatetime] | None = None
    handle_seconds: float | None = Field(default=None, ge=0)
    csat: float | None = None
    nps: int | None = Field(default=None, ge=0, le=10)
    rating: float | None = None
    survey_score: float | None = None
    transfers: int | None = Field(default=None, ge=0)
    reopens: int | None = Field(default=None, ge=0)
    contacts: int | None = Field(default=None, ge=0)
    articles: tuple[str, ...] | None = None
    vendor: dict[str, Any] = Field(default_factory=dict)


class Transcript(Model):
    """A conversation: what was said, by whom, on which channel, and the ticket it belongs to.

    `agent_id` names whose conduct is under review: a speaker, or a participant by id, name or address, case and blanks
    aside; reading puts the speaker in its place. One that names no agent is graded by nobody: the card needs review.
    `language_source` is None where the language was stated.
    `warnings` says what a reader had to assume. `metadata` is the caller's; it is never sent to a model.
    `source` names the file that it was read from.
    """

    schema_version: Literal[1] = 1
    id: str = Field(min_length=1)
    channel: Channel
    turns: tuple[Turn, ...]
    language: str | None = None
    language_source: LanguageSource | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    agent_id: str | None = None
    participants: tuple[Participant, ...] = ()
    ticket: Ticket | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    source: str | None = None
    warnings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        try:
            self.model_dump_json(exclude={"metadata"}, exclude_none=True)
        except ValueError as error:  # half of a surrogate pair, or a value of the vendor's that is no JSON
            raise ValueError(f"cannot be written as JSON: {error}") from None
        return self

    def content_hash(self) -> str:
        """SHA-256 of everything that can change a grade (see `content`): not the id, metadata, source or warnings."""
        return self.hashed_content

    @cached_property
    def hashed_content(self) -> str:
        """The value of `content_hash`, worked out once."""
        return content_hash(self, without=("id", "metadata", "source", "warnings"))

    def under_review(self, turn: Turn) -> bool:
        """Whether `turn` is conduct of the agent being graded: a human agent, and the one named, if one is."""
        if turn.role != "agent" or self.agent_id is None:
            return turn.role == "agent"
        named = self.reviewed_agent
        return named is not None and (turn.speaker is None or name_key(turn.speaker) == name_key(named))

    @cached_property
    def reviewed_agent(self) -> str | None:
        """The speaker that `agent_id` names; None where it names nobody, several people, or somebody who is no agent.

        Where no agent is called anything, it is what the one agent is called.
        """
        if self.agent_id is None or not name_key(self.agent_id):
            return None
        speaking = {turn.speaker: None for turn in self.turns if turn.role == "agent" and turn.speaker}
        silent = {person.id: None for person in self.participants if person.role == "agent"}
        if self.agent_id in speaking:
            return self.agent_id
        wanted = _ways_to_write(self.agent_id)
        meant = [who for who, names in self.called().items() if any(wanted & _ways_to_write(name) for name in names)]
        for agents in (speaking, silent):
            if named := [who for who in meant if who in agents]:
                return named[0] if len({*map(name_key, named)}) == 1 else None
        return None if speaking or silent or meant else self.agent_id

    def called(self) -> dict[str, tuple[str, ...]]:
        """Everybody who speaks or is said to take part, and all that they are called.

        A turn tells of a participant by the id, or by another of the names.
        """
        names_of = {person.id: person.names() for person in self.participants}
        found = dict[str, tuple[str, ...]]()
        for speaker in dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker):
            by_name = (names for names in names_of.values() if name_key(speaker) in map(name_key, names))
            found[speaker] = names_of.get(speaker) or (speaker, *next(by_name, ()))
        return found | names_of

    def agent_name(self) -> str | None:
        """What the agent is called who is under review, or the only human agent who took part; None of several."""
        agent = self._agent()
        names = {person.id: person.name for person in self.participants if person.name}
        return None if agent is None else names.get(agent, agent)

    def agent_names(self) -> tuple[str, ...]:
        """All that the agent of `agent_name` is called: as a speaker, and as one who is said to take part."""
        agent = self._agent()
        return () if agent is None else (agent, *self.called().get(agent, ()))

    def _agent(self) -> str | None:
        agents = {turn.speaker for turn in self.turns if turn.role == "agent" and turn.spoken and turn.speaker}
        return self.reviewed_agent if self.agent_id else agents.pop() if len(agents) == 1 else None

    def last_time(self) -> datetime | None:
        """The latest time known of the conversation."""
        times = [turn.at for turn in self.turns if turn.at] + [t for t in (self.started_at, self.ended_at) if t]
        return max(times, default=None)


def name_key(name: str) -> str:
    """A name as it is compared, case and blanks aside.

    WhatsApp shows people who are no contacts with a `~` that belongs to nobody's name.
    """
    return " ".join(unicodedata.normalize("NFC", name).casefold().removeprefix("~").split())


def _ways_to_write(name: str) -> set[str]:
    """The keys of a name, of an address, and of both in one: `Ana Weber <ana@firm.example>`."""
    shown, address = parseaddr(name) if name.rstrip().endswith(">") else ("", "")
    return {name_key(part) for part in (name, shown, address) if part.strip()}


def primary_language(code: str) -> str:
    """The language that a BCP 47 code names, whatever its script or region: `de` of `de-AT`, and of `DE_at`."""
    return re.split("[-_]", code, maxsplit=1)[0].casefold()
