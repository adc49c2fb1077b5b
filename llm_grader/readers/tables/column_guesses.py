"""What columns, or keys of objects, probably hold: by their names, and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from llm_grader.readers.guesses.role_columns import are_few, meanings, role_column, sides_known
from llm_grader.readers.guesses.time_columns import time_by_values
from llm_grader.readers.source.moments import Moments, seconds, time_of_day
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_names import rank
from llm_grader.readers.tables.note_columns import NoteColumns, note_columns
from llm_grader.transcript import Role

_PARTS = ("text", "role", "at", "start", "end", "speaker", "subject", "visibility", "kind")
UNREAD = "{}: called like the time of a message, but what stands in it is no time that we can read"


class Guess(NamedTuple):
    """What columns hold: the column of each part of a turn, whose the words for roles are, and those nobody knows."""

    parts: dict[str, str]
    roles: dict[str, Role]
    open_roles: tuple[str, ...] = ()
    notes: NoteColumns = NoteColumns({}, {})
    doubts: tuple[str, ...] = ()


def guess_parts(
    columns: Mapping[str, Sequence[Any]], of_turns: Callable[[str], bool] = lambda _: True, *, together: bool = False
) -> Guess:
    """What columns with these values hold; each column is one part at most. Without a text nothing is found.

    One that says whose a turn is may say as well that it is a note: `incoming`, `outgoing`, `internal`.

    Args:
        columns: their values, by name.
        of_turns: whether what stands in a column differs within a conversation.
        together: whether it is known which rows are one conversation, and there are several of one.
    """
    filled = {name: [v for v in values if as_text(v) is not None] for name, values in columns.items()}
    filled = {name: values for name, values in filled.items() if values}
    parts: dict[str, str] = {}
    if (text := _text_column(filled)) is None:
        return Guess({}, {})
    parts["text"] = text
    free = {name: values for name, values in filled.items() if name != text}
    role, doubts = role_column(free, of_turns, together=together)
    if role is not None:
        # a column of names or addresses may be called `sender`: it tells people apart, and no roles
        parts["role" if sides_known(role, free[role]) else "speaker"] = role
    tests = {"at": are_times, "start": _are_seconds, "end": _are_seconds, "speaker": _are_names, "subject": _are_texts}
    for part, holds in tests.items():
        free = {name: values for name, values in filled.items() if name not in parts.values()}
        fitting = [name for name in free if rank(part, name) is not None and holds(name, free[name])]
        if part not in parts and fitting:
            parts[part] = min(fitting, key=lambda name: (part == "at" and not of_turns(name), rank(part, name) or 0))
    if {"at", "start"}.isdisjoint(parts):
        of_all = [name for name in filled if name not in parts.values() and len(filled[name]) == len(filled[text])]
        at, told = time_by_values(filled, of_all, of_turns)
        parts |= {"at": at} if at else {}
        doubts = (*doubts, *told)
    may_hide = {name: columns[name] for name in _may_tell_notes(filled, parts)}
    notes = note_columns(may_hide, of_turns, columns.get(parts.get("role", ""), ()))
    parts |= notes.parts
    if "kind" not in parts and (kind := _kind_column(filled, parts)) is not None:
        parts["kind"] = kind
    words = [as_text(value) or "" for value in filled.get(parts.get("role", ""), ())]
    in_order = {part: parts[part] for part in _PARTS if part in parts}
    return Guess(in_order, *meanings(parts.get("role", ""), words), notes, doubts)


def _may_tell_notes(filled: Mapping[str, Sequence[Any]], parts: Mapping[str, str]) -> list[str]:
    others = {column for part, column in parts.items() if part != "role"}
    return [name for name, values in filled.items() if name not in others and are_few(values)]


def _kind_column(filled: Mapping[str, Sequence[Any]], parts: Mapping[str, str]) -> str | None:
    """The column that is called so and tells messages from what happened."""
    free = [name for name, values in filled.items() if name not in parts.values() and are_few(values)]
    return min(
        (name for name in free if rank("kind", name) is not None), key=lambda n: rank("kind", n) or 0, default=None
    )


def order_column(
    columns: Mapping[str, Sequence[Any]], parts: Mapping[str, str], conversations: Sequence[Any]
) -> str | None:
    """The column that numbers the turns, where no time says their order: no number stands twice in a conversation.

    Args:
        columns: those that may number them.
        parts: the columns that hold parts of a turn.
        conversations: the conversation of each row.
    """
    if not {"at", "start"}.isdisjoint(parts):
        return None
    named = sorted((place, name) for name in columns if (place := rank("order", name)) is not None)
    free = (name for _, name in named if name not in parts.values())
    return next((name for name in free if columns[name] and number_turns(columns[name], conversations)), None)


def differing_within(conversations: Sequence[Any] | None) -> Callable[[Sequence[Any]], bool]:
    """Whether values differ within a conversation, and are not said of each as a whole; all are one if none is named.

    Args:
        conversations: that of each row.
    """

    def differs(values: Sequence[Any]) -> bool:
        first: dict[str | None, str | None] = {}
        rows = zip(conversations or [None] * len(values), values, strict=True)
        return any(first.setdefault(as_text(name), text) != text for name, v in rows for text in [as_text(v)])

    return differs


def number_turns(values: Sequence[Any], conversations: Sequence[Any]) -> bool:
    """Whether these are numbers of which none stands twice in a conversation."""
    if not all(map(_is_number, values)):
        return False
    places = [(as_text(name), int(as_text(value) or "")) for name, value in zip(conversations, values, strict=True)]
    return len(set(places)) == len(places)


def _is_number(value: Any) -> bool:
    return (as_text(value) or "").strip().isdecimal()


def _text_column(filled: Mapping[str, Sequence[Any]]) -> str | None:
    texts = {name: values for name, values in filled.items() if _are_texts(name, values)}
    named = [name for name in texts if rank("text", name) is not None]
    # of two columns that are called so, the one with more words: a `message` may be the id of one
    wordy = {name: sum(len(str(value).split()) for value in texts[name]) / len(texts[name]) for name in texts}
    if named:
        return max(named, key=lambda name: (min(wordy[name], 3), -(rank("text", name) or 0)))
    long = [name for name in texts if wordy[name] >= 3 and not are_times(name, texts[name])]
    return max(long, key=wordy.__getitem__, default=None)


def _are_texts(_: str, values: Sequence[Any]) -> bool:
    return sum(isinstance(value, str) for value in values) * 2 > len(values)


def are_times(name: str, values: Sequence[Any]) -> bool:
    """Whether most of these are points in time or times of day, or dates that can be read in two ways."""
    moments = Moments(name, values)
    clocks = (isinstance(value, str) and ":" in value and seconds(value) is not None for value in values)
    numbers = (isinstance(value, (int, float)) and not isinstance(value, bool) and value < 20_000 for value in values)
    read = sum(moments.reads(v) or c for v, c in zip(values, clocks, strict=True))
    return not any(numbers) and (read * 2 > len(values) or _are_undecided(values))


def with_date(parts: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """The parts of a turn, its date and its time of day apart where each is in a column of its own."""
    at = parts.get("at")
    if at is None or "date" in parts or at not in columns:
        return dict(parts)
    others = [name for name in columns if rank("at", name) is not None and name not in parts.values()]
    if _are_dates(columns[at]):
        clock = next((name for name in others if _are_clocks(columns[name])), None)
        return {**parts, "date": at, "at": clock} if clock else dict(parts)
    day = next((name for name in others if _are_dates(columns[name])), None) if _are_clocks(columns[at]) else None
    return {**parts, "date": day} if day else dict(parts)


def unread_times(parts: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """The columns that are called like the time of a message and hold figures, where no time could be read."""
    if not {"at", "start"}.isdisjoint(parts):
        return []
    free = [name for name in columns if rank("at", name) is not None and name not in parts.values()]
    return [name for name in free if any(re.search(r"\d", as_text(value) or "") for value in columns[name])]


def _are_dates(values: Sequence[Any]) -> bool:
    """Whether all of these are days without a time."""
    days = [re.sub(r"[T ]0?0:00(?::00)?$", "", text) for value in values if (text := as_text(value))]
    moments = Moments("", days)
    return bool(days) and all(":" not in day and moments.reads(day) for day in days)


def _are_clocks(values: Sequence[Any]) -> bool:
    """Whether all of these are times of day, and do not count from nought as in a recording."""
    clocks = [time_of_day(text) for value in values if (text := as_text(value))]
    return bool(clocks) and all(clock is not None for clock in clocks) and clocks[0] != 0


def _are_undecided(values: Sequence[Any]) -> bool:
    return all(isinstance(v, str) and re.match(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b", v.strip()) for v in values)


def _are_seconds(_: str, values: Sequence[Any]) -> bool:
    return all(seconds(value) is not None for value in values)


def _are_names(_: str, values: Sequence[Any]) -> bool:
    return all(isinstance(value, (str, int)) and len(str(value)) <= 80 for value in values)
