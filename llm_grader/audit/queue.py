"""Assignment: who labels which conversation, and in what order. Pure: processes that share a folder agree by it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from llm_grader.audit.folder import SampledRow

_DOUBLE = 2


def assignees(row: SampledRow, annotators: Sequence[str]) -> tuple[str, ...]:
    """Who labels a conversation: one of the annotators, or two of them where it overlaps.

    They are those with the highest hash of seed, conversation and name (rendezvous hashing, Thaler and Ravishankar
    1998): a newcomer takes over a fair share, and nothing else moves.
    """
    ranked = sorted(annotators, key=lambda name: _hash(row.seed, row.transcript_id, name), reverse=True)
    return tuple(ranked[: _DOUBLE if row.overlap else 1])


def queue_of(sample: Sequence[SampledRow], annotators: Sequence[str], annotator: str) -> list[str]:
    """The ids of an annotator's conversations, in an order of their own: what tires comes to each at another time.

    The order tells neither why a conversation was drawn nor when.
    """
    own = [row for row in sample if annotator in assignees(row, annotators)]
    return [row.transcript_id for row in sorted(own, key=lambda row: _hash(row.seed, annotator, row.transcript_id))]


def _hash(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
