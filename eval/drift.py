"""Whether a judge has changed: a frozen set of anchors graded again, and compared item by item.

Where 8 % of the anchors flip one way and 2 % the other, four hundred of them show it with power .98, one hundred in
less than half of the cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from llm_grader.eval.multiplicity import benjamini_hochberg
from llm_grader.eval.paired import mcnemar_midp, paired_table, stuart_maxwell
from llm_grader.rubric import Rubric
from llm_grader.verdict import Scorecard

Labels = Mapping[tuple[str, str], str | None]


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """One item's change over the anchors.

    `n` anchors were labelled both times; `changed` of them moved, `lost` had a label on the scale only once.
    `p` is the p-value, `adjusted` the one adjusted over items, and `drifted` whether that is at most the level.
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
    """Compare two gradings of the same anchors: McNemar's mid-p test for two labels, Stuart–Maxwell for more.

    Args:
        before: (transcript id, item id) → label of the frozen grading.
        after: the same of the new one.
        scales: item id → its labels. Labels off the scale, such as `cannot_assess`, and None count as no label.
        q: the false discovery rate over the items that were compared (Benjamini and Hochberg).

    Returns:
        One result an item of `scales`, in its order. An item without common anchors has p = 1.
    """
    compared = [_compare(item_id, scale, before, after) for item_id, scale in scales.items()]
    # What was not compared is no test, and takes nothing away from those that were.
    tested = [item for item in compared if item.n]
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
    return {(card.transcript_id, item_id): said.label for card in cards for item_id, said in card.verdicts.items()}


def _compare(item_id: str, scale: Sequence[str], before: Labels, after: Labels) -> ItemDrift:
    old = {key[0]: label for key, label in before.items() if key[1] == item_id and label in scale}
    new = {key[0]: label for key, label in after.items() if key[1] == item_id and label in scale}
    both = [transcript for transcript in old if transcript in new]
    table = paired_table([str(old[t]) for t in both], [str(new[t]) for t in both], scale)
    test = mcnemar_midp(int(table[0, 1]), int(table[1, 0])) if len(scale) == 2 else stuart_maxwell(table)
    lost = len(old.keys() ^ new.keys())
    return ItemDrift(item_id, len(both), test.changed, lost, p=test.p, adjusted=1.0, drifted=False)
