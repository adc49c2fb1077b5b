"""What the customer is called, and whether a word is a form of it: for whoever is addressed by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from llm_grader.signals.cue_words import Word, fold_word
from llm_grader.transcript import Transcript

_PART = re.compile(r"[^\W\d_]{2,}")
_INTRODUCES = re.compile(
    r"(?i:\b(?:my name is|my name's|this is|it's|i am|i'm|mein name ist|ich heiße|ich heisse|ich bin|hier ist|"
    r"hier spricht|jmenuji se|jmenuju se|tady je|tady|u telefonu|a nevem|a nevem:|vagyok|mu nimi on|minu nimi on|"
    r"nimi on|siin on|siin))\s+(?:(?i:frau|herr|pan|paní|mrs?|ms|dr)\.?\s+)?((?:[A-ZÀ-Ž][^\W\d_]+[ -]?){1,3})"
)
_NO_WORDS = (
    "customer client caller user visitor guest speaker unknown anonymous mrs mr ms miss dr ing mgr the and "
    "kunde kundin anrufer anruferin gast frau herr und von van zakaznik zakaznice klient klientka volajici navstevnik "
    "pan pani ugyfel latogato klient helistaja kulastaja"
)
_NO_NAMES = frozenset(_NO_WORDS.split())
_SHORTEST_INFLECTED = 4
_LONGEST_ENDING = 3


def name_matcher(transcript: Transcript) -> Callable[[Word], bool]:
    """Tells whether a word is the customer's name or a form of it: written with a capital, with another ending."""
    names = frozenset(_names(transcript))
    stems = tuple((stem, len(name)) for name in sorted(names) for stem in _stems(name))

    def is_name(word: Word) -> bool:
        if word.folded in names:
            return True
        return word.capital and any(
            word.folded.startswith(stem) and len(word.folded) <= length + _LONGEST_ENDING for stem, length in stems
        )

    return is_name


def _stems(name: str) -> Iterator[str]:
    """What forms of a name begin with: all but its last letter, or without the e that Czech drops (Pavel, Pavla)."""
    if len(name) >= _SHORTEST_INFLECTED:
        yield name[:-1]
        if name[-2] == "e" and name[-1] not in "aeiou":
            yield name[:-2] + name[-1]


def _names(transcript: Transcript) -> Iterator[str]:
    """The parts of what the customer is called by the source, and by what the customer says of it, folded."""
    called = transcript.called()
    customers = {turn.speaker for turn in transcript.turns if turn.role == "customer" and turn.speaker}
    customers |= {person.id for person in transcript.participants if person.role == "customer"}
    agents = {turn.speaker for turn in transcript.turns if turn.role in ("agent", "bot") and turn.speaker}
    texts = [name for who in sorted(customers) for name in called.get(who, (who,))]
    if transcript.ticket and transcript.ticket.customer_name:
        texts.append(transcript.ticket.customer_name)
    for turn in transcript.turns:
        if turn.role == "customer" and turn.spoken:
            texts += [match[1] for match in _INTRODUCES.finditer(turn.text[:2000])]
    taken = {fold_word(part) for name in agents for part in _PART.findall(name)}
    for text in texts:
        parts = {fold_word(part) for part in _PART.findall(text)}
        yield from parts - _NO_NAMES - taken
