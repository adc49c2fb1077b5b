from __future__ import annotations

from math import inf

import numpy as np
import pytest

from llm_grader.eval.agreement import find_route


def test_fifty_nine_verdicts_without_an_error_may_stand_at_5_percent() -> None:
    # One candidate, the lowest confidence: .95^59 = .0485 <= .05, .95^58 = .0510.
    assert find_route([0.9] * 59, [True] * 59, max_error=0.05).accepted == 1
    assert find_route([0.9] * 58, [True] * 58, max_error=0.05).accepted == 0


def test_who_tries_two_thresholds_has_half_the_risk_for_each() -> None:
    # .95^72 = .0249 <= .05/2, .95^71 = .0262; and above .9 there are only 36 or 35.
    assert find_route([0.8] * 36 + [0.9] * 36, [True] * 72, max_error=0.05).accepted == 1
    assert find_route([0.8] * 36 + [0.9] * 35, [True] * 71, max_error=0.05).accepted == 0


def test_only_the_confident_verdicts_stand() -> None:
    # 400 right ones at .95, 100 of .55 wrong in every second case: 500 with 50 errors are too many for 5 %.
    confidence = [0.95] * 400 + [0.55] * 100
    correct = [True] * 400 + [True, False] * 50
    route = find_route(confidence, correct, max_error=0.05)
    assert route.threshold == 0.95
    assert route.accepted == 0.8
    assert (route.error.estimate, route.error.n) == (0, 400)
    assert route.stands(0.95)
    assert not route.stands(0.94)
    assert not route.stands(None)


def test_without_a_threshold_that_holds_everything_goes_to_people() -> None:
    route = find_route([0.99] * 200, [True, False] * 100, max_error=0.1)
    assert (route.threshold, route.accepted) == (inf, 0)
    assert "100 errors in 200" in route.reason
    assert not route.stands(1.0)
    assert find_route([], [], max_error=0.1).accepted == 0


def test_the_promise_is_broken_in_at_most_the_accepted_share_of_runs() -> None:
    # Errors fall from 12 % to 0 as confidence rises from 0 to 1: above a threshold c they are 6·(1 - c) %.
    random = np.random.default_rng(8)
    broken = answered = 0
    for _ in range(300):
        confidence = random.random(2000)
        correct = random.random(2000) >= 0.12 * (1 - confidence)
        route = find_route(confidence.tolist(), correct.tolist(), max_error=0.04)
        answered += route.accepted > 0
        broken += route.accepted > 0 and 0.06 * (1 - route.threshold) > 0.04
    assert broken / 300 <= 0.05
    assert answered / 300 > 0.5


@pytest.mark.parametrize(("correct", "max_error"), [([], 0.1), ([True], 0), ([True], 1)])
def test_a_promise_needs_a_rate_and_a_truth_for_each_verdict(correct: list[bool], max_error: float) -> None:
    with pytest.raises(ValueError, match="expected one truth"):
        find_route([0.5], correct, max_error=max_error)
