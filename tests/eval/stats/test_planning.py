from __future__ import annotations

import pytest

from llm_grader.eval.stats.planning import cases_for_share, labels_needed, zero_error_n
from llm_grader.eval.stats.proportions import wilson


def test_rare_failures_take_more_labels() -> None:
    # κ = .7, d = .1: z²/d² = 384.146; (1 - κ)[(1 - κ)(1 - 2κ) + κ(2 - κ) / 2π(1 - π)] = .3·[-.12 + .91 / 2π(1 - π)].
    # π = .5: .3·(1.82 - .12) = .51 → 195.9; π = .05: .3·(.91/.095 - .12) = 2.8377 → 1090.1.
    assert [labels_needed(0.7, prevalence, 0.1) for prevalence in (0.5, 0.2, 0.1, 0.05)] == [196, 314, 569, 1091]


def test_perfect_agreement_still_takes_a_label() -> None:
    assert labels_needed(1, 0.5, 0.1) == 1


def test_a_share_is_shown_by_the_number_at_which_wilsons_bound_reaches_it() -> None:
    # z²·.7·.3 / (.9 - .7)² = 3.8415·.21 / .04 = 20.17; and with 21 cases of which .9 succeed the bound is .70.
    assert cases_for_share(0.9, 0.7) == 21
    assert wilson(0.9 * 21, 21).low >= 0.7 > wilson(0.9 * 20, 20).low
    assert cases_for_share(0.7, 0.7) is None
    with pytest.raises(ValueError, match="shares"):
        cases_for_share(1.1, 0.7)


def test_without_an_error_in_59_cases_the_rate_is_at_most_5_percent() -> None:
    # .95^59 = .0485 and .95^58 = .0510.
    assert [zero_error_n(rate) for rate in (0.1, 0.05, 0.02, 0.01)] == [29, 59, 149, 299]


@pytest.mark.parametrize("arguments", [(-0.1, 0.5, 0.1), (0.5, 0, 0.1), (0.5, 1, 0.1), (0.5, 0.5, 0)])
def test_impossible_plans_are_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="expected 0 <= kappa"):
        labels_needed(*arguments)


@pytest.mark.parametrize("rate", [0, 1, -0.5])
def test_an_error_rate_of_zero_cannot_be_shown(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        zero_error_n(rate)
