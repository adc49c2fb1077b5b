"""Verdicts as events of OpenTelemetry: under the names of its conventions, without what people said."""

from __future__ import annotations

import pytest

from llm_grader.report.tables.telemetry import EVENT, emit_evaluations, evaluation_attributes
from tests.support.results import RUBRIC, Case, card_of, talk

CASE = Case(
    talk("t1", metadata={"otel_trace_id": "ab" * 16, "otel_span_id": "cd" * 8}),
    {"greeting": None, "blame": "met", "care": "not_applicable"},
    {"solution": (0, 0, 5)},
)


def test_each_verdict_is_an_event_with_its_label_points_or_the_check_that_failed() -> None:
    greeting, solution, blame, care = evaluation_attributes(card_of(CASE), RUBRIC)
    assert (greeting["error.type"], "gen_ai.evaluation.score.label" in greeting) == ("unverified_evidence", False)
    assert (solution["gen_ai.evaluation.score.label"], solution["gen_ai.evaluation.score.value"]) == ("met", 1)
    assert blame["gen_ai.evaluation.score.value"] == 0  # a fault that was found
    assert "gen_ai.evaluation.score.value" not in care


def test_what_people_said_leaves_only_where_it_is_wanted() -> None:
    card = card_of(CASE)
    assert all("Hello" not in str(attributes) for attributes in evaluation_attributes(card, RUBRIC))
    _, solution, *_ = evaluation_attributes(card, RUBRIC, explanations=True)
    assert solution["gen_ai.evaluation.explanation"] == "because “Hello”"


def test_events_belong_to_the_span_that_the_conversation_names() -> None:
    logs = pytest.importorskip("opentelemetry.sdk._logs", reason="the extra otel is not installed")
    export = pytest.importorskip("opentelemetry.sdk._logs.export")
    exporter = export.InMemoryLogRecordExporter()
    provider = logs.LoggerProvider()
    provider.add_log_record_processor(export.SimpleLogRecordProcessor(exporter))
    assert emit_evaluations([card_of(CASE)], provider, rubric=RUBRIC, transcripts={"t1": CASE.transcript}) == 4
    records = [found.log_record for found in exporter.get_finished_logs()]
    assert {record.event_name for record in records} == {EVENT}
    assert {(record.trace_id, record.span_id) for record in records} == {(int("ab" * 16, 16), int("cd" * 8, 16))}
