"""Which column of a table says what the other side does not see: by its name, and by the words in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from llm_grader.readers.guesses.role_columns import side_of
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.note_words import (
    INTERNAL,
    NOTE,
    PRIVATE,
    SHOWN,
    Said,
    is_external,
    name_as_compared,
    said_by,
    seen_by,
    true_hides,
)
from llm_grader.readers.tables.table_values import channel_of, is_usual_kind, is_usual_visibility, truth_of

HidingPart = Literal["kind", "visibility"]

_Named = Literal["surely", "notes", "kinds", "loosely"]

_MOST_VALUES = 12
_SUREST_FIRST: tuple[_Named, ...] = ("surely", "notes", "kinds", "loosely")
_MAP_OF: dict[HidingPart, str] = {"kind": "kinds", "visibility": "visibilities"}
OPEN = "{}: words that we do not know were read as those of messages that the other side sees"
LEFT = "{}: some of its words may mean notes; as others may not, all turns were read as seen by the other side"
BY_WORDS = "{}: by its words, and not by its name, it was taken to say which turns the other side does not see"
SIGHT = "{}: called like who sees a turn, but what its figures mean is not told: say it under `visibilities`"
_HIDDEN: frozenset[Said | None] = frozenset(("internal", "private", "note"))
_OF_SIGHT: frozenset[Said | None] = frozenset(("internal", "private", "shown"))
_SEES = "visibility|sichtbarkeit|viditelnost|lathatosag|nahtavus|visibilite|visibilidad|widocznosc"
_NEGATED = r"(?:non|not|nicht|nem|mitte|pas|nie|no|ne|neni|un|in)"
# whole words of it only: `international`, `delivery_note` and `customer_type` tell of other things than who sees a turn
_SURELY = re.compile(rf"{_NEGATED}?(?:{INTERNAL}|{PRIVATE}|{SHOWN})|{_SEES}")
_NOTES = re.compile(NOTE)
_OF_KINDS = frozenset(re.findall(r"\w+", "type kind art typ tipus tuup liik tipo rodzaj"))
_DIRECTIONS = frozenset(re.findall(r"\w+", "direction richtung smer irany suund direccion kierunek"))
_LOOSELY = _DIRECTIONS | frozenset(
    re.findall(r"\w+", "channel kanal csatorna canal role rolle szerep roll rol sender author from by")
)
_OF_TURNS = frozenset(
    re.findall(
        r"\w+",
        "is was only part message msg comment reply response turn post entry item record activity event ist je "
        "nur nachricht nachrichten zpravy zprava kommentar komentar uzenet sonum",
    )
)
_CALLED_LIKE_TURNS = frozenset(("entry", "status", "element", "message status", "comment status", "eintrag", "stav"))
_NEGATION = re.compile(_NEGATED)
_TO_CUSTOMERS = re.compile(
    r"(?:is )?(?:not )?(?:(?:in)?visible (?:to|for) (?:the )?customers?|customer visible)"
    r"|(?:nicht )?fur kunden? (?:nicht )?(?:un)?sichtbar"
)


def hiding_part(column: str, values: Iterable[str], *, of_turns: bool = True) -> HidingPart | None:
    """Which part of a turn a column tells, if it tells notes from messages, or the internal from the public.

    One that is called so does by its usual words; one called `type`, by what they say, where they differ between the
    turns of a conversation. What says surely that it is a note does so whatever the other words are.

    Args:
        column: its name.
        values: the words in it; an empty one where a cell is.
        of_turns: whether they differ within a conversation.
    """
    words = frozenset(value.strip().casefold() for value in values)
    empty, words = "" in words, words - {""}
    named = _named(column)
    if named is None or not words or len(words) > _MOST_VALUES:
        return None
    truths = {truth_of(word) for word in words}
    if _are_open_figures(column, words):
        return None
    if None not in truths:
        return "visibility" if named in ("surely", "notes") and true_hides(column) is not None else None
    said = {_said(word, named) for word in words}
    if len(truths) > 1 or not _tells(said, column, named, empty=empty, of_turns=of_turns):
        return None
    return "visibility" if said <= _OF_SIGHT | {None} else "kind"


def _are_open_figures(column: str, words: Collection[str]) -> bool:
    """Whether figures stand in a column of visibility: 1 may be a turn that all see, or one that some do."""
    return re.fullmatch(_SEES, name_as_compared(column)) is not None and all(map(str.isdecimal, words))


@lru_cache(maxsize=1024)
def _named(column: str) -> _Named | None:
    """How surely the name of a column says that it tells of whom a turn is for, or that it tells of kinds."""
    name = name_as_compared(column)
    if _TO_CUSTOMERS.fullmatch(name):
        return "surely"
    words = [word for word in name.split() if word not in _OF_TURNS]
    surely = [word for word in words if _SURELY.fullmatch(word)]
    notes = [word for word in words if _NOTES.fullmatch(word)]
    kinds = [word for word in words if word in _OF_KINDS]
    loosely = [word for word in words if word in _LOOSELY]
    others = [word for word in words if not _NEGATION.fullmatch(word) and word not in [*surely, *notes, *kinds]]
    if [word for word in others if word not in loosely] or not words:
        return None
    if others:
        return None if surely or notes else "loosely"
    return "surely" if surely else "notes" if notes else "kinds" if kinds else None


def _said(word: str, named: _Named) -> Said | None:
    said = seen_by(word) if named == "surely" else said_by(word)
    return said or ("message" if channel_of(word) else None)


def _tells(said: Collection[Said | None], column: str, named: _Named, *, empty: bool, of_turns: bool) -> bool:
    """Whether words that say these things tell notes from messages."""
    hidden, others = _HIDDEN & frozenset(said), frozenset(said) - _HIDDEN
    if named in ("surely", "notes") and None not in others:
        return bool(others or empty) or (named == "surely" and frozenset(said) <= {"internal", "note"})
    if not hidden or named == "notes":
        return False
    if named == "surely":
        return True
    if not of_turns or not (others or empty):
        return False
    if "note" in hidden:
        return True
    # internal or private alone may be said of calls, customers and offices
    of_turn = not _OF_TURNS.isdisjoint(name_as_compared(column).split())
    if None in others:
        return "internal" in hidden and of_turn and named == "kinds"
    if named == "kinds":
        return True
    # incoming, outgoing, internal; of internal and external alone, each is a side
    return "internal" in hidden and "message" in others and not _DIRECTIONS.isdisjoint(name_as_compared(column).split())


class NoteColumns(NamedTuple):
    """The columns by which turns are kept from the other side, what their unusual words mean, and what is in doubt."""

    parts: dict[str, str]
    meanings: dict[str, dict[str, str]]
    doubts: tuple[str, ...] = ()


def note_columns(
    columns: Mapping[str, Sequence[Any]], of_turns: Callable[[str], bool], roles: Sequence[Any] = ()
) -> NoteColumns:
    """The columns that tell what the other side does not see, surer ones first; an open word is taken for a message.

    Args:
        columns: the values of those that may do so.
        of_turns: whether what stands in a column differs within a conversation.
        roles: what stands in the column of roles, if there is one.
    """
    parts: dict[str, str] = {}
    meanings: dict[str, dict[str, str]] = {}
    doubts: list[str] = []
    named = [name for name in columns if _named(name)]
    for name in sorted(named, key=lambda name: _SUREST_FIRST.index(_named(name) or "loosely")):
        words = list(dict.fromkeys(as_text(value) or "" for value in columns[name]))
        sides = _named(name) in ("kinds", "loosely") and _are_sides(columns[name], roles)
        part = None if sides else hiding_part(name, words, of_turns=of_turns(name))
        if part in parts:
            part = _other(part, name, words)
        if part is not None and part not in parts:
            parts[part] = name
            meant = _open_words(part, name, words)
            meanings |= {_MAP_OF[part]: meant} if meant else {}
            doubts += [OPEN.format(name)] if meant else []
        elif part is None and of_turns(name):
            figures = _are_open_figures(name, [word for word in words if word])
            doubts += [SIGHT.format(name)] if figures else [LEFT.format(name)] if _may_hide(words) else []
    free = [name for name in columns if name not in named and of_turns(name)]
    by_words = None if parts else next((name for name in free if _say_who_sees(name, columns[name], roles)), None)
    if by_words is not None:
        said = {said_by(as_text(value) or "") for value in columns[by_words]}
        part = "visibility" if said <= _OF_SIGHT else "kind"
        return NoteColumns({part: by_words}, {}, (*doubts, BY_WORDS.format(by_words)))
    return NoteColumns(parts, meanings, tuple(doubts))


def _say_who_sees(column: str, values: Sequence[Any], roles: Sequence[Any]) -> bool:
    """Whether words say of each turn that it is a message, or that the other side does not see it, and nothing else.

    Private and internal alone do so only in a column that is called like one of turns. What a customer says is never
    hidden from the customer: such words tell of something else, as of a plan.
    """
    words = [as_text(value) or "" for value in values]
    said = {said_by(word) for word in words}
    if len(set(words)) > _MOST_VALUES or not said <= _HIDDEN | {"message", "shown"}:
        return False
    if not said & _HIDDEN or not said - _HIDDEN or any(map(role_of_label, set(words))):
        return False
    if "note" not in said and name_as_compared(column) not in _CALLED_LIKE_TURNS:
        return False
    if len(words) != len(roles):
        return True
    hidden = {as_text(role) or "" for word, role in zip(words, roles, strict=True) if said_by(word) in _HIDDEN}
    return all(side_of(role) != "customer" for role in hidden)


def _are_sides(values: Sequence[Any], roles: Sequence[Any]) -> bool:
    """Whether `internal` and `external` say whose turns they are: each role has one of them, and one is outside."""
    if len(values) != len(roles):
        return False
    pairs = {
        (as_text(role) or "", is_external(as_text(value) or "")) for value, role in zip(values, roles, strict=True)
    }
    said = [outside for _, outside in pairs]
    each_has_one = len({role for role, _ in pairs}) == len(pairs)
    return None not in said and each_has_one and len(pairs) > said.count(True) == 1


def _other(part: HidingPart, name: str, words: Sequence[str]) -> HidingPart | None:
    """The other part, where the words can be read as it: a second column may hide as well."""
    other: HidingPart = "visibility" if part == "kind" else "kind"
    return None if _open_words(other, name, words) else other


def _open_words(part: HidingPart, name: str, words: Sequence[str]) -> dict[str, str]:
    usual, meaning = (is_usual_kind, "message") if part == "kind" else (is_usual_visibility, "public")
    return {word: meaning for word in words if word.strip() and not usual(word, name)}


def _may_hide(words: Sequence[str]) -> bool:
    """Whether some of the words may say that a turn is a note."""
    few = {word.strip().casefold() for word in words}
    return 1 < len(few) <= _MOST_VALUES and any(said_by(word) in _HIDDEN for word in few if word)


def may_tell_notes(column: str) -> bool:
    """Whether a column is called like one that may tell notes from messages."""
    return _named(column) is not None


def tells_events(values: Iterable[Any]) -> bool:
    """Whether words tell messages from what happened, and nothing else."""
    said = {_said(word, "kinds") for value in values if (word := as_text(value))}
    return "event" in said and said <= {"event", "message", "shown"}
