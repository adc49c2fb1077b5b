"""The banner of a report: what its reader has to know before any figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from llm_grader.pages.texts import Strings
from llm_grader.report.results import TextState

if TYPE_CHECKING:
    from llm_grader.report.document import ReportDocument


def banner(document: ReportDocument, t: Strings, texts: Mapping[TextState, int]) -> Iterator[str]:
    """Its lines.

    Args:
        document: the report.
        t: the texts of its language.
        texts: how many of the conversations shown in full have their text.
    """
    yield from _trust(document, t)
    yield from _texts(document, t, texts)
    yield from _rubric(document, t)


def _trust(document: ReportDocument, t: Strings) -> Iterator[str]:
    summary = document.summary
    if summary.conversations and summary.statuses.get("error", 0) == summary.conversations:
        yield t("banner_all_failed")
    yield _checked(document, t)
    now = document.now
    if ahead := sum(row.started_at is not None and row.started_at > now for row in document.gathered.rows):
        yield t("banner_future", ahead)
    if document.gold is not None and "human" not in document.gold.sources:
        yield t("banner_synthetic")


def _texts(document: ReportDocument, t: Strings, texts: Mapping[TextState, int]) -> Iterator[str]:
    absent, differing = texts.get("absent", 0), texts.get("differs", 0)
    if absent and absent == len(document.shown):
        yield t("banner_no_texts")
    elif absent:
        yield t("banner_some_texts", absent)
    if differing:
        yield t("banner_differs", differing)
    everything = document.gathered.rows
    if len(document.shown) < len(everything):
        yield t(
            "banner_chosen",
            shown=t.number(len(document.shown)),
            all=t.number(len(everything)),
            random=t.number(document.drawn),
        )
    if document.settings.redact:
        yield t("banner_redacted")


def _rubric(document: ReportDocument, t: Strings) -> Iterator[str]:
    found = document.gathered
    if found.layout is not None and len({judge.rubric_hash for judge in found.layout.judges}) > 1:
        yield t("banner_versions")
    if not found.rubric.is_written_in(t.language):
        yield t("banner_no_rubric_language", language=next(iter(found.rubric.languages()), "en"))


def _checked(document: ReportDocument, t: Strings) -> str:
    rows = [item.row for item in document.items if item.row is not None]
    checked = sum(row.figures.source == "human" for row in rows)
    if not checked:
        return t("banner_model_none")
    return t("banner_model", checked=checked, all=len(document.items))
