from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest

from llm_grader.eval.agreement import Proportion, ppi_mean, rogan_gladen, wilson


def test_a_judge_with_known_errors_is_corrected() -> None:
    # p = .4, q0 = .7, q1 = .9: (.4 + .7 - 1) / (.7 + .9 - 1) = 1/6.
    found = rogan_gladen(wilson(400, 1000), specificity=wilson(140, 200), sensitivity=wilson(180, 200))
    assert found.estimate == pytest.approx(1 / 6)
    assert found.low < 1 / 6 < found.high


def test_a_judge_no_better_than_a_coin_says_nothing() -> None:
    assert isnan(rogan_gladen(wilson(40, 100), specificity=wilson(5, 10), sensitivity=wilson(5, 10)).estimate)
    assert isnan(rogan_gladen(wilson(40, 100), specificity=wilson(0, 0), sensitivity=wilson(9, 10)).estimate)
    assert isnan(rogan_gladen(wilson(0, 0), specificity=wilson(9, 10), sensitivity=wilson(9, 10)).estimate)


def test_corrected_rates_stay_between_0_and_1() -> None:
    found = rogan_gladen(wilson(1, 1000), specificity=wilson(80, 100), sensitivity=wilson(90, 100))
    assert (found.estimate, found.low) == (0, 0)


def test_corrected_intervals_hold_the_truth_where_raw_ones_do_not() -> None:
    random = np.random.default_rng(11)
    held = raw = 0
    for _ in range(400):
        passed = random.binomial(2000, 0.8 * 0.95 + 0.2 * 0.3)
        gold = (
            Proportion(random.binomial(100, 0.7) / 100, 0, 1, 100),
            Proportion(random.binomial(100, 0.95) / 100, 0, 1, 100),
        )
        found = rogan_gladen(wilson(passed, 2000), specificity=gold[0], sensitivity=gold[1])
        naive = wilson(passed, 2000)
        held += found.low <= 0.8 <= found.high
        raw += naive.low <= 0.8 <= naive.high
    assert held / 400 >= 0.92
    assert raw / 400 < 0.5


def test_ppi_adds_what_the_judge_missed_on_the_labelled() -> None:
    # λ = 1: mean(unlabelled) .75 + mean(gold - judged) = (1 - 0) / 4: 1.0.
    found = ppi_mean([1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1], weight=1)
    assert found.estimate == pytest.approx(1.0)
    # var(gold - judged) = 1/4 - 1/16 = 3/16 over 4, var(unlabelled) = 3/16 over 4.
    assert found.high - found.estimate == pytest.approx(1.959964 * sqrt(2 * 3 / 64), abs=1e-5)


def test_ppi_weighs_the_judge_by_how_it_goes_with_the_gold_and_by_how_many_are_left() -> None:
    # A judge that is right: cov = var = 1/4. With 4 labelled and 4 others λ = 1 / (1 + 4/4), with 12 others 3/4.
    gold = [1, 1, 0, 0]
    assert ppi_mean(gold, gold, [1, 0, 1, 0]).weight == pytest.approx(1 / 2)
    assert ppi_mean(gold, gold, [1, 0, 1, 0] * 3).weight == pytest.approx(3 / 4)
    # One that says the contrary has cov = -1/4: it is ignored.
    contrary = ppi_mean(gold, [0, 0, 1, 1], [1, 1, 1, 0])
    assert (contrary.weight, contrary.estimate) == (0, 0.5)
    # One that is right and timid: cov .5·.1 = .05, var .1² = .01, λ = .05 / (1.1·.01) = 4.5, and it is taken as it is.
    timid = ppi_mean(gold, [0.6, 0.6, 0.4, 0.4], [0.6, 0.4] * 20)
    assert timid.weight == 1


def test_ppi_without_a_useful_judge_is_the_mean_of_the_gold() -> None:
    for judged, rest in (([1, 1, 1, 1], [1, 1]), ([0, 1, 0, 1], [])):
        found = ppi_mean([1, 1, 0, 0], judged, rest)
        assert found.estimate == 0.5
        assert found.weight == 0
    assert isnan(ppi_mean([], [], [1, 0]).estimate)
    with pytest.raises(ValueError, match="one judgement"):
        ppi_mean([1], [1, 0], [1])


def test_ppi_is_narrower_than_the_gold_alone() -> None:
    random = np.random.default_rng(2)
    truth = random.random(1200) < 0.7
    judge = np.where(random.random(1200) < 0.1, ~truth, truth)
    with_judge = ppi_mean(truth[:150], judge[:150], judge[150:])
    alone = ppi_mean(truth[:150], judge[:150], judge[150:], weight=0)
    assert with_judge.high - with_judge.low < 0.8 * (alone.high - alone.low)
    assert with_judge.low <= truth.mean() <= with_judge.high
