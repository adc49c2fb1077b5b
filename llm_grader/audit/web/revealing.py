"""Reveal: what the model said of a conversation, for an auditor who has submitted it, where that is allowed."""

from __future__ import annotations

from typing import Any

from llm_grader.audit.labelling.desk import QueuePlace
from llm_grader.audit.web.office import Office
from llm_grader.eval.labels.units import Unit
from llm_grader.verdict import Verdict


def may_reveal(place: QueuePlace, office: Office) -> bool:
    """Whether somebody may be shown what the model said: it is known, their answers are in, and the team allows it."""
    if office.team.reveal != "after_submit" or place.answers.submitted_at is None:
        return False
    return any(_verdict(place, office, item.id) for item in place.items)


def shown_model(place: QueuePlace, office: Office) -> dict[str, Any] | None:
    """Item → what the model said, once the annotator's journal has it that they see it; None before."""
    if not place.answers.revealed or not may_reveal(place, office):
        return None
    found = {item.id: _verdict(place, office, item.id) for item in place.items}
    return {item_id: _shown(verdict) for item_id, verdict in found.items() if verdict is not None}


def _verdict(place: QueuePlace, office: Office, item_id: str) -> Verdict | None:
    return office.verdicts.get(Unit(place.transcript.id, item_id))


def _shown(verdict: Verdict) -> dict[str, Any]:
    evidence = [{"turn": e.turn, "start": e.start, "end": e.end, "quote": e.quote} for e in verdict.evidence]
    return {"label": verdict.label, "reason": verdict.reason, "evidence": evidence}
