"""Marks that tell a person to look, computed from the transcript alone. They never change a verdict.

A defence in the prompt can be talked round; a mark can only be wrong. Everything that is sent is looked at: what was
said, subjects, notes, events and names. Expect false alarms where people speak of prompts and checklists, and misses
where an attack is paraphrased; how many of either is measured by `llm_grader.eval.recall.injections`.
"""

from __future__ import annotations

import base64
import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from llm_grader.signals.flag_patterns import (
    CONCEPTS,
    ENCODED,
    ENOUGH,
    INVISIBLE,
    NEAR,
    SHAPES,
    SHORTEST_ENCODED,
    TOGETHER,
    WITHIN,
    WORDS,
)
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
_WORD = re.compile(r"\w+(?:'\w+)?")
_HEXADECIMAL = re.compile("(?:[0-9a-f]{2})+")
_LEAST_WORDS_HIDDEN = 3


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
    """Everything of a transcript that somebody outside has written and a judge may read."""
    for turn in transcript.turns:
        yield from (text for text in (turn.text, turn.subject, turn.speaker) if text)


def steering_kind(text: str) -> str | None:
    """Kind of attempt to steer the judge that a text looks like, None for none; see `flag_patterns`."""
    characters = frozenset(text)
    for shape in SHAPES:
        if not characters.isdisjoint(shape.marks) and shape.shape.search(text):
            return shape.kind
    plain = INVISIBLE.sub("", text)
    hits = _hits(list(map(str.casefold, _WORD.findall(plain))))
    kind = _kind_of_words(hits) or ("by many words" if _weighs_enough(hits) else None)
    if kind is None and any(_is_hidden_prose(match[0]) for match in _long_words(plain)):
        return "hidden or encoded"
    return kind


class _Hit(NamedTuple):
    """Word, its place among the words, and the vocabularies of which it is one, or of which a phrase begins there."""

    at: int
    word: str
    vocabularies: frozenset[str]


def _hits(words: Sequence[str]) -> list[_Hit]:
    """The words that some vocabulary has, or that one of its phrases begins with, in their order: few are."""
    hits = []
    for at, word in enumerate(words):
        if starts := _begun_by(word):
            names = (name for name, entry in starts if len(entry) == 1 or _matches(words[at : at + 3], entry))
            hits.append(_Hit(at, word, frozenset(names)))
    return hits


def _kind_of_words(hits: Sequence[_Hit]) -> str | None:
    """Kind that words of several vocabularies close to each other give away."""
    last: dict[str, int] = {}
    for hit in hits:
        last |= dict.fromkeys(hit.vocabularies, hit.at)
        for kind, together in TOGETHER:
            if hit.vocabularies.isdisjoint(together):
                continue
            if all(hit.at - last.get(name, -WITHIN) < WITHIN for name in together):
                return kind
    return None


def _weighs_enough(hits: Sequence[_Hit]) -> bool:
    """Whether concepts that stand close to each other weigh enough."""
    near: deque[tuple[int, str, str]] = deque()
    for hit in hits:
        concepts = hit.vocabularies & CONCEPTS.keys()
        near.extend((hit.at, name, hit.word) for name in concepts)
        while near and hit.at - near[0][0] >= NEAR:
            near.popleft()
        if concepts and _weight({(name, word) for _, name, word in near}) >= ENOUGH:
            return True
    return False


def _weight(near: Collection[tuple[str, str]]) -> float:
    counts = Counter(name for name, _ in near)
    return sum(CONCEPTS[name][0] * (1.5 if count > 1 else 1.0) for name, count in counts.items())


@lru_cache(maxsize=16_384)
def _begun_by(word: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Entries whose first word it is."""
    return tuple(entry for entry in _entries().get(word[:2], ()) if _matches((word,), entry[1][:1]))


def _matches(words: Sequence[str], entry: tuple[str, ...]) -> bool:
    return len(words) >= len(entry) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(words, entry, strict=False)
    )


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Entries of all vocabularies by the first two letters, as (vocabulary, words)."""
    entries: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, listed in (*WORDS.items(), *((name, listed) for name, (_, listed) in CONCEPTS.items())):
        for entry in filter(None, (part.strip().casefold() for part in listed.split("|"))):
            entries.setdefault(entry[:2], []).append((name, tuple(entry.split())))
    return entries


def _long_words(text: str) -> Iterator[re.Match[str]]:
    """What may be text in disguise; an ordinary text has no word of that length, and is not searched for one."""
    longest = max(map(len, text.split()), default=0)
    return ENCODED.finditer(text) if longest >= SHORTEST_ENCODED else iter(())


def _is_hidden_prose(encoded: str) -> bool:
    """Whether a long word is text in disguise: several words, once it is decoded."""
    try:
        decoded = _decoded(encoded)
    except ValueError:  # binascii's and Unicode's are
        return False
    return decoded.isprintable() and sum(map(str.isalpha, decoded.split(" "))) >= _LEAST_WORDS_HIDDEN


def _decoded(encoded: str) -> str:
    if "%" in encoded:
        return unquote(encoded, errors="strict")
    if _HEXADECIMAL.fullmatch(encoded):
        return bytes.fromhex(encoded).decode()
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
