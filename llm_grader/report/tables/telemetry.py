"""Verdicts as OpenTelemetry events: `gen_ai.evaluation.result` of the conventions for generative models (experimental).

    from opentelemetry.sdk._logs import LoggerProvider
    emit_evaluations(cards, LoggerProvider(), rubric=rubric)

`EvaluationEvents` emits them one by one while cards come. Needs the extra `otel`.
What people said leaves with an event only where `explanations` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_grader.errors import UsageError
from llm_grader.report.people import earned
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard, Verdict
from llm_grader.version import __version__

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.context import Context
    from opentelemetry.sdk._logs import LoggerProvider as SendingProvider

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
    events = EvaluationEvents(provider, rubric=rubric, explanations=explanations)
    for _ in events.watched((transcripts or {}).values()):
        pass
    return sum(map(events.emit, cards))


class EvaluationEvents:
    """Emits an event for each verdict as cards come, in the span that the card's conversation names.

    Args:
        provider: of OpenTelemetry's loggers, with whatever exporter.
        rubric: by which cards are graded, for the points that a label earns.
        explanations: whether reasons and quotes leave, too: they are personal data.
    """

    def __init__(self, provider: LoggerProvider, *, rubric: Rubric | None = None, explanations: bool = False) -> None:
        self._logger = provider.get_logger("llm_grader", __version__)
        self._rubric = rubric
        self._explanations = explanations
        self._parents: dict[str, Parent] = {}

    def watched(self, transcripts: Iterable[Transcript]) -> Iterator[Transcript]:
        """The transcripts as they are; what they say of their span is kept until their card comes."""
        for transcript in transcripts:
            if (parent := Parent.of(transcript.metadata)) is not None:
                self._parents[transcript.id] = parent
            yield transcript

    def emit(self, card: Scorecard) -> int:
        """Emit the events of a card; returns how many."""
        parent = self._parents.pop(card.transcript_id, None)
        context = None if parent is None else parent.context()
        attributes = list(evaluation_attributes(card, self._rubric, explanations=self._explanations))
        for one in attributes:
            self._logger.emit(event_name=EVENT, attributes=one, context=context)
        return len(attributes)


def open_provider() -> SendingProvider:
    """A provider that sends in batches, by OTLP over HTTP, to where OpenTelemetry's own variables say.

    `OTEL_EXPORTER_OTLP_ENDPOINT` and its like are read by its own library; `shutdown()` sends what is left.

    Raises:
        UsageError: the extra `otel` is missing.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    except ImportError:
        raise UsageError("--otel needs the extra 'otel': pip install 'llm-grader[otel]'") from None
    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    return provider


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
