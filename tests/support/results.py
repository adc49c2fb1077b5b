"""A store with scripted results and their conversations, for what reads results: nothing is graded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from llm_grader.grading.scoring import score_verdicts
from llm_grader.rubric.model import Rubric
from llm_grader.store.journal import Journal
from llm_grader.store.store import Store
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import About, Evidence, Failure, Label, Provenance, Scorecard, SectionScore, Verdict

BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday, the first day of 2026-W45

RUBRIC = Rubric.model_validate(
    {
        "id": "desk",
        "version": "1",
        "title": {"en": "Desk", "de": "Schalter"},
        "source": "made for tests",
        "sections": [
            {
                "id": "opening",
                "title": "Opening",
                "items": [{"id": "greeting", "title": "Greets", "question": "Greets?", "weight": 2}],
            },
            {
                "id": "work",
                "title": "Work",
                "items": [
                    {"id": "solution", "title": "Solves", "question": "Solves?", "weight": 1, "critical": True},
                    {"id": "blame", "title": "Blames", "question": "Blames?", "weight": 1, "penalty": True},
                    {
                        "id": "care",
                        "title": "Cares",
                        "question": "Cares?",
                        "weight": 1,
                        "evidence": {"required_for": []},
                        "scale": {
                            "levels": [
                                {"value": str(n), "points": (n - 1) / 3, "anchor": f"level {n}"} for n in range(1, 5)
                            ]
                        },
                    },
                ],
            },
        ],
    }
)
"""Four items: weight 2; critical; a penalty; a scale of four levels."""

GOOD = {"greeting": "met", "solution": "met", "blame": "not_met", "care": "4"}
"""100 · (2 + 1 + 1) ÷ 4 = 100 points."""


class Case(NamedTuple):
    """A conversation and its result: `labels` by item, None for a failed check; quotes as (turn, start, end)."""

    transcript: Transcript
    labels: Mapping[str, str | None]
    quotes: Mapping[str, tuple[int, int, int]] = {}
    status: str | None = None
    reason: str = "because"


def talk(id_: str, *texts: str, agent: str = "Ana", day: int = 0, **fields: Any) -> Transcript:
    """A chat in which agent and customer take turns, the agent first."""
    said = texts or ("Hello, this is the desk.", "Where is my parcel?", "It comes on Friday.")
    turns = tuple(
        Turn(role="customer", text=text) if at % 2 else Turn(role="agent", speaker=agent, text=text)
        for at, text in enumerate(said)
    )
    started = BEGUN + timedelta(days=day)
    return Transcript(id=id_, channel="chat", turns=turns, started_at=started, agent_id=agent, **fields)


def card_of(case: Case, *, rubric: Rubric = RUBRIC, model: str = "scripted", key: str | None = None) -> Scorecard:
    """The card of a case, its scores worked out from the labels."""
    verdicts = {item.id: _verdict(case, item.id) for item in rubric.items()}
    key = key or f"key of {case.transcript.id}"
    common: dict[str, Any] = {
        "transcript_id": case.transcript.id,
        "verdicts": verdicts,
        "provenance": provenance(rubric, model=model, key=key),
        "about": About.of(case.transcript),
        "warnings": case.transcript.warnings,
    }
    if case.status == "error":
        nothing = {section.id: SectionScore(score=None, coverage=0) for section in rubric.sections}
        failed = {id_: Verdict(item_id=id_, label=None, status="error") for id_ in verdicts}
        failure = Failure(code="transient", message="timed out")
        common |= {"verdicts": failed, "failure": failure, "sections": nothing}
        return Scorecard(score=None, status="error", coverage=0, passed=None, **common)
    ok = all(verdict.status == "ok" for verdict in verdicts.values())
    return Scorecard(status="ok" if ok else "needs_review", **common, **dict(score_verdicts(rubric, verdicts)))


def _verdict(case: Case, item_id: str) -> Verdict:
    label = {**GOOD, **case.labels}[item_id]
    if label is None:
        return Verdict(item_id=item_id, label=None, status="needs_review", problem="unverified_evidence", claimed="met")
    evidence: tuple[Evidence, ...] = ()
    if item_id in case.quotes:
        turn, start, end = case.quotes[item_id]
        words = case.transcript.turns[turn]
        found = Evidence(turn=turn, role=words.role, quote=words.text[start:end], start=start, end=end, match="exact")
        evidence = (found,)
    return Verdict(item_id=item_id, label=label, evidence=evidence, confidence=0.9, reason=case.reason)


def provenance(rubric: Rubric = RUBRIC, *, model: str = "scripted", key: str = "run") -> Provenance:
    """That of a card by a judge that never was."""
    return Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash="p" * 64,
        model=model,
        endpoint="127.0.0.1",
        key=key,
        library_version="0",
    )


def write_store(
    path: Path, cases: Iterable[Case], *, rubric: Rubric = RUBRIC, model: str = "scripted", keep_texts: bool = True
) -> Path:
    """A store with one run of these cases, added to where it is there."""
    with Store(path, keep_texts=keep_texts) as store:
        journal = Journal(store, store.start_run(provenance(rubric, model=model), rubric))
        for case in cases:
            key = f"key of {case.transcript.id} by {model}"
            asyncio.run(journal.save(card_of(case, rubric=rubric, model=model, key=key), case.transcript))
        journal.close()
    return path


def label(transcript_id: str, item_id: str, given: str, annotator: str = "anna", source: str = "human") -> Label:
    """A person's label."""
    return Label.model_validate(
        {
            "transcript_id": transcript_id,
            "item_id": item_id,
            "label": given,
            "annotator": annotator,
            "label_source": source,
        }
    )
