"""A judge that does not answer: what people scored and it did not is missed, and never GREEN."""

from __future__ import annotations

import pytest

from llm_grader.eval.judge.report import report_items
from llm_grader.eval.labels.units import Conversations, Unit
from llm_grader.verdict import Verdict
from tests.eval.judge.test_report import GREETING, TONE, gold, judged, met, row

PEOPLE = met((160, "met"), (40, "not_met"))
TWO = gold("eva", PEOPLE) + gold("jan", PEOPLE)


def test_a_judge_that_answers_as_people_do_is_green() -> None:
    assert row(TWO, judged(PEOPLE)).gate.colour == "green"


@pytest.mark.parametrize("answer", ["cannot_assess", "not_applicable", None])
def test_a_judge_that_abstains_where_it_would_be_wrong_is_not_green(answer: str | None) -> None:
    # It passes on every third failure and one in twenty passes: of 200 it scores 200 - 13 - 8.
    verdicts = judged(met((152, "met"), (8, answer), (27, "not_met"), (13, answer)))
    found = row(TWO, verdicts)
    assert found.figures.kappa.estimate == 1
    assert found.figures.recall["not_met"].estimate == pytest.approx(27 / 40)
    assert found.figures.coverage == pytest.approx(179 / 200)
    assert found.figures.unscored == (13, 8)
    assert found.gate.colour != "green"


def test_failures_made_not_applicable_are_missed_and_show_in_the_bias() -> None:
    # Of 40 failures 20 are made not_applicable: it passes 160 of 180, people 160 of 200.
    found = row(TWO, judged(met((160, "met"), (20, "not_met"), (20, "not_applicable"))))
    assert found.figures.recall["not_met"].estimate == 0.5
    assert found.figures.bias.estimate == pytest.approx(160 / 180 - 0.8)
    # Observed .9; by chance .8·.8 + .2·.1 = .66: κ over all answers = .24 / .34.
    assert found.figures.kappa_all.estimate == pytest.approx(0.24 / 0.34)
    assert found.gate.colour in ("red", "grey", "amber")


def test_what_was_not_graded_is_neither_missed_nor_covered() -> None:
    verdicts = {unit: verdict for unit, verdict in judged(PEOPLE).items() if int(unit.transcript_id[1:]) % 2}
    found = row(TWO, verdicts).figures
    assert (found.labelled, found.graded, found.coverage) == (200, 100, 1)
    assert found.recall["not_met"].n == 20
    failed = {unit: Verdict(item_id="greeting", label=None, status="error") for unit in judged(PEOPLE)}
    assert row(TWO, failed).figures.coverage == 0


def test_a_level_of_a_scale_that_is_hardly_ever_found_is_red() -> None:
    levels = ["0", "1", "2", "3", "4"] * 40
    near = ["0", "1", "2", "3", "3"] * 40
    labels = gold("eva", levels, item="tone") + gold("jan", levels, item="tone")
    found = row(labels, judged(near, "tone"), TONE)
    assert found.figures.kappa.estimate > 0.9
    assert (found.gate.colour, "of 40 4" in found.gate.reasons[0].text) == ("red", True)


def test_intervals_of_full_agreement_are_no_points() -> None:
    found = row(gold("eva", met((10, "met"), (5, "not_met"))), judged(met((10, "met"), (5, "not_met")))).figures
    for interval in (found.kappa, found.ac, found.agreement, found.over_constant, found.bias):
        assert interval.high - interval.low > 0.1
    assert found.kappa.high == 1
    assert found.few_rare


def test_the_bias_is_that_of_the_random_sample_alone() -> None:
    # At random: t0 to t99, of which the judge passes 90 and people 95; the others were picked since they fail.
    people = met((95, "met"), (5, "not_met"), (50, "not_met"))
    judge = met((90, "met"), (10, "not_met"), (50, "met"))
    drawn = Conversations(random=frozenset(f"t{n}" for n in range(100)))
    verdicts = judged([*judge, *["met"] * 50])  # fifty more that nobody labelled
    (found,) = report_items(gold("eva", people), verdicts, [GREETING], seed=1, n=200, conversations=drawn)
    assert found.figures.bias.estimate == pytest.approx(-0.05)
    assert found.rate is not None
    assert found.rate.method == "ppi"
    (picked,) = report_items(gold("eva", people), verdicts, [GREETING], seed=1, n=200)
    assert picked.rate is not None
    assert picked.rate.method == "rogan_gladen"
    assert picked.figures.bias.estimate == pytest.approx(140 / 150 - 95 / 150)


def test_where_people_labelled_nearly_all_the_rate_is_theirs() -> None:
    people, judge = met((40, "met"), (18, "not_met"), (2, "not_applicable")), ["met"] * 60
    (found,) = report_items(gold("eva", people), judged(judge), [GREETING], seed=1, n=200)
    assert found.rate is not None
    assert (found.rate.method, found.rate.judged.estimate) == ("people", 1)
    # Wilson at 95 %: 40 of 58 from .562 to .794
    assert found.rate.corrected is not None
    assert found.rate.corrected.estimate == pytest.approx(40 / 58)
    assert (found.rate.corrected.low, found.rate.corrected.high) == pytest.approx((0.562, 0.794), abs=0.001)
    nobody = {Unit(f"x{n}", "greeting"): Verdict(item_id="greeting", label=None, status="not_graded") for n in range(9)}
    (same,) = report_items(gold("eva", people), judged(judge) | nobody, [GREETING], seed=1, n=200)
    assert same.rate == found.rate  # there was nothing to label
    (rest,) = report_items(gold("eva", people), judged([*judge, *["met"] * 7]), [GREETING], seed=1, n=200)
    assert rest.rate is not None  # 60 of 67 are less than nine in ten
    assert rest.rate.method == "rogan_gladen"


def test_one_conversation_under_many_ids_is_one() -> None:
    same = Conversations(contents={f"t{n}": "same" for n in range(60)})
    labels = gold("eva", ["met"] * 60) + gold("jan", ["met"] * 60)
    (found,) = report_items(labels, judged(["met"] * 60), [GREETING], seed=1, n=200, conversations=same)
    assert (found.figures.conversations, found.figures.double_scored, found.figures.copies) == (1, 1, 59)
    assert found.gate.colour == "grey"


def test_labels_of_a_model_that_are_the_judges_own_are_told() -> None:
    answers = met((30, "met"), (30, "not_met"))
    assert row(gold("gpt", answers, source="llm"), judged(answers)).figures.same_as_judge
    assert not row(gold("gpt", answers, source="llm"), judged(["met"] * 60)).figures.same_as_judge
    assert not row(gold("eva", answers), judged(answers)).figures.same_as_judge


def test_critical_misses_and_false_alarms_are_listed() -> None:
    item = GREETING.model_copy(update={"critical": True})
    people: list[str | None] = ["met", "not_met", "not_met", "not_met"]
    found = row(gold("eva", people), judged(["not_met", "met", None, "not_met"]), item)
    assert found.missed == (Unit("t1", "greeting"), Unit("t2", "greeting"))
    assert found.false_alarms == (Unit("t0", "greeting"),)
