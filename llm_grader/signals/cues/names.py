"""What the customer is called, and whether a word is a form of it: for whoever is addressed by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from llm_grader.signals.cues.phrases import StretchWord, fold_word
from llm_grader.transcript import Transcript

_PART = re.compile(r"[^\W\d_]{2,}")
_INTRODUCES = re.compile(
    r"(?i:\b(?:my name is|my name's|this is|it's|i am|i'm|mein name ist|ich heiße|ich heisse|ich bin|hier ist|"
    r"hier spricht|jmenuji se|jmenuju se|tady je|tady|u telefonu|a nevem|a nevem:|vagyok|mu nimi on|minu nimi on|"
    r"nimi on|siin on|siin))\s+(?:(?i:frau|herr|pan|paní|mrs?|ms|dr)\.?\s+)?((?:[A-ZÀ-Ž][^\W\d_]+[ -]?){1,3})"
)
_ADDRESSED = re.compile(
    r"\b(?i:mrs|ms|miss|mr|mister|madam|frau|herrn?|paní|panu|pane|slečno|proua|härra|preili)\.? ([A-ZÀ-Ž][^\W\d_]+)"
    r"|([A-ZÀ-Ž][^\W\d_]+) (?i:úr|uram|asszony|hölgy|néni|bácsi|kisasszony)\b"
)
_NO_WORDS = (
    "customer client caller user visitor guest speaker unknown anonymous mrs mr ms miss dr ing mgr the and "
    "kunde kundin anrufer anruferin gast frau herr und von van zakaznik zakaznice klient klientka volajici navstevnik "
    "pan pani ugyfel latogato klient helistaja kulastaja"
)
_NO_NAMES = frozenset(_NO_WORDS.split())
_LOOKED_AT = 2000
_SHORTEST_INFLECTED = 4
_LONGEST_ENDING = 3


def name_matcher(transcript: Transcript) -> Callable[[StretchWord], bool]:
    """Tells whether a word is the customer's name or a form of it: written with a capital, with another ending."""
    names = _names(transcript)
    stems = tuple((stem, len(name)) for name in sorted(names) for stem in _stems(name))

    def is_name(word: StretchWord) -> bool:
        if word.folded in names:
            return True
        return word.capital and any(
            word.folded.startswith(stem) and len(word.folded) <= length + _LONGEST_ENDING
            for stem, length in stems
            if not word.first or length > _SHORTEST_INFLECTED  # `Nagyon` begins a sentence, and is no Mr Nagy
        )

    return is_name


def _stems(name: str) -> Iterator[str]:
    """What forms of a name begin with: all but its last letter, or without the e that Czech drops (Pavel, Pavla)."""
    if len(name) >= _SHORTEST_INFLECTED:
        yield name[:-1]
        if name[-2] == "e" and name[-1] not in "aeiou":
            yield name[:-2] + name[-1]


def _names(transcript: Transcript) -> frozenset[str]:
    """The parts of what the customer is called, folded: by the source or the customer, else by agents with a title."""
    agents = {turn.speaker for turn in transcript.turns if turn.role in ("agent", "bot") and turn.speaker}
    taken = _NO_NAMES | _parts(agents)
    return _parts(_given(transcript)) - taken or _parts(_addressed(transcript)) - taken


def _given(transcript: Transcript) -> Iterator[str]:
    called = transcript.called()
    customers = {turn.speaker for turn in transcript.turns if turn.role == "customer" and turn.speaker}
    customers |= {person.id for person in transcript.participants if person.role == "customer"}
    for who in customers:
        yield from called.get(who, (who,))
    if transcript.ticket and transcript.ticket.customer_name:
        yield transcript.ticket.customer_name
    for turn in transcript.turns:
        if turn.role == "customer" and turn.spoken:
            yield from (match[1] for match in _INTRODUCES.finditer(turn.text[:_LOOKED_AT]))


def _addressed(transcript: Transcript) -> Iterator[str]:
    for turn in transcript.turns:
        if turn.role == "agent" and turn.spoken:
            yield from (match[1] or match[2] for match in _ADDRESSED.finditer(turn.text[:_LOOKED_AT]))


def _parts(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold_word(part) for name in names for part in _PART.findall(name))
