from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.grading.scoring import Scores, apply_conditions, score_verdicts
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Ticket, Transcript
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, SectionScore, Verdict

LIKERT = {
    "levels": [
        {"value": "poor", "points": 0, "anchor": "no"},
        {"value": "fair", "points": 0.5, "anchor": "partly"},
        {"value": "good", "points": 1, "anchor": "yes"},
    ]
}
UNSCORED = [NOT_APPLICABLE, CANNOT_ASSESS, "needs_review", "error"]


def item(id_: str, weight: float = 1, **fields: Any) -> Item:
    return Item.model_validate(
        {"id": id_, "title": id_, "question": f"{id_}?", "weight": weight, "evidence": NONE, **fields}
    )


NONE: dict[str, Any] = {"required_for": []}


def rubric(*items: Item, pass_mark: float = 80) -> Rubric:
    """One section, `all`."""
    section = {"id": "all", "title": "All", "items": items}
    return Rubric.model_validate(
        {"id": "r", "version": "1", "title": "R", "pass_mark": pass_mark, "sections": [section]}
    )


def verdict(id_: str, label: str) -> Verdict:
    if label in ("needs_review", "error"):
        return Verdict.model_validate({"item_id": id_, "label": None, "status": label})
    return Verdict(item_id=id_, label=label)


def verdicts(**labels: str) -> dict[str, Verdict]:
    return {id_: verdict(id_, label) for id_, label in labels.items()}


# --- score ------------------------------------------------------------------------------------------------------------


def test_the_score_is_the_share_of_the_scored_weight() -> None:
    # 100 · (3·1 + 1·0 + 2·0.5) ÷ (3 + 1 + 2) = 400 ÷ 6, to nine decimals
    scores = score_verdicts(
        rubric(item("a", 3), item("b"), item("c", 2, scale=LIKERT)), verdicts(a=MET, b=NOT_MET, c="fair")
    )
    assert scores == Scores(
        score=66.666666667,
        coverage=1,
        passed=False,
        critical_failures=(),
        sections={"all": SectionScore(score=66.666666667, coverage=1)},
    )


def test_what_is_not_scored_leaves_the_denominator_and_all_but_not_applicable_lowers_coverage() -> None:
    # Scored: a (3). Applicable: a (3), b (1), c (2), d (4) of 15; e (5) is not. Score 100 · 3 ÷ 3, coverage 3 ÷ 10.
    several = rubric(item("a", 3), item("b"), item("c", 2), item("d", 4), item("e", 5))
    scores = score_verdicts(several, verdicts(a=MET, b="needs_review", c="error", d=CANNOT_ASSESS, e=NOT_APPLICABLE))
    # b and c may turn out not met, 100 · 3 ÷ 6, or met, 100: whether 80 is reached is open.
    assert (scores.score, scores.coverage, scores.passed) == (100, 0.3, None)


@pytest.mark.parametrize("label", UNSCORED)
def test_nothing_scored_is_no_score(label: str) -> None:
    scores = score_verdicts(rubric(item("a")), verdicts(a=label))
    assert (scores.score, scores.coverage, scores.passed) == (None, 0, None)
    assert scores.sections["all"].score is None


def test_a_met_penalty_takes_its_weight_away() -> None:
    # 100 · (3 − 2) ÷ 4 = 25: the penalty's weight is in the coverage, and not in the denominator.
    several = rubric(item("a", 3), item("b", 1), item("p", 2, penalty=True), item("q", 4, penalty=True))
    scores = score_verdicts(several, verdicts(a=MET, b=NOT_MET, p=MET, q=CANNOT_ASSESS))
    # Coverage (3 + 1 + 2) ÷ (3 + 1 + 2 + 4).
    assert (scores.score, scores.coverage) == (25, 0.6)


def test_penalties_do_not_make_a_score_negative_or_a_score_alone() -> None:
    several = rubric(item("a"), item("p", 5, penalty=True))
    assert score_verdicts(several, verdicts(a=MET, p=MET)).score == 0
    assert score_verdicts(several, verdicts(a=CANNOT_ASSESS, p=MET)).score is None
    assert score_verdicts(several, verdicts(a=NOT_MET, p=NOT_MET)).score == 0


def test_items_without_weight_make_no_score() -> None:
    scores = score_verdicts(rubric(item("a", 0)), verdicts(a=MET))
    assert (scores.score, scores.coverage, scores.passed) == (None, 0, None)


def test_a_pass_mark_that_is_reached_exactly_is_passed() -> None:
    # In floating point 0.1 + 0.7 is less than 0.8.
    several = rubric(item("a", 0.1), item("b", 0.7), item("c", 0.2), pass_mark=80)
    scores = score_verdicts(several, verdicts(a=MET, b=MET, c=NOT_MET))
    assert (scores.score, scores.passed) == (80, True)
    assert score_verdicts(several, verdicts(a=NOT_MET, b=MET, c=NOT_MET)).passed is False


@pytest.mark.parametrize(
    ("pass_mark", "passed"),
    # a and b are met, c is not: 100 · 6 ÷ 8 = 75. With d (2) met or not: 100 · 8 ÷ 10 = 80 or 100 · 6 ÷ 10 = 60.
    [(60, True), (61, None), (75, None), (80, None), (81, False)],
)
def test_a_failed_check_leaves_open_whether_it_is_passed_only_where_it_matters(
    pass_mark: int, passed: bool | None
) -> None:
    several = rubric(item("a", 3), item("b", 3), item("c", 2), item("d", 2), pass_mark=pass_mark)
    scores = score_verdicts(several, verdicts(a=MET, b=MET, c=NOT_MET, d="needs_review"))
    assert (scores.score, scores.passed) == (75, passed)


def test_a_failed_check_of_a_penalty_may_take_its_weight_away() -> None:
    # 100 · 10 ÷ 10, or 100 · (10 − 3) ÷ 10 = 70 if the penalty is met.
    several = rubric(item("a", 10), item("p", 3, penalty=True), pass_mark=80)
    assert score_verdicts(several, verdicts(a=MET, p="error")).passed is None
    lenient = rubric(item("a", 10), item("p", 3, penalty=True), pass_mark=70)
    assert score_verdicts(lenient, verdicts(a=MET, p="error")).passed is True


def test_sections_are_scored_alike() -> None:
    sections = [
        {"id": "one", "title": "One", "items": [item("a", 3), item("b")]},
        {"id": "two", "title": "Two", "items": [item("c"), item("d")]},
        {"id": "three", "title": "Three", "items": [item("e")]},
    ]
    several = Rubric.model_validate({"id": "r", "version": "1", "title": "R", "sections": sections})
    scores = score_verdicts(several, verdicts(a=MET, b=NOT_MET, c=MET, d="error", e=NOT_APPLICABLE))
    assert scores.sections == {
        "one": SectionScore(score=75, coverage=1),
        "two": SectionScore(score=100, coverage=0.5),
        "three": SectionScore(score=None, coverage=0),
    }


def test_a_rubrics_item_without_a_verdict_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        score_verdicts(rubric(item("a"), item("b")), verdicts(a=MET))


# --- critical items ---------------------------------------------------------------------------------------------------


def test_a_failed_critical_item_makes_the_score_zero_but_not_its_section() -> None:
    # Section: 100 · 3 ÷ 4.
    scores = score_verdicts(rubric(item("a", 3), item("b", critical=True), pass_mark=0), verdicts(a=MET, b=NOT_MET))
    assert (scores.score, scores.passed, scores.critical_failures) == (0, False, ("b",))
    assert scores.sections["all"].score == 75


@pytest.mark.parametrize(
    ("fields", "label", "fails"),
    [
        ({}, MET, False),
        ({}, NOT_MET, True),
        ({"penalty": True}, MET, True),
        ({"penalty": True}, NOT_MET, False),
        ({"scale": LIKERT}, "poor", True),
        ({"scale": LIKERT}, "fair", False),
        ({"scale": LIKERT, "penalty": True}, "good", True),
        ({"scale": LIKERT, "penalty": True}, "fair", False),
    ],
)
def test_a_critical_item_fails_where_it_earns_nothing_and_a_penalty_where_it_costs_all(
    fields: dict[str, Any], label: str, fails: bool
) -> None:
    scores = score_verdicts(rubric(item("a", 10), item("c", critical=True, **fields)), verdicts(a=MET, c=label))
    assert scores.critical_failures == (("c",) if fails else ())
    assert (scores.score == 0) is fails


@pytest.mark.parametrize(
    ("label", "passed"), [("needs_review", None), ("error", None), (CANNOT_ASSESS, None), (NOT_APPLICABLE, True)]
)
def test_an_undecided_critical_item_leaves_open_whether_it_is_passed(label: str, passed: bool | None) -> None:
    scores = score_verdicts(rubric(item("a"), item("c", critical=True)), verdicts(a=MET, c=label))
    assert (scores.score, scores.passed, scores.critical_failures) == (100, passed, ())


def test_one_failed_critical_item_decides_whatever_else_is_open() -> None:
    several = rubric(item("a"), item("c", critical=True), item("d", 0, critical=True))
    assert score_verdicts(several, verdicts(a=MET, c="error", d=NOT_MET)).passed is False
    alone = score_verdicts(several, verdicts(a="error", c="error", d=NOT_MET))
    assert (alone.score, alone.passed) == (0, False)


# --- properties of scores ---------------------------------------------------------------------------------------------


@st.composite
def graded(draw: st.DrawFn) -> tuple[Rubric, dict[str, Verdict]]:
    items = []
    for number in range(draw(st.integers(1, 6))):
        fields = {
            "penalty": draw(st.booleans()),
            "critical": draw(st.booleans()),
            "scale": draw(st.sampled_from(["binary", LIKERT])),
        }
        items.append(item(f"i{number}", draw(st.floats(0, 100)), **fields))
    labels = {one.id: draw(st.sampled_from([*one.levels, *one.levels, *UNSCORED])) for one in items}
    return rubric(*items, pass_mark=draw(st.integers(0, 100))), verdicts(**labels)


@given(graded())
@settings(max_examples=500)
def test_scores_keep_their_range(case: tuple[Rubric, dict[str, Verdict]]) -> None:
    scores = score_verdicts(*case)
    assert scores.score is None or 0 <= scores.score <= 100
    assert 0 <= scores.coverage <= 1
    assert (scores.passed is False) >= bool(scores.critical_failures)


@given(graded(), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_verdicts_and_items_does_not_matter(
    case: tuple[Rubric, dict[str, Verdict]], rng: random.Random
) -> None:
    one, given_verdicts = case
    scores = score_verdicts(one, given_verdicts)
    shuffled = list(given_verdicts.values())
    rng.shuffle(shuffled)
    assert score_verdicts(one, {v.item_id: v for v in shuffled}) == scores
    items = list(one.items())
    rng.shuffle(items)
    other = score_verdicts(rubric(*items, pass_mark=one.pass_mark), given_verdicts)
    assert (other.score, other.coverage, other.passed) == (scores.score, scores.coverage, scores.passed)


@given(graded(), st.data())
@settings(max_examples=500)
def test_what_is_not_scored_scores_as_if_the_item_were_not_there(
    case: tuple[Rubric, dict[str, Verdict]], data: st.DataObject
) -> None:
    one, given_verdicts = case
    gone = data.draw(st.sampled_from(sorted(given_verdicts)))
    label = data.draw(st.sampled_from(UNSCORED))
    scores = score_verdicts(one, {**given_verdicts, gone: verdict(gone, label)})
    rest = [other for other in one.items() if other.id != gone]
    if not rest:
        assert (scores.score, scores.passed, scores.coverage) == (None, None, 0)
        return
    without = score_verdicts(rubric(*rest, pass_mark=one.pass_mark), given_verdicts)
    assert scores.score == without.score
    assert scores.sections["all"].score == without.sections["all"].score
    assert scores.critical_failures == without.critical_failures
    if label == NOT_APPLICABLE:
        assert (scores.coverage, scores.passed) == (without.coverage, without.passed)
    else:
        assert scores.coverage <= without.coverage
        assert scores.passed in (without.passed, None)


# --- conditions -------------------------------------------------------------------------------------------------------


def when_item(id_: str, *labels: str) -> dict[str, Any]:
    return {"applies_when": {"item": id_, "label": labels}}


def when_ticket(field: str, *values: str) -> dict[str, Any]:
    return {"applies_when": {"ticket": field, "is": values}}


def decided(one: Rubric, given_verdicts: Mapping[str, Verdict], **ticket: Any) -> dict[str, str | None]:
    transcript = Transcript(id="t", channel="chat", turns=(), ticket=Ticket.model_validate(ticket) if ticket else None)
    return {id_: v.label for id_, v in apply_conditions(one, given_verdicts, transcript).items()}


NO_TICKET = Transcript(id="t", channel="chat", turns=())


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        (MET, NOT_MET),
        (NOT_MET, NOT_APPLICABLE),
        (NOT_APPLICABLE, NOT_APPLICABLE),
        # What cannot be decided lets the item stand.
        (CANNOT_ASSESS, NOT_MET),
        ("needs_review", NOT_MET),
        ("error", NOT_MET),
    ],
)
def test_an_item_applies_when_the_other_has_the_label(parent: str, child: str) -> None:
    one = rubric(item("a"), item("b", **when_item("a", MET)))
    assert decided(one, verdicts(a=parent, b=NOT_MET))["b"] == child


def test_a_condition_may_wait_for_an_abstention() -> None:
    one = rubric(
        item("a", guidance={"not_applicable": "never"}), item("b", **when_item("a", NOT_APPLICABLE, CANNOT_ASSESS))
    )
    assert decided(one, verdicts(a=NOT_APPLICABLE, b=MET))["b"] == MET
    assert decided(one, verdicts(a=CANNOT_ASSESS, b=MET))["b"] == MET
    assert decided(one, verdicts(a=MET, b=MET))["b"] == NOT_APPLICABLE


def test_chains_are_decided_from_their_beginning_whatever_the_order() -> None:
    # a is not met, so b does not apply, so c, which waits for b, does not either.
    items = item("c", **when_item("b", MET)), item("b", **when_item("a", MET)), item("a")
    for order in (items, items[::-1]):
        assert decided(rubric(*order), verdicts(c=MET, b=MET, a=NOT_MET)) == {
            "a": NOT_MET,
            "b": NOT_APPLICABLE,
            "c": NOT_APPLICABLE,
        }


@pytest.mark.parametrize("label", ["needs_review", "error", CANNOT_ASSESS, MET])
def test_a_false_condition_settles_every_verdict_and_says_why(label: str) -> None:
    one = rubric(item("a"), item("b", **when_item("a", MET)))
    settled = apply_conditions(one, verdicts(a=NOT_MET, b=label), NO_TICKET)["b"]
    assert (settled.status, settled.label) == ("ok", NOT_APPLICABLE)
    assert settled.reason == "applies only when a is met; it is not_met"


def test_an_item_that_was_not_applicable_keeps_its_own_reason() -> None:
    one = rubric(item("a"), item("b", **when_item("a", MET)))
    own = Verdict(item_id="b", label=NOT_APPLICABLE, reason="nobody complained", judged="signal")
    assert apply_conditions(one, {**verdicts(a=NOT_MET), "b": own}, NO_TICKET)["b"] == own


@pytest.mark.parametrize(
    ("condition", "ticket", "child"),
    [
        (("status", "solved", "closed"), {"status": "Solved"}, MET),
        (("status", "solved"), {"status": "open"}, NOT_APPLICABLE),
        (("status", "solved"), {"status": ""}, NOT_APPLICABLE),
        (("tags", "vip"), {"tags": ("new", "VIP")}, MET),
        (("tags", "vip"), {"tags": ()}, NOT_APPLICABLE),
        (("rating", "5"), {"rating": 5}, MET),
        (("sent", "survey"), {"sent": {"survey": datetime(2026, 1, 1, tzinfo=UTC)}}, MET),
        # Any value will do.
        (("resolved_at",), {"resolved_at": datetime(2026, 1, 1, tzinfo=UTC)}, MET),
        (("solution",), {"solution": " "}, NOT_APPLICABLE),
        # Fields of the vendor.
        (("mystery", "True"), {"vendor": {"mystery": True}}, MET),
        # Not known.
        (("status", "solved"), {"status": None, "id": "7"}, MET),
        (("solution",), {"id": "7"}, MET),
        (("mystery", "True"), {"id": "7"}, MET),
        (("status", "solved"), {}, MET),
    ],
)
def test_an_item_applies_when_the_ticket_says_so(
    condition: tuple[str, ...], ticket: dict[str, Any], child: str
) -> None:
    assert decided(rubric(item("a", **when_ticket(*condition))), verdicts(a=MET), **ticket)["a"] == child


def test_the_reason_names_the_tickets_value() -> None:
    one = rubric(item("a", **when_ticket("status", "solved", "closed")))
    transcript = Transcript(id="t", channel="chat", turns=(), ticket=Ticket(status="open"))
    reason = apply_conditions(one, verdicts(a=MET), transcript)["a"].reason
    assert reason == "applies only when the ticket's status is solved or closed; it is open"


def test_verdicts_come_in_the_rubrics_order_and_unconditional_ones_untouched() -> None:
    given_verdicts = verdicts(b=NOT_MET, a=MET)
    decided_verdicts = apply_conditions(rubric(item("a"), item("b")), given_verdicts, NO_TICKET)
    assert list(decided_verdicts) == ["a", "b"]
    assert decided_verdicts == given_verdicts
