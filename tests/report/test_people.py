"""People's labels over a model's: who decides, and what scores come of it."""

from __future__ import annotations

import pytest

from llm_grader.report.people import People, earned, is_pass
from llm_grader.verdict import Label
from tests.support.results import RUBRIC, Case, card_of, label, talk

CARD = card_of(Case(talk("t1"), {"greeting": "not_met"}))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], ("not_met", "model")),
        ([label("t1", "greeting", "met")], ("met", "annotator")),
        ([label("t1", "greeting", "met"), label("t1", "greeting", "met", "ben")], ("met", "annotator")),
        ([label("t1", "greeting", "met"), label("t1", "greeting", "not_met", "ben")], ("not_met", "model")),
        (
            [label("t1", "greeting", "not_met"), label("t1", "greeting", "met", "adjudicator")],
            ("met", "adjudicator"),
        ),
        ([label("t1", "greeting", "met", source="synthetic")], ("not_met", "model")),
        ([label("t2", "greeting", "met")], ("not_met", "model")),
    ],
)
def test_adjudicator_before_people_of_one_mind_before_the_model(labels: list[Label], expected: tuple[str, str]) -> None:
    found = People(labels).final("t1", CARD.verdicts["greeting"])
    assert (found.label, found.by) == expected


def test_scores_are_worked_out_anew_from_the_labels_that_count() -> None:
    assert CARD.score == 50  # 100 · (0 + 1 + 1) ÷ (2 + 1 + 1); the penalty is not in the divisor
    better = People([label("t1", "greeting", "met")]).over(CARD, RUBRIC)
    assert better.score == 100
    failed = People([label("t1", "solution", "not_met")]).over(CARD, RUBRIC)
    assert (failed.score, failed.critical_failures, failed.passed) == (0, ("solution",), False)
    blamed = People([label("t1", "blame", "met")]).over(CARD, RUBRIC)
    assert blamed.score == 25  # 100 · (0 + 1 + 1 - 1) ÷ 4
    assert CARD.verdicts["greeting"].label == "not_met"


def test_a_card_waits_no_longer_once_people_have_answered_what_failed() -> None:
    waiting = card_of(Case(talk("t1"), {"greeting": None}))
    assert waiting.status == "needs_review"
    assert People([label("t1", "greeting", "met")]).over(waiting, RUBRIC).status == "ok"


def test_without_its_rubric_a_card_stays_as_it_is() -> None:
    assert People([label("t1", "greeting", "met")]).over(CARD, None) is CARD


def test_what_an_item_leaves_the_agent_turns_round_for_a_penalty() -> None:
    blame, care = RUBRIC.item("blame"), RUBRIC.item("care")
    assert (earned(blame, "met"), earned(blame, "not_met"), earned(blame, "not_applicable")) == (0, 1, None)
    assert (is_pass(blame, "not_met"), is_pass(care, "4"), is_pass(care, "3")) == (True, True, False)
    assert earned(care, "2") == pytest.approx(1 / 3)
