"""The lead's data: cells to decide with nobody's name on them, and agreement so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import Field

from llm_grader.audit.labelling.checks import GivenCell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.review.adjudication import AnswerSide, OpenCase, find_cases
from llm_grader.audit.review.agreement import LEAST_COMPARED, agreement_so_far
from llm_grader.audit.web.requests import Answer, PageRequest
from llm_grader.audit.web.shown import shown_code, shown_item, shown_opening, shown_text, shown_transcript
from llm_grader.rubric.model import Item
from llm_grader.transcript import Model


class SentDecision(Model):
    """What a lead decides: a label, the words that it rests on, and why."""

    label: str
    evidence: tuple[EvidenceSpan, ...] = Field(default=(), max_length=40)
    reason: str = Field(max_length=4000)


def cases(request: PageRequest) -> Answer:
    """All cells to decide, the gravest first."""
    found = _cases(request)
    language = request.office.language_of(request.person)
    rubric = request.office.folder.rubric
    return {
        "cases": [
            {
                "key": case.key,
                "title": shown_text(rubric.item(case.unit.item_id).title, language),
                "opening": shown_opening(request.office.folder.transcripts[case.unit.transcript_id]),
                "code": shown_code(case.unit.transcript_id),
                "critical": case.critical,
                "sides": len(case.sides),
                "decided": None if case.decided is None else case.decided.label,
            }
            for case in found
        ],
        "waiting": len(request.office.results().waiting()),
    }


def case(request: PageRequest) -> Answer:
    """One cell: the conversation, the item, and the sides without names; with them once it is decided."""
    found = _cases(request)
    one = _case(found, request.path["cell"])
    request.office.desks[request.person.name].reveal(one.unit.transcript_id)
    return _shown(request, found, one)


def decide(request: PageRequest) -> Answer:
    """Decide a cell; only now the answer says who was on which side, and the way on is that from where it stood."""
    before = _cases(request)
    found = _case(before, request.path["cell"])
    sent = request.sent(SentDecision)
    decisions = request.office.decisions
    if decisions is None:
        raise LookupError("nobody adjudicates here")
    given = GivenCell(item_id=found.unit.item_id, label=sent.label, evidence=sent.evidence, reason=sent.reason)
    decisions.decide(found.unit, given, by=request.person.name)
    after = _cases(request)
    return {**_shown(request, after, _case(after, found.key)), "next": _next(before, found)}


def agreement(request: PageRequest) -> Answer:
    """Agreement per item and per person, over what is submitted."""
    office = request.office
    table = agreement_so_far(office.results(), office.verdicts)
    language = office.language_of(request.person)
    titles = {item.id: shown_text(item.title, language) for item in office.folder.rubric.items()}
    return {
        "items": [{**_plain(asdict(item)), "title": titles[item.item_id]} for item in table.items],
        "raters": [_plain(asdict(rater)) for rater in table.raters],
        "least": LEAST_COMPARED,
    }


def _cases(request: PageRequest) -> list[OpenCase]:
    return find_cases(request.office.results(), request.office.verdicts)


def _case(found: list[OpenCase], key: str) -> OpenCase:
    for one in found:
        if one.key == key:
            return one
    raise LookupError(key)


def _shown(request: PageRequest, found: list[OpenCase], one: OpenCase) -> Answer:
    office = request.office
    language = office.language_of(request.person)
    decided, item = one.decided, office.folder.rubric.item(one.unit.item_id)
    return {
        "key": one.key,
        "transcript": shown_transcript(office.folder.transcripts[one.unit.transcript_id], language),
        "item": shown_item(item, office.folder.rubric, language),
        "sides": _sides(one.sides, item, named=decided is not None),
        "decided": None if decided is None else {"label": decided.label, "reason": decided.reason},
        "cause": None if decided is None else one.cause,
        "left": sum(other.decided is None for other in found if other.key != one.key),
        "next": _next(found, one),
    }


def _next(found: list[OpenCase], one: OpenCase) -> str | None:
    """The undecided case after this one in the list's order; after the last one comes the first."""
    place = found.index(one)
    others = (*found[place + 1 :], *found[:place])
    return next((other.key for other in others if other.decided is None), None)


def _sides(sides: Sequence[AnswerSide], item: Item, *, named: bool) -> list[dict[str, Any]]:
    """The answers; before names may be seen, reasons and words only where they do not tell which is the model's.

    It always writes both; a sheet of labels has neither.
    """
    tells_nothing = named or not any(side.is_model for side in sides)
    need_words = [side for side in sides if side.label in item.evidence.required_for]
    reason = tells_nothing or all(side.reason for side in sides)
    words = tells_nothing or (bool(need_words) and all(side.evidence for side in need_words))
    return [_side(side, named=named, reason=reason, words=words) for side in sides]


def _side(side: AnswerSide, *, named: bool, reason: bool, words: bool) -> dict[str, Any]:
    shown = {
        "label": side.label,
        "evidence": [span.model_dump() for span in side.evidence] if words else [],
        "reason": side.reason if reason else "",
    }
    return {**shown, "by": side.by, "is_model": side.is_model} if named else shown


def _plain(value: Any) -> Any:
    """Values as JSON has them: what is not a number is nothing."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
