"""One sentence says how far items can be trusted, and how much is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.report.checked.trust import labels_missing, trust_outlook
from llm_grader.report.compose import compose
from llm_grader.report.document import ReportSettings
from llm_grader.report.html import write_report
from llm_grader.report.results import StoredResults
from llm_grader.store.store import Store
from tests.support.results import RUBRIC, Case, label, talk, write_store


def test_too_few_labels_are_said_once_with_how_many_are_missing(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n:02}"), {"greeting": "not_met" if n < 5 else "met"}) for n in range(20)]
    labels = tuple(
        label(f"t{n:02}", item, "not_met" if item == "greeting" and n < 6 else "met", name)
        for n in range(20)
        for item in ("greeting", "solution")
        for name in ("anna", "ben")
    )
    gold = LabelledSet("gold", RUBRIC, {}, labels)
    settings = ReportSettings(now=datetime(2026, 12, 1, tzinfo=UTC))
    found = compose(StoredResults(Store(write_store(tmp_path / "r.db", cases))), settings, gold=gold)
    # greeting: 50 - 20 = 30 by two people; the rarer label came 6 times in 20, so 4 more take 14. 5 of these 6 were
    # found: to show .7 at that rate takes 3.8415·.7·.3 / .133² = 45.4, so 40 more, which come in 134. Nobody ever saw
    # the solution fail: how many that takes cannot be foreseen.
    assert [labels_missing(item) for item in found.items] == [134, None, None, None]
    outlook = trust_outlook(found.items)
    assert (outlook.unknown, outlook.fewest, outlook.most, outlook.alike) == (2, 134, 134, True)
    assert [item.item.id for item in outlook.weakest] == ["greeting"]  # the same in 19 of 20
    write_report(found, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Too few labels to tell" not in page
    assert page.count("Have two people label at least 134 more conversations before relying on it.") == 2
    assert "(the same in 95\u202f%)" in page
