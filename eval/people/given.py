"""Answers that people gave, by unit and person, with the judge's as one more where there is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from llm_grader.eval.judge.item_tables import scale_of
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.units import ADJUDICATOR, NOTHING_KNOWN, Conversations, Unit, Verdicts
from llm_grader.eval.stats.ratings import FloatArray
from llm_grader.rubric.model import Item

JUDGE = "(judge)"
"""The name under which a judge stands among people."""


@dataclass(frozen=True)
class GivenLabels:
    """Answers on the scale: `by_unit` of each unit by person, the adjudicator's apart in `decided`."""

    items: Mapping[str, Item]
    by_unit: Mapping[Unit, Mapping[str, str]]
    decided: Mapping[Unit, str]
    conversations: Conversations

    @property
    def names(self) -> list[str]:
        """Everybody, by name, the judge last."""
        found = {name for answers in self.by_unit.values() for name in answers}
        return sorted(found, key=lambda name: (name == JUDGE, name))

    def points(self, item_id: str, label: str) -> float:
        """The points of a label, 0–1, of which more is better for the agent."""
        scale = scale_of(self.items[item_id])
        return float(scale.points[scale.levels.index(label)])

    def pairs(self, first: str, second: str) -> Iterator[tuple[Unit, str, str]]:
        """What two people said where both did."""
        for unit, answers in self.by_unit.items():
            if first in answers and second in answers:
                yield unit, answers[first], answers[second]

    def consensus(self, unit: Unit, without: str) -> str | None:
        """What the adjudicator, or most of the other people, said; None where nobody did or they are split."""
        if unit in self.decided:
            return self.decided[unit]
        others = [label for name, label in self.by_unit[unit].items() if name not in (without, JUDGE)]
        best = max(others, key=others.count, default=None)
        return best if best is not None and 2 * others.count(best) > len(others) else None

    def cluster(self, unit: Unit) -> str:
        """The conversation of a unit; the same under several ids is one."""
        return self.conversations.contents.get(unit.transcript_id, unit.transcript_id)


def answers_given(labelled: LabelledSet, verdicts: Verdicts | None = None) -> GivenLabels:
    """The answers of people in a labelled set, and of a judge where its verdicts are given."""
    items = {item.id: item for item in labelled.rubric.items()}
    by_unit: dict[Unit, dict[str, str]] = defaultdict(dict)
    decided: dict[Unit, str] = {}
    for label in labelled.labels:
        turn = label.turn if label.item_id in labelled.pieces.items else None
        unit = Unit(label.transcript_id, label.item_id, turn)
        if label.label_source == "human" and label.label in items[label.item_id].levels:
            if label.annotator == ADJUDICATOR:
                decided[unit] = label.label
            else:
                by_unit[unit][label.annotator] = label.label
    for unit, answers in by_unit.items():
        verdict = None if verdicts is None else verdicts.get(unit)
        if verdict is not None and verdict.label is not None and verdict.label in items[unit.item_id].levels:
            answers[JUDGE] = verdict.label
    known = labelled.conversations if labelled.transcripts else NOTHING_KNOWN
    return GivenLabels(items, by_unit, decided, known)


def summed(rows: Iterable[tuple[str, Iterable[float]]], width: int) -> FloatArray:
    """Sums of rows by their cluster: clusters × width."""
    sums: dict[str, FloatArray] = defaultdict(lambda: np.zeros(width))
    for cluster, values in rows:
        sums[cluster] += np.array(list(values))
    return np.array(list(sums.values())).reshape(-1, width)
