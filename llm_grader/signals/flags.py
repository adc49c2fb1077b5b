"""Marks that tell a person to look, computed from the transcript alone. They never change a verdict.

A defence in the prompt can be talked round; a mark can only be wrong. Everything that is sent is looked at: what was
said, subjects, notes, events and names. Patterns know phrases and shapes (`flag_patterns`), a linear model weighs
words (`flag_words`), and what is in disguise is read first (`flag_disguises`). Expect false alarms where people speak
of prompts and checklists, and misses where an attack speaks in images; how many of either is measured by
`llm_grader.eval.recall.injections`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from llm_grader.signals.flag_codes import has_hidden_prose
from llm_grader.signals.flag_disguises import INVISIBLE, has_steering_letters, is_in_cipher, put_together, uncovered
from llm_grader.signals.flag_patterns import IN_CIPHER, SHAPES, TOGETHER, WITHIN, WORDS
from llm_grader.signals.flag_words import WordModel, sentences_of, word_model
from llm_grader.transcript import Transcript

INSTRUCTION_LIKE = "instruction_like_text"
"""Somebody seems to address the judge rather than the other side."""
HEADER_LIKE = "header_like_text"
"""A line imitates a turn header or a fence."""
UNKNOWN_SPEAKER = "unknown_speaker"
"""Who said some of the turns is not known: their words count for nobody."""
ROLES_BY_MODEL = "roles_by_model"
"""Who said some of the turns was told by a model."""
ROLES_BY_CUES = "roles_by_cues"
"""Who said some of the turns was told by how they speak."""
LOW_COVERAGE = "low_coverage"
"""Less of the checklist was scored than the rubric asks for, so there is no score."""

_HEADERS = re.compile(
    r"^[^\S\n]*+(?:\[[0-9a-f]{8}\b|\[?turn \d+ ?[:\]]|</?(?:transcript|turn|system)\b|```\s*(?:json|system)?\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def flags_of(transcript: Transcript) -> tuple[str, ...]:
    """The flags of a transcript, in a fixed order."""
    texts = list(dict.fromkeys(_texts(transcript)))
    flags = []
    if any(steering_kind(text) is not None for text in texts):
        flags.append(INSTRUCTION_LIKE)
    if any(_HEADERS.search(text) for text in texts):
        flags.append(HEADER_LIKE)
    if any(turn.role == "unknown" and turn.spoken for turn in transcript.turns):
        flags.append(UNKNOWN_SPEAKER)
    if any(turn.role_source == "model" for turn in transcript.turns):
        flags.append(ROLES_BY_MODEL)
    if any(turn.role_source == "cues" and turn.role != "unknown" for turn in transcript.turns):
        flags.append(ROLES_BY_CUES)
    return tuple(flags)


def _texts(transcript: Transcript) -> Iterator[str]:
    """Everything of a transcript that somebody outside has written and a judge may read, and all names.

    Metadata, ids and the ticket never get into a question; names do not, either, but they stand on each report.
    """
    for turn in transcript.turns:
        yield from (text for text in (turn.text, turn.subject, turn.speaker, turn.event) if text)
    for person in transcript.participants:
        yield from person.names()
    if transcript.agent_id:
        yield transcript.agent_id


def steering_kind(text: str, model: WordModel | None = None) -> str | None:
    """Kind of attempt to steer the judge that a text looks like, None for none; see `flag_patterns`, `flag_words`.

    `model` weighs the words, the packaged one where none is given.
    """
    model = model or word_model()
    characters = frozenset(text)
    for shape in SHAPES:
        if not characters.isdisjoint(shape.marks) and shape.shape.search(text):
            return shape.kind
    plain = INVISIBLE.sub("", text)
    if (kind := _kind_of_words(plain, model)) is not None:
        return kind
    letters = put_together(plain, characters)
    hidden = has_hidden_prose(plain) or has_steering_letters(letters)
    parted = (INVISIBLE.sub(" ", text),) if plain != text else ()
    if hidden or any(
        _kind_of_words(reading, model) for reading in chain(letters, parted, uncovered(plain, characters))
    ):
        return "hidden or encoded"
    return None


def _kind_of_words(text: str, model: WordModel) -> str | None:
    """Kind that the words of a text give away: those of several vocabularies close to each other, or all in all."""
    sentences = sentences_of(text)
    hits = _hits(list(chain.from_iterable(sentences)))
    return _kind_of_neighbours(hits) or ("by its words" if model.steers(sentences) else None)


class _Hit(NamedTuple):
    """Place of a word among the words, and the vocabularies of which it is one, or of which a phrase begins there."""

    at: int
    vocabularies: frozenset[str]


def _hits(words: Sequence[str]) -> list[_Hit]:
    """The words that some vocabulary has, or that one of its phrases begins with, in their order: few are."""
    hits = []
    for at, word in enumerate(words):
        if begun := _begun_by(word):
            names, phrases = begun
            if phrases:
                names = names.union(name for name, phrase in phrases if _matches(words[at : at + 3], phrase))
            hits.append(_Hit(at, names))
    return hits


def _kind_of_neighbours(hits: Sequence[_Hit]) -> str | None:
    """Kind that words of several vocabularies close to each other give away."""
    possible = _kinds_among(frozenset().union(*(hit.vocabularies for hit in hits)))
    last: dict[str, int] = {}
    for hit in hits if possible else ():
        last |= dict.fromkeys(hit.vocabularies, hit.at)
        for kind, together in possible:
            if hit.vocabularies.isdisjoint(together):
                continue
            if all(hit.at - last.get(name, -WITHIN) < WITHIN for name in together):
                return kind
    return None


@lru_cache(maxsize=4096)
def _kinds_among(vocabularies: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is in `TOGETHER` and can be made of these vocabularies: nothing, mostly, so that nobody needs to look."""
    return tuple((kind, together) for kind, together in TOGETHER if vocabularies.issuperset(together))


_Entry = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=16_384)
def _begun_by(word: str) -> tuple[frozenset[str], tuple[_Entry, ...]] | None:
    """Vocabularies that have a word, and entries that begin with it, which are phrases; None where there is neither.

    A word to the judge in cipher has a vocabulary of its own.
    """
    begun = [entry for entry in _entries().get(word[:2], ()) if _matches((word,), entry[1][:1])]
    names = {name for name, entry in begun if len(entry) == 1}
    if is_in_cipher(word):
        names.add(IN_CIPHER)
    phrases = tuple((name, entry) for name, entry in begun if len(entry) > 1)
    return (frozenset(names), phrases) if names or phrases else None


def _matches(words: Sequence[str], entry: tuple[str, ...]) -> bool:
    return len(words) >= len(entry) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(words, entry, strict=False)
    )


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[_Entry]]:
    """Entries of all vocabularies by the first two letters, as (vocabulary, words)."""
    entries: dict[str, list[_Entry]] = {}
    for name, listed in WORDS.items():
        for entry in filter(None, (part.strip().casefold() for part in listed.split("|"))):
            entries.setdefault(entry[:2], []).append((name, tuple(entry.split())))
    return entries
