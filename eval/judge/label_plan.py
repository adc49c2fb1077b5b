"""How many more labels each item of a set needs, before it can be told what its judge is worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.planning import labels_needed


@dataclass(frozen=True)
class ItemPlan:
    """Labels of one item: how many transcripts have one of a person, how many it takes, and how many are missing.

    `other_labels` are not from people: where there are no better ones they tell how rare a label is, and no more.
    `minority` is the share of gold off the most common label; None while no label differs, when nothing can be planned.
    `for_kappa` transcripts, labelled by both sides, bring κ within the half-width asked for (on a scale: κ of whether
    it is the most common label); with `for_minority` enough of them have a rare label. `double_labelled` have the label
    of a second person, without whom there is no ceiling.
    """

    item_id: str
    labelled: int
    double_labelled: int
    other_labels: int
    minority: float | None
    for_kappa: int | None
    for_minority: int | None
    missing: int | None


def plan_items(
    labelled: LabelledSet, *, kappa: float = 0.7, half_width: float = 0.1, thresholds: Thresholds = DEFAULT
) -> tuple[ItemPlan, ...]:
    """What each labelled item of a set still needs, in the rubric's order.

    Args:
        labelled: the labels there are; their share of rare labels is taken for that of the labels to come.
        kappa: the agreement expected of the judge.
        half_width: how close κ is to be known.
        thresholds: how many rare labels and double labels a gate takes.

    Raises:
        ValueError: `kappa` or `half_width` is out of its range.
    """
    known = {label.item_id for label in labelled.labels}
    plans = []
    for item in labelled.rubric.items():
        if item.id not in known:
            continue
        answers = collect_answers(labelled.labels, {}, item)
        counts = answers.gold.sum(axis=0)
        rare = float(counts.sum() - counts.max()) / counts.sum() if counts.any() else 0.0
        by_people = answers.source == "human"
        labels, double = (int(n) if by_people else 0 for n in (counts.sum(), (answers.people.sum(axis=1) > 1).sum()))
        other = sum(label.item_id == item.id and label.label_source != "human" for label in labelled.labels)
        if rare == 0:
            plans.append(ItemPlan(item.id, labels, double, other, None, None, None, None))
            continue
        for_kappa = labels_needed(kappa, rare, half_width)
        for_minority = ceil(thresholds.minority / rare)
        needed = max(for_kappa, for_minority, thresholds.double_scored)
        plans.append(ItemPlan(item.id, labels, double, other, rare, for_kappa, for_minority, max(0, needed - labels)))
    return tuple(plans)
