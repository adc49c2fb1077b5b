"""Means, shares and differences: intervals where there is enough, claims where they hold together."""

from __future__ import annotations

import pytest

from llm_grader.report.figures import (
    Difference,
    claim,
    mean_difference,
    mean_of,
    share_difference,
    share_of,
)


def test_a_mean_of_few_has_no_interval_and_of_none_no_value() -> None:
    assert mean_of([], seed=0).estimate is None
    few = mean_of([50.0, 100.0], seed=0)
    assert (few.estimate, few.n, few.low) == (75.0, 2, None)


def test_the_interval_of_a_mean_holds_about_two_standard_errors() -> None:
    # 50 times 0 and 50 times 100: sd 50, standard error 5, so 95 % is about 50 ± 9.8
    found = mean_of([0.0, 100.0] * 50, seed=0)
    assert found.low == pytest.approx(40.2, abs=1.5)
    assert found.high == pytest.approx(59.8, abs=1.5)
    assert found == mean_of([0.0, 100.0] * 50, seed=0)


def test_a_share_has_wilsons_interval_from_ten_cases_on() -> None:
    assert share_of(4, 5).low is None
    found = share_of(8, 10)
    # Wilson 1927 for 8 of 10: .490 to .943 (Newcombe 1998)
    assert [found.estimate, found.low, found.high] == pytest.approx([0.8, 0.490, 0.943], abs=0.001)
    assert share_of(0, 0).estimate is None


def test_the_difference_of_two_shares_is_newcombes() -> None:
    # Newcombe 1998, method 10, for 56/70 and 48/80: .2 (.0524 to .3339)
    found = share_difference((56, 70), (48, 80))
    assert found.estimate == pytest.approx(0.2)
    assert [found.low, found.high] == pytest.approx([0.0524, 0.3339], abs=5e-4)


def test_too_few_on_either_side_give_no_interval_of_a_difference() -> None:
    assert mean_difference([1.0] * 9, [2.0] * 50, seed=0).low is None
    assert mean_difference([1.0] * 50, [2.0] * 9, seed=0).low is None
    assert share_difference((1, 9), (20, 40)).low is None


def test_a_difference_that_everybody_would_see_is_found_and_its_sign_is_right() -> None:
    found = mean_difference([60.0, 70.0] * 20, [80.0, 90.0] * 20, seed=0)
    assert found.estimate == -20
    assert found.high is not None
    assert found.high < 0


def test_nothing_is_claimed_of_fewer_than_thirty() -> None:
    few, enough = (Difference(-20.0, n, -25.0, -15.0, 0.001) for n in (29, 30))
    assert [found.shown for found in claim([few, enough])] == [False, True]


def test_one_small_p_among_many_agents_is_not_claimed() -> None:
    # Benjamini and Hochberg: of 20 tests the smallest, .04, times 20 ÷ 1 is above .05
    among = [Difference(-5.0, 100, -9.0, -1.0, 0.04), *(Difference(0.0, 100, -1.0, 1.0, 0.9) for _ in range(19))]
    assert not claim(among)[0].shown
    assert claim(among[:1])[0].shown
