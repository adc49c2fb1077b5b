"""Lines through the log-odds of confidences: fitted on labels, and kept where they are better on what was left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import ItemAnswers
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.eval.stats.probabilities import auroc, brier, expected_calibration_error, fit_calibrator
from llm_grader.eval.stats.ratings import BoolArray, FloatArray, IntArray
from llm_grader.eval.stats.routing import Route, find_route
from llm_grader.grading.confidence import LogitLine, positive_probability
from llm_grader.verdict import MET

OWN_FROM = 100
"""From how many labels on an item has a line of its own; with fewer, a line of all items of its kind."""
POOLED_FROM = 30
"""With how few labels nothing is fitted."""
_FOLDS = 5

Kind = Literal["binary", "scale"]


class Pairs(NamedTuple):
    """Probabilities of the positive answer (0–1), whether it was true (0 or 1), and the fold of the transcript.

    `given` says whether the positive answer is the one that the judge gave.
    """

    kind: Kind
    p: FloatArray
    y: FloatArray
    fold: IntArray
    given: BoolArray


@dataclass(frozen=True)
class Quality:
    """Quality of `labels` probabilities: calibration error (ECE), Brier score and AUROC."""

    labels: int
    ece: float
    brier: float
    auroc: float


def pairs_of(answers: ItemAnswers, verdicts: Verdicts) -> Pairs:
    """Every verdict with a confidence whose gold label is decided."""
    item, found = answers.item, []
    for unit, truth in zip(answers.units, answers.decided, strict=True):
        verdict = verdicts.get(unit)
        p = None if verdict is None else positive_probability(verdict, item)
        if verdict is not None and p is not None and truth in item.levels:
            right = truth == (MET if item.scale == "binary" else verdict.label)
            found.append((p, float(right), _fold(unit), item.scale != "binary" or verdict.label == MET))
    columns = np.array(found, dtype=np.float64).reshape(-1, 4)
    kind: Kind = "binary" if item.scale == "binary" else "scale"
    return Pairs(kind, columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int64), columns[:, 3] > 0)


def _fold(unit: Unit) -> int:
    return hashlib.sha256(unit.transcript_id.encode()).digest()[0] % _FOLDS


class Chosen(NamedTuple):
    """The lines that stand, what they make of conversations left out, and the items without one since it was worse."""

    lines: dict[str, LogitLine]
    held_out: dict[str, Pairs]
    refused: tuple[str, ...]


def choose_lines(pairs: Mapping[str, Pairs]) -> Chosen:
    """Of an item's own line and that of its kind the better one, by the Brier score on conversations left out."""
    able = frozenset(item_id for item_id, found in pairs.items() if found.y.size >= OWN_FROM)
    own, shared = _fit_lines(pairs, able), _fit_lines(pairs)
    own_held, shared_held = _held_out(pairs, able), _held_out(pairs)
    lines, held = {}, dict(shared_held)
    for item_id in shared:
        takes_own = not own[item_id].pooled and _brier(own_held[item_id]) <= _brier(shared_held[item_id])
        lines[item_id] = own[item_id] if takes_own else shared[item_id]
        held[item_id] = own_held[item_id] if takes_own else shared_held[item_id]
    refused = tuple(item_id for item_id, line in lines.items() if _is_worse(item_id, line, lines, (pairs, held)))
    return Chosen({item_id: line for item_id, line in lines.items() if item_id not in refused}, held, refused)


def _is_worse(
    item_id: str,
    line: LogitLine,
    lines: Mapping[str, LogitLine],
    pairs: tuple[Mapping[str, Pairs], Mapping[str, Pairs]],
) -> bool:
    """Whether a line leaves the Brier score higher than it was: on its item, or on all that share it."""
    alike = [item_id] if not line.pooled else [other for other, its in lines.items() if its == line]
    before, after = (_together(part[other] for other in alike) for part in pairs)
    return _brier(after) > _brier(before)


def _brier(pairs: Pairs) -> float:
    return brier(pairs.p, pairs.y)


def _fit_lines(pairs: Mapping[str, Pairs], own_lines: frozenset[str] = frozenset()) -> dict[str, LogitLine]:
    lines = {}
    for item_id, own in pairs.items():
        alike = (other for other in pairs.values() if other.kind == own.kind)
        like = own if item_id in own_lines else _together(alike)
        if like.y.size >= POOLED_FROM and own.y.size:
            fit = fit_calibrator(like.p, like.y)
            pooled = like is not own
            lines[item_id] = LogitLine(slope=fit.slope, intercept=fit.intercept, labels=like.y.size, pooled=pooled)
    return lines


def _together(pairs: Iterable[Pairs]) -> Pairs:
    listed = list(pairs)
    columns = (np.concatenate([getattr(part, name) for part in listed]) for name in ("p", "y", "fold", "given"))
    return Pairs(listed[0].kind, *columns)


def _held_out(pairs: Mapping[str, Pairs], own_lines: frozenset[str] = frozenset()) -> dict[str, Pairs]:
    """The pairs with the probabilities that lines fitted on the other folds give them."""
    corrected = {item_id: own.p.copy() for item_id, own in pairs.items()}
    for fold in range(_FOLDS):
        lines = _fit_lines({item_id: _where(own, own.fold != fold) for item_id, own in pairs.items()}, own_lines)
        for item_id, line in lines.items():
            here = pairs[item_id].fold == fold
            corrected[item_id][here] = [line.apply(p) for p in pairs[item_id].p[here].tolist()]
    return {item_id: own._replace(p=corrected[item_id]) for item_id, own in pairs.items()}


def _where(pairs: Pairs, chosen: BoolArray) -> Pairs:
    return Pairs(pairs.kind, pairs.p[chosen], pairs.y[chosen], pairs.fold[chosen], pairs.given[chosen])


def quality_of(pairs: Mapping[str, Pairs]) -> dict[Kind, Quality]:
    """The quality of the probabilities by kind of item, of the kinds that there are."""
    kinds: tuple[Kind, ...] = ("binary", "scale")
    found = {}
    for kind in kinds:
        like = [other for other in pairs.values() if other.kind == kind]
        if like and (all_of := _together(like)).y.size:
            p, y = all_of.p, all_of.y
            found[kind] = Quality(y.size, expected_calibration_error(p, y), brier(p, y), auroc(p, y))
    return found


def route_of(pairs: Pairs, max_error: float) -> Route:
    """From which calibrated confidence on the verdicts may stand."""
    sure = np.where(pairs.given, pairs.p, 1 - pairs.p)
    right = np.where(pairs.given, pairs.y, 1 - pairs.y) > 0
    return find_route(sure.tolist(), right.tolist(), max_error=max_error)
