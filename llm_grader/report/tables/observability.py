"""Verdicts as the scores of tools that watch models: lines for Langfuse's scores and Phoenix's span annotations.

Only verdicts that passed their checks become scores. Ids follow from run, conversation and item, so that sending the
lines twice changes nothing. The conversation's metadata says where they belong: `langfuse_trace_id` or
`langfuse_session_id` (else its id is the session), `phoenix_span_id`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from llm_grader.report.people import earned
from llm_grader.report.tables.columns import GradedCard, VerdictRow, verdict_rows

ScoreFormat = Literal["langfuse", "phoenix"]
Line = dict[str, Any]


def langfuse_scores(graded: GradedCard, metadata: Mapping[str, Any]) -> Iterator[Line]:
    """The arguments of Langfuse's `create_score`: a categorical score a verdict, and the card's as `qa_score`."""
    place = _langfuse_place(graded, metadata)
    for row in _settled(graded):
        yield {
            "id": _id(graded, row.verdict.item_id),
            "name": row.verdict.item_id,
            "value": row.verdict.label,
            "dataType": "CATEGORICAL",
            **place,
            "comment": _explanation(row),
            "metadata": _about(row),
        }
    if graded.card.score is not None:
        common = {"id": _id(graded, "qa_score"), "name": "qa_score", "value": graded.card.score}
        yield {**common, "dataType": "NUMERIC", **place, "metadata": {"run": graded.run_id}}


def phoenix_annotations(graded: GradedCard, metadata: Mapping[str, Any]) -> Iterator[Line]:
    """The arguments of Phoenix's `add_span_annotation`, of the model and of people; none without a span."""
    span = metadata.get("phoenix_span_id")
    if not span:
        return
    for row in _settled(graded):
        common = {"span_id": str(span), "name": row.verdict.item_id, "metadata": _about(row)}
        result = {
            "label": row.verdict.label,
            "score": _points(row, row.verdict.label),
            "explanation": _explanation(row),
        }
        yield {**common, "annotator_kind": "LLM", "result": result, "identifier": f"run {graded.run_id}"}
        for label in row.final.people:
            said = {"label": label.label, "score": _points(row, label.label), "explanation": label.reason}
            yield {**common, "annotator_kind": "HUMAN", "result": said, "identifier": label.annotator}


LINES: Mapping[ScoreFormat, Callable[[GradedCard, Mapping[str, Any]], Iterator[Line]]] = {
    "langfuse": langfuse_scores,
    "phoenix": phoenix_annotations,
}


def _settled(graded: GradedCard) -> Iterator[VerdictRow]:
    return (row for row in verdict_rows(graded) if row.verdict.status == "ok")


def _langfuse_place(graded: GradedCard, metadata: Mapping[str, Any]) -> dict[str, str]:
    if trace := metadata.get("langfuse_trace_id"):
        return {"traceId": str(trace)}
    return {"sessionId": str(metadata.get("langfuse_session_id") or graded.card.transcript_id)}


def _id(graded: GradedCard, name: str) -> str:
    parts = f"{graded.run_id}\n{graded.card.transcript_id}\n{name}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _points(row: VerdictRow, label: str | None) -> float | None:
    return None if row.item is None else earned(row.item, label)


def _explanation(row: VerdictRow) -> str:
    quotes = " … ".join(f"“{evidence.quote}”" for evidence in row.verdict.evidence)
    return " ".join(part for part in (row.verdict.reason, quotes) if part)


def _about(row: VerdictRow) -> Line:
    first, card = row.first, row.graded.card
    place = {} if first is None else {"turn": first.turn, "start": first.start, "end": first.end}
    common = {"run": row.graded.run_id, "transcript_id": card.transcript_id, "status": row.verdict.status}
    return {**common, "rubric_hash": card.provenance.rubric_hash, "confidence": row.verdict.confidence, **place}
