"""Calibration of probabilities: how far they are what they claim to be, and the line that corrects them.

Everywhere `p` is the probability given to the positive answer (0–1) and `y` what was true (0 or 1), one pair a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from llm_grader.eval.stats.ratings import FloatArray

PLATT_FROM = 300
_CLIP = 1e-6
_TEMPERATURES = (0.05, 20.0)


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A calibration, a straight line through the log-odds: logit(calibrated) = slope · logit(p) + intercept."""

    slope: float = 1.0
    intercept: float = 0.0

    def calibrated(self, p: npt.ArrayLike) -> FloatArray:
        """The probabilities after correction, in the shape of `p`."""
        return np.asarray(special.expit(self.slope * _log_odds(p) + self.intercept), dtype=np.float64)


def fit_calibrator(p: npt.ArrayLike, y: npt.ArrayLike) -> Calibrator:
    """The calibration by temperature below 300 labels, by Platt from there on: with few an intercept fits noise."""
    return (fit_temperature if np.asarray(y).size < PLATT_FROM else fit_platt)(p, y)


def fit_temperature(p: npt.ArrayLike, y: npt.ArrayLike) -> Calibrator:
    """The temperature, between 0.05 and 20, under which the labels are most likely (Guo et al. 2017).

    Never moves a probability across one half. Without labels nothing is changed.
    """
    odds, truth = _log_odds(p), np.asarray(y, dtype=np.float64)
    if truth.size == 0:
        return Calibrator()
    low, high = np.log(_TEMPERATURES)
    found = optimize.minimize_scalar(
        lambda t: _surprise(odds / np.exp(t), truth), bounds=(float(low), float(high)), method="bounded"
    )
    return Calibrator(slope=float(np.exp(-found.x)))


def fit_platt(p: npt.ArrayLike, y: npt.ArrayLike) -> Calibrator:
    """Slope and intercept under which the labels are most likely, with Platt's (1999) smoothed targets.

    The smoothing keeps both finite when one class is missing or the classes separate. Without labels nothing changes.
    """
    odds, truth = _log_odds(p), np.asarray(y, dtype=np.float64)
    if truth.size == 0:
        return Calibrator()
    positive, negative = truth.sum(), truth.size - truth.sum()
    target = np.where(truth > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        scores = line[0] * odds + line[1]
        error = special.expit(scores) - target
        return _surprise(scores, target), np.array([(error * odds).mean(), error.mean()])

    slope, intercept = optimize.minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS").x
    return Calibrator(float(slope), float(intercept))


def _log_odds(p: npt.ArrayLike) -> FloatArray:
    return np.asarray(special.logit(np.clip(np.asarray(p, dtype=np.float64), _CLIP, 1 - _CLIP)), dtype=np.float64)


def _surprise(scores: FloatArray, target: FloatArray) -> float:
    return float((np.logaddexp(0, scores) - target * scores).mean())


def _pairs(measure: Callable[[FloatArray, FloatArray], float], p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    given, truth = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if given.shape != truth.shape:
        raise ValueError(f"expected one label for each probability, found {truth.size} for {given.size}")
    return measure(given, truth) if truth.size else nan


def brier(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Mean squared distance from what was true, 0 (best) to 1. NaN without labels."""
    return _pairs(lambda given, truth: float(((given - truth) ** 2).mean()), p, y)


def expected_calibration_error(p: npt.ArrayLike, y: npt.ArrayLike, *, bins: int = 10) -> float:
    """How far probabilities and frequencies lie apart: Σ share of bin · |mean p - mean y|, over equal bins (low, high].

    NaN without labels.
    """

    def measure(given: FloatArray, truth: FloatArray) -> float:
        which = np.clip(np.ceil(given * bins) - 1, 0, bins - 1).astype(np.int64)
        return float(np.abs(np.bincount(which, given - truth, minlength=bins)).sum() / truth.size)

    return _pairs(measure, p, y)


def auroc(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """The chance that a positive gets a higher probability than a negative, ties counting half.

    NaN when one class is missing.
    """

    def measure(given: FloatArray, truth: FloatArray) -> float:
        positive = int(truth.sum())
        pairs = positive * (truth.size - positive)
        ranks = stats.rankdata(given)[truth > 0].sum()
        return float((ranks - positive * (positive + 1) / 2) / pairs) if pairs else nan

    return _pairs(measure, p, y)


def risk_coverage_area(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> float:
    """Mean error rate of the most confident 1, 2, … n verdicts (AURC, Geifman et al. 2019). NaN without any."""

    def measure(given: FloatArray, right: FloatArray) -> float:
        wrong = 1 - right[np.argsort(-given, kind="stable")]
        return float((np.cumsum(wrong) / np.arange(1, wrong.size + 1)).mean())

    return _pairs(measure, confidence, correct)
