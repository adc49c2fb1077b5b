"""Means and differences with their intervals, over conversations. Pure.

Of many agents some differ by chance: which differences are shown as such is decided together (Benjamini and Hochberg).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np

from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.ratings import FloatArray

FEWEST = 10
"""With fewer conversations there is no interval: too few to say."""
FEWEST_TO_CLAIM = 30
"""With fewer conversations nothing is claimed of a person."""
REPLICATES = 2000
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """So many of `n`, with Wilson's 95 % interval; the interval is left out where they are too few."""

    count: int
    n: int
    low: float | None
    high: float | None

    @property
    def estimate(self) -> float | None:
        """The share, 0–1; None of nothing."""
        return self.count / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` values with its 95 % interval, by a bootstrap over conversations; none where they are too few."""

    estimate: float | None
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference to all others, with its 95 % interval where there are enough on both sides.

    `p` is the two-sided probability of one as large by chance; `shown` says whether it is claimed, see `claim`.
    """

    estimate: float | None
    n: int
    low: float | None = None
    high: float | None = None
    p: float | None = None
    shown: bool = False


def share_of(count: int, n: int) -> Share:
    """The share of `count` in `n`."""
    if n < FEWEST:
        return Share(count, n, None, None)
    found = wilson(count, n)
    return Share(count, n, found.low, found.high)


def mean_of(values: Sequence[float], *, seed: int) -> Mean:
    """The mean of values, one a conversation."""
    if not values:
        return Mean(None, 0)
    if len(values) < FEWEST:
        return Mean(float(np.mean(values)), len(values))
    found: Interval = cluster_bootstrap(_mean, _summands(values), n=REPLICATES, seed=seed)
    return Mean(found.estimate, len(values), found.low, found.high)


def _summands(values: Sequence[float]) -> FloatArray:
    # scores differ in digits that nobody sees; rounded, few of thousands are different and are drawn together
    return np.column_stack([np.round(np.asarray(values, dtype=np.float64), 4), np.ones(len(values))])


def _mean(sums: FloatArray) -> FloatArray:
    return np.asarray(sums[:, 0] / sums[:, 1], dtype=np.float64)


def mean_difference(own: Sequence[float], others: Sequence[float], *, seed: int) -> Difference:
    """The mean of one's own values minus that of the others, both drawn anew (two independent bootstraps)."""
    if not own or not others:
        return Difference(None, len(own))
    estimate = float(np.mean(own) - np.mean(others))
    if len(own) < FEWEST or len(others) < FEWEST:
        return Difference(estimate, len(own))
    draws = _draws(own, seed) - _draws(others, seed + 1)
    low, high = np.quantile(draws, [ALPHA / 2, 1 - ALPHA / 2])
    below, above = float((draws <= 0).mean()), float((draws >= 0).mean())
    p = max(min(1.0, 2 * min(below, above)), 1 / REPLICATES)
    return Difference(estimate, len(own), float(low), float(high), p)


def _draws(values: Sequence[float], seed: int) -> FloatArray:
    kinds, sizes = np.unique(np.round(np.asarray(values, dtype=np.float64), 4), return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(values), sizes / len(values), size=REPLICATES)
    return np.asarray(drawn @ kinds / len(values), dtype=np.float64)


def share_difference(own: tuple[int, int], others: tuple[int, int]) -> Difference:
    """One share minus another, each as (count, n), with the interval of two Wilson intervals (Newcombe 1998, no. 10).

    Its `p` is that of the test of two proportions with a pooled variance.
    """
    (a, n), (b, m) = own, others
    if not n or not m:
        return Difference(None, n)
    estimate = a / n - b / m
    if n < FEWEST or m < FEWEST:
        return Difference(estimate, n)
    first, second = wilson(a, n), wilson(b, m)
    low = estimate - sqrt((first.estimate - first.low) ** 2 + (second.high - second.estimate) ** 2)
    high = estimate + sqrt((first.high - first.estimate) ** 2 + (second.estimate - second.low) ** 2)
    return Difference(estimate, n, low, high, _p_of_shares(estimate, (a + b) / (n + m), n, m))


def _p_of_shares(difference: float, pooled: float, n: int, m: int) -> float:
    from scipy import stats

    error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return 1.0 if error == 0 else float(2 * stats.norm.sf(abs(difference) / error))


def claim(differences: Sequence[Difference]) -> list[Difference]:
    """The differences, of which those are `shown` that hold together at 5 % false discoveries and are of enough cases.

    Source: Benjamini and Hochberg (1995), over all that have a `p`.
    """
    from scipy import stats

    tested = [found.p for found in differences if found.p is not None]
    adjusted = iter(stats.false_discovery_control(tested) if tested else ())
    claimed = []
    for found in differences:
        small = found.p is not None and float(next(adjusted)) < ALPHA
        claimed.append(Difference(found.estimate, found.n, found.low, found.high, found.p, small and _enough(found)))
    return claimed


def _enough(found: Difference) -> bool:
    return found.n >= FEWEST_TO_CLAIM


def known(found: Proportion | Interval) -> bool:
    """Whether an estimate is a number."""
    return not isnan(found.estimate)
