"""The board of a calibration session: who said what about each item, how far apart they are, and who is where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.review.results import AuditResults
from llm_grader.audit.review.sessions import CalibrationSession
from llm_grader.eval.stats.reliability import krippendorff_alpha
from llm_grader.rubric.model import Item


@dataclass(frozen=True)
class BoardRow:
    """One item of one conversation: the answers by name, and whether all who answered said the same."""

    number: int
    transcript_id: str
    item_id: str
    answers: dict[str, Cell]
    exact: bool
    consensus: str | None


@dataclass(frozen=True)
class Board:
    """All rows, the share on which everybody said the same, α over the yes-or-no items, and each one's distance.

    A distance is the share of rows on which somebody differs from the expert, or where there is none from the
    consensus, or where that is open from what most said. `scores` are the lowest and the highest total (0–100 over the
    labels that earn points, by weight) that the participants come to, by conversation.
    """

    rows: tuple[BoardRow, ...]
    exact: float | None
    alpha: float | None
    distances: dict[str, float]
    scores: tuple[tuple[float, float] | None, ...]


def done(session: CalibrationSession, results: AuditResults) -> dict[str, bool]:
    """Whether each participant has submitted, or skipped, all conversations."""
    return {
        name: name in results.by_annotator
        and all(results.by_annotator[name].of(id_).done for id_ in session.transcripts)
        for name in session.participants
    }


def board_of(session: CalibrationSession, results: AuditResults) -> Board:
    """The board of a session; only of one that is revealed may it be shown."""
    rows = [
        row
        for number, transcript_id in enumerate(session.transcripts, 1)
        for row in _rows(number, transcript_id, session, results)
    ]
    several = [row for row in rows if len(row.answers) > 1]
    return Board(
        rows=tuple(rows),
        exact=sum(row.exact for row in several) / len(several) if several else None,
        alpha=_alpha(rows, session, results),
        distances=_distances(several, session),
        scores=tuple(_score_range(id_, rows, results) for id_ in session.transcripts),
    )


def _rows(number: int, transcript_id: str, session: CalibrationSession, results: AuditResults) -> list[BoardRow]:
    transcript = results.folder.transcripts[transcript_id]
    found = []
    for item in results.folder.items_for(transcript):
        answers = {name: cell for name in session.participants if (cell := _cell(results, name, transcript_id, item))}
        if answers:
            decided = results.adjudicated.of(transcript_id).cells.get(item.id)
            exact = len({cell.label for cell in answers.values()}) == 1
            found.append(BoardRow(number, transcript_id, item.id, answers, exact, decided.label if decided else None))
    return found


def _cell(results: AuditResults, name: str, transcript_id: str, item: Item) -> Cell | None:
    answers = results.by_annotator.get(name)
    if answers is None:
        return None
    cell = answers.of(transcript_id).counted.get(item.id)
    return cell if cell is not None and cell.label is not None else None


def _alpha(rows: list[BoardRow], session: CalibrationSession, results: AuditResults) -> float | None:
    binary = [row for row in rows if results.folder.rubric.item(row.item_id).scale == "binary"]
    levels = ("not_met", "met")
    ratings = [
        [
            row.answers[name].label if name in row.answers and row.answers[name].label in levels else None
            for row in binary
        ]
        for name in session.participants
    ]
    alpha = krippendorff_alpha(ratings, labels=levels).estimate
    return None if alpha != alpha else alpha


def _distances(rows: list[BoardRow], session: CalibrationSession) -> dict[str, float]:
    found = {}
    for name in session.participants:
        if name == session.expert:
            continue
        pairs = [(row.answers[name].label, _right(row, session)) for row in rows if name in row.answers]
        comparable = [(own, right) for own, right in pairs if right is not None]
        if comparable:
            found[name] = sum(own != right for own, right in comparable) / len(comparable)
    return found


def _right(row: BoardRow, session: CalibrationSession) -> str | None:
    if row.consensus is not None:
        return row.consensus
    if session.expert in row.answers:
        return row.answers[session.expert].label
    labels = [cell.label for cell in row.answers.values()]
    most = max(set(labels), key=lambda label: (labels.count(label), label or ""))
    return most if labels.count(most) * 2 > len(labels) else None


def _score_range(transcript_id: str, rows: list[BoardRow], results: AuditResults) -> tuple[float, float] | None:
    by_person: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.transcript_id == transcript_id:
            for name, cell in row.answers.items():
                by_person.setdefault(name, {})[row.item_id] = cell.label or ""
    scores = [score for labels in by_person.values() if (score := _score(labels, results)) is not None]
    return (min(scores), max(scores)) if scores else None


def _score(labels: Mapping[str, str], results: AuditResults) -> float | None:
    """Σ weight · points over Σ weight of the labels on the scale, in per cent; penalties take their weight away."""
    items = [results.folder.rubric.item(item_id) for item_id in labels]
    scored = [(item, item.points(labels[item.id])) for item in items if labels[item.id] in item.levels]
    whole = sum(item.weight for item, _ in scored if not item.penalty)
    if not whole:
        return None
    earned = sum(item.weight * points * (-1 if item.penalty else 1) for item, points in scored)
    return max(0.0, 100 * earned / whole)
