"""Sources of labels, and whose count: those of people before those that a scenario set, and these before a model's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from llm_grader.verdict import Label, LabelSource

_BEST_FIRST: tuple[LabelSource, ...] = get_args(LabelSource)


def sources_of(labels: Iterable[Label]) -> tuple[LabelSource, ...]:
    """Where labels come from, the best first: `human`, `synthetic`, `llm`."""
    found = {label.label_source for label in labels}
    return tuple(source for source in _BEST_FIRST if source in found)


def of_best_source(labels: Iterable[Label]) -> list[Label]:
    """Of each item, the labels of its best source alone, in their order: what models say is no second opinion."""
    listed = list(labels)
    best: dict[str, int] = {}
    for label in listed:
        rank = _BEST_FIRST.index(label.label_source)
        best[label.item_id] = min(rank, best.get(label.item_id, rank))
    return [label for label in listed if label.label_source == _BEST_FIRST[best[label.item_id]]]
