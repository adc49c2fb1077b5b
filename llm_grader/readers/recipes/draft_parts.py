"""What a recipe that is drafted says of kinds and markup, of who sees a turn, of what times count and of groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_guesses import Guess
from llm_grader.readers.tables.column_names import LEAST, rank
from llm_grader.readers.tables.note_words import said_by
from llm_grader.readers.tables.suggest import columns_of
from llm_grader.readers.tables.table_cells import holds_html
from llm_grader.readers.tables.table_values import is_usual_kind, is_usual_visibility, kind_of, visibility_of

_OPEN_KINDS = "which words of {} mean a note or an event: all but those under `values` were taken for messages"
_MARKED_UP = "whether what looks like HTML in {} is meant so: it is read as the text that it shows"
_NO_GROUP = "which key says what items belong to one conversation (`group`): without one all of a list are one"
_MAY_GROUP = "whether {} says what items belong to one conversation (`group`): all of a list were taken for one"
_PARENT = "whether {} says what items belong to one conversation (`group`), and not what each answers"
_BARE = frozenset(("id", "no", "nr", "number", "key", "slug", "uuid"))
_PARENTS = frozenset(("parent id", "parentid", "parent"))
_NOTES = ("note", "internal_note", "private_note")
_SLOWEST = 100  # seconds a word
_LONGEST_CALL = 4 * 3600  # seconds
_MILLISECONDS = re.compile(
    r"(?:_ms|[a-z]Ms|[a-z]MS|(?<![a-z])ms|_?[mM]illis(?:econds?)?|_?[mM]secs?)$|^(?:start|end|offset)ms$"
)


def kind_part(guess: Guess, items: Sequence[Mapping[str, Any]], place: str) -> dict[str, Any]:
    """What the words of the key of kinds mean; what is no note and no event is a message."""
    column = guess.parts["kind"]
    usual = {word: kind_of(word, column, {}) for word in _words(guess, items) if _is_known(guess, word)}
    said = dict.fromkeys(_NOTES, "note") | usual | guess.notes.meanings.get("kinds", {})
    return {"path": place, "otherwise": "message", "values": {w: kind for w, kind in said.items() if kind != "message"}}


def open_kinds(guess: Guess, items: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What is told of words that were taken for messages because nobody knows them."""
    if "kind" not in guess.parts or all(_is_known(guess, word) for word in _words(guess, items)):
        return ()
    return (_OPEN_KINDS.format(guess.parts["kind"]),)


def _words(guess: Guess, items: Sequence[Mapping[str, Any]]) -> list[str]:
    """The words of the key of kinds, those for true and false as well where it has one of them."""
    words = {as_text(value) or "" for value in columns_of(items)[guess.parts["kind"]]} - {""}
    return sorted(words | ({"true", "false"} if words & {"true", "false"} else set()))


def _is_known(guess: Guess, word: str) -> bool:
    """Whether a word says what kind it is: internal or private alone only where the key surely tells notes.

    One of an event says so surely for no item that holds text: what was written as it happened may have been sent.
    """
    column = guess.parts["kind"]
    if said_by(word) == "event":
        return False
    sure = column in guess.notes.parts.values() or said_by(word) not in ("internal", "private")
    return sure and is_usual_kind(word, column)


def visibility_part(guess: Guess, items: Sequence[Mapping[str, Any]], place: str) -> dict[str, Any]:
    """What the words of the key that says who sees a turn mean, those of true and false by what the key is called."""
    column = guess.parts["visibility"]
    words = {as_text(item) or "" for item in columns_of(items)[column]} | {"true", "false"}
    usual = {word: visibility_of(word, column, {}) for word in sorted(words) if is_usual_visibility(word, column)}
    meanings = usual | guess.notes.meanings.get("visibilities", {})
    return {"path": place, "values": meanings, "otherwise": "public"}


def unit_of(guess: Guess, items: Sequence[Mapping[str, Any]], part: str) -> Literal["ms", "slow"] | None:
    """What a time since the beginning counts: milliseconds if called so, or in seconds over four hours.

    `slow` where in seconds nobody speaks as slowly as that, but people who write to each other may; None for seconds.
    """
    column, words = guess.parts[part], guess.parts["text"]
    if _MILLISECONDS.search(column.rpartition(".")[2]):
        return "ms"
    columns = columns_of(items)
    values = [value for value in columns[column] if value is not None]
    if not values or not all(isinstance(value, int) for value in values):
        return None
    lasts = max(values) - min(values)
    spoken = sum(len(said.split()) for said in columns[words] if isinstance(said, str))
    if not lasts > _SLOWEST * spoken > 0:
        return None
    return "ms" if lasts > _LONGEST_CALL else "slow"


def html_part(guess: Guess, items: Sequence[Mapping[str, Any]], place: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Where texts that are marked up as HTML stand, and what is told of them; nothing where none are."""
    column = guess.parts["text"]
    if not any(isinstance(text, str) and holds_html(text) for text in columns_of(items)[column]):
        return {}, ()
    marks = " || ".join(f"contains({place}, '{mark}')" for mark in ("</", "<br", "<BR"))
    return {"html": f"({marks}) && {place}"}, (_MARKED_UP.format(column),)


def group_of(guess: Guess, items: Sequence[Mapping[str, Any]], *, is_whole: bool) -> tuple[str | None, tuple[str, ...]]:
    """The key that says which items belong to one conversation, and what is told of it.

    Args:
        guess: what the keys of the items hold.
        items: the items of a list.
        is_whole: whether something else says that the list is one conversation.
    """
    columns = columns_of(items)
    texts = len(columns[guess.parts["text"]])
    free = {name: values for name, values in columns.items() if name not in guess.parts.values()}
    found = {name: place for name in free if (place := _rank_of_group(name, columns)) is not None}
    best = min((name for name in found if _groups(columns[name], texts)), key=lambda name: found[name], default=None)
    if best is None:
        return None, () if is_whole else (_NO_GROUP,)
    if is_whole:
        differ = len({as_text(value) for value in columns[best]}) > 1
        return None, (_MAY_GROUP.format(best),) if differ else ()
    return best, (_PARENT.format(best),) if found[best] > LEAST else ()


def _rank_of_group(name: str, columns: Mapping[str, Sequence[Any]]) -> int | None:
    """How well a name says that a key is the id of a conversation, and not of the item itself."""
    outside, _, key = name.rpartition(".")
    word = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key))
    if word in _PARENTS:
        own = {as_text(value) for column in ("id", "Id", "ID", "_id") for value in columns.get(column, ())}
        return LEAST + 1 if own and own.isdisjoint(map(as_text, columns[name])) else None
    if word in _BARE:
        outer = plain(outside.rpartition(".")[2])
        return rank("id", outer) if outer and outer not in _BARE else None
    return rank("id", name)


def _groups(values: Sequence[Any], texts: int) -> bool:
    """Whether each item has a value, and some of them the same."""
    counted = Counter(as_text(value) for value in values)
    return len(values) >= texts and None not in counted and max(counted.values(), default=0) > 1
