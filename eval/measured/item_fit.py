"""The fit of one item of the embedded model, and how well it does on conversations that it was not fitted on.

log-odds of met = intercept + whole · score + found · (its cue is found) + other · (not in English): a logistic
regression with a normal prior on what stands beside the intercept (ridge; Hoerl and Kennard 1970), so that few labels
claim little. Whether the model is asked, and whether the cue counts, is chosen by the log-likelihood of conversations
left out; the agreement that is stated comes from a second, outer division, in which that choice is made anew.
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
INNER_FOLDS = 5
ASKING_COSTS = 0.02
"""Log-likelihood a label that asking the model has to bring over the words alone: it takes most of the time."""
_WHOLE, _FOUND, _OTHER = 0, 1, 2
_CHOICES = ((_FOUND,), (_FOUND, _OTHER), (_WHOLE, _FOUND), (_WHOLE, _FOUND, _OTHER), (_WHOLE,), (_WHOLE, _OTHER))


@dataclass(frozen=True)
class Known:
    """What is known of one item of one conversation, and its label.

    `score` is the model's log-odds of Yes on the whole, None where it was not asked. `found` is 1 where the item's cue
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

    def log_odds(self, known: Known) -> float:
        """The log-odds of met; above 0 it is more likely than not_met."""
        other = known.language != "en"
        return self.intercept + self.whole * (known.score or 0.0) + self.found * known.found + self.other * other


def fit_item(rows: Sequence[Known]) -> ItemWeights:
    """The weights, with what counts chosen on the same rows. Without both answers among them: their rate alone."""
    x, y = _matrix(rows)
    return _weights(x, y, _chosen(x, y, can_ask=_can_ask(rows)))


def left_out(rows: Sequence[Known], *, seed: int) -> list[float]:
    """The log-odds of met for each row by fits on the other parts of the conversations, the choice made anew in each.

    Args:
        rows: one a conversation.
        seed: the same seed divides them alike.
    """
    x, y = _matrix(rows)
    parts = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    found = np.zeros(len(rows))
    for part in range(FOLDS):
        rest, own = parts != part, parts == part
        if own.any():
            choice = _chosen(x[rest], y[rest], can_ask=_can_ask(rows))
            weights = _weights(x[rest], y[rest], choice)
            found[own] = [weights.log_odds(row) for row, mine in zip(rows, own, strict=True) if mine]
    return found.tolist()


def _can_ask(rows: Sequence[Known]) -> bool:
    return all(row.score is not None for row in rows)


def _matrix(rows: Sequence[Known]) -> tuple[FloatArray, BoolArray]:
    known = [(row.score or 0.0, float(row.found), float(row.language != "en")) for row in rows]
    return np.array(known, dtype=np.float64).reshape(-1, 3), np.array([row.met for row in rows], dtype=np.bool_)


def _chosen(x: FloatArray, y: BoolArray, *, can_ask: bool) -> tuple[int, ...]:
    """The columns that tell most about rows left out, the model's being charged for."""
    choices = [choice for choice in _CHOICES if can_ask or _WHOLE not in choice]

    def worth(choice: tuple[int, ...]) -> float:
        return _likelihood(x, y, choice) - ASKING_COSTS * (_WHOLE in choice)

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
    return ItemWeights(float(beta[0]), *(float(by_column.get(column, 0.0)) for column in (_WHOLE, _FOUND, _OTHER)))


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
