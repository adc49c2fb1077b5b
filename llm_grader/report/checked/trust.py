"""How far the items of a report can be trusted, in one sentence's worth of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from llm_grader.eval.judge.label_plan import conversations_wanted
from llm_grader.report.checked.item_rates import ItemSummary

_MOST_NAMED = 3


class TrustOutlook(NamedTuple):
    """What is missing before items can be trusted.

    `unknown` are the items with too few labels. `fewest` and `most` conversations more have to be labelled for them by
    two people, as far as that can be counted; None where it can for none. `weakest` are those items on which people and
    model were alike least often, the lowest first. `alike` says whether all items that were checked are of these.
    """

    unknown: int
    fewest: int | None
    most: int | None
    weakest: tuple[ItemSummary, ...]
    alike: bool


def trust_outlook(items: Sequence[ItemSummary]) -> TrustOutlook:
    """That of the items that were scored."""
    checked = [item for item in items if item.row is not None and item.row.gate.colour is not None]
    unknown = [item for item in checked if item.row is not None and item.row.gate.colour == "grey"]
    counted = [n for item in unknown if (n := labels_missing(item)) is not None]
    return TrustOutlook(
        unknown=len(unknown),
        fewest=min(counted, default=None),
        most=max(counted, default=None),
        weakest=_weakest(unknown),
        alike=len(unknown) == len(checked),
    )


def labels_missing(item: ItemSummary) -> int | None:
    """How many conversations more people have to label for an item with too few labels; None where nobody can say."""
    if item.row is None or item.row.gate.colour != "grey":
        return None
    return conversations_wanted(item.row.figures) or None


def _weakest(items: Sequence[ItemSummary]) -> tuple[ItemSummary, ...]:
    rated = sorted(
        (item.row.figures.agreement.estimate, place)
        for place, item in enumerate(items)
        if item.row is not None and item.row.figures.agreement.estimate < 1
    )
    return tuple(items[place] for _, place in rated[:_MOST_NAMED])
