"""Textbook cases, worked by hand, and what happens where a coefficient has nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan, sqrt

import numpy as np
import pytest

from llm_grader.eval.agreement import (
    benjamini_hochberg,
    benjamini_yekutieli,
    brennan_prediger,
    clopper_pearson,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    icc,
    krippendorff_alpha,
    matthews,
    mcnemar_midp,
    percent_agreement,
    recall_by_class,
    scott_pi,
    stuart_maxwell,
    wilson,
)

# 25 agree on yes, 15 on no; the first alone says yes to 5, the second alone to 5.
YES_NO = ("yes", "no")
TABLE = ((25, 5), (5, 15))


def pairs(table: Sequence[Sequence[int]], labels: Sequence[str | int]) -> tuple[list[str | int], list[str | int]]:
    """Two raters' answers that cross-tabulate to `table` (rows: the first rater)."""
    a: list[str | int] = []
    b: list[str | int] = []
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            a += [labels[i]] * count
            b += [labels[j]] * count
    return a, b


A, B = pairs(TABLE, YES_NO)


def test_percent_agreement_is_the_share_of_equal_answers() -> None:
    # 40 of 50; the standard error of a share is sqrt(.8 · .2 / 50).
    result = percent_agreement(A, B)
    assert result.estimate == pytest.approx(0.8)
    assert result.se == pytest.approx(sqrt(0.8 * 0.2 / 50))
    assert result.n == 50


def test_cohens_kappa_takes_out_what_chance_agrees_on() -> None:
    # po = .8; both say yes to 30 of 50: pe = .6² + .4² = .52; κ = .28 / .48.
    result = cohen_kappa(A, B)
    assert result.estimate == pytest.approx(0.28 / 0.48)
    assert result.observed == pytest.approx(0.8)
    assert result.expected == pytest.approx(0.52)
    # Equal margins r: a cell's margins add up to 2·.6, 1 or 2·.4. With q = 1 - κ = 20/48 the variance is
    # (Σ p·(w - margins·q)² - (κ - pe·q)²) / (n·(1 - pe)²).
    q = 20 / 48
    spread = 0.5 * (1 - 1.2 * q) ** 2 + 0.3 * (1 - 0.8 * q) ** 2 + 0.2 * q**2 - (28 / 48 - 0.52 * q) ** 2
    assert result.se == pytest.approx(sqrt(spread / 50) / 0.48)


def test_scotts_pi_and_fleiss_kappa_pool_the_shares() -> None:
    # Pooled: yes (30 + 30) / 100 = .6, so that chance and estimate equal Cohen's here.
    assert scott_pi(A, B).estimate == pytest.approx(0.28 / 0.48)
    assert fleiss_kappa([A, B]).estimate == pytest.approx(0.28 / 0.48)


def test_scotts_pi_differs_from_kappa_when_margins_do() -> None:
    # [[1, 1], [0, 2]]: po = 3/4. Cohen: rows .5/.5, columns .25/.75: pe = .5, κ = .5.
    # Scott: pooled 3/8 and 5/8: pe = 9/64 + 25/64 = 34/64; π = (48 - 34) / (64 - 34) = 14/30.
    a, b = pairs(((1, 1), (0, 2)), YES_NO)
    assert cohen_kappa(a, b).estimate == pytest.approx(0.5)
    assert scott_pi(a, b).estimate == pytest.approx(14 / 30)


def test_gwets_ac1_and_brennan_prediger_by_hand() -> None:
    # AC1: pe = 2 · .6 · .4 = .48; (.8 - .48) / .52. Brennan and Prediger: pe = 1/2; .3 / .5.
    assert gwet_ac1([A, B]).estimate == pytest.approx(0.32 / 0.52)
    assert brennan_prediger([A, B]).estimate == pytest.approx(0.6)


def test_ac1_stays_high_where_kappa_collapses_with_skew() -> None:
    # [[90, 5], [5, 0]]: po = .9, pe = .95² + .05² = .905: κ = -.005 / .095; AC1: pe = 2 · .95 · .05 = .095.
    a, b = pairs(((90, 5), (5, 0)), YES_NO)
    assert cohen_kappa(a, b).estimate == pytest.approx(-0.005 / 0.095)
    assert gwet_ac1([a, b]).estimate == pytest.approx(0.805 / 0.905)


def test_quadratic_weights_forgive_near_misses() -> None:
    # Levels 1, 2, 3: weights 1, 3/4, 0. [[1, 1, 0], [0, 1, 0], [0, 0, 1]] has po = (3 + 3/4) / 4 = 15/16.
    # Rows 2,1,1 and columns 1,2,1 of 4: Σ w·r·c · 16 = 2·1 + 2·2·¾ + 1·1·¾ + 1·2 + 1·1·¾ + 1·2·¾ + 1·1 = 11.
    a, b = pairs(((1, 1, 0), (0, 1, 0), (0, 0, 1)), (1, 2, 3))
    result = cohen_kappa(a, b, weights="quadratic")
    assert result.expected == pytest.approx(11 / 16)
    assert result.estimate == pytest.approx((15 - 11) / (16 - 11))


def test_numbers_weigh_by_value_even_when_a_level_never_occurs() -> None:
    # On the scale 1–4 without any 3: 2 and 4 are two steps apart, 1 and 2 are one.
    a, b = [1, 2, 4, 4], [2, 2, 4, 2]
    assert cohen_kappa(a, b, weights="linear").estimate == pytest.approx(
        cohen_kappa(a, b, weights="linear", labels=[1, 2, 3, 4]).estimate
    )


def test_the_order_of_strings_has_to_be_said() -> None:
    with pytest.raises(ValueError, match="order"):
        cohen_kappa(["low", "high"], ["low", "low"], weights="linear")
    # low < mid < high; one step apart of two: weight .5.
    result = percent_agreement(["low", "high"], ["low", "mid"], weights="linear", labels=["low", "mid", "high"])
    assert result.estimate == pytest.approx(0.75)


def test_a_matrix_of_weights_needs_the_size_of_the_scale() -> None:
    with pytest.raises(ValueError, match="2 × 2"):
        cohen_kappa(A, B, weights=[[1.0]])


def test_matthews_is_pearsons_correlation_of_two_binary_answers() -> None:
    a, b = pairs(((9, 3), (1, 7)), (0, 1))
    # (9·7 - 3·1) / sqrt(12 · 8 · 10 · 10)
    assert matthews(a, b).estimate == pytest.approx(60 / sqrt(9600))
    assert matthews(a, b).estimate == pytest.approx(float(np.corrcoef(np.array(a), np.array(b))[0, 1]))


def test_recall_is_counted_within_each_gold_class() -> None:
    recalls = recall_by_class(["met"] * 4 + ["not_met"] * 2, ["met", "met", "met", "not_met", "not_met", "met"])
    assert recalls["met"].estimate == 0.75
    assert recalls["not_met"].estimate == 0.5
    assert (recalls["met"].n, recalls["not_met"].n) == (4, 2)


def test_wilsons_interval_keeps_a_width_when_every_case_is_a_success() -> None:
    # n / (n + z²) with z² = 3.8415: 10 / 13.8415.
    found = wilson(10, 10)
    assert found.low == pytest.approx(10 / 13.8415, abs=1e-4)
    assert found.high == pytest.approx(1)
    # Exact: .025^(1/10).
    assert clopper_pearson(10, 10).low == pytest.approx(0.025**0.1)


def test_krippendorffs_alpha_of_two_observers_by_hand() -> None:
    # Units (a,a) (a,b) (b,b): coincidences aa 2, ab + ba 2, bb 2, n = 6, margins 3 and 3.
    # Observed disagreement 2/6, expected 2·3·3 / (6·5) = 18/30: α = 1 - (1/3) / (3/5) = 4/9.
    assert krippendorff_alpha([["a", "a", "b"], ["a", "b", "b"]]).estimate == pytest.approx(4 / 9)


def test_alpha_grows_with_the_level_when_disagreements_are_near_misses() -> None:
    ratings = [[1, 2, 3, 4, 5], [1, 2, 3, 5, 5]]
    interval = krippendorff_alpha(ratings, level="interval").estimate
    # Interval: observed 2·1 over n = 10: .2; values 1,1,2,2,3,3,4,5,5,5: Σ(x - mean)² = 119 - 31²/10 = 22.9, so the
    # mean squared difference of two different ratings is 2·10·22.9 / (10·9).
    assert interval == pytest.approx(1 - 0.2 / (2 * 10 * 22.9 / 90))
    assert interval > krippendorff_alpha(ratings, level="nominal").estimate


def test_ordinal_alpha_counts_the_ratings_in_between() -> None:
    # Ratings low ×2, mid ×1, high ×3 from the units (low,low) (mid,high) (high,high).
    # mid–high: (1/2 + 3/2)² = 4; low–mid: (2/2 + 1/2)² = 2.25; low–high: (1 + 1 + 1.5)² = 12.25.
    # Observed: 2·4 / 6. Expected: 2·(2·1·2.25 + 2·3·12.25 + 1·3·4) / 30 = 2·90 / 30 = 6. α = 1 - (4/3) / 6.
    ratings = [["low", "mid", "high"], ["low", "high", "high"]]
    result = krippendorff_alpha(ratings, level="ordinal", labels=["low", "mid", "high"])
    assert result.estimate == pytest.approx(1 - 8 / 6 / 6)
    assert result.se is None
    with pytest.raises(ValueError, match="order"):
        krippendorff_alpha(ratings, level="ordinal")
    with pytest.raises(ValueError, match="numbers"):
        krippendorff_alpha(ratings, level="interval")


def test_a_missing_rating_leaves_the_others_of_its_unit_in() -> None:
    # The third unit has one rating: α is that of the first two units, (a,a) and (b,b).
    result = krippendorff_alpha([["a", "b", None], ["a", "b", "a"]])
    assert (result.estimate, result.n) == (1.0, 2)
    assert krippendorff_alpha([[1, 2, nan], [1, 2, 1]]).n == 2


def test_the_six_intraclass_correlations_of_shrout_and_fleiss() -> None:
    # Shrout and Fleiss (1979), table 2: six targets, four judges; their table 4 prints these to two decimals.
    judges = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    printed = {"1": 0.17, "A1": 0.29, "C1": 0.71, "1k": 0.44, "Ak": 0.62, "Ck": 0.91}
    for form, value in printed.items():
        assert icc(judges, form=form).estimate == pytest.approx(value, abs=0.005), form  # type: ignore[arg-type]


def test_an_offset_costs_absolute_agreement_and_not_consistency() -> None:
    # Raters differ by exactly 1: MS between 2, raters 1.5, residual 0. A1 = 2 / (2 + 2/3·1.5); C1 = 1.
    ratings = [[1, 2, 3], [2, 3, 4]]
    assert icc(ratings, form="C1").estimate == pytest.approx(1)
    assert icc(ratings, form="A1").estimate == pytest.approx(2 / 3)


@pytest.mark.parametrize("coefficient", [cohen_kappa, scott_pi, matthews])
def test_two_raters_who_never_vary_leave_a_coefficient_undefined(coefficient: object) -> None:
    assert callable(coefficient)
    result = coefficient(["met"] * 5, ["met"] * 5, labels=["met", "not_met"])
    assert isnan(result.estimate)
    assert result.se is None
    assert result.n == 5


def test_a_constant_judge_has_a_kappa_of_zero() -> None:
    result = cohen_kappa(["met"] * 9 + ["not_met"], ["met"] * 10)
    assert result.estimate == pytest.approx(0)
    assert isnan(matthews(["met"] * 9 + ["not_met"], ["met"] * 10).estimate)


def test_unanimity_is_full_agreement_only_where_another_answer_was_possible() -> None:
    unanimous = [["met"] * 5] * 3
    assert gwet_ac1(unanimous, labels=["met", "not_met"]).estimate == 1
    assert brennan_prediger(unanimous, labels=["met", "not_met"]).estimate == 1
    assert isnan(gwet_ac1(unanimous).estimate)
    assert isnan(brennan_prediger(unanimous).estimate)
    assert isnan(fleiss_kappa(unanimous, labels=["met", "not_met"]).estimate)
    assert isnan(krippendorff_alpha(unanimous, labels=["met", "not_met"]).estimate)


@pytest.mark.parametrize("ratings", [[], [[]], [[], []], [[None, None], [nan, None]], [["a", "b"]], [["a"], [None]]])
def test_nothing_rated_twice_leaves_everything_undefined(ratings: list[list[str | float | None]]) -> None:
    for coefficient in (fleiss_kappa, gwet_ac1, brennan_prediger, krippendorff_alpha):
        result = coefficient(ratings)
        assert isnan(result.estimate)
        assert result.n == 0
        assert result.se is None


@pytest.mark.parametrize("ratings", [[], [[]], [[1, 2, 3]], [[1], [2]], [[1, 2], [None, 1]], [[3, 3], [3, 3]]])
def test_an_intraclass_correlation_needs_two_raters_two_units_and_variation(
    ratings: list[list[float | None]],
) -> None:
    assert isnan(icc(ratings).estimate)


def test_two_raters_without_a_common_unit() -> None:
    for coefficient in (percent_agreement, cohen_kappa, matthews):
        result = coefficient(["a", None], [None, "b"])
        assert isnan(result.estimate)
        assert result.n == 0
    assert isnan(recall_by_class(["a", None], [None, "b"])["a"].estimate)


def test_one_unit_has_an_estimate_and_no_standard_error() -> None:
    result = gwet_ac1([["a"], ["a"]], labels=["a", "b"])
    assert (result.estimate, result.se, result.n) == (1, None, 1)


def test_strings_are_never_missing() -> None:
    labels = ["NA", "null", "nan", ""]
    assert cohen_kappa(labels, labels).n == 4


def test_a_rating_outside_the_scale_is_an_error() -> None:
    with pytest.raises(ValueError, match="'maybe'"):
        cohen_kappa(["met"], ["maybe"], labels=["met", "not_met"])
    with pytest.raises(ValueError, match="once"):
        cohen_kappa(["met"], ["met"], labels=["met", "met"])
    with pytest.raises(ValueError, match="as many"):
        fleiss_kappa([["met"], ["met", "not_met"]])


def test_gwets_ac2_equals_ac1_without_partial_agreement() -> None:
    assert gwet_ac2([A, B], weights=None) == gwet_ac1([A, B])


def test_mid_p_halves_the_weight_of_what_was_seen() -> None:
    # 5 changes, 1 the other way: exact tail (1 + 5) / 32 = 6/32, of which 5/32 is the outcome: 2·(6 - 2.5) / 32.
    assert mcnemar_midp(4, 1).p == pytest.approx(7 / 32)
    # One-sided: P(X > 4) + P(X = 4) / 2 = (1 + 2.5) / 32.
    assert mcnemar_midp(4, 1, alternative="greater").p == pytest.approx(3.5 / 32)
    assert mcnemar_midp(1, 4).p == mcnemar_midp(4, 1).p
    # Three each way: 2·(42 - 10) / 64 = 1.
    assert mcnemar_midp(3, 3).p == pytest.approx(1)
    assert mcnemar_midp(0, 0).p == 1
    with pytest.raises(ValueError, match="counts"):
        mcnemar_midp(-1, 2)


def test_stuart_maxwell_with_two_categories_is_mcnemars_chi_square() -> None:
    # (b - c)² / (b + c) = (8 - 2)² / 10.
    result = stuart_maxwell([[50, 8], [2, 40]])
    assert result.statistic == pytest.approx(3.6)
    assert result.df == 1
    assert result.changed == 10


def test_stuart_maxwell_survives_categories_that_never_change() -> None:
    # The third category only ever agrees: it is left out, and the rest is the case above.
    result = stuart_maxwell([[50, 8, 0], [2, 40, 0], [0, 0, 30]])
    assert result.statistic == pytest.approx(3.6)
    assert result.df == 1
    # Two pairs of categories that never mix: two independent McNemar tests.
    blocks = stuart_maxwell([[9, 8, 0, 0], [2, 9, 0, 0], [0, 0, 9, 1], [0, 0, 4, 9]])
    assert blocks.statistic == pytest.approx(3.6 + 9 / 5)
    assert blocks.df == 2
    assert stuart_maxwell([[5, 0], [0, 5]]).p == 1
    with pytest.raises(ValueError, match="square"):
        stuart_maxwell([[1, 2, 3]])


def test_false_discovery_adjustments_by_hand() -> None:
    # p·m/rank from the largest: .04·3/3, .03·3/2 = .045 → .04, .01·3/1 = .03.
    assert benjamini_hochberg([0.04, 0.01, 0.03]).p == pytest.approx((0.04, 0.03, 0.04))
    # Yekutieli: times 1 + 1/2 + 1/3 = 11/6.
    adjusted = benjamini_yekutieli([0.04, 0.01, 0.03])
    assert adjusted.p == pytest.approx((0.04 * 11 / 6, 0.03 * 11 / 6, 0.04 * 11 / 6))
    assert adjusted.rejected == (False, False, False)
    assert benjamini_hochberg([]).p == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.1, nan])
