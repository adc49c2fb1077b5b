"""What people are shown of conversations, items and answers, as plain values for a page.

An auditor's page is made of these alone. Nothing here knows of a judge, a sample or other people.
"""

from __future__ import annotations

import hashlib
from typing import Any

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.labelling.checks import applies
from llm_grader.audit.labelling.desk import QueuePlace
from llm_grader.pages.text import visible
from llm_grader.pages.texts import load_strings
from llm_grader.pages.times import shown_times
from llm_grader.rubric.model import Item, Rubric, Text, wording
from llm_grader.transcript import Transcript, Turn, primary_language
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET

FIXED_LABELS = (MET, NOT_MET, NOT_APPLICABLE, CANNOT_ASSESS)
_LONGEST_OPENING = 80
_CODE_DIGITS = 6


def shown_transcript(transcript: Transcript, language: str) -> dict[str, Any]:
    """A conversation: its code, channel and language, and who said what when, days as in `language`."""
    times = shown_times(transcript.turns, load_strings(language))
    return {
        "code": shown_code(transcript.id),
        "channel": transcript.channel,
        "language": transcript.language or "",
        "turns": [_turn(turn, transcript) | {"at": time} for turn, time in zip(transcript.turns, times, strict=True)],
    }


def shown_code(transcript_id: str) -> str:
    """By what people name a conversation to one another: the same for everybody, and it tells nothing of it."""
    return hashlib.sha256(transcript_id.encode("utf-8", "surrogatepass")).hexdigest()[:_CODE_DIGITS]


def shown_opening(transcript: Transcript) -> dict[str, str]:
    """The first words of a conversation's customer, by which people know it; of anybody where no customer speaks."""
    said = [turn for turn in transcript.turns if turn.spoken]
    first = next((turn for turn in said if turn.role == "customer"), next(iter(said), None))
    if first is None:
        return {"text": "", "lang": ""}
    written = " ".join(" ".join(first.text[start:end] for start, end in first.body_spans()).split())
    text = written if len(written) <= _LONGEST_OPENING else f"{written[:_LONGEST_OPENING].rstrip()}…"
    return {"text": visible(text), "lang": first.language or transcript.language or ""}


def _turn(turn: Turn, transcript: Transcript) -> dict[str, Any]:
    return {
        "role": turn.role,
        "speaker": turn.speaker or "",
        "kind": turn.kind,
        "internal": turn.visibility == "internal",
        "language": turn.language or transcript.language or "",
        "reviewed": transcript.under_review(turn),
        "text": turn.text,
    }


def shown_text(text: Text, language: str) -> dict[str, str]:
    """A wording of the rubric, and the language that it is really in."""
    found = wording(text, language)
    codes = (language, primary_language(language), "en")
    return {"text": found, "lang": next((code for code in codes if code in text), next(iter(text), ""))}


def shown_item(item: Item, rubric: Rubric, language: str) -> dict[str, Any]:
    """An item: its question and policy, the labels in their order, and which of them need words as evidence."""
    section = next(section for section in rubric.sections if item in section.items)
    return {
        "id": item.id,
        "section": shown_text(section.title, language),
        "title": shown_text(item.title, language),
        "question": shown_text(item.question, language),
        "labels": item.labels,
        "policy": {label: shown_text(text, language) for label, text in item.policy().items()},
        "critical": item.critical,
        "required_for": item.evidence.required_for,
        "words_of": item.evidence.speakers(),
    }


def shown_cell(cell: Cell) -> dict[str, Any]:
    """An answer as its author left it."""
    return {
        "label": cell.label,
        "evidence": [span.model_dump() for span in cell.evidence],
        "reason": cell.reason,
    }


def shown_place(place: QueuePlace, folder: GoldFolder, language: str, *, of: int) -> dict[str, Any]:
    """Everything that a label page needs: the conversation, the items, the own answers, and what is computed."""
    cells = place.answers.cells
    computed = folder.computed(place.transcript)
    return {
        "number": place.number,
        "of": of,
        "state": place.answers.state,
        "rev": place.answers.rev,
        "revealed": place.answers.revealed,
        "transcript": shown_transcript(place.transcript, language),
        "items": [shown_item(item, folder.rubric, language) for item in place.items],
        "conditions": {
            item.id: {"item": item.applies_when.item, "label": item.applies_when.label}
            for item in place.items
            if item.applies_when and item.applies_when.item
        },
        "cells": {item.id: shown_cell(cells.get(item.id, Cell())) for item in place.items},
        "computed": [
            {
                "title": shown_text(folder.rubric.item(id_).title, language),
                "label": verdict.label,
                "reason": verdict.reason,
            }
            for id_, verdict in computed.items()
        ],
        "in_language": folder.rubric.is_written_in(language),
    }


def shown_progress(place: QueuePlace) -> dict[str, Any]:
    """One line of a queue."""
    cells = place.answers.cells
    applying = [item for item in place.items if applies(item, cells)]
    answered = sum(cells.get(item.id, Cell()).label is not None for item in applying)
    return {
        "number": place.number,
        "code": shown_code(place.transcript.id),
        "channel": place.transcript.channel,
        "turns": len(place.transcript.turns),
        "state": place.answers.state,
        "answered": answered,
        "items": len(applying),
    }
