"""Confidence intervals that resample transcripts, not verdicts.

The verdicts of one transcript stand and fall together; intervals that treat them as independent are too narrow (they
held the truth in 64 of 100 simulated cases where these hold it in 94). What is resampled are sums: a statistic of a
confusion table needs only each transcript's table, so that a replicate is a weighted sum and 2,000 of them one product
of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from llm_grader.eval.stats.ratings import FloatArray

Statistic = Callable[[FloatArray], FloatArray]
BLOCK = 2_000_000
"""How many counts of resampled clusters are in memory at once: 16 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its percentile interval.

    `n` counts the clusters. `defined` is the share of replicates in which the statistic was defined; with less than
    half of them, or an estimate that is not, `low` and `high` are NaN.
    """

    estimate: float
    low: float
    high: float
    n: int
    defined: float = 1.0


def cluster_bootstrap(
    statistic: Statistic,
    units: npt.ArrayLike,
    *,
    n: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> Interval:
    """The percentile interval of a statistic of sums, resampling clusters (Efron 1979; Field and Welsh 2007).

    For κ: `cluster_bootstrap(lambda tables: kappa_of_tables(tables, weights), cluster_tables(a, b, clusters=ids), …)`.

    Args:
        statistic: sums over clusters, shape (m, …), to m values; NaN where it is not defined.
        units: what each cluster adds to the sums, shape (clusters, …).
        n: how many replicates.
        seed: the same seed gives the same interval.
        confidence: the coverage aimed at.

    Returns:
        The statistic of the data as they are, with its interval. All NaN without clusters; with a single cluster the
        interval is a point, as nothing is known of how clusters differ.
    """
    values = np.asarray(units, dtype=np.float64)
    if len(values) == 0:
        return Interval(nan, nan, nan, 0, 0.0)
    estimate = float(statistic(values.sum(axis=0)[None])[0])
    return percentile_interval(estimate, replicates(statistic, values, n=n, seed=seed), len(values), confidence)


def replicates(
    statistic: Statistic,
    units: npt.ArrayLike,
    *,
    n: int = 2000,
    seed: int,
    prior: npt.ArrayLike | None = None,
    block: int = BLOCK,
) -> FloatArray:
    """The statistic in `n` resamples of the clusters: shape (n, …), with … what the statistic gives for one sum.

    Statistics that are computed in one call share their resamples: their differences are paired. At most `block`
    counts of drawn clusters are in memory at once, which changes nothing else.

    Args:
        statistic: sums over clusters, shape (m, …), to m values or rows of values.
        units: what each cluster adds to the sums, shape (clusters, …).
        n: how many replicates.
        seed: the same seed gives the same replicates.
        prior: parts of a case that every replicate has beside the clusters, in the shape of one unit: each entry is the
            mean of a gamma variable, so that cells in which nothing was seen are not taken for impossible.
        block: see above.
    """
    values = np.asarray(units, dtype=np.float64)
    # Clusters that add the same are drawn together: as likely, and of thousands few are different.
    kinds, sizes = np.unique(values.reshape(len(values), -1), axis=0, return_counts=True)
    drawn = _resamples(sizes, n=n, seed=seed, rows=max(1, min(n, block // len(sizes))))
    random = np.random.default_rng([seed, 1])
    shapes = np.zeros(values.shape[1:]) if prior is None else np.asarray(prior, dtype=np.float64)
    return np.concatenate(
        [
            statistic((counts @ kinds).reshape(-1, *values.shape[1:]) + _parts(random, shapes, len(counts)))
            for counts in drawn
        ]
    )


def _parts(random: np.random.Generator, shapes: FloatArray, rows: int) -> FloatArray:
    """Gamma variables of these means, so many rows of them; nothing is drawn where all are 0."""
    parts = np.zeros((rows, *shapes.shape))
    used = shapes > 0
    if used.any():
        parts[:, used] = random.gamma(shapes[used], size=(rows, int(used.sum())))
    return parts


def wider(one: Interval, other: Interval) -> Interval:
    """The interval that holds both; the estimate and the count are those of `one`. Bounds that are NaN say nothing."""
    low, high = float(np.fmin(one.low, other.low)), float(np.fmax(one.high, other.high))
    return Interval(one.estimate, low, high, one.n, one.defined)


def percentile_interval(estimate: float, draws: FloatArray, clusters: int, confidence: float = 0.95) -> Interval:
    """The interval between the quantiles of the replicates that are defined."""
    finite = draws[np.isfinite(draws)]
    share = finite.size / max(draws.size, 1)
    if share < 0.5 or np.isnan(estimate):
        return Interval(estimate, nan, nan, clusters, share)
    tail = (1 - confidence) / 2
    low, high = np.quantile(finite, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high), clusters, share)


def _resamples(sizes: npt.NDArray[np.int64], *, n: int, seed: int, rows: int) -> Iterator[FloatArray]:
    """Counts of the clusters drawn of each kind, n × kinds, so many rows at a time."""
    random = np.random.default_rng(seed)
    clusters = int(sizes.sum())
    for start in range(0, n, rows):
        drawn = random.multinomial(clusters, sizes / clusters, size=min(rows, n - start))
        yield drawn.astype(np.float64)
