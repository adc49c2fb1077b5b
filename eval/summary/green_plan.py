"""Labels until GREEN: how many it takes to show that a judge which errs as its auditors do may be left alone.

A judge and two auditors see the same truth and err independently, alike often. What they answer then has eight patterns
whose chances are known, every figure of a gate is a function of these, and its spread over samples follows from how
the figure moves when one pattern gets more common (the delta method).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import ceil

import numpy as np
from scipy import optimize, stats

from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.ratings import FloatArray
from llm_grader.eval.stats.two_raters import kappa_of_tables

PEOPLE_KAPPA = 0.8
"""Agreement of two auditors, where nothing is known of it."""
POWER = 0.8
_STEP = 1e-5
_CERTAIN = float(stats.norm.ppf(0.975))
_PATTERNS = np.array(list(product((0, 1), repeat=3)))

Figure = Callable[[FloatArray], float]


@dataclass(frozen=True)
class GreenPlan:
    """How many transcripts, labelled by two people and judged, make GREEN likely; and the condition that takes most.

    `transcripts` is None where no number does, as people agree too little for any judge.
    """

    transcripts: int | None
    condition: str
    power: float
    people_kappa: float


def labels_for_green(
    failing: float,
    *,
    people_kappa: float = PEOPLE_KAPPA,
    critical: bool = False,
    power: float = POWER,
    thresholds: Thresholds = DEFAULT,
) -> GreenPlan:
    """The number of transcripts at which a judge as good as its auditors is GREEN with this power.

    Args:
        failing: the share of the label that must not be missed, between 0 and 1.
        people_kappa: κ of one auditor and another.
        critical: whether the floor of recall is that of a critical item.
        power: the chance that the item is GREEN then.
        thresholds: of the gates.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not (0 < failing < 1 and 0 < people_kappa < 1 and 0 < power < 1):
        raise ValueError(
            "expected shares between 0 and 1 of the failing label, of κ and of power, "
            f"found {failing}, {people_kappa} and {power}"
        )
    p = _patterns(failing, error_rate(failing, people_kappa))
    # Several conditions have to hold at once, which are not independent: half of what may be missed for each.
    z = float(stats.norm.ppf((1 + power) / 2))
    rare = min(failing, 1 - failing)
    needed = {
        "two people's labels": float(thresholds.double_scored),
        "rare labels": (thresholds.minority + z * np.sqrt(thresholds.minority)) / rare,
    }
    needed |= dict(_conditions(p, critical, z, thresholds))
    condition = max(needed, key=lambda name: needed[name])
    most = needed[condition]
    return GreenPlan(ceil(most) if np.isfinite(most) else None, condition, power, people_kappa)


def _conditions(p: FloatArray, critical: bool, z: float, t: Thresholds) -> Iterator[tuple[str, float]]:
    """Each condition of GREEN with how many transcripts it takes; infinite where it cannot be shown."""
    shown = _CERTAIN + z
    yield "κ", _needed(_kappa, p, t.kappa, z)
    yield "κ by its interval", _needed(_kappa, p, t.kappa_low, shown)
    yield "the floor of recall", _for_recall(p, t.critical_recall if critical else t.recall, z, t)
    yield "the gap to people", _needed(_gap, p, t.ceiling_gap, shown)
    yield "α among people", _needed(_human_kappa, p, t.human_alpha, z)
    yield "the bias", _variance(_bias, p) * (z / t.bias) ** 2


def _for_recall(p: FloatArray, wanted: float, z: float, t: Thresholds) -> float:
    """Wilson's lower bound has to reach the floor, which itself moves with what people are found to find."""
    relative = _human_recall(p) - t.below_people
    floor = max(0.0, min(wanted, relative))
    lead = _recall(p) - floor
    if lead <= 0:
        return float("inf")
    width = _CERTAIN * np.sqrt(floor * (1 - floor) / float((p * _GOLD).sum()))
    figure = _over_people if relative < wanted else _recall
    return float((width + z * np.sqrt(_variance(figure, p))) / lead) ** 2


def _needed(figure: Figure, p: FloatArray, bound: float, distance: float) -> float:
    lead = figure(p) - bound
    return _variance(figure, p) * (distance / lead) ** 2 if lead > 0 else float("inf")


def _variance(figure: Figure, p: FloatArray) -> float:
    """Of one transcript's part: that of a sample of n is this divided by n."""
    middle = figure(p)
    moved = np.array([figure((1 - _STEP) * p + _STEP * one) for one in np.eye(p.size)])
    influence = (moved - middle) / _STEP
    return float((p * influence**2).sum())


def _patterns(failing: float, error: float) -> FloatArray:
    """The chance of each pattern of answers of judge and two auditors; 1 is the failing label."""
    chances = np.zeros(len(_PATTERNS))
    for truth, share in ((1, failing), (0, 1 - failing)):
        chances += share * np.where(truth == _PATTERNS, 1 - error, error).prod(axis=1)
    return chances


@cache
def error_rate(failing: float, people_kappa: float) -> float:
    """The share of wrong answers at which two auditors agree so well."""
    return float(optimize.brentq(lambda e: _human_kappa(_patterns(failing, e)) - people_kappa, 1e-9, 0.5 - 1e-9))


def _table(p: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """The chances of two answers, each given by how much of it is the failing one in each pattern."""
    rows, columns = np.stack([1 - first, first]), np.stack([1 - second, second])
    return np.asarray((rows * p) @ columns.T, dtype=np.float64)


_JUDGE, _EVA, _JAN = (_PATTERNS[:, i].astype(np.float64) for i in range(3))
_GOLD = (_EVA + _JAN) / 2


def _kappa_of(table: FloatArray) -> float:
    return float(kappa_of_tables(table[None], np.eye(2))[0])


def _kappa(p: FloatArray) -> float:
    return _kappa_of(_table(p, _GOLD, _JUDGE))


def _human_kappa(p: FloatArray) -> float:
    return _kappa_of((_table(p, _EVA, _JAN) + _table(p, _JAN, _EVA)) / 2)


def _gap(p: FloatArray) -> float:
    return _kappa_of((_table(p, _EVA, _JUDGE) + _table(p, _JAN, _JUDGE)) / 2) - _human_kappa(p)


def _recall(p: FloatArray) -> float:
    return float((p * _GOLD * _JUDGE).sum() / (p * _GOLD).sum())


def _human_recall(p: FloatArray) -> float:
    return float((p * _EVA * _JAN).sum() / (p * _GOLD).sum())


def _over_people(p: FloatArray) -> float:
    return _recall(p) - _human_recall(p)


def _bias(p: FloatArray) -> float:
    return float((p * (_GOLD - _JUDGE)).sum())
