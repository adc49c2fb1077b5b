"""The self-audit: a rubric's questions about the organisation, which a person answers and no model ever sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from llm_grader.errors import MalformedInput, UsageError
from llm_grader.files.mapping_file import load_mapping
from llm_grader.grading.scoring import apply_conditions, score_verdicts
from llm_grader.rubric.model import Item, Rubric, wording
from llm_grader.transcript import Model, Transcript
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Provenance, Scorecard, Verdict
from llm_grader.version import __version__

_LABELS = {"yes": MET, "no": NOT_MET, "not_applicable": NOT_APPLICABLE, "": CANNOT_ASSESS}


class SelfAuditAnswer(Model):
    """One answer: yes, no, not_applicable, or nothing yet; and what it rests on."""

    answer: Annotated[
        Literal["yes", "no", "not_applicable", ""], BeforeValidator(lambda value: "" if value is None else value)
    ] = ""
    note: str = ""


class SelfAudit(Model):
    """The answers to the questions about the organisation, with who gave them."""

    rubric: str
    version: str
    answered_by: str = ""
    answers: dict[str, SelfAuditAnswer] = Field(default_factory=dict)


def organisation_items(rubric: Rubric) -> tuple[Item, ...]:
    """The items of the rubric that are about the organisation."""
    return tuple(item for item in rubric.items() if item.judged == "org")


def render_questionnaire(rubric: Rubric, language: str) -> str:
    """A YAML file to fill in, with each question and what counts as yes as comments.

    Raises:
        UsageError: the rubric asks nothing about the organisation.
    """
    items = organisation_items(rubric)
    if not items:
        raise UsageError(f"{rubric.id}: no item is about the organisation (judged: org), so there is nothing to answer")
    return "\n".join(_lines(rubric, items, language)) + "\n"


def _lines(rubric: Rubric, items: tuple[Item, ...], language: str) -> Iterator[str]:
    yield f"# {wording(rubric.title, language)}: self-audit. Answer yes, no or not_applicable."
    yield f"rubric: {rubric.id}"
    yield f'version: "{rubric.version}"'
    yield 'answered_by: ""'
    yield "answers:"
    for item in items:
        for text in (item.question, *item.policy().values(), *item.remarks().values()):
            yield f"  # {' '.join(wording(text, language).split())}"
        yield f"  {item.id}:"
        yield '    answer: ""'
        yield '    note: ""'


def load_self_audit(path: Path) -> SelfAudit:
    """Read a questionnaire that was filled in.

    Raises:
        MalformedInput: it cannot be read, or an answer is not one of yes, no and not_applicable; with the line.
    """
    return load_mapping(SelfAudit, path)


def grade_self_audit(audit: SelfAudit, rubric: Rubric) -> Scorecard:
    """A scorecard of the answers, scored like any other; items about conversations are not applicable.

    Raises:
        MalformedInput: an answer belongs to no question of the rubric, or the rubric is another one.
    """
    questions = {item.id for item in organisation_items(rubric)}
    if audit.rubric != rubric.id or audit.version != rubric.version:
        raise MalformedInput(
            f"answers to {audit.rubric} {audit.version}, and the rubric is {rubric.id} {rubric.version}: print the "
            "questionnaire again and copy the answers"
        )
    if unknown := sorted(set(audit.answers) - questions):
        raise MalformedInput(
            f"answers: {', '.join(unknown)}: no such question; expected {', '.join(sorted(questions))}"
        )
    verdicts = {item.id: _verdict(item, audit.answers) for item in rubric.items()}
    decided = apply_conditions(rubric, verdicts, Transcript(id="self-audit", channel="chat", turns=()))
    scores = score_verdicts(rubric, decided)
    return Scorecard(
        transcript_id=f"self-audit {audit.answered_by}".strip(),
        score=scores.score,
        status="ok",
        coverage=scores.coverage,
        passed=scores.passed,
        critical_failures=scores.critical_failures,
        sections=scores.sections,
        verdicts=decided,
        provenance=Provenance(
            rubric_id=rubric.id,
            rubric_version=rubric.version,
            rubric_hash=rubric.content_hash(),
            prompt_hash="",
            model="a person",
            key="",
            library_version=__version__,
            graded_at=datetime.now(UTC),
        ),
    )


def _verdict(item: Item, answers: Mapping[str, SelfAuditAnswer]) -> Verdict:
    if item.judged != "org":
        reason = "about conversations, not about the organisation"
        return Verdict(item_id=item.id, label=NOT_APPLICABLE, reason=reason, judged=item.judged)
    given = answers.get(item.id, SelfAuditAnswer())
    reason = given.note or ("" if given.answer else "not answered")
    return Verdict(item_id=item.id, label=_LABELS[given.answer], reason=reason, judged="org")
