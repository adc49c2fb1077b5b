"""Adjudication: cells where people differ, or people and the judge, decided blind by a lead."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.review.results import AuditResults
from llm_grader.eval.judge.disagreements import Cause, find_disagreements
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.rubric.model import Item
from llm_grader.verdict import CANNOT_ASSESS, Verdict

MODEL = "model"
"""Who a side is that the judge is on; nobody in a team is called so there, for names of people are said as they are."""


@dataclass(frozen=True)
class AnswerSide:
    """One of the answers that a lead chooses among: its label, words and reason, and who gave it."""

    by: str
    is_model: bool
    label: str | None
    evidence: tuple[EvidenceSpan, ...]
    reason: str


@dataclass(frozen=True)
class OpenCase:
    """A cell to decide: its sides in an order that tells nothing, how grave it is, and the likely cause.

    `key` names it in addresses. `decided` is what was decided, where it was.
    """

    key: str
    unit: Unit
    sides: tuple[AnswerSide, ...]
    severity: float
    cause: Cause
    critical: bool
    decided: Cell | None


def find_cases(results: AuditResults, verdicts: Verdicts) -> list[OpenCase]:
    """All cells where people differ, or people and the judge, the undecided first, and of those the gravest.

    Not those that people are not asked here, whatever sheets of theirs say: nobody could decide them.

    Severity is as in `find_disagreements`: the item's weight times the points between the answers, times the judge's
    confidence where the judge is one of those who differ.
    """
    items = list(results.folder.rubric.items())
    graver = {
        case.unit: (case.severity * (1.0 if case.verdict.confidence is None else case.verdict.confidence), case.cause)
        for case in find_disagreements(results.labels(), verdicts, items)
    }
    cases = []
    for unit, cells in results.cells().items():
        verdict = verdicts.get(unit)
        item = results.folder.rubric.item(unit.item_id)
        if differ(cells, verdict) and results.folder.asks(item, results.folder.transcripts[unit.transcript_id]):
            severity, cause = graver.get(unit, (_severity(item, cells), "rubric"))
            sides = _shuffled(unit, _sides(cells, verdict))
            cases.append(OpenCase(cell_key(unit), unit, sides, severity, cause, item.critical, results.decision(unit)))
    return sorted(cases, key=lambda case: (case.decided is not None, not case.critical, -case.severity, case.unit))


def cell_key(unit: Unit) -> str:
    """The name of a cell in addresses: it tells nothing of the conversation."""
    return hashlib.sha256(f"{unit.transcript_id}\0{unit.item_id}".encode()).hexdigest()[:16]


def differ(cells: Mapping[str, Cell], verdict: Verdict | None) -> bool:
    """Whether people differ, or the judge says something else than all of them; one that cannot tell says nothing."""
    labels = {cell.label for cell in cells.values()}
    return len(labels) > 1 or (_answers(verdict) and {verdict.label} != labels)


def _answers(verdict: Verdict | None) -> TypeGuard[Verdict]:
    return verdict is not None and verdict.label not in (None, CANNOT_ASSESS)


def _severity(item: Item, cells: Mapping[str, Cell]) -> float:
    labels = [cell.label for cell in cells.values() if cell.label]
    if any(label not in item.levels for label in labels):
        return item.weight
    points = [item.points(label) for label in labels]
    return item.weight * (max(points) - min(points))


def _sides(cells: Mapping[str, Cell], verdict: Verdict | None) -> list[AnswerSide]:
    sides = [AnswerSide(name, False, cell.label, cell.evidence, cell.reason) for name, cell in cells.items()]
    if _answers(verdict):
        spans = tuple(EvidenceSpan(turn=e.turn, start=e.start, end=e.end, quote=e.quote) for e in verdict.evidence)
        sides.append(AnswerSide(MODEL, True, verdict.label, spans, verdict.reason))
    return sides


def _shuffled(unit: Unit, sides: Sequence[AnswerSide]) -> tuple[AnswerSide, ...]:
    """The sides in an order that is the same on every visit, and tells nothing of who is on which."""
    return tuple(random.Random(cell_key(unit)).sample(sides, len(sides)))  # noqa: S311 - an order, no secret
