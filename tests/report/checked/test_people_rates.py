"""People's own rates: they stand where people labelled nearly all, and claim no more than that."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.report.checked.item_rates import order_is_open, weakest_items
from llm_grader.report.compose import compose
from llm_grader.report.document import ReportDocument, ReportSettings
from llm_grader.report.html import write_report
from llm_grader.report.results import StoredResults
from llm_grader.store.store import Store
from llm_grader.verdict import Label
from tests.support.results import RUBRIC, Case, label, talk, write_store

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def composed(tmp_path: Path, labels: list[Label], cases: int = 20) -> ReportDocument:
    """The model passes the greeting in the first half of the conversations."""
    half = [
        Case(talk(f"t{n:02}"), {"greeting": "met" if n < cases // 2 else "not_met", "solution": "met"})
        for n in range(cases)
    ]
    store = Store(write_store(tmp_path / "r.db", half))
    gold = LabelledSet("gold", RUBRIC, {}, tuple(labels))
    return compose(StoredResults(store), ReportSettings(now=NOW), gold=gold)


def greetings(passing: int, of: int) -> list[Label]:
    return [label(f"t{n:02}", "greeting", "met" if n < passing else "not_met") for n in range(of)]


def test_people_who_labelled_all_have_their_own_rate_and_it_is_shown(tmp_path: Path) -> None:
    found = composed(tmp_path, [*greetings(5, 20), label("t19", "greeting", "met", "ben")])
    item = found.items[0]
    # 5 of 20 met, and one on which two people are split counts half
    assert item.people is not None
    assert item.people.mean.estimate == pytest.approx(5.5 / 20)
    assert item.corrected is None
    assert item.best == item.people.mean
    assert [one.item.id for one in weakest_items(found.items)] == ["greeting"]
    write_report(found, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "by people (20 of 20 labelled)" in page
    assert "count verdicts after these changes" in page


def test_of_conversations_that_nobody_labelled_the_interval_allows_any_answer(tmp_path: Path) -> None:
    # Wilson at 95 %: 9 of 20 from .258 to .658; with the two that are missing passing as well, 11 of 20 up to .742
    item = composed(tmp_path, greetings(9, 18)).items[0]
    assert item.people is not None
    assert item.people.mean.estimate == 0.5
    assert (item.people.labelled, item.people.asked) == (18, 20)
    assert item.people.mean.low == pytest.approx(0.258, abs=0.001)
    assert item.people.mean.high == pytest.approx(0.742, abs=0.001)


def test_with_fewer_labels_the_model_is_corrected_instead(tmp_path: Path) -> None:
    item = composed(tmp_path, greetings(5, 17)).items[0]
    assert item.people is None
    assert item.corrected is not None


def test_a_corrected_rate_of_a_wide_interval_ranks_nothing(tmp_path: Path) -> None:
    labels = [label("t00", "greeting", "met"), label("t01", "greeting", "not_met"), label("t11", "greeting", "not_met")]
    item = composed(tmp_path, labels).items[0]
    assert item.corrected is not None
    assert item.corrected.high - item.corrected.low > 0.4
    assert item.best == item.passed


def test_an_order_that_the_intervals_leave_open_is_said_to_be_open(tmp_path: Path) -> None:
    found = composed(tmp_path, greetings(5, 20))
    # greeting .25 (to .47); the others always pass, from .84 on
    assert not order_is_open(found.items, weakest_items(found.items))
    (other := tmp_path / "other").mkdir()
    found = composed(other, greetings(17, 20))
    # greeting .85 (to .95) may be above the others, which are .84 at worst
    assert order_is_open(found.items, weakest_items(found.items))
