"""What the columns of a table mean: the mapping a user writes once for an export of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from llm_grader.files.yaml_strict import load_yaml
from llm_grader.transcript import Channel, Model, Role, Ticket, TurnKind, Visibility

TICKET_FIELDS = tuple(name for name in Ticket.model_fields if name not in ("sent", "vendor"))


_ONLY_IN_RECIPES = frozenset(("applies", "turns"))


def is_recipe(source: Mapping[str, Any] | Path | str) -> bool:
    """Whether a mapping, or the YAML file of one, is a recipe rather than a column mapping.

    Raises:
        MalformedInput: the file cannot be read.
    """
    data = source if isinstance(source, Mapping) else load_yaml(Path(source))[0]
    return isinstance(data, Mapping) and bool(_ONLY_IN_RECIPES & data.keys())


Unit = Literal["s", "ms", "us", "ns"]
"""What numbers of seconds count: seconds, or a part of one."""


class TurnColumns(Model):
    """Which column (or which key of a JSON cell) holds which part of a turn.

    `date` is for tables in which the date and the time of day stand apart: `at` is the time then. `unit` is what the
    numbers of `start` and `end` count, seconds by default.
    """

    text: str
    role: str | None = None
    speaker: str | None = None
    at: str | None = None
    date: str | None = None
    start: str | None = None
    end: str | None = None
    unit: Unit | None = None
    kind: str | None = None
    visibility: str | None = None
    subject: str | None = None
    language: str | None = None

    @cached_property
    def by_field(self) -> dict[str, str]:
        """The column of each part of a turn that has one."""
        return self.model_dump(exclude_none=True, exclude={"unit"})


class ColumnMapping(Model):
    """The columns of a table of conversations, in exactly one of three layouts.

    - `turn`: long, a row is a turn, rows with the same `id` belong together in the order of the file or of `order`;
      without an `id` all rows of a file are one transcript;
    - `columns`: wide, a row is a transcript, each named column is one turn of the role given, in this order;
    - `cell`: a row is a transcript, and `cell` names the column that holds its turns as a JSON list (objects with the
      keys that `turn` names, or lists whose positions it names) or as text with labelled lines.

    A column of JSON may be named by the keys that lead to it, with dots between them.

    `roles`, `kinds` and `visibilities` say what the values of those columns mean, without regard to case. `time_format`
    is how times are written, as Python's `strptime` takes it. `ticket` maps ticket fields to columns, and columns that
    nothing names are kept as metadata. `channel` is a constant, `channel_column` a column.
    """

    id: str | None = None
    turn: TurnColumns | None = None
    columns: dict[str, Role] = Field(default_factory=dict)
    cell: str | None = None
    roles: dict[str, Role] = Field(default_factory=dict)
    kinds: dict[str, TurnKind] = Field(default_factory=dict)
    visibilities: dict[str, Visibility] = Field(default_factory=dict)
    time_format: str | None = None
    order: str | None = None
    channel: Channel | None = None
    channel_column: str | None = None
    language: str | None = None
    language_column: str | None = None
    ticket: dict[str, str] = Field(default_factory=dict)
    separator: str | None = Field(default=None, min_length=1, max_length=1)

    @model_validator(mode="before")
    @classmethod
    def _id_of_the_whole(cls, data: Any) -> Any:
        """An id that is named as a part of the turn is that of the conversation where there is no other."""
        turn = data.get("turn") if isinstance(data, dict) else None
        if not isinstance(turn, dict) or "id" not in turn or data.get("id") is not None:
            return data
        return {**data, "id": turn["id"], "turn": {key: value for key, value in turn.items() if key != "id"}}

    @model_validator(mode="after")
    def _one_layout(self) -> Self:
        layouts = [name for name in ("columns", "cell") if getattr(self, name)]
        if len(layouts) == 2 or not (layouts or self.turn):
            raise ValueError("expected one layout: turn (a row is a turn), columns (a column is a turn), or cell")
        if self.columns and self.turn:
            raise ValueError("columns: a row is a transcript there; expected no turn beside it")
        unknown = sorted(set(self.ticket) - set(TICKET_FIELDS))
        if unknown:
            raise ValueError(f"ticket: unknown fields {unknown}, expected some of {', '.join(TICKET_FIELDS)}")
        return self

    @cached_property
    def roles_by_word(self) -> dict[str, Role]:
        """What the values of the role column mean, by their text without case."""
        return {word.casefold(): role for word, role in self.roles.items()}

    @cached_property
    def needed(self) -> frozenset[str]:
        """The columns without which there is no transcript."""
        text = (self.turn.text,) if self.turn and not self.cell else ()
        return frozenset({*text, *self.columns, *(name for name in (self.id, self.cell) if name)})

    @cached_property
    def of_the_whole(self) -> tuple[str, ...]:
        """The columns that say something of a transcript as a whole, each once."""
        single = (self.id, self.channel_column, self.language_column, *self.ticket.values())
        return tuple(dict.fromkeys(name for name in single if name))

    @cached_property
    def named(self) -> frozenset[str]:
        """Every column that the mapping gives a meaning; of turns in a cell none, for these have keys of their own."""
        turn = () if self.turn is None or self.cell else self.turn.by_field.values()
        order = None if self.cell else self.order
        single = (self.id, self.cell, order, self.channel_column, self.language_column)
        return frozenset({*turn, *self.columns, *self.ticket.values(), *(name for name in single if name)})
