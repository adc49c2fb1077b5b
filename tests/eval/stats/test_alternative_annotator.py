from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from scipy import stats

from llm_grader.eval.agreement import alt_test


def answers(values: list[str]) -> dict[str, str]:
    return {f"t{i}": value for i, value in enumerate(values)}


def test_a_judge_that_always_sides_with_the_others_wins() -> None:
    humans = {name: answers(["a", "b"] * 20) for name in ("x", "y", "z")}
    found = alt_test(humans, answers(["a", "b"] * 20))
    # Judge and auditor always tie: the difference is 0 throughout, below ε = .2.
    assert found.p == (0, 0, 0)
    assert (found.winning_rate, found.advantage, found.passed) == (1, 1, True)


def test_each_auditor_is_tested_with_a_one_sided_t() -> None:
    # The judge is wrong on 4 of 40; the auditors never differ: wins 36, losses 40, mean difference .1.
    humans = {name: answers(["a"] * 40) for name in ("x", "y", "z")}
    found = alt_test(humans, answers(["b"] * 4 + ["a"] * 36))
    spread = np.std([1] * 4 + [0] * 36, ddof=1) / np.sqrt(40)
    assert found.p[0] == pytest.approx(stats.t.cdf((0.1 - 0.2) / spread, 39))
    assert found.advantages == (0.9, 0.9, 0.9)


def test_the_constant_judge_stands_beside_the_result() -> None:
    random = np.random.default_rng(1)
    humans = {name: answers(np.where(random.random(200) < 0.95, "met", "not_met").tolist()) for name in "xyz"}
    found = alt_test(humans, answers(["not_met"] * 200))
    assert found.constant == "met"
    assert found.constant_winning_rate == 1
    assert found.winning_rate == 0


def test_auditors_with_few_units_are_left_out_and_two_do_not_pass() -> None:
    humans = {"x": answers(["a"] * 40), "y": answers(["a"] * 40), "z": answers(["a"] * 29)}
    found = alt_test(humans, answers(["a"] * 40))
    assert found.auditors == ("x", "y")
    assert found.passed is None
    assert isnan(alt_test({}, {}).winning_rate)
    assert isnan(alt_test({"x": answers(["a"] * 40)}, answers(["a"] * 40)).winning_rate)


def test_numbers_are_compared_by_distance() -> None:
    # Others say 1 and 3; the judge's 2 is at root mean square 1, the left-out auditor's 3 at sqrt(2) or less.
    humans = {"x": dict.fromkeys(map(str, range(30)), 1), "y": dict.fromkeys(map(str, range(30)), 3)}
    humans["z"] = dict.fromkeys(map(str, range(30)), 3)
    found = alt_test(humans, dict.fromkeys(map(str, range(30)), 2), score="neg_rmse")
    # Against x (distance 2 from both others) the judge (1) wins; against y and z (sqrt(2)) it wins too.
    assert found.advantages == (1, 1, 1)
