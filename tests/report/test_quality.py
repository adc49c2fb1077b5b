"""Quality figures: of all results and by group, with their intervals."""

from __future__ import annotations

import pytest

from llm_grader.figures.figures import Figure
from llm_grader.report.quality import compute_quality
from tests.support.results import RUBRIC, Case, card_of, talk

CASES = (
    *(Case(talk(f"a{n}", agent="Ana"), {"greeting": "met" if n < 9 else "not_met"}) for n in range(12)),
    Case(talk("b1", agent="Ben", day=7), {"solution": "not_met", "blame": "met"}),
    Case(talk("b2", agent="Ben", day=7), {}, status="error"),
)
CARDS = [card_of(case) for case in CASES]


def named(figures: list[Figure], id_: str, group: str | None = None) -> Figure:
    return next(figure for figure in figures if (figure.id, figure.group) == (id_, group))


def test_figures_over_all_results() -> None:
    found = compute_quality(CARDS, RUBRIC)
    assert [figure.id for figure in found][:4] == [
        "quality_score", "quality_pass_rate", "quality_critical", "quality_item:greeting",
    ]  # fmt: skip
    # nine times 100, three times 50 (the greeting has half of the weight), once 0; the failed one has none
    score = named(found, "quality_score")
    assert (score.value, score.n, score.conversations) == ((9 * 100 + 3 * 50) / 13, 13, 14)
    assert score.low is not None
    assert score.high is not None
    assert score.low < (9 * 100 + 3 * 50) / 13 < score.high
    assert named(found, "quality_pass_rate").value == 9 / 13
    assert named(found, "quality_critical").value == 1 / 13
    assert named(found, "quality_item:blame").value == 12 / 13  # no fault is a pass


def test_groups_stand_by_name_and_too_few_have_no_interval() -> None:
    found = compute_quality(CARDS, RUBRIC, by="agent")
    # Wilson for 9 of 12: .468 to .911
    ana = named(found, "quality_item:greeting", "Ana")
    assert [ana.low, ana.high] == pytest.approx([0.468, 0.911], abs=0.001)
    ben = named(found, "quality_item:greeting", "Ben")
    assert (ben.value, ben.n, ben.low) == (1, 1, None)
    assert [figure.group for figure in compute_quality(CARDS, RUBRIC, by="week")][:2] == ["2026-W45", "2026-W46"]
    assert {figure.group for figure in compute_quality(CARDS, RUBRIC, by="team")} == {"(unknown)"}


def test_what_was_never_scored_has_a_reason() -> None:
    (score, *_) = compute_quality([], RUBRIC)
    assert (score.value, score.reason) == (None, "no conversation was scored")
