"""A recipe for JSON that nobody knows, or a column mapping for a table: drafted from what stands in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers.guesses.side_by_side import unused_texts
from llm_grader.readers.pages import GOES_ON, goes_on
from llm_grader.readers.recipes.draft_parts import group_of, html_part, kind_part, open_kinds, unit_of, visibility_part
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_guesses import Guess, guess_parts
from llm_grader.readers.tables.column_names import rank
from llm_grader.readers.tables.suggest import Suggestion, columns_of, doubts_of, no_time_in, suggest_columns

_DEEPEST = 5
_MOST_TYPES = 8
_TYPE = re.compile(r"[\w./-]{1,40}")
_UNREAD_LIST = "whether {} inside each of the `turns` holds what was said: it is not read"
_SAID_IN_LISTS = frozenset(("comments", "replies", "messages", "notes", "responses", "answers", "conversations"))
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NESTED_FIRST = 3
_MOST_KEYS = 50


class _Listed(NamedTuple):
    """A list of objects that could be turns: where it stands, and what its objects hold.

    `within` is where the conversations stand of which each has such a list; empty where a record is one. They are a
    list, or, where `mapped`, the values of an object whose keys are their ids.
    """

    place: tuple[str, ...]
    items: Sequence[Mapping[str, Any]]
    guess: Guess
    within: tuple[str, ...] = ()
    mapped: bool = False


def suggest_mapping(document: Document) -> str:
    """YAML that says how a file can be read: a column mapping for a table, a recipe for nested JSON.

    What could not be told stands in it as comments.

    Raises:
        UnsupportedFormat: nothing in it looks like what was said.
    """
    if document.json.first is None:
        return _written(suggest_columns(document), "columns")
    listed = max(_lists_of(document), key=_weight, default=None)
    flat = guess_parts(columns_of([record for record in document.json.beginnings if isinstance(record, dict)]))
    if listed is None and not flat.parts:
        raise UnsupportedFormat(
            "no list of objects in which something could be what was said: write a recipe (`llm-grader read schema`)"
        )
    if listed is None or not (listed.place or listed.mapped):
        found = suggest_columns(document)
        if _is_table(found):
            return _written(found, "columns")
    drafted = _recipe(listed or _Listed((), [], flat), document)
    more = (GOES_ON,) if any(map(goes_on, document.json.beginnings)) else ()
    return _written(drafted._replace(doubts=(*drafted.doubts, *more)), "recipe")


def _is_table(found: Suggestion) -> bool:
    """Whether a column says which rows belong together, or rows are conversations."""
    return not any("(`id`)" in doubt for doubt in found.doubts)


def _lists_of(document: Document) -> Iterator[_Listed]:
    records = [record for record in document.json.beginnings if isinstance(record, dict)]
    if len(records) > 1:
        yield from _lists_in(records, ())
    for record in records[:_NESTED_FIRST]:
        yield from _lists_in(record, ())
        for within, wholes in _objects_in(record, ()):
            found = (listed for whole in wholes[:_NESTED_FIRST] for listed in _lists_in(whole, ()))
            yield from (listed._replace(within=within) for listed in found)
        yield from _lists_by_key(record, ())


def _lists_by_key(value: Any, place: tuple[str, ...]) -> Iterator[_Listed]:
    """The lists that the values of an object have at one place: each value is a conversation, or the list itself is."""
    if not isinstance(value, dict) or len(place) >= _DEEPEST:
        return
    wholes = list(value.values())[:_MOST_KEYS]
    are_ids = all(any(map(str.isdigit, key)) for key in value)
    if len(wholes) > 1 and (are_ids or all(isinstance(whole, dict) for whole in wholes)):
        for first in (listed for whole in wholes[:_NESTED_FIRST] for listed in _lists_in(whole, ())):
            lists = [listed for whole in wholes if isinstance(listed := _at(whole, first.place), list)]
            items = [item for listed in lists for item in listed if isinstance(item, dict)]
            # a conversation without turns may have no list at all
            if 1 < len(lists) > len(wholes) / 2 and (guess := guess_parts(columns_of(items))).parts:
                yield _Listed(first.place, items, guess, place, mapped=True)
    for key, inside in value.items():
        yield from _lists_by_key(inside, (*place, key))


def _at(value: Any, place: Sequence[str]) -> Any:
    for key in place:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _objects_in(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """The lists of objects in a value, each with the keys that lead to it."""
    if isinstance(value, list):
        if place and (objects := [item for item in value if isinstance(item, dict)]):
            yield place, objects
    elif isinstance(value, dict) and len(place) < _DEEPEST:
        for key, inside in value.items():
            yield from _objects_in(inside, (*place, key))


def _lists_in(value: Any, place: tuple[str, ...]) -> Iterator[_Listed]:
    if isinstance(value, list):
        objects = [item for item in value if isinstance(item, dict)]
        if objects and (guess := guess_parts(columns_of(objects))).parts:
            yield _Listed(place, objects, guess)
        return
    if isinstance(value, dict) and len(place) < _DEEPEST:
        for key, inside in value.items():
            yield from _lists_in(inside, (*place, key))


def _weight(listed: _Listed) -> tuple[int, bool, int, int]:
    """How much a list looks like turns: by the parts that are found, and by how much of it is text."""
    parts = listed.guess.parts
    text = [item for item in listed.items if isinstance(item.get(parts["text"]), str) or "." in parts["text"]]
    return (
        len(parts.keys() & {"role", "speaker", "at", "start"}),
        bool(listed.place) or listed.mapped,
        len(text),
        len(parts),
    )


def _turn_of(listed: _Listed) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Where the parts of a turn stand and what their values mean, and what is told of it."""
    turn: dict[str, Any] = {part: _path(column) for part, column in listed.guess.parts.items()}
    if listed.guess.roles and "role" in turn:
        turn["role"] = {"path": turn["role"], "values": listed.guess.roles}
    if not listed.items:
        return turn, ()
    html, of_html = html_part(listed.guess, listed.items, turn["text"])
    turn |= html
    if "visibility" in turn:
        turn["visibility"] = visibility_part(listed.guess, listed.items, turn["visibility"])
    if "kind" in turn:
        turn["kind"] = kind_part(listed.guess, listed.items, turn["kind"])
    return turn, (*of_html, *listed.guess.notes.doubts, *open_kinds(listed.guess, listed.items))


def _recipe(listed: _Listed, document: Document) -> Suggestion:
    turns = ".".join(map(_key, listed.place)) or ("@" if listed.mapped else "[]")
    turn, of_turns = _turn_of(listed)
    units = {part: unit_of(listed.guess, listed.items, part) for part in ("start", "end") if part in turn}
    milliseconds = [part for part, unit in units.items() if unit == "ms"]
    turn |= {part: {"path": turn[part], "unit": "ms"} for part in milliseconds}
    within = ".".join(map(_key, listed.within))
    within = f"values({within or '@'})" if listed.mapped else within
    name, first = _id_of(document, listed), f"{turns}[0]" if listed.place else "[0]"
    is_whole = bool((name and listed.place) or within or (listed.place and len(document.json.beginnings) > 1))
    group, of_groups = group_of(listed.guess, listed.items, is_whole=is_whole) if listed.items else (None, ())
    data = {
        "name": "my-export",
        "title": "What this export is",
        "applies": [f"{first}.{_path(listed.guess.parts['text'])}"],
        **({"conversations": within} if within else {}),
        "turns": turns,
        **({"group": _path(group)} if group else {}),
        "turn": turn,
        **({"id": name} if name and listed.place else {}),
        "channel": "call" if "start" in turn else "email" if "subject" in turn else "chat",
    }
    doubts = ["whether these are chats, e-mails or calls (`channel`: chat, email or call)"]
    if milliseconds:
        doubts.append("whether times count milliseconds (`unit`): by their names, or too large for seconds, they do")
    if "slow" in units.values():
        doubts.append(
            "whether times count seconds: few words are said in them; write `unit: ms` if they count milliseconds"
        )
    if listed.mapped:
        doubts.append("whether each key stands for a conversation; the keys themselves cannot be read as ids")
    doubts += [doubt.replace("under `roles`", "under `values` of the role") for doubt in doubts_of(listed.guess)]
    doubts += [*_of_types(listed), *of_groups, *of_turns, *no_time_in(listed.guess), *_left(listed)]
    return Suggestion(data, tuple(doubts))


def _of_types(listed: _Listed) -> Iterator[str]:
    """The doubt that objects of some type are nothing that was said."""
    for name, values in columns_of(listed.items).items():
        words = sorted({as_text(value) or "" for value in values} - {""})
        is_type = name.rpartition(".")[2] == "type" and name not in listed.guess.parts.values()
        if is_type and 1 < len(words) <= _MOST_TYPES and all(map(_TYPE.fullmatch, words)):
            yield f"whether objects of each `{name}` are said ({', '.join(words)}): else name a `kind`, such as event"


def _left(listed: _Listed) -> list[str]:
    """What is told of the texts of the items, and of the lists of what was said inside them, that nothing reads."""
    inside = (place for item in listed.items[:_NESTED_FIRST] for place, _ in _objects_in(item, ()))
    lists = dict.fromkeys(".".join(place) for place in inside if place[-1].casefold() in _SAID_IN_LISTS)
    return [*unused_texts(columns_of(listed.items), listed.guess.parts.values()), *map(_UNREAD_LIST.format, lists)]


def _id_of(document: Document, listed: _Listed) -> str | None:
    """The key of a conversation that is its id."""
    first: Any = _at(document.json.first, listed.within)
    if listed.mapped and isinstance(first, dict):
        first = next(iter(first.values()), None)
    elif isinstance(first, list) and listed.within:
        first = next((item for item in first if isinstance(item, dict)), {})
    first = first if isinstance(first, dict) else {}
    simple = [key for key, value in first.items() if isinstance(value, (str, int)) and not isinstance(value, bool)]
    named = sorted((place, key) for key in simple if (place := rank("id", key)) is not None)
    return _key(named[0][1]) if named else None


def _path(column: str) -> str:
    return ".".join(map(_key, column.split(".")))


def _key(name: str) -> str:
    """A key as JMESPath writes it."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name)


def _written(found: Suggestion, flag: str) -> str:
    lines = [f"# Drafted from the file: look it through, then read with --{flag} THIS_FILE (and --check)."]
    lines += [f"# Not told by the file: {doubt}" for doubt in found.doubts]
    return "\n".join(lines) + "\n" + yaml.safe_dump(found.data, sort_keys=False, allow_unicode=True, width=120)
