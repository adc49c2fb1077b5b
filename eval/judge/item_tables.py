"""Tables of one item, a unit each, which add up: every figure is a statistic of their sums, and so can be resampled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import OFF_SCALE, ItemAnswers
from llm_grader.eval.stats.bootstrap import Interval, percentile_interval, replicates, wider
from llm_grader.eval.stats.many_raters import ac_of_tables
from llm_grader.eval.stats.ratings import BoolArray, FloatArray, IntArray, agreement_weights
from llm_grader.eval.stats.reliability import Level, alpha_of_coincidences, coincidences
from llm_grader.eval.stats.two_raters import kappa_of_tables, shares_of
from llm_grader.rubric.model import Item


class ItemScale(NamedTuple):
    """How an item's levels are compared: weights (k × k), the measure of α, points 0–1 of which more is better."""

    levels: tuple[str, ...]
    weights: FloatArray
    measure: Level
    points: FloatArray


def scale_of(item: Item) -> ItemScale:
    """The scale of an item: equal or not where it is binary, else by the squared distance of levels."""
    k = len(item.levels)
    points = np.array([item.points(level) for level in item.levels])
    better = 1 - points if item.penalty else points
    if item.scale == "binary":
        return ItemScale(item.levels, np.eye(k), "nominal", better)
    return ItemScale(item.levels, agreement_weights("quadratic", list(range(k))), "ordinal", better)


def unit_tables(answers: ItemAnswers, random: BoolArray | None = None) -> FloatArray:
    """Five tables a unit (units × 5 × m × m), whose first k rows and columns are the levels and then `OFF_SCALE`.

    Gold × judge; the same of the units in `random` alone; people × judge, people × people, and coincidences of people.
    The third and fourth are shares of the same units, those that two people and the judge scored. What was not graded
    has no part in the first four.
    """
    raters = answers.people.sum(axis=1)
    pairs = coincidences(answers.people)
    shares = answers.people / np.maximum(raters, 1)[:, None]
    double = ((raters > 1) & (answers.judge.sum(axis=1) > 0)).astype(np.float64)[:, None, None]
    both = answers.gold_of_all[:, :, None] * answers.judge_of_all[:, None, :]
    drawn = np.ones(len(both)) if random is None else random.astype(np.float64)
    return np.stack(
        [
            both,
            both * drawn[:, None, None],
            _widened(double * shares[:, :, None] * answers.judge[:, None, :]),
            _widened(double * pairs / np.maximum(raters, 1)[:, None, None]),
            _widened(pairs),
        ],
        axis=1,
    )


def _widened(tables: FloatArray) -> FloatArray:
    """Tables of levels with empty rows and columns for what is off the scale."""
    more = (0, len(OFF_SCALE))
    return np.pad(tables, ((0, 0), more, more))


def sums_of(tables: FloatArray, cluster: IntArray) -> FloatArray:
    """The tables of each conversation: those of its units added up."""
    sums = np.zeros((int(cluster.max(initial=-1)) + 1, *tables.shape[1:]))
    np.add.at(sums, cluster, tables)
    return sums


def item_intervals(
    tables: FloatArray, cluster: IntArray, scale: ItemScale, *, seed: int, n: int
) -> dict[str, Interval]:
    """The figures that rest on the tables by name, with intervals at 95 %.

    Each interval is the wider of two percentile bootstraps over conversations: of the data as they are, and with a
    conversation more in each replicate, spread over the cells by Perks' prior. Where all agree the first is a point
    whatever n is; the second is as wide as Jeffreys' interval of a share.
    """
    sums = sums_of(tables, cluster)
    estimates = {name: float(values[0]) for name, values in _statistics(sums.sum(axis=0)[None], scale).items()}
    if len(sums) == 0:
        return {name: Interval(value, np.nan, np.nan, 0, 0.0) for name, value in estimates.items()}

    # One set of resamples for all figures: those that are compared with one another stay paired.
    def statistic(drawn: FloatArray) -> FloatArray:
        return np.stack([*_statistics(drawn, scale).values()], axis=1)

    # The case of the prior weighs as much as a conversation does, whose turns may be labelled one by one.
    size = max(float(sums[:, 0].sum()) / len(sums), 1.0)
    plain = replicates(statistic, sums, n=n, seed=seed)
    prior = _one_case(sums.shape[1:], len(scale.levels))
    smooth = replicates(lambda drawn: statistic(size * drawn), sums / size, n=n, seed=seed, prior=prior)
    return {
        name: wider(*(percentile_interval(value, draws[:, i], len(sums)) for draws in (plain, smooth)))
        for i, (name, value) in enumerate(estimates.items())
    }


def _one_case(shape: tuple[int, ...], k: int) -> FloatArray:
    prior = np.zeros(shape)
    prior[:, :k, :k] = 1 / k**2
    return prior


def _statistics(sums: FloatArray, scale: ItemScale) -> dict[str, FloatArray]:
    """All figures of m resamples at once, from m × 5 × (k + 3) × (k + 3) sums: name → m values."""
    k = len(scale.levels)
    everything, drawn = sums[:, 0], sums[:, 1]
    gold, people, among, pairs = (sums[:, i, :k, :k] for i in (0, 2, 3, 4))
    recalls = _row_shares(everything[:, :k])
    judge_kappa, human_kappa = (kappa_of_tables(table, scale.weights) for table in (people, among))
    return {
        "agreement": (shares_of(gold) * scale.weights).sum(axis=(1, 2)),
        "kappa": kappa_of_tables(gold, scale.weights),
        "kappa_all": kappa_of_tables(everything, _weights_of_all(scale.weights)),
        "ac": ac_of_tables(gold, scale.weights),
        "over_constant": _over_constant(recalls[:, :, :k], scale.weights),
        "bias": _mean(drawn.sum(axis=1), scale.points) - _mean(drawn.sum(axis=2), scale.points),
        "human_alpha": alpha_of_coincidences(pairs, scale.measure, np.arange(k, dtype=np.float64)),
        "judge_kappa": judge_kappa,
        "human_kappa": human_kappa,
        "ceiling_gap": judge_kappa - human_kappa,
        **{f"recall of {level}": recalls[:, i, i] for i, level in enumerate(scale.levels)},
    }


def _weights_of_all(weights: FloatArray) -> FloatArray:
    """An answer off the scale agrees with the same answer alone."""
    k = len(weights)
    whole = np.eye(k + len(OFF_SCALE))
    whole[:k, :k] = weights
    return whole


def _mean(counts: FloatArray, points: FloatArray) -> FloatArray:
    """The mean points of what is on the scale, from counts m × (k + 3); NaN without any."""
    scored = counts[:, : len(points)]
    total = scored.sum(axis=1)
    return np.asarray(scored @ points / np.where(total > 0, total, np.nan), dtype=np.float64)


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
