"""Routing of verdicts, to stand or to go to a person, at a promised error rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy import stats

from llm_grader.eval.stats.proportions import Proportion, clopper_pearson
from llm_grader.eval.stats.ratings import FloatArray


@dataclass(frozen=True, slots=True)
class Route:
    """Verdicts with at least `threshold` confidence stand; all others go to people.

    `threshold` is infinite, and `accepted` 0, when no threshold keeps the promise: then everything goes to people.
    `accepted` is the share of the labelled verdicts that would stand, `error` their error rate with its exact interval,
    `reason` says why in words.
    """

    threshold: float
    accepted: float
    error: Proportion
    reason: str

    def stands(self, confidence: float | None) -> bool:
        """Whether a verdict of this confidence may stand. One without a confidence never does."""
        return confidence is not None and confidence >= self.threshold


def find_route(
    confidence: Sequence[float],
    correct: Sequence[bool],
    *,
    max_error: float,
    risk: float = 0.05,
    candidates: int = 10,
) -> Route:
    """The lowest threshold above which the error rate is shown to be at most `max_error`.

    Each candidate threshold, a quantile of the confidences, is tested by the exact binomial test that its error rate is
    above `max_error`, at level `risk` divided by the number of candidates: the chance of a broken promise is at most
    `risk` (Bonferroni, as in Learn then Test, Angelopoulos et al. 2021). The verdicts must be one a transcript, or
    otherwise independent, and a fair sample of those to come.

    Args:
        confidence: of each labelled verdict, 0–1.
        correct: whether that verdict is right by the gold label.
        max_error: the error rate promised for what stands.
        risk: the accepted chance that the promise does not hold.
        candidates: how many thresholds to try.

    Raises:
        ValueError: the two differ in length, or `max_error` is not between 0 and 1.
    """
    if len(confidence) != len(correct) or not 0 < max_error < 1:
        raise ValueError(
            f"expected one truth for each confidence and 0 < max_error < 1, "
            f"found {len(correct)}, {len(confidence)} and {max_error}"
        )
    given, wrong = np.asarray(confidence, dtype=np.float64), ~np.asarray(correct, dtype=np.bool_)
    thresholds = _candidates(given, candidates)
    for threshold in thresholds:
        kept = given >= threshold
        n, errors = int(kept.sum()), int(wrong[kept].sum())
        if stats.binom.cdf(errors, n, max_error) <= risk / len(thresholds):
            reason = f"{errors} errors in {n} verdicts at or above {threshold:.3g}"
            return Route(threshold, n / len(given), clopper_pearson(errors, n), reason)
    return Route(inf, 0.0, clopper_pearson(0, 0), _refusal(int(wrong.sum()), len(given), max_error))


def _candidates(given: FloatArray, wanted: int) -> list[float]:
    """Thresholds from the lowest up. They look at confidences alone, so that trying them costs no more than a count."""
    if given.size == 0:
        return []
    return sorted(set(np.quantile(given, np.arange(wanted) / wanted, method="inverted_cdf").tolist()))


def _refusal(errors: int, n: int, max_error: float) -> str:
    return (
        f"no threshold keeps errors at or below {max_error:.1%}: {errors} errors in {n} labelled verdicts; "
        "everything goes to people"
    )
