"""The fit of where the embedded model's Yes begins, and how well it holds on conversations that it was not fitted on.

log-odds of Yes = slope · score − c(item), with the c(item) drawn from one normal distribution: an item with few labels
borrows from the others (partial pooling; Gelman and Hill, Data Analysis Using Regression, 2007, ch. 12).

The most probable offset of a weak score lets the commoner answer win every time. So an item's offset is drawn from
there to where as many answers are Yes as labels are: the judge's pass rate is then that of the labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

FloatArray = npt.NDArray[np.float64]

SPREAD = 2.0
"""Standard deviation of the items' c around their mean, in log-odds: most items within a factor of 50 of another."""
POOLED = 40
"""How many labels the most probable offset counts for beside an item's own."""
_SPREAD_OF_LOG_SLOPE = 1.0


@dataclass(frozen=True)
class ScoredLabel:
    """A label, and the model's score for Yes on what it is about."""

    transcript_id: str
    item_id: str
    language: str
    score: float
    yes: bool


@dataclass(frozen=True)
class Fit:
    """The slope, and in score units where Yes begins: for each item, and for one that was not seen."""

    slope: float
    default: float
    offsets: dict[str, float]
    labels: dict[str, int]

    def log_odds(self, item_id: str, score: float) -> float:
        """Log-odds of Yes; above 0 it is more likely than No."""
        return self.slope * (score - self.offsets.get(item_id, self.default))


def fit_offsets(answers: Sequence[ScoredLabel], *, spread: float = SPREAD) -> Fit:
    """The slope and the offsets given labelled answers; slope 1 and offset 0 without any."""
    labels = Counter(answer.item_id for answer in answers)
    items = sorted(labels)
    scores = np.array([answer.score for answer in answers], dtype=np.float64)
    signs = np.array([1.0 if answer.yes else -1.0 for answer in answers])
    which = np.array([items.index(answer.item_id) for answer in answers], dtype=np.intp)
    start = np.zeros(2 + len(items))
    found = minimize(_loss, start, args=(scores, signs, which, spread), jac=True, method="L-BFGS-B")
    slope, mean, centres = float(np.exp(found.x[0])), float(found.x[1]), found.x[2:]
    offsets = {
        item: _drawn(float(c) / slope, scores[which == i], int((signs[which == i] > 0).sum()))
        for i, (item, c) in enumerate(zip(items, centres, strict=True))
    }
    return Fit(slope, mean / slope, offsets, dict(labels))


def _loss(x: FloatArray, scores: FloatArray, signs: FloatArray, which: Any, spread: float) -> tuple[float, FloatArray]:
    """Negative log posterior and its gradient, for x = (log slope, mean of c, c of each item)."""
    slope, mean, centres = np.exp(x[0]), x[1], x[2:]
    margins = signs * (slope * scores - centres[which])
    away = (centres - mean) / spread
    value = np.logaddexp(0, -margins).sum() + (away**2).sum() / 2 + (x[0] / _SPREAD_OF_LOG_SLOPE) ** 2 / 2
    pull = -signs * expit(-margins)
    gradient = np.empty_like(x)
    gradient[0] = (pull * slope * scores).sum() + x[0] / _SPREAD_OF_LOG_SLOPE**2
    gradient[1] = -away.sum() / spread
    gradient[2:] = -np.bincount(which, weights=pull, minlength=len(centres)) + away / spread
    return float(value), gradient


def _drawn(probable: float, scores: FloatArray, yes: int) -> float:
    """The offset between the most probable one and the one above which `yes` of the scores lie."""
    if yes in (0, len(scores)):
        return probable
    ordered = np.sort(scores)[::-1]
    matching = float(ordered[yes - 1] + ordered[yes]) / 2
    return (len(scores) * matching + POOLED * probable) / (len(scores) + POOLED)


def leave_one_out(answers: Sequence[ScoredLabel], *, spread: float = SPREAD) -> list[float]:
    """The log-odds of Yes for each answer, by offsets fitted on all other transcripts."""
    fits = {
        left_out: fit_offsets([a for a in answers if a.transcript_id != left_out], spread=spread)
        for left_out in {answer.transcript_id for answer in answers}
    }
    return [fits[answer.transcript_id].log_odds(answer.item_id, answer.score) for answer in answers]
