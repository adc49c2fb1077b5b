"""Whether a judge has changed: a frozen set of anchors graded again, and compared item by item.

Where 8 % of the anchors flip one way and 2 % the other, four hundred of them show it with power .98, one hundred in
less than half of the cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from llm_grader.eval.stats.paired import benjamini_hochberg, margins_test, paired_table
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Scorecard

_OFF = "(off the scale)"

Labels = Mapping[tuple[str, str], str | None]


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """One item's change over the anchors.

    Of the anchors that were answered both times, `n` have a label on the scale both times, of which `changed` moved,
    and `lost` have one only once. `p` is the p-value of all of them, `adjusted` the one adjusted over items, and
    `drifted` whether that is at most the level.
    A judge that changes at random, as often one way as the other, shows in `changed` and not in `p`.
    """

    item_id: str
    n: int
    changed: int
    lost: int
    p: float
    adjusted: float
    drifted: bool


def find_drift(
    before: Labels, after: Labels, *, scales: Mapping[str, Sequence[str]], q: float = 0.05
) -> tuple[ItemDrift, ...]:
    """Compare two gradings of the same anchors: McNemar's mid-p test, or Stuart–Maxwell among more than two labels.

    Off the scale is a category of its own: a judge that stops answering has changed as one that answers otherwise.

    Args:
        before: (transcript id, item id) → label of the frozen grading.
        after: the same of the new one; what only one of them has is not compared.
        scales: item id → its labels. Others, such as `cannot_assess`, and None are off the scale.
        q: the false discovery rate over the items that were compared (Benjamini and Hochberg).

    Returns:
        One result an item of `scales`, in its order. An item without common anchors has p = 1.
    """
    compared = [_compare(item_id, scale, before, after) for item_id, scale in scales.items()]
    # What was not compared is no test, and takes nothing away from those that were.
    tested = [item for item in compared if item.n or item.lost]
    adjusted = benjamini_hochberg([item.p for item in tested], q=q)
    found = {
        item.item_id: replace(item, adjusted=p, drifted=drifted)
        for item, p, drifted in zip(tested, adjusted.p, adjusted.rejected, strict=True)
    }
    return tuple(found.get(item.item_id, item) for item in compared)


def compare_gradings(
    before: Iterable[Scorecard], after: Iterable[Scorecard], rubric: Rubric, *, q: float = 0.05
) -> tuple[ItemDrift, ...]:
    """`find_drift` between scorecards of the same anchors, for the items that a model is asked."""
    scales = {item.id: item.levels for item in rubric.items() if item.asks_model}
    return find_drift(_labels(before), _labels(after), scales=scales, q=q)


def _labels(cards: Iterable[Scorecard]) -> dict[tuple[str, str], str | None]:
    """What was said; a request that failed says nothing of the judge."""
    return {
        (card.transcript_id, item_id): said.label
        for card in cards
        for item_id, said in card.verdicts.items()
        if said.status != "error"
    }


def _compare(item_id: str, scale: Sequence[str], before: Labels, after: Labels) -> ItemDrift:
    both = [key for key in before if key[1] == item_id and key in after]
    old, new = ([_category(said[key], scale) for key in both] for said in (before, after))
    table = paired_table(old, new, (*scale, _OFF))
    table[-1, -1] = 0  # off the scale both times: neither is an answer
    test, on_scale = margins_test(table), table[:-1, :-1]
    n = int(on_scale.sum())
    changed, lost = n - int(np.trace(on_scale)), int(table.sum()) - n
    return ItemDrift(item_id, n, changed, lost, p=test.p, adjusted=1.0, drifted=False)


def _category(label: str | None, scale: Sequence[str]) -> str:
    return label if label is not None and label in scale else _OFF
