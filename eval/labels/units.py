"""Units: the place that one label, or one verdict, is about; and what is known of the conversations around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from llm_grader.verdict import Label, Verdict

ADJUDICATOR = "adjudicator"
"""The annotator whose label decides where people differ."""


class Unit(NamedTuple):
    """What one label is about: an item, of a transcript or of one of its turns."""

    transcript_id: str
    item_id: str
    turn: int | None = None


Verdicts = Mapping[Unit, Verdict]


class Conversations(NamedTuple):
    """What is known of labelled conversations: a hash of what was said by id, and which are a random sample.

    An id without a hash is a conversation of its own. `random` is None where nobody drew a sample.
    """

    contents: Mapping[str, str] = {}
    random: frozenset[str] | None = None


NOTHING_KNOWN = Conversations()


def items_by_turn(labels: Iterable[Label]) -> frozenset[str]:
    """The ids of items that somebody answered for several turns of one transcript.

    Elsewhere a label's turn only says where the answer about the whole was found.
    """
    counts = Counter((label.item_id, label.transcript_id, label.annotator) for label in labels)
    return frozenset(item_id for (item_id, _, _), count in counts.items() if count > 1)
