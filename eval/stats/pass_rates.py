"""Pass rates of a judge that errs, corrected by what gold labels say of its errors.

A raw pass rate of a judge is not a measure of quality: in a simulated case its 95 % interval held the truth in 2 runs
of 1,000. Use `rogan_gladen` where the gold labels were picked (enriched with failures, or older), and `ppi_mean` where
they are a fresh random sample of the very transcripts, of 100 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from llm_grader.eval.stats.proportions import Proportion


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected mean with its interval. `weight` is how much of the judge went into it, 0–1 (for `ppi_mean`)."""

    estimate: float
    low: float
    high: float
    weight: float = 1.0


def rogan_gladen(
    judged: Proportion, *, specificity: Proportion, sensitivity: Proportion, confidence: float = 0.95
) -> Corrected:
    """The true pass rate behind a judged one: θ = (p + q0 - 1) / (q0 + q1 - 1) (Rogan and Gladen 1978), within 0–1.

    The interval, with its small-sample adjustments, is that of Lee et al. (2025, arXiv 2511.21140). Of the arguments
    only the estimate and `n` are used; `recall_by_class` gives the last two.

    Args:
        judged: share that the judge passed, of all it judged.
        specificity: q0, share of truly failed cases that it failed, of the gold labels.
        sensitivity: q1, share of truly passed cases that it passed.
        confidence: the coverage aimed at.

    Returns:
        All NaN when q0 + q1 <= 1, or one of them is not known: such a judge says nothing about the truth.
    """
    q0, q1 = specificity.estimate, sensitivity.estimate
    if not (judged.n > 0 and q0 + q1 > 1):
        return Corrected(nan, nan, nan)
    estimate = (judged.estimate + q0 - 1) / (q0 + q1 - 1)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n, m0, m1 = judged.n + z * z, specificity.n + 2, sensitivity.n + 2
    p = (judged.n * judged.estimate + z * z / 2) / n
    q0, q1 = (specificity.n * q0 + 1) / m0, (sensitivity.n * q1 + 1) / m1
    if q0 + q1 <= 1:
        return Corrected(_share(estimate), 0.0, 1.0)
    middle = (p + q0 - 1) / (q0 + q1 - 1)
    noise0, noise1 = q0 * (1 - q0) / m0, q1 * (1 - q1) / m1
    spread = sqrt(p * (1 - p) / n + (1 - middle) ** 2 * noise0 + middle**2 * noise1) / (q0 + q1 - 1)
    middle += 2 * z * z * (middle * noise1 - (1 - middle) * noise0)
    return Corrected(_share(estimate), _share(middle - z * spread), _share(middle + z * spread))


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def ppi_mean(
    gold: npt.ArrayLike,
    judged: npt.ArrayLike,
    unlabelled: npt.ArrayLike,
    *,
    weight: float | None = None,
    confidence: float = 0.95,
) -> Corrected:
    """The mean of the truth over all transcripts, from few gold labels and many judgements (PPI++, Angelopoulos 2023).

    θ = λ·mean(unlabelled) + mean(gold - λ·judged), λ = cov(gold, judged) / ((1 + n/N)·var(judged)) within 0–1.

    Args:
        gold: the truth of the n labelled transcripts; 1 for a pass and 0 for a failure, or points.
        judged: what the judge says of those same transcripts.
        unlabelled: what it says of the N others.
        weight: λ, instead of the best one. 0 ignores the judge.
        confidence: the coverage aimed at (normal approximation: at least 100 gold labels).

    Returns:
        All NaN without gold labels. With no other transcripts, or a constant judge, the plain mean of the gold labels.

    Raises:
        ValueError: `gold` and `judged` differ in length.
    """
    y, f, rest = (np.asarray(values, dtype=np.float64) for values in (gold, judged, unlabelled))
    if y.shape != f.shape:
        raise ValueError(f"expected one judgement for each gold label, found {len(f)} for {len(y)}")
    n, others = len(y), len(rest)
    if n == 0:
        return Corrected(nan, nan, nan, 0.0)
    if others == 0:
        weight = 0.0
    used = _best_weight(y, f, rest) if weight is None else weight
    estimate = float((y - used * f).mean()) + (used * float(rest.mean()) if others else 0.0)
    variance = float((y - used * f).var()) / n + (used**2 * float(rest.var()) / others if others else 0.0)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    return Corrected(estimate, estimate - half, estimate + half, used)


def _best_weight(y: npt.NDArray[np.float64], f: npt.NDArray[np.float64], rest: npt.NDArray[np.float64]) -> float:
    spread = float(np.concatenate([f, rest]).var())
    if spread == 0:
        return 0.0
    together = float(((y - y.mean()) * (f - f.mean())).mean())
    return _share(together / ((1 + len(y) / len(rest)) * spread))
