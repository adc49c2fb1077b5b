"""Plans for labelling: how many labels it takes to know what a judge is worth, from nothing or from a labelled set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.planning import labels_needed, zero_error_n

PREVALENCES = (0.5, 0.2, 0.1, 0.05)
"""Shares of the rarer label that a plan without labels is made for."""
_ERROR_RATES = (0.10, 0.05, 0.02, 0.01)


@dataclass(frozen=True)
class LabelNumbers:
    """How many transcripts it takes where nothing is labelled yet.

    `transcripts`, labelled by both sides, bring κ within the half-width, by the share of the rarer label;
    `without_error` show with 95 % confidence that the error rate is at most so high, by that rate.
    """

    kappa: float
    half_width: float
    transcripts: dict[float, int]
    without_error: dict[float, int]


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


def plan_numbers(
    *, kappa: float = 0.7, half_width: float = 0.1, prevalences: Sequence[float] = PREVALENCES
) -> LabelNumbers:
    """How many transcripts to label where nothing is labelled yet.

    Args:
        kappa: the agreement expected of the judge.
        half_width: how close κ is to be known.
        prevalences: shares of the rarer label, 0–1.

    Raises:
        UsageError: an argument is out of its range.
    """
    try:
        needed = {share: labels_needed(kappa, share, half_width) for share in prevalences}
    except ValueError as error:
        raise UsageError(f"--prevalence: {error}") from None
    return LabelNumbers(kappa, half_width, needed, {rate: zero_error_n(rate) for rate in _ERROR_RATES})


def plan_items(
    labelled: LabelledSet, *, kappa: float = 0.7, half_width: float = 0.1, thresholds: Thresholds = DEFAULT
) -> tuple[ItemPlan, ...]:
    """How many more labels each labelled item of a set needs, in the rubric's order.

    Args:
        labelled: the labels there are; their share of rare labels is taken for that of the labels to come.
        kappa: the agreement expected of the judge.
        half_width: how close κ is to be known.
        thresholds: how many rare labels and double labels a gate takes.

    Raises:
        ValueError: `kappa` or `half_width` is out of its range.
    """
    with_labels = {label.item_id for label in labelled.labels}
    plans = []
    for item in (item for item in labelled.rubric.items() if item.id in with_labels):
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
