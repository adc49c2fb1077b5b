"""A recipe: where in an export the conversations stand, and what is a turn of theirs.

Every place is a JMESPath expression, which may call `parse_json` for a text that is JSON itself. A part of a turn, or
of the conversation, may be an expression alone or one with what its values mean (`values`, and `otherwise` for all
other ones) or how a time is written (`unit`, `format`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from llm_grader.readers.recipes.paths import Path, path
from llm_grader.readers.source.columns import TICKET_FIELDS
from llm_grader.transcript import Channel, Model, Role, TurnKind, Visibility


def _is_path(expression: str) -> str:
    path(expression)
    return expression


Expression = Annotated[str, AfterValidator(_is_path), Field(min_length=1, description="A JMESPath expression.")]
Unit = Literal["s", "ms", "us", "ns", "ticks"]

_TAKEN_BACK = " || ".join(
    f"{flag} == `true`" for flag in ("draft", "is_draft", "isDraft", "deleted", "is_deleted", "isDeleted")
)


class Part(Model):
    """A place, and what stands there means.

    `values` are compared as text without regard to case (`"true"`, `"0"`); `otherwise` is meant by any other value, and
    by none. `unit` is what a number counts that is a time, `format` how a text is one (as `strptime` takes it).
    """

    path: Expression
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    unit: Unit | None = None
    format: str | None = None

    @cached_property
    def find(self) -> Path:
        """The compiled path."""
        return path(self.path)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each value means, by its text without case."""
        return {key.casefold(): meaning for key, meaning in self.values.items()}

    @cached_property
    def meant(self) -> frozenset[str]:
        """All that the values mean: a place that says it itself needs no meaning."""
        return frozenset(self.values.values())


Place = Expression | Part


def part_of(place: Place | None) -> Part | None:
    """A place as a part, whichever way it was written."""
    return Part(path=place) if isinstance(place, str) else place


class TurnParts(Model):
    """Where the parts of a turn stand, seen from the object that is the turn.

    `html` is a text with markup, which counts before `text`. `speaker` tells people apart, `name` is what they are
    called. `channel` is that of a recording. `start` and `end` are seconds from its beginning. `files` are the names of
    what is attached, or a list of them: nobody says them, so that they are an event of their own.
    """

    text: Place | None = None
    html: Place | None = None
    speaker: Place | None = None
    name: Place | None = None
    email: Place | None = None
    channel: Place | None = None
    role: Place | None = None
    at: Place | None = None
    start: Place | None = None
    end: Place | None = None
    kind: Place | None = None
    visibility: Place | None = None
    event: Place | None = None
    subject: Place | None = None
    language: Place | None = None
    confidence: Place | None = None
    files: Place | None = None

    @model_validator(mode="after")
    def _means_what_we_know(self) -> Self:
        if self.text is None and self.html is None:
            raise ValueError("expected text or html: the place of what is said")
        for name, words in (("role", Role), ("kind", TurnKind), ("visibility", Visibility)):
            _only(getattr(self, name), name, get_args(words))
        return self

    @cached_property
    def by_name(self) -> dict[str, Part]:
        """The parts that have a place."""
        found = {name: part_of(getattr(self, name)) for name in type(self).model_fields}
        return {name: part for name, part in found.items() if part is not None}


class Words(Model):
    """Words of a recording, put together into turns by speaker: where they stand, seen from the object that is a turn.

    Words of no `speaker` or `channel` of their own have those of the turn they are in. An object that is a word itself,
    and for which `attached` holds, is glued to the one before it, as punctuation is.
    """

    each: Expression = "@"
    text: Place
    speaker: Place | None = None
    channel: Place | None = None
    start: Place | None = None
    end: Place | None = None
    confidence: Place | None = None
    attached: Expression | None = None

    @cached_property
    def by_name(self) -> dict[str, Part]:
        """The parts that have a place."""
        names = ("text", "speaker", "channel", "start", "end", "confidence")
        found = {name: part_of(getattr(self, name)) for name in names}
        return {name: part for name, part in found.items() if part is not None}


class RecipePeople(Model):
    """A list of those who take part, whom the turns only name by `id`."""

    each: Expression
    id: Place
    name: Place | None = None
    email: Place | None = None
    phone: Place | None = None
    role: Place | None = None

    @model_validator(mode="after")
    def _means_what_we_know(self) -> Self:
        _only(self.role, "role", get_args(Role))
        return self

    @cached_property
    def by_name(self) -> dict[str, Part]:
        """The parts that have a place."""
        found = {name: part_of(getattr(self, name)) for name in ("id", "name", "email", "phone", "role")}
        return {name: part for name, part in found.items() if part is not None}


class RecipeThread(Model):
    """How one item answers another: its own `id`, and the id of the one it `replies_to`."""

    id: Expression
    replies_to: Expression


class Recipe(Model):
    """How an export is read.

    - `name`, `title`: what it is called, and what it reads, in a line; `source`: where its shape is known from, such as
      `documentation only`.
    - `applies`: places that must all hold something for it to be this export, seen from a conversation.
    - `conversations`: the place of their list in a record, where a record holds several.
    - `turns`: the place of the list of turns in a conversation; several are read one after the other. Where a record
      has none, all records of the file together are the conversation.
    - `table`: whether it is read of the rows of CSV and other tables, too.
    - `group`: what of a turn says to which of several conversations it belongs, whichever pages of an export they are
      on; `thread`: how one answers another.
    - `lines`: the place of a text with labelled lines, read where there are no turns.
    - `ignore`: holds for what is no part of the conversation, such as hypotheses; how many there were is a warning.
    - `unsent`: holds for what was written and never said to anybody, or was taken back: drafts, failed and deleted
      messages; how many there were is a warning. By default, what is marked as `draft` or `deleted`.
    - `excerpt`: holds for a conversation of which the export may give no more than its last message, which is told.
    - `turn`, `opening`: the parts of a turn, and of a first turn that is the conversation's own object.
    - `words`, `join`: of a recording: words that make turns by speaker, `segments` of a speaker that are joined where
      they follow each other closely, or `utterances` that are turns as they are.
    - `people`: those who take part.
    - `id`, `channel`, `language`, `agent`, `ticket`: of the conversation. `channel` is one of ours or a place.
    - `order`: what turns are sorted by; by default they are by complete times, else as they stand.
    - `leave`: keys that only repeat what others say. All other keys that nothing reads are kept as metadata.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)
    title: str
    source: str | None = None
    applies: tuple[Expression, ...] = Field(min_length=1)
    conversations: Expression | None = None
    turns: Expression | tuple[Expression, ...]
    table: bool = False
    group: Place | None = None
    thread: RecipeThread | None = None
    lines: Place | None = None
    ignore: Expression | None = None
    unsent: Expression = _TAKEN_BACK
    excerpt: Expression | None = None
    turn: TurnParts
    opening: TurnParts | None = None
    words: Words | None = None
    join: Literal["segments", "utterances"] | None = None
    people: RecipePeople | None = None
    id: Place | None = None
    channel: Channel | Part | None = None
    language: Place | None = None
    agent: Place | None = None
    started_at: Place | None = None
    ended_at: Place | None = None
    ticket: dict[str, Place] = Field(default_factory=dict)
    order: Place | None = None
    leave: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fields_that_we_know(self) -> Self:
        unknown = sorted(set(self.ticket) - set(TICKET_FIELDS))
        if unknown:
            raise ValueError(f"ticket: unknown fields {unknown}, expected some of {', '.join(TICKET_FIELDS)}")
        if isinstance(self.channel, Part):
            _only(self.channel, "channel", get_args(Channel))
        return self

    @cached_property
    def listed(self) -> tuple[Path, ...]:
        """The compiled places of the turns."""
        return tuple(map(path, (self.turns,) if isinstance(self.turns, str) else self.turns))

    @cached_property
    def of_the_whole(self) -> dict[str, Part]:
        """The parts of a conversation as a whole that have a place."""
        names = ("id", "language", "agent", "started_at", "ended_at")
        found = {name: part_of(getattr(self, name)) for name in names}
        channel = {"channel": self.channel} if isinstance(self.channel, Part) else {}
        return {name: part for name, part in found.items() if part is not None} | channel

    @cached_property
    def of_the_ticket(self) -> dict[str, Part]:
        """The parts of the ticket."""
        return {name: part for name, place in self.ticket.items() if (part := part_of(place)) is not None}

    def consumed_by_turns(self) -> Iterator[tuple[str, ...]]:
        """The keys of a turn that are read, from the outside in."""
        for part in (*self.turn.by_name.values(), *filter(None, map(part_of, (self.group, self.order)))):
            yield from part.find.consumed
        if self.thread is not None:
            yield from (*path(self.thread.id).consumed, *path(self.thread.replies_to).consumed)
        if self.words is not None:
            for outside in path(self.words.each).consumed:
                for part in self.words.by_name.values():
                    yield from ((*outside, *inside) for inside in part.find.consumed)
        yield from ((key,) for key in self.leave)

    def consumed_by_the_whole(self) -> Iterator[tuple[str, ...]]:
        """The keys of a conversation that are read, from the outside in; the turns with all that is in them."""
        opening = self.opening.by_name.values() if self.opening else ()
        lines = filter(None, (part_of(self.lines),))
        for part in (*self.of_the_whole.values(), *self.of_the_ticket.values(), *opening, *lines):
            yield from part.find.consumed
        for listed in (*self.listed, *map(path, filter(None, (self.people and self.people.each,)))):
            yield from listed.consumed
        yield from ((key,) for key in self.leave)


def _only(place: Place | None, name: str, words: tuple[str, ...]) -> None:
    part = part_of(place)
    meant: Mapping[str, Any] = {} if part is None else {**part.values, "otherwise": part.otherwise}
    wrong = sorted({word for word in meant.values() if word and word not in words})
    if wrong:
        raise ValueError(f"{name}: found {', '.join(wrong)}, expected some of {', '.join(words)}")
