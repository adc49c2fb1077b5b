"""Checks of what somebody labelled: whether it can be saved, and whether it is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import Field

from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.errors import GraderError
from llm_grader.rubric.model import Item
from llm_grader.transcript import Model, Transcript

MOST_LABELS = 200
_MOST_SPANS = 40
_LONGEST = 4000


class Unacceptable(GraderError):
    """Something that was sent cannot be saved: the item or label is unknown, or the evidence is not in the text."""

    code = "unacceptable"


class LacksWords(Unacceptable):
    """A label that needs words of the conversation comes without."""

    code = "lacks_words"


class Outdated(GraderError):
    """Somebody saves what they changed in a state that is no longer the latest, such as that of another tab."""

    code = "outdated"


class GivenCell(Model):
    """What a page sends of one cell: all of it, as it is to stand."""

    item_id: str
    label: str | None = None
    evidence: tuple[EvidenceSpan, ...] = Field(default=(), max_length=_MOST_SPANS)
    reason: str = Field(default="", max_length=_LONGEST)


class Missing(NamedTuple):
    """Why a conversation cannot be submitted yet: an item has no `label`, or its label needs `evidence`."""

    item_id: str
    what: str


def check_given(given: Sequence[GivenCell], items: Sequence[Item], transcript: Transcript) -> None:
    """Make sure that what was sent can be saved.

    Raises:
        Unacceptable: it cannot; names the item.
    """
    by_id = {item.id: item for item in items}
    for cell in given:
        item = by_id.get(cell.item_id)
        if item is None:
            raise Unacceptable("there is no such item to label here")
        if cell.label is not None and cell.label not in item.labels:
            raise Unacceptable(f"item {item.id}: expected one of {', '.join(item.labels)}")
        if not all(span.is_in(transcript) for span in cell.evidence):
            raise Unacceptable(f"item {item.id}: the words are not at that place of the conversation")


def applies(item: Item, cells: Mapping[str, Cell]) -> bool:
    """Whether an item has to be answered, after the answers to others; an item whose condition is open stands."""
    condition = item.applies_when
    if condition is None or condition.item is None:
        return True
    deciding = cells.get(condition.item)
    return deciding is None or deciding.label is None or deciding.label in condition.label


def missing(items: Sequence[Item], cells: Mapping[str, Cell]) -> list[Missing]:
    """What a conversation lacks before it can be submitted, in the order of the items."""
    found = []
    for item in items:
        cell = cells.get(item.id, Cell())
        if not applies(item, cells):
            continue
        if cell.label is None:
            found.append(Missing(item.id, "label"))
        elif lacks_words(item, cell.label, cell.evidence):
            found.append(Missing(item.id, "evidence"))
    return found


def lacks_words(item: Item, label: str | None, evidence: Sequence[EvidenceSpan]) -> bool:
    """Whether a label needs words of the conversation and has none: no label of anybody's stands without."""
    return label in item.evidence.required_for and not evidence
