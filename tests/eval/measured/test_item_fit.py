"""Fitting one item: what weights come out, what is chosen, and that nothing is judged by a fit that has seen it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from llm_grader.eval.measured.fit_report import agreement_apart, agreement_of
from llm_grader.eval.measured.item_fit import Known, fit_item, left_out


def simulated(n: int, *, whole: float = 0.0, found: float = 0.0, seed: int = 3, asked: bool = True) -> list[Known]:
    """Labels drawn from the very model that is fitted, with an intercept of −1."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        score, is_found = float(rng.normal()), bool(rng.random() < 0.5)
        met = bool(rng.random() < 1 / (1 + math.exp(1 - whole * score - found * is_found)))
        rows.append(Known(f"t{number}", "en" if number % 2 else "cs", score if asked else None, is_found, met))
    return rows


def test_many_labels_give_back_what_they_were_made_with() -> None:
    weights = fit_item(simulated(4000, whole=1.0, found=3.0))
    assert weights.whole == pytest.approx(1.0, abs=0.15)
    assert weights.found == pytest.approx(3.0, abs=0.25)
    assert weights.intercept == pytest.approx(-1.0, abs=0.2)


def test_a_model_whose_answers_tell_nothing_is_not_asked() -> None:
    assert fit_item(simulated(400, found=3.0)).whole == 0


def test_an_item_that_was_not_asked_goes_by_words() -> None:
    weights = fit_item(simulated(400, found=3.0, asked=False))
    assert (weights.whole, weights.found > 2) == (0, True)


def test_few_labels_claim_little() -> None:
    rows = [Known(f"t{n}", "en", None, n < 3, n < 3) for n in range(6)]
    assert 0 < fit_item(rows).found < 10  # without a prior it would be infinite: the words decide all six


def test_labels_that_are_all_the_same_give_a_finite_fit() -> None:
    weights = fit_item([Known(f"t{n}", "en", 1.0, True, True) for n in range(8)])
    assert math.isfinite(weights.intercept)
    assert weights.log_odds(Known("new", "en", 1.0, True, True)) > 0


def test_nothing_is_judged_by_a_fit_that_has_seen_it() -> None:
    """Of labels drawn by lot, a fit that had seen them would know some."""
    rng = np.random.default_rng(5)
    rows = [
        Known(f"t{n}", "en", float(rng.normal()), bool(rng.random() < 0.5), bool(rng.random() < 0.5))
        for n in range(600)
    ]
    right = np.mean([(value > 0) == row.met for row, value in zip(rows, left_out(rows, seed=1), strict=True)])
    assert right == pytest.approx(0.5, abs=0.06)  # three standard errors of 600


def test_the_same_seed_divides_the_conversations_alike() -> None:
    rows = simulated(60, found=2.0)
    assert left_out(rows, seed=1) == left_out(rows, seed=1)


@pytest.mark.parametrize(("met", "count", "told"), [(5, 40, True), (4, 40, False), (36, 40, False), (10, 29, False)])
def test_agreement_on_conversations_apart_needs_enough_of_both_labels(met: int, count: int, told: bool) -> None:
    """With one conversation that is met, κ is 0 where all others are judged rightly: chance, and no measure."""
    rows = [Known(f"t{n}", "en", None, n < met, n < met) for n in range(count)]
    tried = [Known(f"u{n}", "en", None, n < 20, n < 20, tried=True) for n in range(40)]
    odds = [1.0 if row.met else -1.0 for row in (*rows, *tried)]
    found = agreement_apart([*rows, *tried], odds, seed=1)
    assert (found is not None) is told
    assert found is None or (found.kappa, found.conversations) == (1.0, count)


def test_a_verdict_that_is_not_given_for_lack_of_words_is_not_compared() -> None:
    """Half of the conversations show nothing; a guess at them would be right by half."""
    rows = [
        Known(f"t{n}", "en", None, found, n % 2 == 0, lacking=() if found else ("met", "not_met"))
        for n in range(40)
        for found in [0 if n < 20 else 1 if n % 2 == 0 else -1]
    ]
    odds = [1.0 if row.found > 0 else -1.0 for row in rows]
    found = agreement_of(rows, odds, seed=1)
    assert (found.kappa, found.conversations) == (1.0, 20)
    assert agreement_of(rows[:20], odds[:20], seed=1).conversations == 0


def test_turn_by_turn_counts_where_it_tells_more_than_words() -> None:
    rng = np.random.default_rng(9)
    rows = []
    for number in range(400):
        turns, found = float(rng.normal()), bool(rng.random() < 0.5)
        met = bool(rng.random() < 1 / (1 + math.exp(-3 * turns)))
        rows.append(Known(f"t{number}", "en", None, found, met, turns=turns))
    weights = fit_item(rows)
    assert weights.turns == pytest.approx(3.0, abs=0.6)
    assert weights.whole == 0
    assert weights.log_odds(rows[0]) == pytest.approx(
        weights.intercept + weights.turns * (rows[0].turns or 0) + weights.found * rows[0].found
    )
