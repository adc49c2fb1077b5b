"""Answers of one annotator: the state that a journal of events comes to, and the gold labels that it projects to."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from llm_grader.audit.labelling.events import AuditEvent, EvidenceSpan
from llm_grader.verdict import Label

State = Literal["new", "open", "submitted", "skipped"]
_STATES: dict[str, State] = {"open": "open", "submit": "submitted", "reopen": "open", "skip": "skipped"}


@dataclass
class Cell:
    """The answer to one item: its label, the words that it rests on, and why; `at` is the time of the last change.

    `decided` says that an adjudicator decided it, which counts at once and needs no submission.
    """

    label: str | None = None
    evidence: tuple[EvidenceSpan, ...] = ()
    reason: str = ""
    at: datetime | None = None
    decided: bool = False

    def apply(self, event: AuditEvent) -> None:
        """Bring the cell to where it stands after the event."""
        if event.event in ("label", "clear"):
            self.label = event.label
        elif event.event == "evidence_add":
            self.evidence = (*self.evidence, *event.evidence)
        elif event.event == "evidence_remove":
            self.evidence = tuple(span for span in self.evidence if span not in event.evidence)
        elif event.event == "reason":
            self.reason = event.reason or ""
        elif event.event == "resolve":
            self.label, self.evidence, self.reason = event.label, event.evidence, event.reason or ""
            self.decided = True
        self.at = event.at


@dataclass
class ConversationAnswers:
    """One conversation as far as an annotator got: its state, the answers by item, and how long it was looked at.

    `rev` is the number of the last event that changed anything: who saves says which one they saw. `blind_cells` are
    the answers as they were submitted before anything was revealed; None while nothing is.
    """

    state: State = "new"
    rev: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)
    active_ms: int = 0
    submitted_at: datetime | None = None
    blind_cells: dict[str, Cell] | None = None

    @property
    def revealed(self) -> bool:
        """Whether the annotator has seen what the model or other people said."""
        return self.blind_cells is not None

    @property
    def counted(self) -> dict[str, Cell]:
        """The answers that count: all of a submitted conversation, and of a revealed one what was given blind."""
        if self.blind_cells is not None:
            return self.blind_cells
        return self.cells if self.state == "submitted" else {}

    @property
    def done(self) -> bool:
        """Whether nothing more is expected here: submitted, skipped, or no longer blind."""
        return self.state in ("submitted", "skipped") or self.revealed

    @property
    def changed_later(self) -> frozenset[str]:
        """The items whose label is another than the one given blind."""
        blind = self.blind_cells or {}
        changed = (id_ for id_, cell in self.cells.items() if cell.label != blind.get(id_, Cell()).label)
        return frozenset(changed) if self.revealed else frozenset()

    def apply(self, event: AuditEvent) -> None:
        """Bring the conversation to where it stands after the event."""
        self.active_ms += event.active_ms or 0
        if event.event == "open" and self.state != "new":
            return
        self.rev = event.seq
        if event.event != "reveal":
            self.state = _STATES.get(event.event, "open" if self.state == "new" else self.state)
        if event.event == "submit":
            self.submitted_at = event.at
        if event.event == "reveal" and not self.revealed:
            self.blind_cells = copy.deepcopy(self.counted)
        if event.item_id is not None:
            self.cells.setdefault(event.item_id, Cell()).apply(event)


class AnnotatorAnswers:
    """Everything that one annotator answered, replayed from events; `ever` holds each label that a cell ever had.

    Args:
        annotator: whose.
        events: of the journal, in their order.
    """

    def __init__(self, annotator: str, events: Iterable[AuditEvent] = ()) -> None:
        self.annotator = annotator
        self.conversations: dict[str, ConversationAnswers] = {}
        self.ever: set[tuple[str, str | None, str | None]] = set()
        self.last_seq = 0
        for event in events:
            self.apply(event)

    def apply(self, event: AuditEvent) -> None:
        """Take in one more event."""
        self.last_seq = event.seq
        self.ever.add((event.transcript_id, event.item_id, event.label))
        self.conversations.setdefault(event.transcript_id, ConversationAnswers()).apply(event)

    def of(self, transcript_id: str) -> ConversationAnswers:
        """The answers about one conversation; blank where there are none."""
        return self.conversations.get(transcript_id) or ConversationAnswers()

    def submitted(self) -> frozenset[str]:
        """The ids of the conversations whose answers count: submitted and not opened again, or given blind."""
        return frozenset(id_ for id_, one in self.conversations.items() if one.state == "submitted" or one.blind_cells)

    def labels(self) -> list[Label]:
        """The gold labels: those that count, and what was decided; by conversation and item."""
        return [
            self._label(transcript_id, item_id, cell)
            for transcript_id, one in sorted(self.conversations.items())
            for item_id, cell in sorted({**_decided(one), **one.counted}.items())
            if cell.label is not None
        ]

    def _label(self, transcript_id: str, item_id: str, cell: Cell) -> Label:
        return Label(
            transcript_id=transcript_id,
            item_id=item_id,
            label=cell.label or "",
            annotator=self.annotator,
            label_source="human",
            evidence_quotes=tuple(span.quote for span in cell.evidence),
            reason=cell.reason or None,
            at=cell.at,
        )


def _decided(one: ConversationAnswers) -> dict[str, Cell]:
    return {item_id: cell for item_id, cell in one.cells.items() if cell.decided}
