"""The simulations, with few runs: what must never be, and the shape of what they print."""

from __future__ import annotations

import numpy as np

from llm_grader.eval.measured.gate_simulation import (
    CRITICAL,
    JudgeAnswers,
    abstaining,
    colour_of,
    drifting,
    erring,
    refining,
    truths,
)
from llm_grader.eval.summary.green_plan import error_rate, labels_for_green


def test_a_judge_that_abstains_where_it_would_be_wrong_is_never_green() -> None:
    lines = list(abstaining(3))
    assert len(lines) == 8
    assert not any("green" in line for line in lines)


def test_a_judge_as_good_as_its_auditors_is_not_red_at_the_planned_number_of_labels() -> None:
    random = np.random.default_rng(1)
    plan, error = labels_for_green(0.3, people_kappa=0.9, critical=True), error_rate(0.3, 0.9)
    colours = []
    for seed in range(10):
        truth = truths(random, plan.transcripts or 0, 0.3)
        people = erring(random, truth, error), erring(random, truth, error)
        colours.append(colour_of(JudgeAnswers(people, erring(random, truth, error)), CRITICAL, seed=seed))
    assert colours.count("green") >= 6
    assert "red" not in colours


def test_drift_of_eight_percent_one_way_shows_and_false_wordings_are_rare() -> None:
    first, *_ = drifting(5)
    assert "seen 100.0%" in first
    for line in refining(40):
        assert float(line.rsplit(" ", 1)[1].rstrip("%")) <= 10
