"""Severity of auditors, and the likely truth where they disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from llm_grader.eval.stats.ratings import FloatArray


@dataclass(frozen=True, slots=True)
class Severity:
    """How much stricter than the average each auditor is, in log-odds, with standard errors; in the order given."""

    estimate: tuple[float, ...]
    se: tuple[float, ...]


def auditor_severity(met: npt.ArrayLike, *, penalty: float = 1.0) -> Severity:
    """Severities from logit P(met) = item + transcript - auditor, by penalised likelihood.

    Only for fully crossed sets, in which every auditor answered every item of every transcript: elsewhere an auditor
    who got the better transcripts would look lenient.

    Args:
        met: 1 for met and 0 for not met, auditors × transcripts × items.
        penalty: the ridge on transcripts and auditors (and a hundredth of it on items), which keeps effects finite.

    Raises:
        ValueError: an answer is missing or not 0 or 1, or there are fewer than two auditors.
    """
    answers = np.asarray(met, dtype=np.float64)
    if answers.ndim != 3 or answers.shape[0] < 2 or answers.size == 0:
        raise ValueError(f"expected two or more auditors × transcripts × items, found shape {answers.shape}")
    if not np.isin(answers, (0.0, 1.0)).all():
        raise ValueError("expected every auditor to answer every item of every transcript, 1 or 0; found a gap")
    shape = answers.shape
    found = optimize.minimize(_loss, np.zeros(sum(shape)), args=(answers, penalty), jac=True, method="L-BFGS-B")
    auditors = found.x[: shape[0]]
    errors = _standard_errors(special.expit(_logits(found.x, shape)), penalty)
    return Severity(tuple((auditors - auditors.mean()).tolist()), tuple(errors.tolist()))


def _logits(effects: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    auditors, transcripts, items = np.split(effects, np.cumsum(shape)[:2])
    return np.asarray(items - auditors[:, None, None] + transcripts[:, None], dtype=np.float64)


def _ridge(shape: tuple[int, ...], penalty: float) -> FloatArray:
    return np.repeat([penalty, penalty, penalty / 100], shape)


def _loss(effects: FloatArray, answers: FloatArray, penalty: float) -> tuple[float, FloatArray]:
    logits, ridge = _logits(effects, answers.shape), _ridge(answers.shape, penalty)
    error = special.expit(logits) - answers
    slope = np.concatenate([-error.sum(axis=(1, 2)), error.sum(axis=(0, 2)), error.sum(axis=(0, 1))])
    loss = (np.logaddexp(0, logits) - answers * logits).sum() + (ridge * effects**2).sum() / 2
    return float(loss), slope + ridge * effects


def _standard_errors(p: FloatArray, penalty: float) -> FloatArray:
    """Of the centred severities: transcripts are eliminated first, since their part of the information is diagonal."""
    weight = p * (1 - p)
    auditors, transcripts = weight.shape[:2]
    across = np.concatenate([-weight.sum(axis=2), weight.sum(axis=0).T])
    own = np.diag(np.concatenate([weight.sum(axis=(1, 2)), weight.sum(axis=(0, 1))]))
    own[:auditors, auditors:] = -weight.sum(axis=1)
    own[auditors:, :auditors] = own[:auditors, auditors:].T
    own += np.diag(np.delete(_ridge(weight.shape, penalty), np.arange(auditors, auditors + transcripts)))
    information = own - across / (weight.sum(axis=(0, 2)) + penalty) @ across.T
    centre = np.eye(auditors) - 1 / auditors
    spread = centre @ np.linalg.inv(information)[:auditors, :auditors] @ centre.T
    return np.asarray(np.sqrt(np.diag(spread)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LatentTruth:
    """The truth that Dawid and Skene's model believes in.

    `truth` is P(class) per unit (units × classes), `prevalence` the share of each class, and `confusion` per auditor
    P(answer | truth) (auditors × true class × answer).
    """

    truth: FloatArray
    prevalence: FloatArray
    confusion: FloatArray


def dawid_skene(counts: npt.ArrayLike, *, rounds: int = 1000, tolerance: float = 1e-10) -> LatentTruth:
    """The likely truth behind several auditors' answers, by EM from the majority (Dawid and Skene 1979).

    Only with three or more auditors, and only where nobody adjudicated: adjudicated labels are the better truth.

    Args:
        counts: how often each auditor gave each answer, units × auditors × classes; all 0 where one did not answer.
        rounds: at most so many rounds.
        tolerance: stop when no probability moves by more.

    Raises:
        ValueError: there are fewer than three auditors, or a unit without any answer.
    """
    answers = np.asarray(counts, dtype=np.float64)
    if answers.ndim != 3 or answers.shape[1] < 3:
        raise ValueError(f"expected units × three or more auditors × classes, found shape {answers.shape}")
    votes = answers.sum(axis=1)
    if not votes.sum(axis=1).all():
        raise ValueError("expected an answer to every unit; leave out those without any")
    truth = votes / votes.sum(axis=1, keepdims=True)
    for _ in range(rounds):
        prevalence, confusion = _maximise(truth, answers)
        belief = special.softmax(_log(prevalence) + np.einsum("ual,atl->ut", answers, _log(confusion)), axis=1)
        moved, truth = float(np.abs(belief - truth).max()), belief
        if moved <= tolerance:
            break
    prevalence, confusion = _maximise(truth, answers)
    return LatentTruth(truth, prevalence, confusion)


def _maximise(truth: FloatArray, answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    confusion = np.einsum("ut,ual->atl", truth, answers)
    total = confusion.sum(axis=2, keepdims=True)
    return truth.mean(axis=0), confusion / np.where(total > 0, total, 1)


def _log(p: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(p, 1e-300)), dtype=np.float64)
