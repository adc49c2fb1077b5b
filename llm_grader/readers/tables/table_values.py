"""What the words of a table mean: kinds, visibilities and channels, and what true and false mean in which column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args

from llm_grader.errors import MalformedInput
from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.note_words import Said, said_by, seen_by, true_hides
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
        "tak",
        "oui",
        "sí",
        "si",
        "vrai",
        "verdadero",
        "prawda",
        "on",
        "1.0",
        "✓",
        "✔",
    )
)
FALSE_WORDS = frozenset(
    ("false", "0", "no", "n", "f", "nein", "ne", "nem", "ei", "falsch", "nepravda", "hamis", "väär", "off", "0.0")
) | {"non", "nie", "faux", "falso", "fałsz"}
_KIND_SAID: dict[Said | None, TurnKind] = {
    **dict.fromkeys(("message", "shown"), "message"),
    **dict.fromkeys(("note", "internal", "private"), "note"),
    "event": "event",
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
    kind = _usual_kind(word, column)
    if kind is None:
        raise _unknown(column, value, "kinds", get_args(TurnKind))
    return kind


def is_usual_kind(word: str, column: str) -> bool:
    """Whether a word in a column of this name is a kind of turn without a mapping."""
    return _usual_kind(_word(word), column) is not None


def _usual_kind(word: str, column: str) -> TurnKind | None:
    if (truth := truth_of(word)) is None:
        return _KIND_SAID.get(said_by(word)) or ("message" if channel_of(word) else None)
    hides = true_hides(column)
    return None if hides is None else "note" if truth == hides else "message"


def visibility_of(value: Any, column: str, meanings: Mapping[str, Visibility]) -> Visibility:
    """Who sees a turn, by the mapping, the usual words, or what true and false mean in a column of this name.

    Raises:
        MalformedInput: it is none of these; with the column, and what to write into the mapping.
    """
    word = _word(value)
    if (given := _given(word, meanings)) is not None:
        return given
    visibility = _usual_visibility(word, column)
    if visibility is None:
        raise _unknown(column, value, "visibilities", get_args(Visibility))
    return visibility


def is_usual_visibility(word: str, column: str) -> bool:
    """Whether a word in a column of this name says who sees a turn without a mapping."""
    return _usual_visibility(_word(word), column) is not None


def _usual_visibility(word: str, column: str) -> Visibility | None:
    if (truth := truth_of(word)) is None:
        kind = _KIND_SAID.get(seen_by(word))
        return None if kind in (None, "event") else "internal" if kind == "note" else "public"
    hides = true_hides(column)
    return None if hides is None else "internal" if truth == hides else "public"


def channel_of(value: Any) -> Channel | None:
    """The channel that a cell names, None for a word that names none."""
    word = plain(_word(value))
    return _CHANNELS.get(word) or next((cast("Channel", name) for name in get_args(Channel) if name == word), None)


def _word(value: Any) -> str:
    return (as_text(value) or "").strip().casefold()


def truth_of(word: str) -> bool | None:
    """What a word for true or false means; None for other words."""
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def _given(word: str, meanings: Mapping[str, _T]) -> _T | None:
    return next((meaning for key, meaning in meanings.items() if key.casefold() == word), None)


def _unknown(column: str, value: Any, key: str, words: tuple[str, ...]) -> MalformedInput:
    text = as_text(value) or ""
    short = repr(text) if len(text) <= 24 and len(text.split()) <= 2 else "another word"  # more may be what was said
    return MalformedInput(
        f"{column}: found {short}; say under `{key}` of the mapping which it is of {', '.join(words)}"
    )
