"""Disputes on pages: an agent's own results, disagreeing with them, and the lead who answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from llm_grader.audit.labelling.checks import GivenCell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.review.disputes import (
    Dispute,
    Objection,
    Outcome,
    end_dispute,
    find_dispute,
    is_of,
    open_dispute,
    read_disputes,
    result_of,
)
from llm_grader.audit.review.results import AuditResults
from llm_grader.audit.web.requests import Answer, PageRequest
from llm_grader.audit.web.shown import shown_item, shown_text, shown_transcript
from llm_grader.errors import UsageError
from llm_grader.eval.labels.units import Unit
from llm_grader.transcript import Model, Transcript


class SentDispute(Objection):
    """What an agent disagrees with: an item of the n-th of the own conversations."""

    number: int
    item_id: str


class SentOutcome(Model):
    """What a lead answers; a correction has a label."""

    outcome: Outcome
    reason: str = Field(default="", max_length=4000)
    label: str | None = None
    evidence: tuple[EvidenceSpan, ...] = Field(default=(), max_length=40)


def own_results(request: PageRequest) -> Answer:
    """An agent's own conversations that have results, and the disputes about them."""
    results = request.office.results()
    return {
        "conversations": [
            {"number": number, "channel": one.channel, "turns": len(one.turns)}
            for number, one in enumerate(_own(request, results), 1)
        ],
        "disputes": [
            _shown(request, dispute) for dispute in read_disputes(results.folder.path) if _mine(request, dispute)
        ],
    }


def own_result(request: PageRequest) -> Answer:
    """One of an agent's own conversations with what was decided about each item: by whom is nobody's business."""
    results = request.office.results()
    transcript = _at(_own(request, results), int(request.path["n"]))
    language = request.office.language_of(request.person)
    rows = []
    for item in results.folder.items_for(transcript):
        cell = result_of(results, Unit(transcript.id, item.id))
        if cell is not None:
            evidence = [span.model_dump() for span in cell.evidence]
            result = {"label": cell.label, "evidence": evidence, "reason": cell.reason}
            rows.append({"item": shown_item(item, results.folder.rubric, language), "result": result})
    open_ = [d.unit.item_id for d in _of(transcript, results) if d.state == "open"]
    shown = shown_transcript(transcript, language)
    return {"number": int(request.path["n"]), "transcript": shown, "rows": rows, "open": open_}


def disagree(request: PageRequest) -> Answer:
    """Open a dispute about an own result."""
    sent = request.sent(SentDispute)
    results = request.office.results()
    transcript = _at(_own(request, results), sent.number)
    unit = Unit(transcript.id, results.folder.rubric.item(sent.item_id).id)
    made = open_dispute(results, unit, sent, by=request.person.name)
    return _shown(request, made)


def disputes(request: PageRequest) -> Answer:
    """All disputes, for leads: the open ones first."""
    found = read_disputes(request.office.folder.path)
    ordered = sorted(found, key=lambda one: (one.ended is not None, one.opened.at))
    return {"disputes": [_shown(request, dispute) for dispute in ordered]}


def dispute(request: PageRequest) -> Answer:
    """One dispute, with the conversation and what was decided, for a lead."""
    results = request.office.results()
    found = find_dispute(read_disputes(results.folder.path), request.path["id"])
    rubric, language = results.folder.rubric, request.office.language_of(request.person)
    cell = result_of(results, found.unit)
    request.office.desks[request.person.name].reveal(found.unit.transcript_id)
    return {
        **_shown(request, found),
        "transcript": shown_transcript(results.folder.transcripts[found.unit.transcript_id], language),
        "item": shown_item(rubric.item(found.unit.item_id), rubric, language),
        "evidence": [span.model_dump() for span in found.opened.evidence],
        "result": None
        if cell is None
        else {"label": cell.label, "reason": cell.reason, "evidence": [span.model_dump() for span in cell.evidence]},
    }


def end(request: PageRequest) -> Answer:
    """End a dispute: the agent withdraws it, or a lead who did not label the cell upholds or corrects."""
    results = request.office.results()
    found = find_dispute(read_disputes(results.folder.path), request.path["id"])
    sent = request.sent(SentOutcome)
    name = request.person.name
    if request.person.role == "agent":
        if sent.outcome != "withdrawn" or not _mine(request, found):
            raise LookupError("not yours to decide")
    else:
        _check_lead(results, found, sent, name)
    if sent.outcome == "corrected" and request.office.decisions is not None:
        given = GivenCell(item_id=found.unit.item_id, label=sent.label, evidence=sent.evidence, reason=sent.reason)
        request.office.decisions.decide(found.unit, given, by=name)
    ended = end_dispute(
        results.folder.path, found.opened.id, sent.outcome, by=name, reason=sent.reason, label=sent.label or ""
    )
    return _shown(request, ended)


def _check_lead(results: AuditResults, found: Dispute, sent: SentOutcome, name: str) -> None:
    if sent.outcome == "withdrawn":
        raise UsageError("only who disagreed can withdraw")
    if found.ended is not None:
        raise UsageError("this dispute has ended")
    if not sent.reason.strip():
        raise UsageError("say why")
    own = results.by_annotator.get(name)
    if own is not None and found.unit.item_id in own.of(found.unit.transcript_id).cells:
        raise UsageError("you labelled this yourself: somebody else has to answer")


def _own(request: PageRequest, results: AuditResults) -> list[Transcript]:
    """The agent's conversations that have results, in an order that stays."""
    done = {unit.transcript_id for unit in results.cells()} | set(results.adjudicated.conversations)
    name = request.person.in_conversations
    return [one for id_, one in results.folder.transcripts.items() if id_ in done and is_of(one, name)]


def _at(transcripts: list[Transcript], number: int) -> Transcript:
    if not 1 <= number <= len(transcripts):
        raise LookupError(number)
    return transcripts[number - 1]


def _of(transcript: Transcript, results: AuditResults) -> list[Dispute]:
    return [one for one in read_disputes(results.folder.path) if one.unit.transcript_id == transcript.id]


def _mine(request: PageRequest, found: Dispute) -> bool:
    return found.opened.by == request.person.name


def _shown(request: PageRequest, found: Dispute) -> dict[str, Any]:
    rubric = request.office.folder.rubric
    ended = found.ended
    return {
        "id": found.opened.id,
        "at": found.opened.at.date().isoformat(),
        "state": found.state,
        "kind": found.opened.kind,
        "title": shown_text(rubric.item(found.unit.item_id).title, request.office.language_of(request.person)),
        "proposed": found.opened.proposed,
        "reason": found.opened.reason,
        "answer": None if ended is None else ended.reason,
        "label": None if ended is None else ended.label,
    }
