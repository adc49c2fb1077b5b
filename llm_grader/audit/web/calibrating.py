"""Calibration sessions on pages: who is done, the board once it is revealed, consensus, and notes about wording."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from llm_grader.audit.labelling.checks import GivenCell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.review.board import BoardRow, board_of, done
from llm_grader.audit.review.results import AuditResults
from llm_grader.audit.review.sessions import (
    MOST,
    CalibrationSession,
    add_note,
    find_session,
    new_session,
    reveal_session,
)
from llm_grader.audit.web.office import CAN_LABEL
from llm_grader.audit.web.requests import Answer, PageRequest
from llm_grader.audit.web.shown import shown_cell, shown_text
from llm_grader.errors import UsageError
from llm_grader.eval.labels.units import Unit
from llm_grader.transcript import Model


class SentSession(Model):
    """A new session: so many conversations that nobody has begun, and who takes part."""

    title: str = Field(default="", max_length=200)
    conversations: int = Field(ge=1, le=MOST)
    participants: tuple[str, ...]
    expert: str = ""


class SentReveal(Model):
    """Whether to reveal although some have not submitted."""

    close: bool = False


class SentConsensus(Model):
    """What the session agrees on about one row of the board, and what the rubric should say."""

    row: int = Field(ge=0)
    label: str | None = None
    reason: str = Field(default="", max_length=4000)
    note: str = Field(default="", max_length=2000)


def sessions(request: PageRequest) -> Answer:
    """The sessions that one takes part in; a lead sees all, and whom to invite."""
    results = request.office.results()
    lead = request.person.role == "lead"
    seen = [one for one in results.sessions if lead or request.person.name in one.participants]
    people = [one.name for one in request.office.team.having(*CAN_LABEL)] if lead else []
    return {"sessions": [_shown(one, results) for one in seen], "people": people, "most": MOST}


def session(request: PageRequest) -> Answer:
    """One session; its board as soon as it is revealed."""
    results = request.office.results()
    found = _seen(request, results)
    if not found.revealed:
        return _shown(found, results)
    for transcript_id in found.transcripts:
        request.office.desks[request.person.name].reveal(transcript_id)
    return {**_shown(found, results), "board": _board(request, found, results)}


def begin(request: PageRequest) -> Answer:
    """Begin a session about conversations that nobody has begun to label."""
    sent = request.sent(SentSession)
    results = request.office.results()
    can_take_part = {one.name for one in request.office.team.having(*CAN_LABEL)}
    if unknown := set(sent.participants) - can_take_part:
        raise UsageError(f"nobody in the team who labels is called {', '.join(sorted(unknown))}")
    begun = {id_ for answers in results.by_annotator.values() for id_ in answers.conversations}  # or shown to somebody
    taken = {id_ for one in results.sessions for id_ in one.transcripts}
    free = [row.transcript_id for row in results.folder.sample if row.transcript_id not in begun | taken]
    made = new_session(
        results.folder.path,
        free[: sent.conversations],
        sent.participants,
        by=request.person.name,
        title=sent.title,
        expert=sent.expert,
    )
    return _shown(made, request.office.results())


def reveal(request: PageRequest) -> Answer:
    """Reveal the board: everybody has submitted, or the lead closes the session."""
    results = request.office.results()
    found = _seen(request, results)
    late = [name for name, is_done in done(found, results).items() if not is_done]
    if late and not (request.sent(SentReveal).close and request.person.role == "lead"):
        raise UsageError(f"not everybody has submitted: {', '.join(late)}")
    reveal_session(results.folder.path, found.id, late=late)
    return session(request)


def consensus(request: PageRequest) -> Answer:
    """Agree on a row of the board: the label becomes the adjudicator's, the note the rubric's."""
    results = request.office.results()
    found = _seen(request, results)
    sent = request.sent(SentConsensus)
    rows = board_of(found, results).rows if found.revealed else ()
    if sent.row >= len(rows):
        raise LookupError(sent.row)
    row = rows[sent.row]
    if sent.label is not None and request.office.decisions is not None:
        words = _words_of(row, sent.label)
        given = GivenCell(item_id=row.item_id, label=sent.label, evidence=words, reason=sent.reason)
        unit = Unit(row.transcript_id, row.item_id)
        request.office.decisions.decide(unit, given, by=request.person.name, session=found.id)
    if sent.note.strip():
        add_note(results.folder.path, found.id, row.item_id, sent.note.strip(), by=request.person.name)
    return session(request)


def _words_of(row: BoardRow, label: str) -> tuple[EvidenceSpan, ...]:
    """The words that those who gave a label pointed at: what they agree on rests on them."""
    spans = (span for cell in row.answers.values() if cell.label == label for span in cell.evidence)
    return tuple(dict.fromkeys(spans))


def _seen(request: PageRequest, results: AuditResults) -> CalibrationSession:
    found = find_session(results.folder.path, request.path["id"])
    if request.person.role != "lead" and request.person.name not in found.participants:
        raise LookupError(found.id)
    return found


def _shown(found: CalibrationSession, results: AuditResults) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "at": found.created_at.date().isoformat(),
        "conversations": len(found.transcripts),
        "expert": found.expert,
        "revealed": found.revealed,
        "done": done(found, results),
        "late": found.late,
    }


def _board(request: PageRequest, found: CalibrationSession, results: AuditResults) -> dict[str, Any]:
    board = board_of(found, results)
    language = request.office.language_of(request.person)
    return {
        "rows": [_row(row, results, language) for row in board.rows],
        "exact": board.exact,
        "alpha": board.alpha,
        "distances": board.distances,
        "scores": board.scores,
        "notes": [
            {"title": shown_text(results.folder.rubric.item(note.item_id).title, language), "text": note.text}
            for note in found.notes
        ],
    }


def _row(row: BoardRow, results: AuditResults, language: str) -> dict[str, Any]:
    item = results.folder.rubric.item(row.item_id)
    return {
        "number": row.number,
        "title": shown_text(item.title, language),
        "labels": item.labels,
        "answers": {name: shown_cell(cell) for name, cell in row.answers.items()},
        "exact": row.exact,
        "consensus": row.consensus,
    }
