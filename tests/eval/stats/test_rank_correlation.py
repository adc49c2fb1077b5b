"""Agreement in order."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from scipy import stats

from llm_grader.eval.stats.rank_correlation import spearman


def test_rho_by_hand() -> None:
    # Ranks 1 2 3 4 5 and 2 1 4 3 5: the squares of the differences sum to 4, so ρ = 1 - 6·4 / (5·24) = .8.
    found = spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50], clusters="abcde", n=50, seed=1)
    assert found.estimate == pytest.approx(0.8)
    assert found.n == 5


def test_ties_share_their_rank_as_in_scipy() -> None:
    random = np.random.default_rng(3)
    a, b = random.normal(size=80), random.integers(0, 4, size=80).astype(float)
    found = spearman(a.tolist(), b.tolist(), clusters=range(80), n=10, seed=1)
    assert found.estimate == pytest.approx(stats.spearmanr(a, b).statistic)


def test_the_interval_resamples_clusters() -> None:
    # Ten copies of each of 12 pairs say no more than the 12 pairs.
    random = np.random.default_rng(5)
    a = random.normal(size=12)
    b = a + random.normal(size=12)
    once = spearman(a.tolist(), b.tolist(), clusters=range(12), n=500, seed=2)
    copies = spearman(np.repeat(a, 10).tolist(), np.repeat(b, 10).tolist(), clusters=sorted([*range(12)] * 10), seed=2)
    assert copies.n == 12
    assert copies.high - copies.low == pytest.approx(once.high - once.low, abs=0.1)


def test_a_constant_has_no_order() -> None:
    assert isnan(spearman([1, 2, 3], [1, 1, 1], clusters="abc", n=10, seed=1).estimate)
    assert isnan(spearman([], [], clusters=[], n=10, seed=1).estimate)
