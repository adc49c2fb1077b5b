"""What the words of a table mean: kinds, visibilities and channels, and what true and false mean in which column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar, cast, get_args

from llm_grader.errors import MalformedInput
from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.transcript import Channel, TurnKind, Visibility

_T = TypeVar("_T")
# as people write them, spreadsheets in five languages, and data frames in which a value is missing
TRUE_WORDS = frozenset(
    (
        "true",
        "1",
        "yes",
        "y",
        "t",
        "x",
        "ja",
        "ano",
        "igen",
        "jah",
        "wahr",
        "pravda",
        "igaz",
        "tõene",
        "on",
        "1.0",
        "✓",
        "✔",
    )
)
FALSE_WORDS = frozenset(
    ("false", "0", "no", "n", "f", "nein", "ne", "nem", "ei", "falsch", "nepravda", "hamis", "väär", "off", "0.0")
)
_HIDDEN = re.compile(r"intern|privat|hidden|soukrom|belso|magan|sise|confidential|staff|agent.?only")
_NOTE = re.compile(r"note|notiz|poznamk|megjegyzes|markus")
_SHOWN = re.compile(
    r"public|visible|visib|offentlich|sichtbar|verejn|viditeln|nyilvanos|lathato|avalik|nahtav|external"
)
# whole names only: `international`, `delivery_note` and `customer_type` tell of other things than who sees a turn
_HIDING = frozenset(
    [
        "note",
        "notes",
        "notiz",
        "notizen",
        "poznamka",
        "megjegyzes",
        "markus",
        "internal",
        "intern",
        "interne",
        "interner",
        "internes",
        "interni",
        "belso",
        "private",
        "privat",
        "public",
        "visibility",
        "visible",
        "hidden",
    ]
)
_OF_KINDS = frozenset(("type", "kind"))
_OF_TURNS = frozenset(
    [
        "is",
        "was",
        "only",
        "message",
        "msg",
        "comment",
        "reply",
        "response",
        "turn",
        "post",
        "entry",
        "item",
        "record",
        "activity",
        "event",
    ]
)
_TO_CUSTOMERS = re.compile(r"(?:is )?(?:visible to (?:the )?customers?|customer visible)")
_WORDS_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|[^\w\s]+")
_FEW_WORDS = 3
_KINDS: dict[str, TurnKind] = {
    **dict.fromkeys(("message", "comment", "reply", "text", "chat", "email", "mail", "msg", "response"), "message"),
    **dict.fromkeys(("note", "internal", "private", "notiz", "poznamka"), "note"),
    **dict.fromkeys(("internal comment", "private comment", "internal message", "private message"), "note"),
    **dict.fromkeys(("event", "system", "status", "assignment", "activity", "action"), "event"),
}
_VISIBILITIES: dict[str, Visibility] = {
    **dict.fromkeys(("public", "external", "customer", "visible", "everyone", "all"), "public"),
    **dict.fromkeys(("internal", "private", "agents", "staff", "note", "hidden"), "internal"),
}
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(("email", "e mail", "mail", "web form", "form", "brief", "letter"), "email"),
    **dict.fromkeys(("chat", "messaging", "sms", "whatsapp", "messenger", "live chat", "livechat", "web"), "chat"),
    **dict.fromkeys(("call", "phone", "voice", "telephone", "telefon", "anruf", "hovor", "hivas", "kone"), "call"),
}


def kind_of(value: Any, column: str, meanings: Mapping[str, TurnKind]) -> TurnKind:
    """The kind of turn that a cell says, by the mapping, the usual words, or true and false in a column of notes.

    Raises:
        MalformedInput: it is none of these; with the column, and what to write into the mapping.
    """
    word = _word(value)
    if (given := _given(word, meanings)) is not None:
        return given
    if (truth := _truth(word)) is None:
        kind = _by_words(word, _KINDS)
        if kind is not None:
            return kind
    elif _HIDDEN.search(plain(column)) or _NOTE.search(plain(column)):
        return "note" if truth else "message"
    raise _unknown(column, value, "kinds", get_args(TurnKind))


def is_usual_kind(word: str) -> bool:
    """Whether a word is a kind of turn without a mapping."""
    return _by_words(_word(word), _KINDS) is not None


def visibility_of(value: Any, column: str, meanings: Mapping[str, Visibility]) -> Visibility:
    """Who sees a turn, by the mapping, the usual words, or what true and false mean in a column of this name.

    Raises:
        MalformedInput: it is none of these; with the column, and what to write into the mapping.
    """
    word = _word(value)
    if (given := _given(word, meanings)) is not None:
        return given
    if (truth := _truth(word)) is None:
        visibility = _by_words(word, _VISIBILITIES)
        if visibility is not None:
            return visibility
    elif _HIDDEN.search(plain(column)):
        return "internal" if truth else "public"
    elif _SHOWN.search(plain(column)):
        return "public" if truth else "internal"
    elif _NOTE.search(plain(column)):
        return "internal" if truth else "public"
    raise _unknown(column, value, "visibilities", get_args(Visibility))


def part_that_hides(column: str, words: Iterable[str]) -> Literal["kind", "visibility"] | None:
    """Whether a column tells notes from messages, or the internal from the public, by its name and all of its words."""
    name = plain(_WORDS_JOINED.sub(" ", column.rpartition(".")[2]))
    of_whom = _TO_CUSTOMERS.fullmatch(name) is not None
    named = frozenset(name.split())
    if not of_whom and (named.isdisjoint(_HIDING | _OF_KINDS) or not named <= _HIDING | _OF_KINDS | _OF_TURNS):
        return None
    says_so = of_whom or not named.isdisjoint(_HIDING)
    distinct = frozenset(words)
    readers: tuple[tuple[Literal["kind", "visibility"], Callable[..., str]], ...] = (
        ("kind", kind_of),
        ("visibility", visibility_of),
    )
    for part, read in readers:
        try:
            found = {read(word, column, {}) for word in distinct}
        except MalformedInput:
            continue
        # a column called `is_note` may hold the first one far down; one called `type` may tell of other things
        hides = says_so or found & {"note", "internal"}
        if hides and found & {"message", "public"}:
            return part
    return None


def channel_of(value: Any) -> Channel | None:
    """The channel that a cell names, None for a word that names none."""
    word = plain(_word(value))
    return _CHANNELS.get(word) or next((cast("Channel", name) for name in get_args(Channel) if name == word), None)


def _word(value: Any) -> str:
    return (as_text(value) or "").strip().casefold()


def _by_words(word: str, meanings: Mapping[str, _T]) -> _T | None:
    """What a phrase of few words means, by the phrase, else by the words in it, where these mean one thing."""
    words = plain(word).split()
    if len(words) > _FEW_WORDS:
        return None
    found = {meanings[form] for form in (plain(word), *words) if form in meanings}
    return found.pop() if len(found) == 1 else meanings.get(plain(word))


def _truth(word: str) -> bool | None:
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def _given(word: str, meanings: Mapping[str, _T]) -> _T | None:
    return next((meaning for key, meaning in meanings.items() if key.casefold() == word), None)


def _unknown(column: str, value: Any, key: str, words: tuple[str, ...]) -> MalformedInput:
    text = as_text(value) or ""
    short = repr(text) if len(text) <= 24 and len(text.split()) <= 2 else "another word"  # more may be what was said
    return MalformedInput(
        f"{column}: found {short}; say under `{key}` of the mapping which it is of {', '.join(words)}"
    )
