"""Fitting where a model's Yes begins."""

from __future__ import annotations

import math

import numpy as np
import pytest

from llm_grader.eval.measured.offset_fit import ScoredLabel, fit_offsets, leave_one_out


def answer(item: str, score: float, yes: bool, *, transcript: str = "t1", language: str = "en") -> ScoredLabel:
    return ScoredLabel(transcript, item, language, score, yes)


def simulated(*, offsets: dict[str, float], slope: float, transcripts: int, seed: int = 1) -> list[ScoredLabel]:
    rng = np.random.default_rng(seed)
    return [
        answer(item, score, bool(rng.random() < 1 / (1 + math.exp(-slope * (score - offset)))), transcript=f"t{number}")
        for number in range(transcripts)
        for item, offset in offsets.items()
        for score in [float(rng.normal(offset, 2))]
    ]


def test_a_symmetric_pair_has_its_offset_in_the_middle() -> None:
    # No at 1, Yes at 5: the likelihood is symmetric around 3.
    fit = fit_offsets([answer("a", 1, False), answer("a", 5, True)], spread=1e3)
    assert fit.offsets["a"] == pytest.approx(3, abs=1e-3)
    assert fit.labels == {"a": 2}
    assert fit.log_odds("a", 4) > 0 > fit.log_odds("a", 2)


def test_many_labels_give_back_what_they_were_made_with() -> None:
    truth = {"a": -2.0, "b": 0.0, "c": 3.0}
    fit = fit_offsets(simulated(offsets=truth, slope=1.5, transcripts=2000))
    assert fit.slope == pytest.approx(1.5, abs=0.15)
    for item, offset in truth.items():
        assert fit.offsets[item] == pytest.approx(offset, abs=0.25)
    assert fit.default == pytest.approx(1 / 3, abs=0.5)  # the mean of −2, 0 and 3


def test_an_item_with_few_labels_borrows_from_the_others() -> None:
    others = simulated(offsets={"a": 2.0, "b": 2.2, "c": 1.8}, slope=1.0, transcripts=200)
    alone = fit_offsets([*others, answer("new", 2.0, True)], spread=100.0).offsets["new"]
    pooled = fit_offsets([*others, answer("new", 2.0, True)], spread=0.5).offsets["new"]
    assert alone < pooled < 2.2
    assert pooled == pytest.approx(2.0, abs=0.5)


def test_a_weak_score_says_yes_as_often_as_people_do() -> None:
    # Scores of Yes are half a standard deviation higher, and one answer in five is Yes. The most probable offset would
    # say Yes to hardly any.
    rng = np.random.default_rng(4)
    labels = [number % 5 == 0 for number in range(1000)]
    fit = fit_offsets([answer("a", float(rng.normal(0.5 if yes else 0, 1)), yes) for yes in labels])
    scores = [float(rng.normal(0.5 if yes else 0, 1)) for yes in labels]
    assert np.mean([fit.log_odds("a", score) > 0 for score in scores]) == pytest.approx(0.2, abs=0.04)


def test_an_item_that_was_not_seen_gets_the_default() -> None:
    fit = fit_offsets([answer("a", 1, False), answer("a", 5, True)])
    assert fit.log_odds("other", fit.default) == 0


def test_without_labels_the_score_stands() -> None:
    fit = fit_offsets([])
    assert (fit.slope, fit.default, fit.offsets) == (1.0, 0.0, {})


def test_labels_that_are_all_the_same_give_a_finite_fit() -> None:
    fit = fit_offsets([answer("a", 4, True), answer("a", 6, True)])
    assert math.isfinite(fit.slope)
    assert math.isfinite(fit.offsets["a"])
    assert fit.log_odds("a", 5) > 0


def test_nothing_is_judged_by_offsets_fitted_on_its_own_transcript() -> None:
    # In t9 the labels are turned round: by the offsets of the others both its answers are wrong.
    others = [a for n in range(5) for a in (answer("a", 1, False, transcript=f"t{n}"), answer("a", 5, True))]
    turned = [answer("a", 1, True, transcript="t9"), answer("a", 5, False, transcript="t9")]
    log_odds = leave_one_out([*others, *turned])[-2:]
    assert log_odds[0] < 0 < log_odds[1]
    expected = fit_offsets(others)
    assert log_odds == pytest.approx([expected.log_odds("a", 1), expected.log_odds("a", 5)])
