"""The figures of one item: how judge, gold and people agree, with intervals that resample transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from llm_grader.checking.check import UNVERIFIED
from llm_grader.eval.judge.item_answers import ItemAnswers, failing_label
from llm_grader.eval.labels.units import Verdicts
from llm_grader.eval.stats.bootstrap import Interval, percentile_interval, replicates
from llm_grader.eval.stats.many_raters import ac_of_tables
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.ratings import FloatArray, agreement_weights, beyond_chance
from llm_grader.eval.stats.reliability import Level, alpha_of_coincidences, coincidences
from llm_grader.eval.stats.two_raters import kappa_of_tables, shares_of
from llm_grader.rubric.model import Item
from llm_grader.verdict import LabelSource


@dataclass(frozen=True)
class ItemFigures:
    """Figures of one item. κ, AC and α are weighted quadratically, and ordinally, for items with a scale.

    Counts: `labelled` units have a gold label on the scale, `scored` of them a verdict too; `minority` gold labels are
    off the most common one; `double_scored` units were scored by two or more people and the judge. `prevalence` is the
    share of each of the `levels` in gold. `confusion` has gold in its rows and the judge in its columns.

    Agreement: `recall` is per level; `failing` names the one that must not be missed. `over_constant` is the agreement,
    each gold level counting alike, above that of the best constant judge. `bias` is the judge's pass rate (mean points,
    on a scale) minus gold's. `skewed` warns that κ and AC differ for want of variety.

    The ceiling, on double-scored units: `human_alpha` among people, and `ceiling_gap`, κ of judge and people minus κ
    among people.

    Around it: `coverage` is scored ÷ labelled. `evidence_verified` is the share of claims in need of a quote whose
    quote was found, None when none needed one. `applicability` is the share of units on which gold and judge agree
    whether the item applies, `applicability_kappa` the same beyond chance.
    """

    item_id: str
    critical: bool
    source: LabelSource | None
    levels: tuple[str, ...]
    failing: str | None
    labelled: int
    scored: int
    minority: float
    double_scored: int
    prevalence: tuple[float, ...]
    confusion: tuple[tuple[float, ...], ...]
    agreement: Interval
    kappa: Interval
    ac: Interval
    recall: dict[str, Proportion]
    over_constant: Interval
    bias: Interval
    coverage: float
    human_alpha: Interval
    judge_kappa: Interval
    human_kappa: Interval
    ceiling_gap: Interval
    evidence_verified: float | None
    applicability: float
    applicability_kappa: float
    skewed: bool


def item_figures(
    answers: ItemAnswers, verdicts: Verdicts, *, seed: int, n: int = 2000, skew: float = 0.2
) -> ItemFigures:
    """The figures of one item.

    Args:
        answers: gold and verdicts, from `collect_answers`.
        verdicts: the verdicts again, for what became of their evidence.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        skew: from which distance of κ and AC on the item counts as skewed.
    """
    item = answers.item
    sums = _unit_tables(answers)
    both = sums[:, 0].sum(axis=(1, 2)) > 0
    table = sums[:, 0].sum(axis=0)
    share = table.sum(axis=1) / max(table.sum(), 1)
    found = _intervals(sums, answers, _scale(item), seed=seed, n=n)
    labelled = int((answers.gold.sum(axis=1) > 0).sum())
    return ItemFigures(
        item_id=item.id,
        critical=item.critical,
        source=answers.source,
        levels=item.levels,
        failing=failing_label(item),
        labelled=labelled,
        scored=int(both.sum()),
        minority=float(table.sum() - table.sum(axis=1).max()),
        double_scored=int((sums[:, 1].sum(axis=(1, 2)) > 0).sum()),
        prevalence=tuple(share.tolist()),
        confusion=tuple(tuple(row) for row in table.tolist()),
        agreement=found["agreement"],
        kappa=found["kappa"],
        ac=found["ac"],
        over_constant=found["over_constant"],
        bias=found["bias"],
        human_alpha=found["human_alpha"],
        judge_kappa=found["judge_kappa"],
        human_kappa=found["human_kappa"],
        ceiling_gap=found["ceiling_gap"],
        recall={level: _recall(table[i], i, found[f"recall of {level}"]) for i, level in enumerate(item.levels)},
        coverage=int(both.sum()) / labelled if labelled else float("nan"),
        evidence_verified=_evidence_verified(answers, verdicts),
        applicability=_applicability(answers)[0],
        applicability_kappa=_applicability(answers)[1],
        skewed=bool(abs(found["ac"].estimate - found["kappa"].estimate) > skew),
    )


class _Scale(NamedTuple):
    """How an item's levels are compared: weights (k × k), the measure of α, points 0–1 of which more is better."""

    levels: tuple[str, ...]
    weights: FloatArray
    measure: Level
    points: FloatArray


def _scale(item: Item) -> _Scale:
    k = len(item.levels)
    points = np.array([item.points(level) for level in item.levels])
    better = 1 - points if item.penalty else points
    if item.scale == "binary":
        return _Scale(item.levels, np.eye(k), "nominal", better)
    return _Scale(item.levels, agreement_weights("quadratic", list(range(k))), "ordinal", better)


def _unit_tables(answers: ItemAnswers) -> FloatArray:
    """Per unit: gold × judge, people × judge, people × people, and coincidences of people: units × 4 × k × k.

    The middle two are shares of the same units, those that two people and the judge scored.
    """
    raters = answers.people.sum(axis=1)
    pairs = coincidences(answers.people)
    shares = answers.people / np.maximum(raters, 1)[:, None]
    double = ((raters > 1) & (answers.judge.sum(axis=1) > 0)).astype(np.float64)[:, None, None]
    return np.stack(
        [
            answers.gold[:, :, None] * answers.judge[:, None, :],
            double * shares[:, :, None] * answers.judge[:, None, :],
            double * pairs / np.maximum(raters, 1)[:, None, None],
            pairs,
        ],
        axis=1,
    )


def _intervals(tables: FloatArray, answers: ItemAnswers, scale: _Scale, *, seed: int, n: int) -> dict[str, Interval]:
    clusters = int(answers.cluster.max(initial=-1)) + 1
    sums = np.zeros((clusters, *tables.shape[1:]))
    np.add.at(sums, answers.cluster, tables)
    estimates = {name: float(values[0]) for name, values in _statistics(sums.sum(axis=0)[None], scale).items()}
    if clusters == 0:
        return {name: Interval(value, np.nan, np.nan, 0, 0.0) for name, value in estimates.items()}
    # One set of resamples for all figures: those that are compared with one another stay paired.
    draws = replicates(lambda drawn: np.stack([*_statistics(drawn, scale).values()], axis=1), sums, n=n, seed=seed)
    return {
        name: percentile_interval(value, draws[:, i], clusters) for i, (name, value) in enumerate(estimates.items())
    }


def _statistics(sums: FloatArray, scale: _Scale) -> dict[str, FloatArray]:
    """All figures of m resamples at once, from m × 4 × k × k sums: name → m values."""
    gold, people, among, pairs = (sums[:, i] for i in range(4))
    p, recalls = shares_of(gold), _row_shares(gold)
    judge_kappa, human_kappa = (kappa_of_tables(table, scale.weights) for table in (people, among))
    return {
        "agreement": (p * scale.weights).sum(axis=(1, 2)),
        "kappa": kappa_of_tables(gold, scale.weights),
        "ac": ac_of_tables(gold, scale.weights),
        "over_constant": _over_constant(recalls, scale.weights),
        "bias": (p * (scale.points[None, :] - scale.points[:, None])).sum(axis=(1, 2)),
        "human_alpha": alpha_of_coincidences(pairs, scale.measure, np.arange(len(scale.levels), dtype=np.float64)),
        "judge_kappa": judge_kappa,
        "human_kappa": human_kappa,
        "ceiling_gap": judge_kappa - human_kappa,
        **{f"recall of {level}": recalls[:, i, i] for i, level in enumerate(scale.levels)},
    }


def _row_shares(tables: FloatArray) -> FloatArray:
    total = tables.sum(axis=2, keepdims=True)
    return np.asarray(tables / np.where(total > 0, total, np.nan), dtype=np.float64)


def _over_constant(recalls: FloatArray, weights: FloatArray) -> FloatArray:
    """Agreement with each gold level counting alike, minus that of the best constant judge; NaN with one level."""
    present = ~np.isnan(recalls[:, :, 0])
    count = present.sum(axis=1)
    agreeing = (np.nan_to_num(recalls) * weights).sum(axis=(1, 2))
    constant = (present.astype(np.float64) @ weights).max(axis=1)
    return np.asarray((agreeing - constant) / np.where(count > 1, count, np.nan), dtype=np.float64)


def _recall(row: FloatArray, level: int, drawn: Interval) -> Proportion:
    """Recall with the wider of two intervals: Wilson's is right at full marks, the bootstrap's within transcripts."""
    score = wilson(float(row[level]), float(row.sum()))
    if not np.isfinite(drawn.low):
        return score
    return Proportion(score.estimate, min(score.low, drawn.low), max(score.high, drawn.high), score.n)


def _evidence_verified(answers: ItemAnswers, verdicts: Verdicts) -> float | None:
    given = [verdicts[unit] for unit in answers.units if unit in verdicts]
    needed = answers.item.evidence.required_for
    lost = sum(verdict.problem == UNVERIFIED for verdict in given)
    kept = sum(verdict.label in needed for verdict in given)
    return kept / (kept + lost) if kept + lost else None


def _applicability(answers: ItemAnswers) -> tuple[float, float]:
    answered = ~np.isnan(answers.judge_applies)
    gold, judge = answers.gold_applies[answered] > 0, answers.judge_applies[answered] > 0
    if not answered.any():
        return float("nan"), float("nan")
    observed = np.array((gold == judge).mean())
    expected = gold.mean() * judge.mean() + (1 - gold.mean()) * (1 - judge.mean())
    return float(observed), float(beyond_chance(observed, np.array(expected)))
