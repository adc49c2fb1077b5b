"""Cells of a table as parts of turns and tickets."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import describe
from llm_grader.readers.guesses.role_columns import side_of
from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.roles.roles import RoleMapping, stated_role
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.moments import Moments, seconds, time_of_day
from llm_grader.readers.source.ticket_fields import as_text, ticket_of
from llm_grader.readers.source.times import clock_time
from llm_grader.readers.tables.table_values import kind_of, visibility_of
from llm_grader.transcript import Channel, Role, Ticket, Turn

TIMES_OF_DAY = "times of day without a date: kept as seconds since the first"
_TIMES_LEFT_OUT = "{}: some times could not be read and were left out"
_HTML = re.compile(
    r"<br ?/?>|</(?:p|div|span|b|i|u|strong|em|a|ul|ol|li|table|blockquote|body|html|font|h\d)>", re.IGNORECASE
)


def holds_html(text: str) -> bool:
    """Whether a text is marked up as HTML."""
    return "<" in text and _HTML.search(text) is not None


def kept(value: Any) -> Any:
    """A cell as it can be kept in metadata: JSON values as they are, anything else as text; an empty cell is None."""
    if isinstance(value, (list, tuple)):
        return [kept(item) for item in value]
    if isinstance(value, dict):
        return {str(key): kept(item) for key, item in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or value == "" or isinstance(value, (str, bool, int)):
        return None if value == "" else value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def cell_of(cells: Mapping[str, Any], column: str | None) -> Any:
    """What stands in a column, or at the keys of JSON that it names with dots between them; None for nothing."""
    if column is None:
        return None
    if column in cells or "." not in column:
        return cells.get(column)
    value: Any = cells
    for key in column.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def time_of(cells: Mapping[str, Any], columns: TurnColumns) -> Any:
    """What says when a turn was: the cell of `at`, behind that of `date` where the date stands apart."""
    at = cell_of(cells, columns.at)
    if columns.date is None:
        return at
    day = re.sub(r"[T ]0?0:00(?::00(?:\.0+)?)?$", "", str(as_text(cell_of(cells, columns.date)) or "").strip())
    clock = (as_text(at) or "").strip()
    if not day or not clock:
        return day or clock or None
    try:
        return float(day) + float(clock)  # a spreadsheet's days, and a part of one
    except ValueError:
        return f"{day} {clock}"


def times_of(columns: TurnColumns, rows: Iterable[Mapping[str, Any]], mapping: ColumnMapping) -> Moments:
    """How the times of the turns are written, by all of them."""
    if columns.at is None and columns.date is None:
        return Moments("", time_format=mapping.time_format)
    name = " and ".join(filter(None, (columns.date, columns.at)))
    return Moments(name, (time_of(row, columns) for row in rows), time_format=mapping.time_format)


class CellReader:
    """Makes turns and a ticket of the cells of one transcript, and notes what had to be assumed.

    Args:
        mapping: what the columns mean.
        roles: what the caller knows about the speakers.
        times: how the times of the turns are read, where that is known.
    """

    def __init__(self, mapping: ColumnMapping, roles: RoleMapping, times: Moments | None = None) -> None:
        self.mapping = mapping
        self._roles = roles
        self._times = times or Moments("", time_format=mapping.time_format)
        self._of_ticket: dict[str, Moments] = {}
        self._notes: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be assumed so far."""
        of_ticket = (warning for moments in self._of_ticket.values() for warning in moments.warnings)
        return tuple(dict.fromkeys((*self._notes, *self._times.warnings, *of_ticket)))

    @property
    def times(self) -> Moments:
        """How the times of the turns are read."""
        return self._times

    def note(self, *warnings: str) -> None:
        """Remember what was assumed, once."""
        self._notes |= dict.fromkeys(warnings)

    def learn_times(self, columns: TurnColumns, rows: Iterable[Mapping[str, Any]]) -> None:
        """Learn from all times of the turns how each is written."""
        self._times = times_of(columns, rows, self.mapping)

    def turn(self, cells: Mapping[str, Any], columns: TurnColumns, channel: Channel) -> Turn:
        """The turn that a row, or an object in a cell, stands for.

        Raises:
            MalformedInput: there is no text, or a cell holds no value of its column's.
        """
        if columns.text not in cells and cell_of(cells, columns.text) is None:
            raise MalformedInput(f"{columns.text}: expected the text of the turn, found nothing")
        parts: dict[str, Any] = {"text": ""}
        for name, column in columns.by_field.items():
            if as_text(value := cell_of(cells, column)) is not None and name not in ("at", "date"):
                parts |= self._part(name, column, value)
        if as_text(value := time_of(cells, columns)) is not None:
            parts |= self._at(value)
        if parts.get("kind", "message") != "message":
            parts.setdefault("visibility", "internal")
        elif channel == "email" and parts.get("visibility", "public") == "public":
            parts["segments"] = split_reply(parts["text"])
        return self._spoken(parts)

    def _spoken(self, parts: dict[str, Any]) -> Turn:
        """The turn of these parts, with the role that they state."""
        stated = parts.pop("role", None)
        role = self._role(stated) if stated else stated_role(parts.get("speaker"), self._roles)
        if role is None and stated and ("speaker" in parts or self.mapping.roles):
            word = repr(stated) if len(stated.split()) <= 2 and len(stated) <= 40 else "a word of the role column"
            self.note(f"{word} is no role that we know: say which it is under `roles` of the column mapping")
        if role is None:
            return Turn(**{"role": "unknown", "speaker": stated, **parts})
        return Turn(role=role, role_source="source", role_confidence=1.0, **parts)

    def _part(self, name: str, column: str, value: Any) -> dict[str, Any]:
        """The fields of a turn that a cell gives."""
        if name in ("start", "end"):
            return {name: self._seconds(value, column)}
        if name == "kind":
            return {name: kind_of(value, column, self.mapping.kinds)}
        if name == "visibility":
            return {name: visibility_of(value, column, self.mapping.visibilities)}
        if isinstance(value, (list, dict, tuple)):
            raise MalformedInput(
                f"{column}: expected text, found {describe(value)}; name a key in it, as in {column}.key"
            )
        text = as_text(value) or ""
        return {name: self.shown(text, column) if name == "text" else text}

    def shown(self, text: str, column: str) -> str:
        """A text as its reader sees it: HTML as the text that it shows."""
        if not holds_html(text):
            return text
        self.note(f"{column} holds HTML: read as the text that it shows")
        return html_to_text(text).strip()

    def _at(self, value: Any) -> dict[str, Any]:
        """A point in time; a time of day is seconds since midnight, which `since_first` makes relative."""
        clock = time_of_day(value) if isinstance(value, str) else None
        if clock is not None:
            self.note(TIMES_OF_DAY)
            return {"start": clock, "clock": clock_time(clock)}
        return {"at": self._times.read(value)}

    def ticket(self, cells: Mapping[str, Any]) -> Ticket | None:
        """The ticket that the mapping finds in a row, None when it names no column that is filled."""
        values = {name: cell_of(cells, column) for name, column in self.mapping.ticket.items()}

        def read_time(name: str, value: Any) -> datetime | None:
            column = self.mapping.ticket[name]
            if column not in self._of_ticket:
                given = [value for key, value in values.items() if key.endswith("_at")]
                self._of_ticket[column] = Moments(column, given, time_format=self.mapping.time_format)
            return self._of_ticket[column].read(value)

        return ticket_of(values, read_time, self.note)

    def _role(self, stated: str) -> Role | None:
        given = self.mapping.roles_by_word.get(stated.strip().casefold())
        if given is not None:
            return given
        return side_of(stated)

    def _seconds(self, value: Any, column: str) -> float | None:
        unit = self.mapping.turn.unit if self.mapping.turn else None
        found = seconds(value, unit)
        if found is None:
            self.note(_TIMES_LEFT_OUT.format(column))
        return found


def since_first(turns: list[Turn], warnings: Iterable[str]) -> list[Turn]:
    """Turns whose starts are times of day, with seconds since the first of them; past midnight it goes on."""
    first = next((turn.start for turn in turns if turn.start is not None), None)
    if TIMES_OF_DAY not in warnings or first is None:
        return turns
    return [
        turn if turn.start is None else turn.model_copy(update={"start": (turn.start - first) % 86_400})
        for turn in turns
    ]
