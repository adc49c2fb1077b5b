from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from llm_grader.eval.agreement import Interval, Proportion
from llm_grader.eval.judge.gates import decide
from llm_grader.eval.judge.item_figures import ItemFigures
from llm_grader.eval.judge.thresholds import Thresholds

SURE = Interval(0.85, 0.75, 0.92, 200)
TRUSTED = ItemFigures(
    item_id="greeting",
    critical=False,
    source="human",
    levels=("not_met", "met"),
    failing="not_met",
    labelled=200,
    scored=200,
    minority=60,
    double_scored=200,
    prevalence=(0.3, 0.7),
    confusion=((54, 6), (6, 134)),
    agreement=Interval(0.94, 0.9, 0.97, 200),
    kappa=SURE,
    ac=SURE,
    recall={"not_met": Proportion(0.9, 0.8, 0.95, 60), "met": Proportion(0.96, 0.92, 0.98, 140)},
    over_constant=Interval(0.43, 0.38, 0.47, 200),
    bias=Interval(0.01, -0.02, 0.04, 200),
    coverage=1,
    human_alpha=Interval(0.82, 0.7, 0.9, 200),
    judge_kappa=SURE,
    human_kappa=SURE,
    ceiling_gap=Interval(0.02, -0.05, 0.08, 200),
    evidence_verified=0.99,
    applicability=1,
    applicability_kappa=nan,
    skewed=False,
)


def test_an_item_that_meets_every_threshold_is_green_and_says_why() -> None:
    gate = decide(TRUSTED)
    assert gate.colour == "green"
    assert [reason.found for reason in gate.reasons] == [0.85, 0.75, -0.05, 0.01, 0.99]


@pytest.mark.parametrize("source", ["synthetic", "llm", None])
def test_labels_that_are_not_from_people_open_no_gate(source: str | None) -> None:
    gate = decide(replace(TRUSTED, source=source))  # type: ignore[arg-type]
    assert gate.colour is None
    assert "people" in gate.reasons[0].text


def test_few_double_scored_transcripts_are_grey_and_say_how_many_more() -> None:
    assert decide(replace(TRUSTED, double_scored=50)).colour == "green"
    gate = decide(replace(TRUSTED, double_scored=49))
    assert gate.colour == "grey"
    assert "1 more" in gate.reasons[0].text


def test_few_failures_are_grey_and_say_how_many_transcripts_they_take() -> None:
    # 9 of 300 are 3 %: one more takes 34 transcripts; κ = .7 within .1 at 3 % takes
    # 384.146·.3·(.91/.0582 - .12) = 1788.1.
    gate = decide(replace(TRUSTED, minority=9, scored=300))
    assert gate.colour == "grey"
    assert "about 34 transcripts" in gate.reasons[0].text
    assert "1789 in all" in gate.reasons[0].text
    assert "look for" in decide(replace(TRUSTED, minority=0)).reasons[0].text


def test_auditors_who_disagree_are_blue_before_the_judge_is_blamed() -> None:
    gate = decide(replace(TRUSTED, human_alpha=Interval(0.66, 0.5, 0.8, 200), kappa=Interval(0.0, -0.1, 0.1, 200)))
    assert gate.colour == "blue"
    assert gate.reasons[0].found == 0.66


@pytest.mark.parametrize(
    "change",
    [
        {"kappa": Interval(0.2, 0.0, 0.4, 200)},
        {"kappa": Interval(0.2, nan, nan, 200)},
        {"over_constant": Interval(0.1, -0.01, 0.2, 200)},
        {"recall": {**TRUSTED.recall, "not_met": Proportion(0.8, 0.69, 0.9, 60)}},
        {"recall": {**TRUSTED.recall, "not_met": Proportion(0.95, 0.89, 0.98, 60)}, "critical": True},
    ],
)
def test_a_judge_that_cannot_be_shown_to_see_is_red(change: dict[str, object]) -> None:
    assert decide(replace(TRUSTED, **change)).colour == "red"  # type: ignore[arg-type]


def test_the_floor_of_a_critical_item_is_higher() -> None:
    found = {**TRUSTED.recall, "not_met": Proportion(0.95, 0.89, 0.98, 60)}
    assert decide(replace(TRUSTED, recall=found)).colour == "green"
    reasons = decide(replace(TRUSTED, recall=found, critical=True)).reasons
    assert reasons[0].wanted == 0.9
    # 3.8415·.9·.1 / .05² = 138.3
    assert "139 such labels" in reasons[0].text
    hopeless = {**found, "not_met": Proportion(0.5, 0.4, 0.6, 60)}
    assert "would show" not in decide(replace(TRUSTED, recall=hopeless)).reasons[0].text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"kappa": Interval(0.69, 0.61, 0.8, 200)}, 0.70),
        ({"kappa": Interval(0.75, 0.59, 0.9, 200)}, 0.60),
        ({"ceiling_gap": Interval(0.0, -0.10, 0.1, 200)}, -0.10),
        ({"ceiling_gap": Interval(nan, nan, nan, 200)}, -0.10),
        ({"bias": Interval(-0.06, -0.1, 0.0, 200)}, 0.05),
        ({"evidence_verified": 0.979}, 0.98),
    ],
)
def test_what_falls_short_of_green_is_amber_and_named(change: dict[str, object], wanted: float) -> None:
    gate = decide(replace(TRUSTED, **change))  # type: ignore[arg-type]
    assert gate.colour == "amber"
    assert [reason.wanted for reason in gate.reasons] == [wanted]


def test_items_whose_labels_need_no_quote_are_not_held_to_one() -> None:
    assert decide(replace(TRUSTED, evidence_verified=None)).colour == "green"


def test_thresholds_are_settings() -> None:
    assert decide(TRUSTED, Thresholds(kappa=0.9)).colour == "amber"
    assert decide(TRUSTED, Thresholds(double_scored=201)).colour == "grey"
    with pytest.raises(ValueError, match="Extra inputs"):
        Thresholds.model_validate({"kapa": 0.5})
