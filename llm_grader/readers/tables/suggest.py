"""A column mapping for a table, drafted from its columns and first rows, with what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.files.json_strict import is_json, parse_json
from llm_grader.readers.guesses.side_by_side import AGENT_FIRST, EACH_ROW, side_columns, unused_texts
from llm_grader.readers.guesses.time_columns import NO_TIME
from llm_grader.readers.labels.speakers import find_speakers
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document, unreported
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_guesses import (
    UNREAD,
    Guess,
    are_times,
    differing_within,
    guess_parts,
    order_column,
    unread_times,
    with_date,
)
from llm_grader.readers.tables.column_names import rank, with_unit
from llm_grader.readers.tables.note_words import said_by
from llm_grader.readers.tables.table_rows import column_names, read_rows
from llm_grader.readers.tables.table_values import is_usual_kind
from llm_grader.readers.text.label_lines import parse_lines
from llm_grader.readers.text.line_ends import with_line_ends

_ROWS = 200
_MOST = 0.6


class Suggestion(NamedTuple):
    """A mapping or a recipe as plain data, and what its author should look at."""

    data: dict[str, Any]
    doubts: tuple[str, ...]


def suggest_columns(document: Document) -> Suggestion:
    """A column mapping for a table.

    Raises:
        UnsupportedFormat: there is no table in it, or no column that could hold what was said.
        MalformedInput: none of its rows can be read.
    """
    names = column_names(document)
    if not names:
        raise UnsupportedFormat("no table: expected a first line with the names of columns, and rows as long as it")
    rows = [row.cells for row in islice(read_rows(unreported(document), None, ()), _ROWS)]
    if not rows:
        next(read_rows(document, None, ()), None)  # which says what is wrong with the first one
    columns = {name: [row.get(name) for row in rows] for name in names if name}
    found = _cell(columns) or _wide(columns) or _long(columns)
    if found is None:
        listed = ", ".join(names[:20])
        raise UnsupportedFormat(f"the columns are {listed}: none of them looks like the text of what was said")
    whole, doubts = _of_the_whole(columns, found.data)
    data = {**whole, **found.data}
    used = [*data.values(), *data.get("columns", ()), *(data.get("turn", {}).values() if "cell" not in data else ())]
    return Suggestion(data, (*found.doubts, *doubts, *unused_texts(columns, used)))


def _cell(columns: Mapping[str, Sequence[Any]]) -> Suggestion | None:
    """A conversation in a cell: JSON lists of turns, or texts in which several speak."""
    for name, values in columns.items():
        filled = [value for value in values if as_text(value) is not None]
        lists = [items for value in filled if (items := _listed(value))]
        if filled and len(lists) >= _MOST * len(filled):
            return _of_lists(name, [item for items in lists for item in items])
        talks = [value for value in filled if isinstance(value, str) and _speakers(value) > 1]
        if filled and len(talks) >= _MOST * len(filled):
            return Suggestion({"cell": name}, ())
    return None


def _of_lists(name: str, items: Sequence[Any]) -> Suggestion:
    if not all(isinstance(item, dict) for item in items):
        width = max(len(item) if isinstance(item, list) else 0 for item in items)
        items = [{str(at): v for at, v in enumerate(item)} for item in items if isinstance(item, list) and width]
    columns = columns_of(items)
    guess = guess_parts(columns)
    if not guess.parts:
        return Suggestion({"cell": name, "turn": {"text": "?"}}, (f"which key of the objects in {name} is the text",))
    return Suggestion(
        {"cell": name, "turn": with_unit(with_date(guess.parts, columns)), **_roles(guess)},
        (*doubts_of(guess), *no_time_in(guess)),
    )


def _wide(columns: Mapping[str, Sequence[Any]]) -> Suggestion | None:
    """A column for each turn, such as `question` and `answer`; rows of one id are one conversation."""
    sides = side_columns(columns)
    if not sides:
        return None
    doubts = [AGENT_FIRST] if next(iter(sides.values())) == "agent" else []
    name, _ = _id_column({column: values for column, values in columns.items() if column not in sides})
    if name is None:
        return Suggestion({"columns": sides}, (*doubts, EACH_ROW))
    order = _order_of_rows(columns, name, sides) if _comes_again(columns[name]) else None
    return Suggestion({"id": name, "columns": sides, **({"order": order} if order else {})}, tuple(doubts))


def _order_of_rows(columns: Mapping[str, Sequence[Any]], name: str, sides: Collection[str]) -> str | None:
    """The column of the times of rows, or of their numbers; None where there is none."""
    free = {column: values for column, values in columns.items() if column not in sides and column != name}
    times = [column for column, values in free.items() if rank("at", column) is not None and are_times(column, values)]
    best = min(times, key=lambda column: rank("at", column) or 0, default=None)
    return best or order_column(free, {}, columns[name])


def _long(columns: Mapping[str, Sequence[Any]]) -> Suggestion | None:
    """A row for each turn."""
    name, doubts = _id_column(columns)
    differs = differing_within(columns[name] if name else None)
    others = {column: values for column, values in columns.items() if column != name}
    together = name is not None and _comes_again(columns[name])
    guess = guess_parts(others, lambda c: differs(columns[c]), together=together)
    if not guess.parts:
        return None
    kinds, open_kinds = _kinds(guess, columns)
    rows = max(map(len, columns.values()))
    order = order_column(others, guess.parts, columns[name] if name else [None] * rows)
    data = {
        **({"id": name} if name else {}),
        "turn": with_unit(with_date(guess.parts, columns)),
        **({"order": order} if order else {}),
        **_roles(guess),
        **kinds,
    }
    unread = [UNREAD.format(column) for column in unread_times(guess.parts, columns)]
    no_time = () if order or unread or rows < 2 else no_time_in(guess)
    return Suggestion(data, (*doubts, *doubts_of(guess), *open_kinds, *unread, *no_time))


def _kinds(guess: Guess, columns: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What unusual words of kinds mean, messages until somebody says otherwise; and what is open about notes."""
    column = guess.parts.get("kind")
    if column is None or column in guess.notes.parts.values():
        return dict(guess.notes.meanings), guess.notes.doubts
    # what does not surely tell notes hides nothing
    words = [word for word in dict.fromkeys(map(as_text, columns[column])) if word and not _is_shown(word, column)]
    if not words:
        return dict(guess.notes.meanings), guess.notes.doubts
    doubt = "which of the words under `kinds` are a note or an event: all of them were taken for messages"
    return {**guess.notes.meanings, "kinds": dict.fromkeys(words, "message")}, (doubt,)


def _is_shown(word: str, column: str) -> bool:
    return is_usual_kind(word, column) and said_by(word) not in ("internal", "private")


def _id_column(columns: Mapping[str, Sequence[Any]]) -> tuple[str | None, tuple[str, ...]]:
    """The column that says which rows belong together: one that is called so, and whose values come again."""
    named = sorted((place, name) for name in columns if (place := rank("id", name)) is not None)
    again = [name for _, name in named if _comes_again(columns[name])]
    if again:
        return again[0], ()
    if named and len(columns[named[0][1]]) < 2:
        return named[0][1], ()
    if not named:
        return None, ("which column says what rows belong to one conversation (`id`): without one all are one",)
    doubt = "which column says what rows belong to one conversation (`id`): no value of the one named comes again"
    return named[0][1], (doubt,)


def _comes_again(values: Sequence[Any]) -> bool:
    counted = Counter(text for value in values if (text := as_text(value)))
    return bool(counted) and max(counted.values()) > 1


def _of_the_whole(columns: Mapping[str, Sequence[Any]], found: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The id, the channel and the language of a conversation."""
    whole: dict[str, Any] = {}
    used = {
        found.get("cell"),
        *found.get("columns", ()),
        *(found.get("turn", {}).values() if "cell" not in found else ()),
    }
    free = [name for name in columns if name not in used]
    telling = [name for part, name in found.get("turn", {}).items() if part in ("kind", "visibility")]
    for key, part in (("id", "id"), ("channel_column", "channel"), ("language_column", "language")):
        # where a channel of notes is one of those, its column says both
        named = sorted((place, name) for name in (*free, *telling) if (place := rank(part, name)) is not None)
        if named and key not in found:
            whole[key] = named[0][1]
    if "channel_column" in whole:
        return whole, []
    channel = "email" if "subject" in found.get("turn", {}) else "chat"
    return {**whole, "channel": channel}, ["whether these are chats, e-mails or calls (`channel`: chat, email or call)"]


def _roles(guess: Guess) -> dict[str, Any]:
    """Whose the words of the role column are, where they do not say so themselves."""
    roles = {word: role for word, role in guess.roles.items() if word != role}
    return {"roles": roles} if roles else {}


def doubts_of(guess: Guess) -> tuple[str, ...]:
    """What of a guess its author should look at; words of a role column only where they are short."""
    doubts = list(guess.doubts)
    if "role" not in guess.parts:
        doubts.append("who is the agent: no column says a role (name a `role` column, or read with --agent NAME)")
    elif guess.roles and "agent" not in guess.roles.values():
        doubts.append(
            f"who is the agent: no word of {guess.parts['role']} was taken for one (change them under `roles`)"
        )
    words = [word for word in guess.open_roles if len(word) <= 24 and len(word.split()) <= 2]
    if guess.open_roles:
        listed = ", ".join(map(repr, words)) or "longer ones"
        doubts.append(f"whose these words of {guess.parts['role']} are (write them under `roles`): {listed}")
    return tuple(doubts)


def no_time_in(guess: Guess) -> tuple[str, ...]:
    """What is told of turns that no time puts in order."""
    return () if {"at", "start"} & guess.parts.keys() else (NO_TIME,)


def columns_of(items: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of each key of some objects; those of objects inside by keys with dots between them."""
    columns: dict[str, list[Any]] = {}
    for item in items[:_ROWS]:
        for name, value in flat(item):
            columns.setdefault(name, []).append(value)
    return columns


def flat(item: Mapping[str, Any], outside: str = "") -> list[tuple[str, Any]]:
    """The values of an object by the keys that lead to them, three deep at most."""
    found: list[tuple[str, Any]] = []
    for key, value in item.items():
        name = f"{outside}{key}"
        if isinstance(value, dict) and name.count(".") < 2:
            found += flat(value, f"{name}.")
        elif not isinstance(value, (list, dict)):
            found.append((name, value))
    return found


def _listed(value: Any) -> list[Any]:
    """The list of objects or lists that a value is, or is JSON of; empty for anything else."""
    if isinstance(value, str) and is_json(value):
        try:
            value = parse_json(value)
        except MalformedInput:
            return []
    return list(value) if isinstance(value, list) and value and all(isinstance(i, (dict, list)) for i in value) else []


def _speakers(text: str) -> int:
    lines = parse_lines(with_line_ends(text.replace("\r\n", "\n"), RoleMapping()))
    speakers = find_speakers(lines, RoleMapping())
    return len({line.label for line in lines if line.label in speakers})
