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


def mcnemar_power(pairs: int, forth: float, back: float, *, level: float = 0.05) -> float:
    """The chance that `mcnemar_midp` finds a change of which these shares of the pairs go one way and the other.

    Raises:
        ValueError: the shares are no shares, or more than 1 together.
    """
    if not (forth >= 0 and back >= 0 and 0 < forth + back <= 1):
        raise ValueError(f"expected shares of changed pairs, found {forth} and {back}")
    power = 0.0
    for changed in range(1, pairs + 1):
        chance = float(stats.binom.pmf(changed, pairs, forth + back))
        if chance < 1e-9:
            continue
        ways = np.arange(changed + 1)
        fewer = np.minimum(ways, changed - ways)
        p = 2 * stats.binom.cdf(fewer, changed, 0.5) - stats.binom.pmf(fewer, changed, 0.5)
        power += chance * float(stats.binom.pmf(ways, changed, forth / (forth + back))[p <= level].sum())
    return power


def signed_test(sums: Sequence[int]) -> float:
    """The p-value, two-sided with mid-p, that the signed sums of independent cases tend to neither side.

    Exact: under the hypothesis the sign of each sum is a coin's. 1 when all are 0.
    """
    chances = np.ones(1)
    for size in (abs(value) for value in sums if value):
        shifted = np.zeros(chances.size + 2 * size)
        shifted[: chances.size] += chances / 2
        shifted[2 * size :] += chances / 2
        chances = shifted
    reach = (chances.size - 1) // 2
    seen = abs(sum(sums))
    distance = np.abs(np.arange(-reach, reach + 1))
    return min(1.0, float(chances[distance > seen].sum() + chances[distance == seen].sum() / (2 if seen else 1)))


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


def holm(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """The chance of a single false one among all tests, whatever their dependence, is at most `q` (Holm 1979).

    Raises:
        ValueError: a p-value is not between 0 and 1.
    """
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"expected p-values between 0 and 1, found {list(p)}")
    order = np.argsort(values)
    stepped = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(stepped, 1)
    return Adjusted(tuple(adjusted.tolist()), tuple((adjusted <= q).tolist()), q)


def _adjusted(p: Sequence[float], q: float, method: Literal["bh", "by"]) -> Adjusted:
    adjusted = np.atleast_1d(stats.false_discovery_control(np.asarray(p, dtype=np.float64), method=method))
    return Adjusted(tuple(adjusted.tolist()), tuple((adjusted <= q).tolist()), q)
