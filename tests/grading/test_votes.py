"""What several samples agree on."""

from __future__ import annotations

import pytest

from llm_grader.grading.votes import DISAGREE, vote
from llm_grader.verdict import Verdict


def verdict(label: str | None, **fields: object) -> Verdict:
    status = "ok" if label is not None else "needs_review"
    return Verdict.model_validate({"item_id": "greeting", "label": label, "status": status, **fields})


def voted(*verdicts: Verdict) -> Verdict:
    return vote([{"greeting": one} for one in verdicts])["greeting"]


def test_more_than_half_decide() -> None:
    found = voted(verdict("met", reason="a"), verdict("not_met", reason="b"), verdict("not_met", reason="c"))
    assert (found.label, found.reason, found.votes) == ("not_met", "b", {"met": 1, "not_met": 2})
    assert found.confidence == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "verdicts",
    [
        [verdict("met"), verdict("not_met")],
        [verdict("met"), verdict("not_met"), verdict("cannot_assess")],
        [verdict("met"), verdict(None, problem="missing")],
        [verdict("met"), verdict("met"), verdict(None, problem="missing"), verdict(None, problem="missing")],
    ],
)
def test_half_is_not_enough(verdicts: list[Verdict]) -> None:
    found = voted(*verdicts)
    assert (found.label, found.status, found.problem) == (None, "needs_review", DISAGREE)
    assert sum(found.votes.values()) == len(verdicts)


def test_samples_that_disagree_each_have_their_reason() -> None:
    found = voted(verdict("met", reason="greets"), verdict("not_met", reason="late"), verdict(None, problem="missing"))
    assert found.reason == "met: greets\nnot_met: late"


def test_a_sample_without_a_label_counts_against_one() -> None:
    found = voted(verdict("met"), verdict("met"), verdict(None, problem="missing"))
    assert (found.label, found.votes) == ("met", {"met": 2, "missing": 1})
    assert found.confidence == pytest.approx(2 / 3)


def test_without_any_label_the_first_problem_stays() -> None:
    found = voted(verdict(None, problem="missing"), verdict(None, problem="duplicate"))
    assert (found.label, found.problem, found.votes) == (None, "missing", {"missing": 1, "duplicate": 1})
