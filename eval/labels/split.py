"""Parts of a labelled set: one to develop on, one to test on, and one to leave alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

_DEV, _HELD_OUT = 0.4, 0.8


class Split(NamedTuple):
    """Transcripts to develop on, to test on, and to leave alone for telling drift: about 40, 40 and 20 %."""

    dev: frozenset[str]
    held_out: frozenset[str]
    frozen: frozenset[str]


def split_transcripts(ids: Iterable[str]) -> Split:
    """The split by the id alone: a conversation stays in its part when others are added."""
    parts: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    for id_ in ids:
        place = int.from_bytes(hashlib.sha256(id_.encode()).digest()[:8]) / 2**64
        parts[0 if place < _DEV else 1 if place < _HELD_OUT else 2].add(id_)
    return Split(*map(frozenset, parts))
