"""What the customer is called, and whether a word is a form of it: for whoever is addressed by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import takewhile

from llm_grader.signals.cues.words import StretchWord, fold_word
from llm_grader.transcript import Transcript, primary_language

_TOKEN = re.compile(r"[^\s,;()<>\"]+")
_PART = re.compile(r"[^\W\d_]{2,}")
_INTRODUCES = re.compile(
    r"(?i:\b(?:my name is|my name's|mein name ist|ich heiße|ich heisse|hier ist|hier spricht|jmenuji se|jmenuju se|"
    r"u telefonu|tady je|a nevem:?|mu nimi on|minu nimi on|nimi on|siin räägib)|"
    r"\b(?:i am|i'm|ich bin|tady|siin|siin on)(?=(?: [^\W\d_]+){1,3}\s*(?:[,.!\n]|$)))\s+"
    r"(?:(?i:frau|herr|pan|paní|mrs?|ms|dr)\.?\s+)?((?:[^\W\d_]+[ -]?){1,3})"
)
_ADDRESSED = re.compile(
    r"\b(?:(?:Mrs|Ms|Mr)\.?|Miss|Mister|Frau|Herrn?|[Pp](?:aní|anu|ane)|[Ss]lečno|[Pp]roua|[Hh]ärra|[Pp]reili) "
    r"([^\W\d_]{2,})"
)
_TITLE_BEHIND = re.compile(r" (?:úr|uram|asszony|hölgy|néni|bácsi|kisasszony)\b")
_LAST_WORD = re.compile(r"[^\W\d_]{2,}\Z")
_CALLED = re.compile(r"(?:, |\b(?i:oh|hi|hello|hey|dear|thanks|ahoj|szia|kedves|tere) )([^\W\d_]{2,})[,.!?]")
_NO_WORDS = (
    "customer client caller user visitor guest speaker unknown anonymous mrs mr ms miss dr ing mgr the and "
    "kunde kundin anrufer anruferin gast frau herr und von van zakaznik zakaznice klient klientka volajici navstevnik "
    "pan pani ugyfel latogato klient helistaja kulastaja"
)
_NO_NAMES = frozenset(_NO_WORDS.split())
_LOOKED_AT = 2000
_SHORTEST_INFLECTED = 4
_LONGEST_ENDING = 3
_SHORT = 5
_VOWELS = "aeiou"
_REDACTED = "name_"


def name_matcher(transcript: Transcript) -> Callable[[StretchWord], bool]:
    """Tells whether a word is the customer's name or a form of it: written with a capital, with another ending.

    At the beginning of a sentence, where a capital tells nothing, a short name counts before a mark alone (`Will, …`).
    The tokens that stand for names in a redacted text are names.
    """

    @cache
    def known() -> tuple[frozenset[str], tuple[tuple[str, int], ...]]:
        names = _names(transcript)
        return names, tuple((stem, longest) for name in sorted(names) for stem, longest in _stems(name))

    def is_name(word: StretchWord) -> bool:
        if word.folded.startswith(_REDACTED):
            return True
        if word.joined:  # what has a part of its name from a person is called otherwise; of `Anna-Marie`, Anna counts
            return False
        names, stems = known()
        if word.capital is None:  # written without capitals: a short name may be any word
            return word.folded in names and len(word.folded) >= _SHORTEST_INFLECTED
        if not word.capital or (word.first and not word.apart and len(word.folded) <= _SHORT):
            return False
        if word.folded in names:
            return True
        return any(
            word.folded.startswith(stem) and len(word.folded) <= longest
            for stem, longest in stems
            if not word.first or word.apart or len(stem) >= _SHORT
        )

    return is_name


def _stems(name: str) -> Iterator[tuple[str, int]]:
    """What forms of a name begin with, and how long they are at most.

    The name itself, or without a last vowel; or without the e that Czech drops before a last letter (Pavel, Pavla).
    """
    if len(name) < _SHORTEST_INFLECTED:
        return
    if name[-1] in _VOWELS:
        yield name[:-1], len(name) + (1 if len(name) <= _SHORTEST_INFLECTED else _LONGEST_ENDING)
    else:
        yield name, len(name) + _LONGEST_ENDING
        if name[-2] == "e":
            yield name[:-2] + name[-1], len(name) + 1


def _names(transcript: Transcript) -> frozenset[str]:
    """The parts of what the customer is called, folded: by the source or the customer, else by agents with a title."""
    agents = {turn.speaker for turn in transcript.turns if turn.role in ("agent", "bot") and turn.speaker}
    taken = _NO_NAMES | _parts(agents)
    return _parts(_given(transcript)) - taken or _parts(_addressed(transcript)) - taken


def _given(transcript: Transcript) -> Iterator[str]:
    """What the source calls the customer, and what the customer says: a name, not an address or a number."""
    yield from {turn.speaker for turn in transcript.turns if turn.role == "customer" and turn.speaker}
    yield from (person.name for person in transcript.participants if person.role == "customer" and person.name)
    if transcript.ticket and transcript.ticket.customer_name:
        yield transcript.ticket.customer_name
    for turn in transcript.turns:
        if turn.role == "customer" and turn.spoken:
            yield from (_with_capitals(match[1]) for match in _INTRODUCES.finditer(turn.text[:_LOOKED_AT]))


def _addressed(transcript: Transcript) -> Iterator[str]:
    """What agents call somebody: with a title, or by a word between marks that the customer has said, too.

    Not the latter in German, whose nouns have capitals.
    """
    german = primary_language(transcript.language or "") == "de"
    customers = (turn.text[:_LOOKED_AT] for turn in transcript.turns if turn.role == "customer" and not german)
    said = {word for text in customers for word in _PART.findall(text)}
    for turn in transcript.turns:
        if turn.role == "agent" and turn.spoken:
            text = turn.text[:_LOOKED_AT]
            yield from (_with_capitals(match[1]) for match in _ADDRESSED.finditer(text))
            before = (_LAST_WORD.search(text, 0, title.start()) for title in _TITLE_BEHIND.finditer(text))
            yield from (_with_capitals(word[0]) for word in before if word)
            yield from (_with_capitals(match[1]) for match in _CALLED.finditer(text) if match[1] in said)


def _with_capitals(words: str) -> str:
    """The words up to the first that is not written like a name."""
    return " ".join(takewhile(lambda word: word[0].isupper() and not word.isupper(), words.split()))


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The words of names, folded; what has a digit or an @ in it is no name."""
    tokens = (token for name in names for token in _TOKEN.findall(name))
    plain = (token for token in tokens if "@" not in token and not any(map(str.isdigit, token)))
    return frozenset(fold_word(part) for token in plain for part in _PART.findall(unicodedata.normalize("NFC", token)))
