"""Which language a conversation, and each turn of it, is in, where the source does not say. Offline."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from llm_grader.transcript import Transcript, Turn

_Said = TypeVar("_Said", Transcript, Turn)

LEAST_CHARACTERS = 20
"""Of a text, before anything is said about it."""

# What help desks in Europe are written to in. `zxx` is text in no language, such as order numbers and addresses.
_KNOWN = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl no pl pt ro ru sk sl sv tr uk"
_LANGUAGES = frozenset(_KNOWN.split())
_NO_LANGUAGE = "zxx"
_LEAST_CONFIDENCE = 0.6
_CHARACTERS_OF_A_TURN = 300
_CHARACTERS_OF_ALL = 3000
_MOST_TURNS = 1000


def with_languages(transcript: Transcript) -> Transcript:
    """The transcript with the languages that are missing and can be told; what the source states stays.

    A turn has a language of its own only where it is another one than the transcript's. Only the first 1,000 turns are
    looked at one by one, and none where the language stated is one that could not be told from its neighbours.
    """
    language = language_of(transcript)
    if language is not None and _primary(language) not in _LANGUAGES:
        return transcript
    looked_at = tuple(_with_own(turn, language) for turn in transcript.turns[:_MOST_TURNS])
    told = transcript.model_copy(update={"turns": (*looked_at, *transcript.turns[_MOST_TURNS:])})
    return told if language == transcript.language else _told(told, language)


def language_of(transcript: Transcript) -> str | None:
    """The language that is stated, else the one that the beginnings of the turns are in, if that can be told."""
    return transcript.language or detect_language(_sample(transcript))


def detect_language(text: str) -> str | None:
    """The BCP 47 code of the language a text is in; None where that is uncertain, or it has under 20 characters."""
    if len(text.strip()) < LEAST_CHARACTERS:
        return None
    language, _ = _identifier().classify(text)
    return language if language in _LANGUAGES else None


def _sample(transcript: Transcript) -> str:
    """The beginnings of the turns, up to 3,000 characters of them."""
    texts = (_written(turn) for turn in transcript.turns[:_MOST_TURNS] if turn.spoken)
    return "\n".join(texts)[:_CHARACTERS_OF_ALL]


def _written(turn: Turn) -> str:
    """The first 300 characters that the turn's author wrote."""
    return "\n".join(turn.text[start:end] for start, end in turn.body_spans())[:_CHARACTERS_OF_A_TURN]


def _with_own(turn: Turn, language: str | None) -> Turn:
    if turn.language is not None or not turn.spoken:
        return turn
    own = detect_language(_written(turn))
    return turn if own is None or (language and own == _primary(language)) else _told(turn, own)


def _primary(language: str) -> str:
    return language.split("-")[0].casefold()


def _told(said: _Said, language: str | None) -> _Said:
    return said.model_copy(update={"language": language, "language_source": "detected"})


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=_LEAST_CONFIDENCE)
    identifier.set_languages({*_LANGUAGES, _NO_LANGUAGE})
    return identifier
