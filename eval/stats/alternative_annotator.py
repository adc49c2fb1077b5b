"""The alternative annotator test (Calderon, Reichart and Dror 2025): may the judge stand in for one of the auditors?

An extra beside the gate, never the gate: where 95 % of the answers are `met`, a judge that always says so passes in
more than 90 % of runs. The result therefore carries what the best constant judge reaches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from llm_grader.eval.stats.paired import benjamini_yekutieli
from llm_grader.eval.stats.ratings import FloatArray

Score = Literal["accuracy", "neg_rmse"]
Answer = str | float
Answers = Mapping[str, Answer]

EXPERT, SKILLED, CROWD = 0.2, 0.15, 0.1
MIN_INSTANCES, MIN_AUDITORS = 30, 3


@dataclass(frozen=True, slots=True)
class AltTest:
    """Result of the alternative annotator test.

    `winning_rate` (ω) is the share of auditors whom the judge may replace; `advantage` (ρ) how often, on average, it is
    at least as near to the others as the auditor left out. `p` and `advantages` are per auditor, in the order of
    `auditors`. `passed` is ω >= .5, None with fewer than three auditors. `constant` is the answer of the best constant
    judge, and `constant_winning_rate` what it reaches.
    """

    winning_rate: float
    advantage: float
    auditors: tuple[str, ...]
    p: tuple[float, ...]
    advantages: tuple[float, ...]
    passed: bool | None
    constant: Answer | None
    constant_winning_rate: float


def alt_test(
    humans: Mapping[str, Answers],
    judge: Answers,
    *,
    epsilon: float = EXPERT,
    q: float = 0.05,
    score: Score = "accuracy",
    min_instances: int = MIN_INSTANCES,
) -> AltTest:
    """The alternative annotator test: each auditor left out in turn, and compared with the judge beside the others.

    Args:
        humans: auditor → unit → answer.
        judge: unit → answer.
        epsilon: the allowance for what the judge saves: .2 beside experts, .15 skilled people, .1 crowd workers.
        q: the false discovery rate over auditors (Benjamini and Yekutieli).
        score: `accuracy` for categories; `neg_rmse`, minus the root mean squared distance, for numbers.
        min_instances: auditors who share fewer units with the judge and another auditor are left out.

    Returns:
        Rates of NaN when no auditor is left.
    """
    omega, rho, tested = _test(humans, judge, (epsilon, q, score, min_instances))
    answers = Counter(answer for given in humans.values() for answer in given.values())
    constant = max(answers, key=lambda answer: (answers[answer], str(answer)), default=None)
    always = {} if constant is None else dict.fromkeys(judge, constant)
    return AltTest(
        winning_rate=omega,
        advantage=rho,
        auditors=tuple(name for name, _, _ in tested),
        p=tuple(p for _, p, _ in tested),
        advantages=tuple(share for _, _, share in tested),
        passed=omega >= 0.5 if len(tested) >= MIN_AUDITORS else None,
        constant=constant,
        constant_winning_rate=_test(humans, always, (epsilon, q, score, min_instances))[0],
    )


def _test(
    humans: Mapping[str, Answers], judge: Answers, settings: tuple[float, float, Score, int]
) -> tuple[float, float, list[tuple[str, float, float]]]:
    epsilon, q, score, min_instances = settings
    tested = []
    for name in humans:
        wins, losses = _contest(humans, judge, name, score)
        if len(wins) >= max(2, min_instances):
            tested.append((name, _one_sided_t(losses - wins, epsilon), float(wins.mean())))
    if not tested:
        return float("nan"), float("nan"), []
    rejected = benjamini_yekutieli([p for _, p, _ in tested], q=q).rejected
    return sum(rejected) / len(rejected), float(np.mean([share for _, _, share in tested])), tested


def _contest(humans: Mapping[str, Answers], judge: Answers, name: str, score: Score) -> tuple[FloatArray, FloatArray]:
    """Per unit: is the judge at least as near to the other auditors as this one is (1 or 0), and the reverse."""
    wins, losses = [], []
    for unit, answer in humans[name].items():
        others = [given[unit] for other, given in humans.items() if other != name and unit in given]
        if unit in judge and others:
            judged, audited = _nearness(judge[unit], others, score), _nearness(answer, others, score)
            wins.append(float(judged >= audited))
            losses.append(float(audited >= judged))
    return np.array(wins), np.array(losses)


def _nearness(answer: Answer, others: Sequence[Answer], score: Score) -> float:
    if score == "accuracy":
        return sum(answer == other for other in others) / len(others)
    return -float(np.sqrt(np.mean([(float(answer) - float(other)) ** 2 for other in others])))


def _one_sided_t(differences: FloatArray, epsilon: float) -> float:
    """The p-value of mean(differences) < epsilon; 0 or 1 when they do not vary."""
    spread = float(differences.std(ddof=1)) / np.sqrt(len(differences))
    lead = float(differences.mean()) - epsilon
    if spread == 0:
        return float(lead >= 0)
    return float(stats.t.cdf(lead / spread, len(differences) - 1))
