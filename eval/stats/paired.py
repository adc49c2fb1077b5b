"""Tests of paired answers, the same transcripts labelled twice, and p-values adjusted where there are many tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Alternative = Literal["two-sided", "greater"]


@dataclass(frozen=True, slots=True)
class PairedTest:
    """The result of a paired test: p-value, statistic (None for exact tests), degrees of freedom, changed pairs."""

    p: float
    statistic: float | None
    df: int
    changed: int


def mcnemar_midp(b: int, c: int, *, alternative: Alternative = "two-sided") -> PairedTest:
    """McNemar's test with the mid-p value (Fagerland, Lydersen and Laake 2013), which is less timid than the exact one.

    Args:
        b: pairs that changed one way.
        c: pairs that changed the other way.
        alternative: `greater` asks whether b is larger than c.

    Returns:
        p = 1 when nothing changed.

    Raises:
        ValueError: a count is negative.
    """
    if b < 0 or c < 0:
        raise ValueError(f"expected counts, found b = {b} and c = {c}")
    changed = b + c
    if changed == 0:
        return PairedTest(1.0, None, 1, 0)
    coin = stats.binom(changed, 0.5)
    if alternative == "greater":
        return PairedTest(float(coin.sf(b) + coin.pmf(b) / 2), None, 1, changed)
    fewer = min(b, c)
    # As many each way are 1 exactly, which rounding would miss.
    p = 1.0 if b == c else min(1.0, float(2 * coin.cdf(fewer) - coin.pmf(fewer)))
    return PairedTest(p, None, 1, changed)


def stuart_maxwell(table: npt.ArrayLike) -> PairedTest:
    """The Stuart–Maxwell test that a k × k table of before and after has equal margins (Stuart 1955, Maxwell 1970).

    Categories whose two margins are equal for want of any change are left out: they would make the covariance singular
    and say nothing. p = 1 when nothing changed.

    Raises:
        ValueError: the table is not square.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"expected a square table, found shape {counts.shape}")
    moved = counts - np.diag(np.diag(counts))
    used = (moved.sum(axis=0) + moved.sum(axis=1)) > 0
    moved = moved[np.ix_(used, used)]
    changed = int(moved.sum())
    if changed == 0:
        return PairedTest(1.0, 0.0, 0, 0)
    difference = moved.sum(axis=1) - moved.sum(axis=0)
    covariance = np.diag(moved.sum(axis=0) + moved.sum(axis=1)) - moved - moved.T
    # The rank is below k - 1 when the categories fall into groups that never exchange a case.
    df = int(np.linalg.matrix_rank(covariance))
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return PairedTest(float(stats.chi2.sf(statistic, df)), statistic, df, changed)


def margins_test(table: npt.ArrayLike) -> PairedTest:
    """The test that a k × k table of before and after has equal margins.

    McNemar's mid-p where only two categories exchange cases, as it is good for few of them; else Stuart and Maxwell's.

    Raises:
        ValueError: the table is not square.
    """
    counts = np.asarray(table)
    test = stuart_maxwell(counts)
    moved = np.triu(counts + counts.T, 1)
    if np.count_nonzero(moved) != 1:
        return test
    i, j = (int(place[0]) for place in np.nonzero(moved))
    return mcnemar_midp(int(counts[i, j]), int(counts[j, i]))


def paired_table(before: Sequence[str], after: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Table of two labellings of the same units: rows before, columns after, in the order of `labels`.

    Raises:
        KeyError: a label is none of `labels`.
    """
    index = {label: position for position, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for old, new in zip(before, after, strict=True):
        table[index[old], index[new]] += 1
    return table


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values in the order given, and which of them are at most `q`."""

    p: tuple[float, ...]
    rejected: tuple[bool, ...]
    q: float


def benjamini_hochberg(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """False discovery rate of independent or positively dependent tests (Benjamini and Hochberg 1995).

    Raises:
        ValueError: a p-value is not between 0 and 1. NaN is not: leave out what was not tested.
    """
    return _adjusted(p, q, "bh")


def benjamini_yekutieli(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """False discovery rate under any dependence (Benjamini and Yekutieli 2001): costs a factor Σ 1/i.

    Raises:
        ValueError: a p-value is not between 0 and 1.
    """
    return _adjusted(p, q, "by")


def _adjusted(p: Sequence[float], q: float, method: Literal["bh", "by"]) -> Adjusted:
    adjusted = np.atleast_1d(stats.false_discovery_control(np.asarray(p, dtype=np.float64), method=method))
    return Adjusted(tuple(adjusted.tolist()), tuple((adjusted <= q).tolist()), q)
