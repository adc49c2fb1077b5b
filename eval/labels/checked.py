"""One label, checked: that it is one, that its item has it, and who gave it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.units import ADJUDICATOR
from llm_grader.files.problems import explain
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import NOT_APPLICABLE, Label

FIELDS = tuple(Label.model_fields)


def checked_label(row: dict[str, Any], rubric: Rubric | None = None) -> Label:
    """The label that a row of plain values holds, if it is one and the rubric (when given) allows it.

    Raises:
        MalformedInput: it is not; says what was found and what was expected.
    """
    try:
        label = Label.model_validate_json(to_json(row), strict=True)
    except ValidationError as error:
        raise MalformedInput("; ".join(_messages(error, row))) from None
    for name in ("transcript_id", "item_id", "label", "annotator"):
        if not getattr(label, name).strip():
            raise MalformedInput(f"{name}: expected text, found none")
    if rubric is not None:
        _check_against(rubric, label)
    return label


def gold_labels(item: Item) -> tuple[str, ...]:
    """The labels that people may give: those of a judge, and `not_applicable` where the item is not always asked."""
    conditional = item.applies_when is not None or item.channels is not None
    more = (NOT_APPLICABLE,) if conditional and NOT_APPLICABLE not in item.labels else ()
    return (*item.labels, *more)


def with_one_spelling(labels: Iterable[Label]) -> list[Label]:
    """The labels with each annotator's name as it was first written: `Ana`, `ana` and `ana ` are one person."""
    names: dict[str, str] = {ADJUDICATOR: ADJUDICATOR}
    unified = []
    for label in labels:
        name = names.setdefault(name_key(label.annotator), label.annotator.strip())
        unified.append(label if name == label.annotator else label.model_copy(update={"annotator": name}))
    return unified


def name_key(name: str) -> str:
    """What names of one person have in common: neither case nor blanks around them."""
    return name.strip().casefold()


def _messages(error: ValidationError, row: dict[str, Any]) -> Iterator[str]:
    for problem in explain(error, row, keys=FIELDS):
        place = ".".join(str(key) for key in problem.place)
        yield f"{place}: {problem.message}" if place else problem.message


def _check_against(rubric: Rubric, label: Label) -> None:
    try:
        item = rubric.item(label.item_id)
    except KeyError:
        raise MalformedInput(f"item_id: rubric {rubric.id} has no item {label.item_id!r}") from None
    allowed = gold_labels(item)
    if label.label not in allowed:
        raise MalformedInput(f"label: expected one of {list(allowed)} for {item.id}, found {label.label!r}")
