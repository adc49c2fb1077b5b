"""Answers about items: the response model of a set of items, and the claims that are read from it.

A claim is what a judge says until it is checked, see `checking`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, create_model

from llm_grader.checking.claims import Claim, Quote, Reply
from llm_grader.gateway.answer_text import DUPLICATE, AnswerModel, Words, declines, parse_answers
from llm_grader.rubric.model import Item

MAX_QUOTES = 4
UNREADABLE = "unreadable_answer"
REFUSED = "refused"
_HINT = "try another --mode or model, see `llm-grader doctor`"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MISSING = object()


class CitedQuote(AnswerModel):
    """Quote as the judge writes it down: turn number, then the words."""

    turn: int
    quote: Words


def response_model(items: Sequence[Item]) -> type[BaseModel]:
    """Response model of a reply: one required field for each item, holding evidence, reason and label in this order.

    Items with the same labels share one answer model, so the schema grows by about 40 bytes an item. Build it once per
    set of items: it costs milliseconds.
    """
    shapes: dict[tuple[str, ...], type[BaseModel]] = {}
    fields: dict[str, Any] = {}
    for number, item in enumerate(items):
        if item.labels not in shapes:
            shapes[item.labels] = _answer_model(f"Answer{len(shapes) + 1}", item.labels)
        fields[f"item_{number}"] = (shapes[item.labels], Field(alias=item.id))
    model: type[BaseModel] = create_model("Verdicts", __base__=AnswerModel, **fields)
    model.__doc__ = "The verdicts on all items of the checklist."
    return model


def _answer_model(name: str, labels: tuple[str, ...]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        "evidence": (list[CitedQuote], ...),
        "reason": (Words, ...),
        "label": (Literal[labels], ...),
    }
    model: type[BaseModel] = create_model(name, __base__=AnswerModel, **fields)
    model.__doc__ = None
    return model


def answers_by_item(answer: BaseModel, answer_models: type[BaseModel]) -> dict[str, Any]:
    """Item id → answer, for `read_answers`: an instance of the response model goes on without a second look."""
    if not isinstance(answer, answer_models):
        return answer.model_dump(by_alias=True)
    return {str(field.alias): getattr(answer, name) for name, field in answer_models.model_fields.items()}


def read_answers(
    answers: Mapping[str, Any],
    items: Sequence[Item],
    answer_models: type[BaseModel],
    *,
    confidences: Mapping[str, float] = {},
) -> Reply:
    """Claims of some answers: each of `items` ends as a claim or as a problem, and nothing else is kept.

    Args:
        answers: item id → answer.
        items: what was asked about.
        answer_models: the response model that was asked for.
        confidences: item id → probability of its label, 0–1, as far as they are known.
    """
    claims: dict[str, Claim] = {}
    problems: dict[str, str] = {}
    rejected: dict[str, str] = {}
    shapes: dict[Any, Any] = {field.alias: field.annotation for field in answer_models.model_fields.values()}
    for item in items:
        answer = answers.get(item.id, _MISSING)
        if answer is _MISSING or answer is DUPLICATE:
            problems[item.id] = "missing" if answer is _MISSING else "duplicate"
            continue
        shape = shapes[item.id]
        try:
            checked: Any = answer if isinstance(answer, shape) else shape.model_validate(answer)
        except ValidationError as error:
            problems[item.id] = _problem(error)
            if label := _label_of(answer):
                rejected[item.id] = label
            continue
        quotes = tuple(Quote(turn=cited.turn, quote=cited.quote) for cited in checked.evidence[:MAX_QUOTES])
        claims[item.id] = Claim(
            item_id=item.id,
            label=checked.label,
            reason=checked.reason,
            quotes=quotes,
            confidence=confidences.get(item.id),
        )
    return Reply(claims=claims, problems=problems, rejected=rejected)


def read_text(
    text: str, items: Sequence[Item], answer_models: type[BaseModel], *, confidences: Mapping[str, float] = {}
) -> Reply:
    """Claims of an answer as it was written: what of it is sound counts, and nothing else is kept.

    Where none of `items` is in it, each of them has the problem `refused` or `unreadable_answer`.
    """
    answers = parse_answers(text, [item.id for item in items])
    if not any(item.id in answers for item in items):
        return Reply(problems=dict.fromkeys((item.id for item in items), unreadable(text)))
    return read_answers(answers, items, answer_models, confidences=confidences)


def unreadable(text: str) -> str:
    """Problem of an answer in which nothing was found that was asked for, with a hint for people."""
    if declines(text):
        return f"{REFUSED}: the model declined to answer in words; {_HINT}"
    found = "no JSON object in it that names what was asked for" if text.strip() else "nothing in it"
    return f"{UNREADABLE}: {found}; {_HINT}"


def _label_of(answer: Any) -> str | None:
    """Label of a malformed answer, where it is a name and no words: these may be the transcript's."""
    label = answer.get("label") if isinstance(answer, dict) else None
    return label if isinstance(label, str) and _NAME.fullmatch(label) else None


def _problem(error: ValidationError) -> str:
    """A problem in words of our own: the judge gets to read them, so that nothing it wrote may be among them."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    return f"malformed: {'.'.join(map(str, place)) or 'answer'}: {first['msg']}"
