"""Two judges, or two runs, on one gold set: what one agrees better with people than the other, item by item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from llm_grader.errors import UsageError
from llm_grader.eval.judge.comparison import lean_verdicts
from llm_grader.eval.judge.item_answers import OFF_SCALE, ItemAnswers, collect_answers, failing_label
from llm_grader.eval.judge.item_tables import scale_of, sums_of, unit_tables
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.stats.bootstrap import Interval, Statistic, percentile_interval, replicates, wider
from llm_grader.eval.stats.paired import benjamini_hochberg, mcnemar_midp
from llm_grader.eval.stats.ratings import FloatArray
from llm_grader.eval.stats.two_raters import kappa_of_tables
from llm_grader.eval.summary.origin import Origin, origin_of
from llm_grader.rubric.model import Item
from llm_grader.verdict import Provenance, Scorecard

_REPLICATES = 2000


@dataclass(frozen=True)
class ItemDifference:
    """One item, on the `n` units that have a label and a verdict of both judges, whatever they say.

    κ is over all answers, also those off the scale. `kappa_difference` and `recall_difference` are the second's minus
    the first's, with paired intervals; the latter of the label that must not be missed, None on a scale. Of the answers
    that gold decides `improved` are right with the second alone and `worsened` with the first; `p` is that of McNemar's
    test of these, and `adjusted` the one adjusted over items.
    """

    item_id: str
    n: int
    first_kappa: float
    second_kappa: float
    kappa_difference: Interval
    recall_difference: Interval | None
    improved: int
    worsened: int
    p: float
    adjusted: float


@dataclass(frozen=True)
class TwoJudges:
    """The differences of two judges, and where each one's verdicts come from."""

    items: tuple[ItemDifference, ...]
    first: Origin
    second: Origin


def compare_judges(
    labelled: LabelledSet, first: Iterable[Scorecard], second: Iterable[Scorecard], *, seed: int = 0
) -> TwoJudges:
    """The comparison of two judges on the same labels, resampling conversations.

    Args:
        labelled: gold labels.
        first: the cards of one.
        second: the cards of the other.
        seed: of the resampling.

    Raises:
        UsageError: no labelled conversation was graded by both.
    """
    cards = [list(first), list(second)]
    verdicts = [lean_verdicts(of_judge, labelled.pieces) for of_judge in cards]
    rows = []
    for item in labelled.rubric.items():
        known = labelled.conversations.contents
        one, other = (collect_answers(labelled.labels, given, item, contents=known) for given in verdicts)
        if (one.graded & other.graded).any():
            rows.append(_difference(item, one, other, seed))
    if not rows:
        raise UsageError(f"{labelled.name}: no labelled conversation was graded by both")
    adjusted = benjamini_hochberg([row.p for row in rows]).p
    origins = [origin_of(labelled, _made(of_judge), seed=seed) for of_judge in cards]
    items = tuple(ItemDifference(**{**vars(row), "adjusted": p}) for row, p in zip(rows, adjusted, strict=True))
    return TwoJudges(items, *origins)


def _made(cards: Iterable[Scorecard]) -> list[Provenance]:
    return list({card.provenance.rubric_hash + card.provenance.model: card.provenance for card in cards}.values())


def _difference(item: Item, one: ItemAnswers, other: ItemAnswers, seed: int) -> ItemDifference:
    both = one.graded & other.graded
    tables = np.stack([unit_tables(answers)[:, 0] for answers in (one, other)], axis=1)[both]
    sums = sums_of(tables, np.unique(one.cluster[both], return_inverse=True)[1])
    failing = failing_label(item)
    place = None if failing is None else item.levels.index(failing)
    weights = np.eye(len(item.levels) + len(OFF_SCALE))
    weights[: len(item.levels), : len(item.levels)] = scale_of(item).weights

    def statistic(drawn: FloatArray) -> FloatArray:
        kappas = [kappa_of_tables(drawn[:, i], weights) for i in (0, 1)]
        found = [_recall(drawn[:, i], place) for i in (0, 1)]
        return np.stack([*kappas, kappas[1] - kappas[0], found[1] - found[0]], axis=1)

    first_kappa, second_kappa, kappa, recall = _intervals(statistic, sums, len(item.levels), seed)
    right = [(answers.gold_of_all * answers.judge_of_all).sum(axis=1)[both] == 1 for answers in (one, other)]
    decided = (one.gold_of_all[both].max(axis=1)) == 1
    improved = int((decided & right[1] & ~right[0]).sum())
    worsened = int((decided & right[0] & ~right[1]).sum())
    return ItemDifference(
        item_id=item.id,
        n=int(both.sum()),
        first_kappa=first_kappa.estimate,
        second_kappa=second_kappa.estimate,
        kappa_difference=kappa,
        recall_difference=None if place is None else recall,
        improved=improved,
        worsened=worsened,
        p=mcnemar_midp(improved, worsened).p,
        adjusted=1.0,
    )


def _recall(tables: FloatArray, place: int | None) -> FloatArray:
    if place is None:
        return np.full(len(tables), np.nan)
    total = tables[:, place].sum(axis=1)
    return np.asarray(tables[:, place, place] / np.where(total > 0, total, np.nan), dtype=np.float64)


def _intervals(statistic: Statistic, sums: FloatArray, k: int, seed: int) -> list[Interval]:
    """As of a single judge: the wider of two bootstraps, the second with a conversation more."""
    prior = np.zeros(sums.shape[1:])
    prior[:, :k, :k] = 1 / k**2
    draws = [replicates(statistic, sums, n=_REPLICATES, seed=seed, prior=p) for p in (None, prior)]
    estimates = statistic(sums.sum(axis=0)[None])[0]
    return [
        wider(*(percentile_interval(float(value), of_one[:, i], len(sums)) for of_one in draws))
        for i, value in enumerate(estimates)
    ]
