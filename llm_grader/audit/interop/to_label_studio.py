"""Tasks for Label Studio: the conversations, a labelling interface made of the rubric, and what a judge said, if asked.

Label Studio counts offsets in UTF-16 units within a paragraph, and paragraphs from 0, written as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from llm_grader.audit.folder import GoldFolder
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.pages.text import utf16_offset
from llm_grader.rubric.model import Item, wording
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Evidence, Verdict

CHOICE, REASON, EVIDENCE, DIALOGUE = "item__", "reason__", "evidence", "dialogue"


def render_config(folder: GoldFolder, language: str = "en") -> str:
    """The labelling interface: the conversation, and a choice, a reason and marked words for each item asked.

    An item has to be answered where it is asked of every conversation.
    """
    by_conversation = [folder.items_for(transcript) for transcript in folder.transcripts.values()]
    items = [item for item in folder.rubric.items() if any(item in one for one in by_conversation)]
    view = ElementTree.Element("View")
    ElementTree.SubElement(
        view,
        "Paragraphs",
        {
            "name": DIALOGUE,
            "value": f"${DIALOGUE}",
            "layout": "dialogue",
            "nameKey": "author",
            "textKey": "text",
            "granularity": "symbol",
        },
    )
    marks = ElementTree.SubElement(view, "ParagraphLabels", name=EVIDENCE, toName=DIALOGUE)
    for item in items:
        ElementTree.SubElement(marks, "Label", value=item.id)
    for item in items:
        _add_item(view, item, language, required=all(item in one for one in by_conversation))
    ElementTree.indent(view)
    return ElementTree.tostring(view, "unicode") + "\n"


def _add_item(view: ElementTree.Element, item: Item, language: str, *, required: bool) -> None:
    ElementTree.SubElement(view, "Header", value=wording(item.title, language))
    about = {"toName": DIALOGUE, "choice": "single", "required": str(required).lower()}
    choices = ElementTree.SubElement(view, "Choices", {"name": CHOICE + item.id, **about})
    for label in item.labels:
        ElementTree.SubElement(choices, "Choice", value=label)
    ElementTree.SubElement(view, "TextArea", name=REASON + item.id, toName=DIALOGUE, rows="1")


def render_tasks(folder: GoldFolder, verdicts: Verdicts) -> str:
    """The tasks, one a drawn conversation, in the order of the sample; with predictions where there are verdicts."""
    tasks = [
        _task(folder, folder.transcripts[row.transcript_id], verdicts, number)
        for number, row in enumerate(folder.sample, 1)
    ]
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _task(folder: GoldFolder, transcript: Transcript, verdicts: Verdicts, number: int) -> dict[str, Any]:
    data = {
        "transcript_id": transcript.id,
        "rubric": folder.rubric.id,
        "rubric_hash": folder.rubric.content_hash(),
        DIALOGUE: [{"author": _author(turn), "text": turn.text} for turn in transcript.turns],
    }
    given = [(item, verdicts.get(Unit(transcript.id, item.id))) for item in folder.items_for(transcript)]
    results = [
        result
        for item, verdict in given
        if verdict is not None and verdict.label is not None
        for result in _results(f"{number}_{item.id}", verdict, transcript)
    ]
    return {"data": data, **({"predictions": [{"model_version": "llm-grader", "result": results}]} if results else {})}


def _author(turn: Turn) -> str:
    return f"{turn.role} · {turn.speaker}" if turn.speaker else turn.role


def _results(key: str, verdict: Verdict, transcript: Transcript) -> Iterator[dict[str, Any]]:
    about = {"to_name": DIALOGUE}
    choice = {"choices": [verdict.label]}
    yield {"id": key, "from_name": CHOICE + verdict.item_id, **about, "type": "choices", "value": choice}
    for place, evidence in enumerate(verdict.evidence):
        value = _marked(evidence, verdict.item_id, transcript)
        yield {"id": f"{key}_e{place}", "from_name": EVIDENCE, **about, "type": "paragraphlabels", "value": value}


def _marked(evidence: Evidence, item_id: str, transcript: Transcript) -> dict[str, Any]:
    text = transcript.turns[evidence.turn].text
    return {
        "start": str(evidence.turn),
        "end": str(evidence.turn),
        "startOffset": utf16_offset(text, evidence.start),
        "endOffset": utf16_offset(text, evidence.end),
        "text": evidence.quote,
        "paragraphlabels": [item_id],
    }
