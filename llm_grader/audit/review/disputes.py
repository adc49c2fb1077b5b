"""Disputes: an agent disagrees with a label of a conversation of theirs, and a lead upholds or corrects it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, Field

from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.plain_files import Lines, in_turn, read_lines
from llm_grader.audit.review.results import AuditResults
from llm_grader.errors import UsageError
from llm_grader.eval.labels.units import Unit
from llm_grader.transcript import Model, Transcript, name_key

Kind = Literal["label_wrong", "evidence_wrong", "evidence_missing", "not_applicable"]
Outcome = Literal["upheld", "corrected", "withdrawn"]
WINDOW = timedelta(days=14)
"""How long after the result somebody may disagree with it."""
LEAST_REASON = 10


class Objection(Model):
    """What somebody disagrees with and why: the label they propose, and the words that they point at."""

    kind: Kind
    reason: str = Field(max_length=4000)
    proposed: str | None = None
    evidence: tuple[EvidenceSpan, ...] = Field(default=(), max_length=40)


class DisputeStep(Model):
    """One line of the file of disputes: one was opened, or ended with an outcome."""

    id: str = Field(pattern=r"^[a-z0-9]{1,24}$")
    at: AwareDatetime
    by: str
    transcript_id: str
    item_id: str
    event: Literal["open"] | Outcome
    kind: Kind | None = None
    proposed: str | None = None
    evidence: tuple[EvidenceSpan, ...] = ()
    reason: str = Field(default="", max_length=4000)
    label: str | None = None


class Dispute(Model):
    """A dispute: how it was opened, and how it ended, if it did."""

    opened: DisputeStep
    ended: DisputeStep | None = None

    @property
    def state(self) -> Literal["open"] | Outcome:
        """Where it stands."""
        return "open" if self.ended is None else self.ended.event

    @property
    def unit(self) -> Unit:
        """The cell it is about."""
        return Unit(self.opened.transcript_id, self.opened.item_id)


def read_disputes(folder: Path) -> list[Dispute]:
    """All disputes, in the order in which they were opened.

    Raises:
        MalformedInput: the file is damaged.
    """
    found: dict[str, Dispute] = {}
    for step in read_lines(_file(folder), DisputeStep):
        if step.event == "open":
            found[step.id] = Dispute(opened=step)
        elif step.id in found:
            found[step.id] = Dispute(opened=found[step.id].opened, ended=step)
    return list(found.values())


class DisputeCounts(NamedTuple):
    """How disputes stand: how many are open, were answered by a lead, and led to another label; and the median days."""

    open: int
    answered: int
    corrected: int
    days: float | None


def count_disputes(disputes: Iterable[Dispute]) -> DisputeCounts:
    """How disputes stand; what was withdrawn counts as neither open nor answered."""
    given = list(disputes)
    answered = [one for one in given if one.state in ("upheld", "corrected") and one.ended is not None]
    days = [(one.ended.at - one.opened.at).total_seconds() / 86_400 for one in answered if one.ended is not None]
    corrected = sum(one.state == "corrected" for one in answered)
    still = sum(one.state == "open" for one in given)
    return DisputeCounts(still, len(answered), corrected, median(days) if days else None)


def open_dispute(results: AuditResults, unit: Unit, objection: Objection, *, by: str) -> Dispute:
    """Disagree with a result.

    Raises:
        UsageError: there is no result yet, it is older than `WINDOW`, a dispute about it is open, the reason is too
            short, the label is none of the item's, or the words are not in the conversation.
        DiskError: it cannot be written.
    """
    _check(results, unit, objection)
    folder = results.folder.path
    with in_turn(_file(folder).with_suffix(".lock")):
        if any(one.unit == unit and one.state == "open" for one in read_disputes(folder)):
            raise UsageError("a dispute about this item is open already")
        step = DisputeStep(
            id=secrets.token_hex(4),
            at=_now(),
            by=by,
            transcript_id=unit.transcript_id,
            item_id=unit.item_id,
            event="open",
            kind=objection.kind,
            proposed=objection.proposed,
            evidence=objection.evidence,
            reason=objection.reason.strip(),
        )
        _append(folder, step)
    return Dispute(opened=step)


def end_dispute(folder: Path, dispute_id: str, outcome: Outcome, *, by: str, reason: str, label: str = "") -> Dispute:
    """End a dispute, once.

    Raises:
        UsageError: there is no such dispute, or it has ended.
        DiskError: it cannot be written.
    """
    with in_turn(_file(folder).with_suffix(".lock")):
        dispute = find_dispute(read_disputes(folder), dispute_id)
        if dispute.ended is not None:
            raise UsageError(f"this dispute has ended: {dispute.state}")
        opened = dispute.opened
        step = DisputeStep(
            id=opened.id,
            at=_now(),
            by=by,
            transcript_id=opened.transcript_id,
            item_id=opened.item_id,
            event=outcome,
            reason=reason.strip(),
            label=label or None,
        )
        _append(folder, step)
    return Dispute(opened=opened, ended=step)


def find_dispute(disputes: Iterable[Dispute], dispute_id: str) -> Dispute:
    """The dispute with this id.

    Raises:
        UsageError: there is none.
    """
    for dispute in disputes:
        if dispute.opened.id == dispute_id:
            return dispute
    raise UsageError(f"there is no dispute {dispute_id!r}: see `llm-grader audit dispute list`")


def result_of(results: AuditResults, unit: Unit) -> Cell | None:
    """What an agent is shown of a cell: the adjudicator's decision, else what all people said; None while they differ.

    Nothing is shown of a conversation that somebody is still labelling.
    """
    if decided := results.decision(unit):
        return decided
    cells = list(results.cells().get(unit, {}).values())
    return cells[0] if len({cell.label for cell in cells}) == 1 else None


def is_of(transcript: Transcript, agent: str) -> bool:
    """Whether a conversation is this agent's, by any of their names: under review there, or the only one to speak."""
    return name_key(agent) in {name_key(name) for name in transcript.agent_names()}


def _check(results: AuditResults, unit: Unit, objection: Objection) -> None:
    transcript = results.folder.transcripts.get(unit.transcript_id)
    result = None if transcript is None else result_of(results, unit)
    if transcript is None or result is None:
        raise UsageError("there is no result to disagree with")
    if result.at is not None and _now() - result.at > WINDOW:  # a sheet need not say when
        raise UsageError(f"this result is older than {WINDOW.days} days")
    if len(objection.reason.strip()) < LEAST_REASON:
        raise UsageError(f"say why, in {LEAST_REASON} characters or more")
    if objection.proposed is not None and objection.proposed not in results.folder.rubric.item(unit.item_id).labels:
        raise UsageError("the proposed label is none that the item has")
    if not all(span.is_in(transcript) for span in objection.evidence):
        raise UsageError("the words are not at that place of the conversation")


def _append(folder: Path, step: DisputeStep) -> None:
    lines = Lines(_file(folder))
    try:
        lines.append([step])
    finally:
        lines.close()


def _file(folder: Path) -> Path:
    return folder / "audit" / "disputes.jsonl"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
