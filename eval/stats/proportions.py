"""Shares of cases with their intervals: Wilson's, and the exact one of Clopper and Pearson."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of `n` cases with its interval; all NaN when there are no cases."""

    estimate: float
    low: float
    high: float
    n: float


def wilson(successes: float, n: float, *, confidence: float = 0.95) -> Proportion:
    """The score interval (Wilson 1927; Newcombe 1998, method 3). Keeps a width at 0 and 1, where Wald's has none.

    Counts may be fractions of cases, as when a tie between auditors counts half each way; `binomtest` of scipy, which
    gives the same for whole ones, takes no others.
    """
    if n <= 0:
        return Proportion(nan, nan, nan, 0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Proportion(share, max(0.0, middle - half), min(1.0, middle + half), n)


def clopper_pearson(successes: int, n: int, *, confidence: float = 0.95) -> Proportion:
    """The exact interval (Clopper and Pearson 1934): never covers less than promised."""
    if n <= 0:
        return Proportion(nan, nan, nan, 0)
    from scipy import stats  # takes 65 MB and a third of a second: for those who need it

    interval = stats.binomtest(successes, n).proportion_ci(confidence, method="exact")
    return Proportion(successes / n, float(interval.low), float(interval.high), n)
