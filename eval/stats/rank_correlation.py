"""Agreement in order: for gold that is a number, such as the mean of several people's ratings."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from scipy import stats

from llm_grader.eval.stats.bootstrap import Interval, percentile_interval
from llm_grader.eval.stats.ratings import FloatArray


def spearman(
    a: Sequence[float], b: Sequence[float], *, clusters: Sequence[Hashable], n: int = 2000, seed: int
) -> Interval:
    """Spearman's ρ, Pearson's correlation of ranks with ties at their mean, resampling clusters.

    Args:
        a: a number for each unit.
        b: another for each unit.
        clusters: what each unit belongs to, such as its transcript.
        n: how many replicates.
        seed: the same seed gives the same interval.

    Returns:
        ρ with its percentile interval at 95 %; NaN where all of `a` or of `b` are equal, or there are no units.
    """
    pairs = np.column_stack([np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)])
    names = list(dict.fromkeys(clusters))
    members = [np.array([i for i, name in enumerate(clusters) if name == wanted]) for wanted in names]
    if not names:
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0.0)
    random = np.random.default_rng(seed)
    drawn = random.integers(len(names), size=(n, len(names)))
    draws = np.array([_rho(pairs[np.concatenate([members[i] for i in row])]) for row in drawn])
    return percentile_interval(_rho(pairs), draws, len(names))


def _rho(pairs: FloatArray) -> float:
    ranks = stats.rankdata(pairs, axis=0)
    spread = ranks.std(axis=0)
    if not spread.all():
        return float("nan")
    centred = ranks - ranks.mean(axis=0)
    return float((centred[:, 0] * centred[:, 1]).mean() / spread.prod())
