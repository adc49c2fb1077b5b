"""The sheets of a workbook of results: Summary, Cards, Verdicts, Evidence, Items and About."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_grader.report.checked.item_rates import summarise_items
from llm_grader.report.figures import Mean, Share
from llm_grader.report.gather import gather
from llm_grader.report.people import People
from llm_grader.report.results import StoredResults
from llm_grader.report.summary import summarise
from llm_grader.report.tables.columns import TableName
from llm_grader.report.tables.workbook import Workbook
from llm_grader.rubric.model import wording

if TYPE_CHECKING:
    from llm_grader.report.tables.export import ResultRows

_SHEETS: tuple[TableName, ...] = ("cards", "verdicts", "evidence", "items")
Line = tuple[Any, ...]


def write_workbook(rows: ResultRows, path: Path, table: TableName | None) -> None:
    """Write a workbook with all tables, or one of them, between a summary and what the columns mean."""
    names = _SHEETS if table is None else (table,)
    with Workbook(path) as book:
        book.plain("Summary", _summary(rows.results), (44, 14, 12, 12, 10))
        sheets = {name: book.sheet(rows.table(name)) for name in names}
        rows.fill(sheets)
        for sheet in sheets.values():
            sheet.close()
        book.plain("About", _about(rows, names), (16, 26, 80))


def _summary(results: StoredResults) -> Iterator[Line]:
    """The figures of the report, as the model judged; shares are 0–1, scores of 100."""
    found = gather(results, People(), UTC)
    summary = summarise(found)
    yield ("figure", "value", "95 % from", "to", "n")
    yield ("mean score", *_mean(summary.score))
    yield ("passed", *_share(summary.passed))
    for status, count in sorted(summary.statuses.items()):
        yield (f"conversations: {status}", count)
    yield ("conversations with a critical failure", summary.critical)
    yield ("conversations to review", summary.review)
    for section, mean in zip(found.rubric.sections, summary.sections, strict=True):
        yield (f"section: {wording(section.title, 'en')}", *_mean(mean))
    for item in summarise_items(found):
        yield (f"item passed, as judged: {wording(item.item.title, 'en')}", *_share(item.passed))


def _mean(found: Mean) -> Line:
    return found.estimate, found.low, found.high, found.n


def _share(found: Share) -> Line:
    return found.estimate, found.low, found.high, found.n


def _about(rows: ResultRows, names: tuple[TableName, ...]) -> Iterator[Line]:
    yield ("sheet", "column", "meaning")
    for name in names:
        for column in rows.table(name).columns:
            yield (name, column.name, column.meaning)
    yield ("", "verdicts", "Given by a model. Rates are as judged; check items against people before relying on them.")
    yield ("", "times", "UTC")
