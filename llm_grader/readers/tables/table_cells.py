"""Cells of a table as parts of turns and tickets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast, get_args

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import is_json, parse_json
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import RoleMapping, stated_role
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.times import clock_seconds, instant
from llm_grader.transcript import NO_ZONE, Role, Ticket, Turn, TurnKind

_ROLES = frozenset(get_args(Role))
_WORDS: dict[str, dict[str, str]] = {
    "visibility": {
        "public": "public",
        "true": "public",
        "internal": "internal",
        "private": "internal",
        "false": "internal",
    },
    "kind": {kind: kind for kind in get_args(TurnKind)},
}
_LISTS = ("tags", "articles")


def as_text(value: Any) -> str | None:
    """A cell as text, letter by letter: `007`, `1e5` and `NA` stay; an empty cell is None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


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


class CellReader:
    """Makes turns and a ticket of the cells of one transcript, and notes what had to be assumed.

    Args:
        mapping: what the columns mean.
        roles: what the caller knows about the speakers.
    """

    def __init__(self, mapping: ColumnMapping, roles: RoleMapping) -> None:
        self.mapping = mapping
        self._roles = roles
        self._notes: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be assumed so far."""
        return tuple(self._notes)

    def note(self, *warnings: str) -> None:
        """Remember what was assumed, once."""
        self._notes |= dict.fromkeys(warnings)

    def turn(self, cells: Mapping[str, Any], columns: TurnColumns) -> Turn:
        """The turn that a row, or an object in a cell, stands for.

        Raises:
            MalformedInput: there is no text, or a cell holds no value of its column's.
        """
        if columns.text not in cells:
            raise MalformedInput(f"{columns.text}: expected the text of the turn, found nothing")
        parts: dict[str, Any] = {"text": ""}
        for name, column in columns.by_field.items():
            if as_text(value := cells.get(column)) is not None:
                parts[name] = self._part(name, value)
        stated = parts.pop("role", None)
        role = self._role(stated) if stated else stated_role(parts.get("speaker"), self._roles)
        if role is None and stated and "speaker" in parts:
            self.note(f"{stated!r} is no role that we know: say which it is under `roles` of the column mapping")
        if role is None:
            return Turn(**{"role": "unknown", "speaker": stated, **parts})
        return Turn(role=role, role_source="source", role_confidence=1.0, **parts)

    def _part(self, name: str, value: Any) -> Any:
        if name == "at":
            return self._instant(value)
        if name in ("start", "end"):
            return self._seconds(as_text(value) or "")
        return _one_of(_WORDS[name], value, name) if name in _WORDS else as_text(value)

    def ticket(self, cells: Mapping[str, Any]) -> Ticket | None:
        """The ticket that the mapping finds in a row, None when it names no column that is filled."""
        values = {name: cells.get(column) for name, column in self.mapping.ticket.items()}
        known = {name: self._ticket_value(name, value) for name, value in values.items() if as_text(value) is not None}
        return Ticket.model_validate(known) if known else None

    def _ticket_value(self, name: str, value: Any) -> Any:
        if name.endswith("_at"):
            return self._instant(value)
        if name in _LISTS:
            listed = parse_json(value) if isinstance(value, str) and is_json(value) else value
            return tuple(part.strip() for part in listed.split(",")) if isinstance(listed, str) else listed
        return as_text(value)

    def _role(self, stated: str) -> Role | None:
        if stated in self.mapping.roles:
            return self.mapping.roles[stated]
        return cast("Role", stated) if stated in _ROLES else role_of_label(stated)

    def _instant(self, value: Any) -> datetime | None:
        at, assumed = instant(value if isinstance(value, (int, float, datetime)) else str(value))
        if assumed:
            self.note(NO_ZONE)
        if at is None:
            self.note("some times could not be read and were left out")
        return at

    def _seconds(self, text: str) -> float | None:
        try:
            seconds = clock_seconds(text) if ":" in text else float(text)
        except ValueError:
            seconds = None
        if seconds is None or not math.isfinite(seconds):
            self.note("some times could not be read and were left out")
            return None
        return seconds


def _one_of(words: Mapping[str, str], value: Any, what: str) -> str:
    text = (as_text(value) or "").casefold()
    if text not in words:
        raise MalformedInput(f"{what}: expected one of {', '.join(words)}, found another word")
    return words[text]
