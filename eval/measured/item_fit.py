"""The fit of one item of the embedded model, and how well it does on conversations that it was not fitted on.

log-odds of met = intercept + whole · score + turns · score turn by turn + found · (its cue is found) + other · (not in
English): a logistic regression with a normal prior on what stands beside the intercept (ridge; Hoerl and Kennard
1970), so that few labels claim little. Whether the model is asked, and whether the cue counts, is chosen by the
log-likelihood of conversations left out; the agreement that is stated comes from a second, outer division, in which
that choice is made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from llm_grader.rubric.model import Item
from llm_grader.verdict import MET, NOT_MET

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SPREAD = 1.5
"""Standard deviation of the prior of a weight, in log-odds for each standard deviation of what it weighs."""
FOLDS = 10
DIVISIONS = 5
"""How often the conversations are divided anew: of a single division, an item's κ may lie .04 higher or lower."""
INNER_FOLDS = 5
ASKING_COSTS = 0.02
"""Log-likelihood a label that asking the model has to bring over the words alone: it takes most of the time."""
_WHOLE, _FOUND, _OTHER, _TURNS = 0, 1, 2, 3
_WORDS = ((_FOUND,), (_FOUND, _OTHER))
"""Choices of what counts, without the model."""


@dataclass(frozen=True)
class Known:
    """What is known of one item of one conversation, and its label.

    `score` is the model's log-odds of Yes on the whole, `turns` what it says of the agent's messages one by one, None
    where it was not asked. `found` is 1 where the item's cue
    was found, -1 where the one against it was. `tried` says that phrases were tried on the conversation while they were
    written, so that they look better on it than they are. `lacking` are the labels that need words which were not
    found: neither is given, whatever the odds.
    """

    transcript_id: str
    language: str
    score: float | None
    found: int
    met: bool
    tried: bool = False
    lacking: tuple[str, ...] = ()
    turns: float | None = None

    def gets(self, log_odds: float) -> bool:
        """Whether the label that the log-odds of met speak for is given."""
        return (MET if log_odds > 0 else NOT_MET) not in self.lacking


class Labelled(NamedTuple):
    """One item of a rubric, and what is known of it in each conversation on whose label the readers agree.

    Conversations with words that only may show its cue are left out, as they are not judged: so many are `doubtful`.
    """

    rubric_id: str
    item: Item
    rows: tuple[Known, ...]
    doubtful: int = 0


@dataclass(frozen=True)
class ItemWeights:
    """The log-odds of met, and of each thing known: see the module's docstring."""

    intercept: float
    whole: float
    found: float
    other: float
    turns: float = 0.0

    def log_odds(self, known: Known) -> float:
        """The log-odds of met; above 0 it is more likely than not_met."""
        weights = self.whole, self.found, self.other, self.turns
        return self.intercept + sum(weight * value for weight, value in zip(weights, _values(known), strict=True))


def fit_item(rows: Sequence[Known]) -> ItemWeights:
    """The weights, with what counts chosen on the same rows. Without both answers among them: their rate alone."""
    x, y = _matrix(rows)
    return _weights(x, y, _chosen(x, y, _choices(rows)))


def left_out(rows: Sequence[Known], *, seed: int) -> list[float]:
    """The log-odds of met for each row by fits on the other parts of the conversations, the choice made anew in each.

    The mean over several divisions into parts; none of the fits has seen the row.

    Args:
        rows: one a conversation.
        seed: the same seed divides them alike.
    """
    divisions = [_left_out(rows, seed=seed + division) for division in range(DIVISIONS)]
    found: list[float] = np.mean(divisions, axis=0).tolist()
    return found


def _left_out(rows: Sequence[Known], *, seed: int) -> FloatArray:
    x, y = _matrix(rows)
    parts = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    found = np.zeros(len(rows))
    for part in range(FOLDS):
        rest, own = parts != part, parts == part
        if own.any():
            choice = _chosen(x[rest], y[rest], _choices(rows))
            weights = _weights(x[rest], y[rest], choice)
            found[own] = [weights.log_odds(row) for row, mine in zip(rows, own, strict=True) if mine]
    return found


def _choices(rows: Sequence[Known]) -> list[tuple[int, ...]]:
    """What may count: words, and what the model was asked about every row."""
    asked = [
        column
        for column, values in ((_WHOLE, [row.score for row in rows]), (_TURNS, [row.turns for row in rows]))
        if None not in values
    ]
    others = [(column, *choice) for column in asked for choice in (*_WORDS, (), (_OTHER,))]
    return [*_WORDS, *others]


def _values(row: Known) -> tuple[float, ...]:
    """The columns of a row."""
    return row.score or 0.0, float(row.found), float(row.language != "en"), row.turns or 0.0


def _matrix(rows: Sequence[Known]) -> tuple[FloatArray, BoolArray]:
    known = [_values(row) for row in rows]
    return np.array(known, dtype=np.float64).reshape(-1, 4), np.array([row.met for row in rows], dtype=np.bool_)


def _chosen(x: FloatArray, y: BoolArray, choices: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The columns that tell most about rows left out, the model's being charged for."""

    def worth(choice: tuple[int, ...]) -> float:
        return _likelihood(x, y, choice) - ASKING_COSTS * (choice not in _WORDS)

    return max(choices, key=worth)


def _likelihood(x: FloatArray, y: BoolArray, choice: tuple[int, ...]) -> float:
    """The mean log-likelihood of rows by fits on the others."""
    parts, total = np.arange(len(y)) % INNER_FOLDS, 0.0
    for part in range(min(INNER_FOLDS, len(y))):
        rest, own = parts != part, parts == part
        beta = _regression(x[rest][:, choice], y[rest])
        margins = (beta[0] + x[own][:, choice] @ beta[1:]) * np.where(y[own], 1.0, -1.0)
        total -= float(np.logaddexp(0, -margins).sum())
    return total / max(len(y), 1)


def _weights(x: FloatArray, y: BoolArray, choice: tuple[int, ...]) -> ItemWeights:
    beta = _regression(x[:, choice], y)
    by_column = dict(zip(choice, beta[1:], strict=True))
    columns = (_WHOLE, _FOUND, _OTHER, _TURNS)
    return ItemWeights(float(beta[0]), *(float(by_column.get(column, 0.0)) for column in columns))


def _regression(x: FloatArray, y: BoolArray) -> FloatArray:
    """Intercept and weights, with the prior on weights of standardised columns."""
    spread = x.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    centre = x.mean(axis=0)
    z, signs = (x - centre) / scale, np.where(y, 1.0, -1.0)
    found: Any = minimize(_loss, np.zeros(1 + x.shape[1]), args=(z, signs), jac=True, method="L-BFGS-B")
    slopes = found.x[1:] / scale
    return np.concatenate([[found.x[0] - slopes @ centre], slopes])


def _loss(beta: FloatArray, z: FloatArray, signs: FloatArray) -> tuple[float, FloatArray]:
    """Negative log posterior and its gradient; the prior of the intercept is ten times as wide."""
    margins = signs * (beta[0] + z @ beta[1:])
    width = np.concatenate([[10 * SPREAD], np.full(len(beta) - 1, SPREAD)])
    pull = -signs * expit(-margins)
    value = np.logaddexp(0, -margins).sum() + ((beta / width) ** 2).sum() / 2
    gradient = np.concatenate([[pull.sum()], z.T @ pull]) + beta / width**2
    return float(value), gradient
