"""Events of labelling: what somebody did to a conversation or to one of its items, one a line of a journal."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from llm_grader.transcript import Model, Transcript

What = Literal[
    "open",
    "label",
    "clear",
    "evidence_add",
    "evidence_remove",
    "reason",
    "submit",
    "reopen",
    "skip",
    "reveal",
    "resolve",
]
"""What happened. `resolve` is an adjudicator's whole decision about a cell, the others are single steps.

From a `reveal` on somebody has seen what the model or other people said: what they change later is not blind.
"""


class EvidenceSpan(Model):
    """Words of a turn that somebody pointed at, in code points: `turns[turn].text[start:end] == quote`."""

    turn: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str

    def is_in(self, transcript: Transcript) -> bool:
        """Whether the transcript has exactly these words there; blanks are no words."""
        if not self.quote.strip() or self.turn >= len(transcript.turns):
            return False
        return transcript.turns[self.turn].text[self.start : self.end] == self.quote


class AuditEvent(Model):
    """One step of somebody's work.

    `seq` counts the events of a journal from 1. `item_id` is None where the whole conversation is meant. `evidence` is
    what was added or taken away, or all that a decision rests on. `active_ms` is the time that somebody looked at the
    conversation before this step. `by` is the lead behind an adjudicator's decision; `session` names the calibration
    session that it was made in.
    """

    seq: int = Field(ge=1)
    at: AwareDatetime
    annotator: str
    rubric_hash: str
    transcript_id: str
    item_id: str | None = None
    event: What
    label: str | None = None
    evidence: tuple[EvidenceSpan, ...] = ()
    reason: str | None = None
    active_ms: int | None = Field(default=None, ge=0)
    session: str | None = None
    by: str | None = None
