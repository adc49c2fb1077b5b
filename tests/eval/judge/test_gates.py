from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from llm_grader.eval.agreement import Interval, Proportion
from llm_grader.eval.judge.gates import decide, recall_floor
from llm_grader.eval.judge.item_figures import ItemFigures
from llm_grader.eval.judge.label_plan import conversations_wanted
from llm_grader.eval.judge.thresholds import Thresholds

SURE = Interval(0.85, 0.75, 0.92, 200)
TRUSTED = ItemFigures(
    item_id="greeting",
    critical=False,
    source="human",
    levels=("not_met", "met"),
    failing="not_met",
    labelled=200,
    graded=200,
    scored=200,
    conversations=200,
    copies=0,
    minority=60,
    few_rare=False,
    double_scored=200,
    prevalence=(0.3, 0.7),
    confusion=((54, 6), (6, 134)),
    unscored=(0, 0),
    agreement=Interval(0.94, 0.9, 0.97, 200),
    kappa=SURE,
    kappa_all=SURE,
    ac=SURE,
    recall={"not_met": Proportion(0.9, 0.8, 0.95, 60), "met": Proportion(0.96, 0.92, 0.98, 140)},
    human_recall={"not_met": 0.96, "met": 0.98},
    over_constant=Interval(0.43, 0.38, 0.47, 200),
    bias=Interval(0.01, -0.02, 0.04, 200),
    coverage=1,
    coverage_low=0.98,
    human_alpha=Interval(0.82, 0.7, 0.9, 200),
    judge_kappa=SURE,
    human_kappa=SURE,
    ceiling_gap=Interval(0.02, -0.05, 0.08, 200),
    evidence_verified=0.99,
    applicability=1,
    applicability_kappa=nan,
    skewed=False,
    same_as_judge=False,
)


def test_an_item_that_meets_every_threshold_is_green_and_says_why() -> None:
    gate = decide(TRUSTED)
    assert gate.colour == "green"
    # κ (and over all answers the same), the ceiling, the bias, α of people, cover, applicability, quotes.
    assert [reason.found for reason in gate.reasons] == [0.85, 0.75, -0.05, 0.01, 0.82, 0.98, 1, 0.99]


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
    gate = decide(replace(TRUSTED, minority=9, graded=300))
    assert gate.colour == "grey"
    assert "about 34 transcripts" in gate.reasons[0].text
    assert "1789 in all" in gate.reasons[0].text
    assert "look for" in decide(replace(TRUSTED, minority=0)).reasons[0].text


@pytest.mark.parametrize(
    ("double", "minority", "graded", "wanted"),
    [
        (24, 9, 24, 26),  # 50 - 24; the one more of the rare label comes in 24 ÷ 9, so 3
        (40, 4, 40, 60),  # 6 more of what came in 4 of 40
        (60, 12, 60, 0),
        (24, 0, 24, None),  # nobody knows how often what never came will come
    ],
)
def test_how_many_more_to_label_is_one_number(double: int, minority: float, graded: int, wanted: int | None) -> None:
    assert conversations_wanted(replace(TRUSTED, double_scored=double, minority=minority, graded=graded)) == wanted


def test_labels_until_a_recall_is_shown_are_counted_at_the_rate_at_which_failures_come() -> None:
    # 3.8415·.7·.3 / .1² = 80.7, so 81 failures; 40 of 120 are there: 41 more take 123 conversations
    near = Proportion(0.8, 0.65, 0.91, 40)
    seen = replace(TRUSTED, recall={"not_met": near}, graded=120)
    assert conversations_wanted(seen) == 123
    hopeless = replace(seen, recall={"not_met": Proportion(0.701, 0.6, 0.8, 40)})
    assert conversations_wanted(hopeless) is None  # no number that people may be asked for shows it
    shown = replace(seen, recall={"not_met": Proportion(0.9, 0.75, 0.97, 40)})
    assert conversations_wanted(shown) == 0


def test_auditors_who_are_shown_to_disagree_are_blue_before_the_judge_is_blamed() -> None:
    gate = decide(replace(TRUSTED, human_alpha=Interval(0.5, 0.4, 0.66, 200), kappa=Interval(0.0, -0.1, 0.1, 200)))
    assert (gate.colour, gate.reasons[0].found) == ("blue", 0.5)
    assert "eval auditors" in gate.reasons[0].text


def test_an_alpha_whose_interval_holds_the_threshold_is_not_blue() -> None:
    assert decide(replace(TRUSTED, human_alpha=Interval(0.66, 0.5, 0.8, 60))).colour == "amber"
    assert decide(replace(TRUSTED, human_alpha=Interval(0.70, 0.5, 0.8, 60))).colour == "green"


def found(share: float, low: float, high: float, n: float = 60) -> dict[str, Proportion]:
    """The recalls, with another one of `not_met`."""
    return {**TRUSTED.recall, "not_met": Proportion(share, low, high, n)}


@pytest.mark.parametrize(
    ("change", "colour"),
    [
        ({"kappa": Interval(0.2, 0.0, 0.4, 200)}, "red"),
        ({"kappa": Interval(0.4, -0.1, 0.8, 20)}, "grey"),
        ({"kappa": Interval(0.2, nan, nan, 200)}, "grey"),
        ({"over_constant": Interval(0.1, -0.01, 0.19, 200)}, "red"),
        ({"over_constant": Interval(0.1, -0.01, 0.3, 200)}, "grey"),
        ({"recall": found(0.6, 0.5, 0.69)}, "red"),
        ({"recall": found(0.8, 0.69, 0.9)}, "grey"),
        ({"recall": found(0.8, 0.70, 0.9)}, "green"),
        # People find .96 of what others find: a critical floor of .86, ten points below, and not of .90.
        ({"recall": found(0.95, 0.85, 0.98), "critical": True}, "grey"),
        ({"recall": found(0.80, 0.70, 0.85), "critical": True}, "red"),
        ({"recall": found(0.95, 0.87, 0.98), "critical": True}, "green"),
    ],
)
def test_red_is_what_is_shown_and_what_an_interval_leaves_open_is_grey(change: dict[str, object], colour: str) -> None:
    assert decide(replace(TRUSTED, **change)).colour == colour  # type: ignore[arg-type]


def test_where_kappa_is_shown_to_be_too_low_more_labels_are_not_asked_for() -> None:
    low = {"kappa": Interval(0.5, 0.4, 0.6, 200), "recall": found(0.8, 0.69, 0.9)}
    assert decide(replace(TRUSTED, **low)).colour == "amber"  # type: ignore[arg-type]


def test_the_floor_is_the_settings_or_ten_points_below_what_another_person_finds() -> None:
    assert recall_floor(TRUSTED, "not_met") == 0.7
    assert recall_floor(replace(TRUSTED, critical=True), "not_met") == pytest.approx(0.86)
    assert recall_floor(replace(TRUSTED, critical=True, human_recall={"not_met": nan}), "not_met") == 0.9
    reasons = decide(replace(TRUSTED, critical=True, recall=found(0.95, 0.85, 0.98))).reasons
    # 3.8415·.86·.14 / .09² = 57.1
    assert "58 such labels" in reasons[0].text
    hopeless = decide(replace(TRUSTED, recall=found(0.5, 0.4, 0.6)))
    assert "would show" not in hopeless.reasons[0].text
    # 3.8415·.7·.3 / .001² = 806,715
    near = decide(replace(TRUSTED, recall=found(0.701, 0.6, 0.8))).reasons[0].text
    assert "such labels" not in near
    assert "more labels will hardly show" in near


def test_a_figure_just_below_its_bound_is_not_written_like_it() -> None:
    low = decide(replace(TRUSTED, kappa=Interval(0.8, 0.597, 0.9, 200))).reasons
    assert "may be as low as 0.597 (GREEN takes 0.60 at worst)" in low[0].text
    few = decide(replace(TRUSTED, coverage_low=0.946)).reasons
    assert "maybe only 94.6% (GREEN takes 95% at worst)" in few[0].text


def test_kappa_over_all_answers_is_not_said_twice_where_all_are_on_the_scale() -> None:
    same = Interval(0.65, 0.5, 0.8, 200)
    assert len(decide(replace(TRUSTED, kappa=same, kappa_all=same)).reasons) == 2
    assert len(decide(replace(TRUSTED, kappa=same, kappa_all=Interval(0.6, 0.4, 0.8, 200))).reasons) == 4


SCALE = replace(
    TRUSTED,
    levels=("0", "1", "2"),
    failing=None,
    recall={level: Proportion(0.8, 0.7, 0.9, 60) for level in "012"},
    human_recall=dict.fromkeys("012", 0.75),
)


@pytest.mark.parametrize(
    ("recall", "colour"),
    [
        (Proportion(0.03, 0.0, 0.1, 60), "red"),
        (Proportion(0.6, 0.5, 0.7, 60), "amber"),
        (Proportion(0.03, 0.0, 0.1, 9), "green"),
    ],
)
def test_each_level_of_a_scale_that_has_labels_enough_has_a_floor(recall: Proportion, colour: str) -> None:
    # People find .75 of what others give: the floor is .65.
    assert decide(SCALE).colour == "green"
    assert decide(replace(SCALE, recall={**SCALE.recall, "1": recall})).colour == colour


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"kappa": Interval(0.69, 0.61, 0.8, 200)}, 0.70),
        ({"kappa": Interval(0.75, 0.59, 0.9, 200)}, 0.60),
        ({"ceiling_gap": Interval(0.0, -0.10, 0.1, 200)}, -0.10),
        ({"ceiling_gap": Interval(nan, nan, nan, 200)}, -0.10),
        ({"bias": Interval(-0.06, -0.1, 0.0, 200)}, 0.05),
        ({"evidence_verified": 0.979}, 0.98),
        ({"kappa_all": Interval(0.75, 0.59, 0.9, 200)}, 0.60),
        ({"coverage_low": 0.94}, 0.95),
        ({"applicability": 0.89}, 0.90),
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
