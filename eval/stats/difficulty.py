"""Difficulty of items, on one scale with the quality of conversations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from llm_grader.eval.stats.ratings import FloatArray

_NODES = 61


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Items on the scale of the conversations' quality, whose mean is 0 and whose standard deviation is 1.

    `difficulty` is, per item, the quality at which it is met in half of the cases. `discrimination` is how steeply that
    chance grows with quality, the same for all items. `n` counts the conversations.
    """

    difficulty: tuple[float, ...]
    discrimination: float
    log_likelihood: float
    n: int


def item_difficulty(met: npt.ArrayLike) -> Difficulty:
    """The one-parameter logistic model by marginal maximum likelihood (Bock and Lieberman 1970; Thissen 1982).

    logit P(item j of conversation i is met) = a (θ_i − b_j), θ ~ N(0, 1), with one a for all items. Needs some hundreds
    of conversations; unlike a plain share of met, b_j does not depend on which conversations an item was left out of.

    Args:
        met: 1 for met, 0 for not met, NaN for no answer; conversations × items.

    Raises:
        ValueError: the shape is another, an answer is none of these, or an item always has the same answer, so that its
            difficulty is infinite.
    """
    answers = np.asarray(met, dtype=np.float64)
    if answers.ndim != 2 or answers.size == 0:
        raise ValueError(f"expected conversations × items, found shape {answers.shape}")
    answered = ~np.isnan(answers)
    if not np.isin(answers[answered], (0.0, 1.0)).all():
        raise ValueError("expected answers of 1, 0 or NaN")
    constant = [j for j in range(answers.shape[1]) if len(set(answers[answered[:, j], j])) < 2]
    if constant:
        raise ValueError(f"expected both answers to every item, found one alone for the items {constant}")
    patterns, counts = np.unique(np.where(answered, answers, -1), axis=0, return_counts=True)
    start = np.zeros(answers.shape[1] + 1)
    found = optimize.minimize(_loss, start, args=(patterns, counts), jac=True, method="L-BFGS-B", tol=1e-12)
    slope, *intercepts = found.x
    discrimination = float(np.exp(slope))
    difficulty = tuple(-float(intercept) / discrimination for intercept in intercepts)
    return Difficulty(difficulty, discrimination, -float(found.fun), len(answers))


def _loss(effects: FloatArray, patterns: FloatArray, counts: npt.NDArray[np.int64]) -> tuple[float, FloatArray]:
    """Minus the marginal log-likelihood of log a and −a·b, with its gradient."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    slope = np.exp(effects[0])
    logits = slope * nodes[:, None] + effects[1:]  # quality × items
    yes, no = (patterns == 1).astype(np.float64), (patterns == 0).astype(np.float64)
    given = yes @ special.log_expit(logits).T + no @ special.log_expit(-logits).T  # patterns × quality
    joint = given + np.log(weights / weights.sum())
    marginal = special.logsumexp(joint, axis=1)
    belief = np.exp(joint - marginal[:, None]) * counts[:, None]
    error = belief.T @ yes - (belief.T @ (yes + no)) * special.expit(logits)  # quality × items
    gradient = np.concatenate([[(error * nodes[:, None]).sum() * slope], error.sum(axis=0)])
    return -float(counts @ marginal), -gradient
