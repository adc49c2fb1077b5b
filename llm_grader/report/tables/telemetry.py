"""Verdicts as OpenTelemetry events: `gen_ai.evaluation.result` of the conventions for generative models (experimental).

    from opentelemetry.sdk._logs import LoggerProvider
    emit_evaluations(cards, LoggerProvider(), rubric=rubric)

Needs the extra `otel`. What people said leaves with an event only where `explanations` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_grader.report.people import earned
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard, Verdict
from llm_grader.version import __version__

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.context import Context

EVENT = "gen_ai.evaluation.result"
Attributes = dict[str, str | float]


class Parent(NamedTuple):
    """The span that a conversation came from: hexadecimal ids of its trace and itself."""

    trace_id: int
    span_id: int

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Parent | None:
        """What a conversation's `otel_trace_id` and `otel_span_id` say; None where they are missing or no such ids."""
        try:
            return cls(int(str(metadata["otel_trace_id"]), 16), int(str(metadata["otel_span_id"]), 16))
        except (KeyError, ValueError):
            return None

    def context(self) -> Context:
        """The context in which an event belongs to the span."""
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        flags = TraceFlags(TraceFlags.SAMPLED)
        return set_span_in_context(NonRecordingSpan(SpanContext(self.trace_id, self.span_id, True, flags)))


def emit_evaluations(
    cards: Iterable[Scorecard],
    provider: LoggerProvider,
    *,
    rubric: Rubric | None = None,
    transcripts: Mapping[str, Transcript] | None = None,
    explanations: bool = False,
) -> int:
    """Emit an event for each verdict; returns how many.

    Args:
        cards: gone through once.
        provider: of OpenTelemetry's loggers, with whatever exporter.
        rubric: by which they were graded, for the points that a label earns.
        transcripts: by id, whose metadata says which span they belong to.
        explanations: whether reasons and quotes leave, too: they are personal data.
    """
    logger = provider.get_logger("llm_grader", __version__)
    emitted = 0
    for card in cards:
        conversation = (transcripts or {}).get(card.transcript_id)
        parent = None if conversation is None else Parent.of(conversation.metadata)
        context = None if parent is None else parent.context()
        for attributes in evaluation_attributes(card, rubric, explanations=explanations):
            logger.emit(event_name=EVENT, attributes=attributes, context=context)
            emitted += 1
    return emitted


def evaluation_attributes(
    card: Scorecard, rubric: Rubric | None, *, explanations: bool = False
) -> Iterator[Attributes]:
    """The attributes of the event of each verdict of a card."""
    for verdict in card.verdicts.values():
        attributes: Attributes = {
            "gen_ai.evaluation.name": verdict.item_id,
            "gen_ai.response.model": card.provenance.answered_by or card.provenance.model,
            "llm_grader.transcript_id": card.transcript_id,
        }
        if verdict.label is not None:
            attributes["gen_ai.evaluation.score.label"] = verdict.label
        else:
            attributes["error.type"] = verdict.problem or verdict.status
        points = None if rubric is None else earned(rubric.item(verdict.item_id), verdict.label)
        if points is not None:
            attributes["gen_ai.evaluation.score.value"] = points
        if explanations:
            attributes["gen_ai.evaluation.explanation"] = _explanation(verdict)
        yield attributes


def _explanation(verdict: Verdict) -> str:
    return " ".join([verdict.reason, *(f"“{evidence.quote}”" for evidence in verdict.evidence)]).strip()
