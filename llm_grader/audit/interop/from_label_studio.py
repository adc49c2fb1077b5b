"""Labels that people gave in Label Studio, from the JSON that it exports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.interop.imported import ImportedCell, Imports, find_words, load_users, read_records
from llm_grader.audit.interop.to_label_studio import CHOICE, REASON
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.eval.judge.item_answers import ADJUDICATOR
from llm_grader.pages.text import code_point_offset
from llm_grader.transcript import Transcript


def read_label_studio(
    path: Path, folder: GoldFolder, users: Path | None = None, *, ground_truth: bool = False
) -> Imports:
    """The labels of an export; cancelled annotations are none.

    Marked words have to be where the export says they are; elsewhere they are looked for, and what cannot be found is
    left out with a warning.

    Args:
        path: the export, as JSON.
        folder: whose conversations it is about.
        users: file that says which annotator each user is.
        ground_truth: whether what is marked as ground truth is the adjudicator's.

    Raises:
        InputError: it is no such export.
    """
    imports = Imports(folder, load_users(users))
    for task in read_records(path):
        transcript_id = str(task.get("data", {}).get("transcript_id", ""))
        transcript = folder.transcripts.get(transcript_id)
        if transcript is None:
            imports.warn(transcript_id[:80] or "a task", "no such conversation in the gold folder, left out")
            continue
        for annotation in task.get("annotations", []):
            if not annotation.get("was_cancelled"):
                _take(imports, transcript, annotation, ground_truth=ground_truth)
    return imports


def _take(imports: Imports, transcript: Transcript, annotation: dict[str, Any], *, ground_truth: bool) -> None:
    user = annotation.get("completed_by")
    given_by = imports.annotator(user.get("id") if isinstance(user, dict) else user)
    decided = ground_truth and bool(annotation.get("ground_truth"))
    annotator, at = ADJUDICATOR if decided else given_by, _time(annotation)
    cells: dict[str, ImportedCell] = {}
    results = annotation.get("result", [])
    for result in results:
        name, value = str(result.get("from_name", "")), result.get("value", {})
        if result.get("type") == "choices" and name.startswith(CHOICE) and value.get("choices"):
            item_id = name.removeprefix(CHOICE)
            label = str(value["choices"][0])
            cells[item_id] = ImportedCell(annotator, transcript.id, item_id, label, at=at, given_by=given_by)
    for result in results:
        _add_words_and_reason(imports, transcript, result, cells)
    for cell in cells.values():
        imports.add(cell)


def _add_words_and_reason(
    imports: Imports, transcript: Transcript, result: dict[str, Any], cells: dict[str, ImportedCell]
) -> None:
    name, value = str(result.get("from_name", "")), result.get("value", {})
    if result.get("type") == "textarea" and (cell := cells.get(name.removeprefix(REASON))):
        cell.reason = " ".join(value.get("text", []))
    for item_id in value.get("paragraphlabels", []) if result.get("type") == "paragraphlabels" else ():
        span = _span(transcript, value)
        if span is None:
            imports.warn(transcript.id, f"item {item_id}: the marked words are not in the conversation, left out")
        elif cell := cells.get(item_id):
            cell.evidence = (*cell.evidence, span)


def _span(transcript: Transcript, value: dict[str, Any]) -> EvidenceSpan | None:
    """Marked words: by their offsets where these fit, else wherever they stand."""
    quote = str(value.get("text", ""))
    try:
        turn = int(value["start"])
        text = transcript.turns[turn].text
        start, end = (code_point_offset(text, int(value[name])) for name in ("startOffset", "endOffset"))
        span = EvidenceSpan(turn=turn, start=start, end=end, quote=text[start:end])
    except (KeyError, ValueError, IndexError, TypeError):
        return find_words(transcript, quote)
    same = int(value.get("end", turn)) == turn and span.quote == quote
    return span if same and span.is_in(transcript) else find_words(transcript, quote, turn)


def _time(annotation: dict[str, Any]) -> datetime | None:
    """When it was last changed; a time without a zone is UTC there."""
    try:
        read = datetime.fromisoformat(str(annotation.get("updated_at")))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
