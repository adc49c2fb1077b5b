"""Plans for labelling: how many labels it takes to know what a judge is worth, from nothing or from a labelled set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from llm_grader.errors import UsageError
from llm_grader.eval.judge.gates import MOST_LABELS, recall_floor
from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers, failing_label, is_judged
from llm_grader.eval.judge.item_figures import ItemFigures
from llm_grader.eval.judge.item_tables import scale_of
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.planning import cases_for_share, labels_needed, zero_error_n
from llm_grader.eval.stats.reliability import coincidences
from llm_grader.eval.stats.two_raters import kappa_of_tables
from llm_grader.eval.summary.green_plan import PEOPLE_KAPPA, GreenPlan, labels_for_green

PREVALENCES = (0.5, 0.2, 0.1, 0.05)
"""Shares of the rarer label that a plan without labels is made for."""
_RAREST = 0.005
_HIGHEST = 0.97  # of people who have not differed yet
_ERROR_RATES = (0.10, 0.05, 0.02, 0.01)


@dataclass(frozen=True)
class LabelNumbers:
    """How many transcripts it takes where nothing is labelled yet.

    `transcripts`, labelled by both sides, bring κ within the half-width, by the share of the rarer label;
    `without_error` show with 95 % confidence that the error rate is at most so high, by that rate; at `until_green`, by
    the share of failures, a judge as good as its auditors is GREEN with power .8.
    """

    kappa: float
    half_width: float
    transcripts: dict[float, int]
    without_error: dict[float, int]
    until_green: dict[float, GreenPlan]


@dataclass(frozen=True)
class ItemPlan:
    """Labels of one item: how many transcripts have one of a person, how many it takes, and how many are missing.

    `other_labels` are not from people: where there are no better ones they tell how rare a label is, and no more.
    `minority` is the share of gold off the most common label; None while no label differs, when nothing can be planned,
    as little as where no judge is asked about the item.
    `for_kappa` transcripts, labelled by both sides, bring κ within the half-width asked for (on a scale: κ of whether
    it is the most common label); with `for_minority` enough of them have a rare label. `double_labelled` have the label
    of a second person, without whom there is no ceiling. `green` says how many transcripts, labelled by two, make GREEN
    likely for a judge as good as its auditors, and `missing_for_green` how many of these are not yet labelled by two.
    """

    item_id: str
    labelled: int
    double_labelled: int
    other_labels: int
    minority: float | None
    for_kappa: int | None
    for_minority: int | None
    missing: int | None
    green: GreenPlan | None = None
    missing_for_green: int | None = None


def plan_numbers(
    *,
    kappa: float = 0.7,
    half_width: float = 0.1,
    prevalences: Sequence[float] = PREVALENCES,
    people_kappa: float = PEOPLE_KAPPA,
    thresholds: Thresholds = DEFAULT,
) -> LabelNumbers:
    """How many transcripts to label where nothing is labelled yet.

    Args:
        kappa: the agreement expected of the judge.
        half_width: how close κ is to be known.
        prevalences: shares of the rarer label, 0–1.
        people_kappa: κ of one auditor and another.
        thresholds: of the gates.

    Raises:
        UsageError: an argument is out of its range.
    """
    try:
        needed = {share: labels_needed(kappa, share, half_width) for share in prevalences}
    except ValueError as error:
        raise UsageError(f"--prevalence: {error}") from None
    green = {s: labels_for_green(s, people_kappa=people_kappa, thresholds=thresholds) for s in prevalences}
    return LabelNumbers(kappa, half_width, needed, {rate: zero_error_n(rate) for rate in _ERROR_RATES}, green)


def plan_items(
    labelled: LabelledSet,
    *,
    kappa: float = 0.7,
    half_width: float = 0.1,
    people_kappa: float = PEOPLE_KAPPA,
    thresholds: Thresholds = DEFAULT,
) -> tuple[ItemPlan, ...]:
    """How many more labels each labelled item of a set needs, in the rubric's order.

    Args:
        labelled: the labels there are; their share of rare labels is taken for that of the labels to come.
        kappa: the agreement expected of the judge.
        half_width: how close κ is to be known.
        people_kappa: κ of one auditor and another, of items that too few conversations have from two people to tell.
        thresholds: what a gate takes.

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
        if rare == 0 or not is_judged(item):
            plans.append(ItemPlan(item.id, labels, double, other, rare or None, None, None, None))
            continue
        for_kappa = labels_needed(kappa, rare, half_width)
        for_minority = ceil(thresholds.minority / rare)
        needed = max(for_kappa, for_minority, thresholds.double_scored)
        missing = max(0, needed - labels)
        green = _until_green(answers, double, people_kappa, thresholds)
        short = None if green.transcripts is None else max(0, green.transcripts - double)
        plans.append(ItemPlan(item.id, labels, double, other, rare, for_kappa, for_minority, missing, green, short))
    return tuple(plans)


def conversations_wanted(figures: ItemFigures, thresholds: Thresholds = DEFAULT) -> int | None:
    """How many more conversations two people have to label, at the least, before an item has labels enough.

    At the rate at which labels have come so far; None where the rarer one has not come yet, and where no number that
    people may be asked for is likely to show that a level is found often enough.
    """
    if figures.minority < thresholds.minority and not (figures.minority and figures.graded):
        return None
    share = figures.minority / figures.graded if figures.graded else 1.0
    rare = ceil((thresholds.minority - figures.minority) / share) if figures.minority < thresholds.minority else 0
    found = _wanted_for_recall(figures, thresholds)
    return None if found is None else max(0, thresholds.double_scored - figures.double_scored, rare, found)


def _wanted_for_recall(figures: ItemFigures, t: Thresholds) -> int | None:
    """How many more it takes, at this rate, to show that the failing level is found often enough; None for too many."""
    level = figures.failing
    recall = None if level is None else figures.recall.get(level)
    if level is None or recall is None or not recall.n or not figures.graded:
        return 0
    floor = recall_floor(figures, level, t)
    if recall.low >= floor or recall.high < floor:  # shown, one way or the other
        return 0
    cases = cases_for_share(recall.estimate, floor)
    if cases is None or cases > MOST_LABELS:
        return None
    return max(0, ceil((cases - recall.n) * figures.graded / recall.n))


def _until_green(answers: ItemAnswers, double: int, people_kappa: float, thresholds: Thresholds) -> GreenPlan:
    """The plan of one item, with the agreement that its people have; of a scale, for its most common level or not."""
    counts, item = answers.gold.sum(axis=0), answers.item
    failing = failing_label(item)
    place = int(counts.argmin()) if failing is None else item.levels.index(failing)
    share = float(counts[place] / counts.sum()) if failing is not None else 1 - float(counts.max() / counts.sum())
    share = min(max(share, _RAREST), 1 - _RAREST)
    pairs = coincidences(answers.people).sum(axis=0)
    weights = scale_of(item).weights
    found = float(kappa_of_tables(pairs[None], weights)[0]) if double >= thresholds.double_scored else people_kappa
    agreed = min(max(found, 0.01), _HIGHEST) if found == found else people_kappa
    return labels_for_green(share, people_kappa=agreed, critical=item.critical, thresholds=thresholds)
