"""Fields of a ticket from whatever an export writes into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import is_json, parse_json
from llm_grader.transcript import Ticket

_LISTS = ("tags", "articles")
_TEXTS = frozenset(name for name, field in Ticket.model_fields.items() if field.annotation == (str | None))


def as_text(value: Any) -> str | None:
    """A value as text, letter by letter: `007`, `1e5` and `NA` stay; an empty one is None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def ticket_of(
    values: Mapping[str, Any], read_time: Callable[[str, Any], datetime | None], note: Callable[[str], None]
) -> Ticket | None:
    """A ticket with these fields, None where none of them is filled.

    A value that its field cannot be is left out, and told.

    Args:
        values: by the names of our fields.
        read_time: gives the point in time that a value of a field is, None for none.
        note: told what is left out, by the name of the field.
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        if as_text(value) is None:
            continue
        read = read_time(name, value) if name.endswith("_at") else _read(name, value)
        if read is not None and _fits(name, read):
            found[name] = read
        elif not name.endswith("_at"):
            note(f"the ticket's {name} is of another kind than expected and was left out")
    return Ticket.model_validate(found) if found else None


def _read(name: str, value: Any) -> Any:
    if name in _LISTS:
        return _listed(value)
    if isinstance(value, (list, dict)):
        return None
    return as_text(value) if name in _TEXTS else value


def _listed(value: Any) -> tuple[str, ...] | None:
    """A list of texts: a list, JSON of one, or words between commas; objects by their names."""
    if isinstance(value, str) and is_json(value):
        try:
            value = parse_json(value)
        except MalformedInput:
            return None
    if isinstance(value, str):
        return tuple(part for part in map(str.strip, value.split(",")) if part)
    if not isinstance(value, (list, tuple)):
        return None
    named = [item.get("name") if isinstance(item, dict) else item for item in value]
    return tuple(text for item in named if (text := as_text(item)))


def _fits(name: str, value: Any) -> bool:
    try:
        Ticket.model_validate({name: value})
    except ValidationError:
        return False
    return True
