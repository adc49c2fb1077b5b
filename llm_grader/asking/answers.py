"""What is asked of a judge, and what comes back: the response model of a set of items, and the claims read from it.

What a judge says is a claim until it is checked: `evidence` and `grader` turn claims into verdicts.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, create_model
from pydantic_core import from_json

from llm_grader.checking.claims import Claim, Quote, Reply
from llm_grader.rubric.model import Item
from llm_grader.transcript import Model
from llm_grader.usage import Usage

MAX_QUOTES = 4


class Choice(Model):
    """One answer chosen among fixed options.

    `answer` is the option the model wrote. `logprobs` has the natural-log probability of each option's first token,
    `LOGPROB_FLOOR` where the endpoint did not list it.
    """

    answer: str
    logprobs: dict[str, float]
    usage: Usage = Field(default_factory=Usage)


LOGPROB_FLOOR = -20.0


class AnswerModel(BaseModel):
    """Base of what a judge fills in. Its JSON schema carries no titles: they are paid for and say nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The JSON schema without titles, descriptions and defaults."""
        schema: dict[str, Any] = _without_titles(super().model_json_schema(*args, **kwargs))
        return {"title": "Verdicts", **schema}


class AnswersModel(AnswerModel):
    """Base of the answers to several items."""

    _confidences: dict[str, float] = PrivateAttr(default_factory=dict)
    """Item id → probability of the label that was given, where the endpoint told it; not part of the answer."""


def _whole(text: str) -> str:
    text.encode()  # half of a surrogate pair, which JSON can spell, could be neither stored nor sent
    return text


Words = Annotated[str, AfterValidator(_whole)]
"""Text of a judge that can be stored and sent on."""


class CitedQuote(AnswerModel):
    """A quote as the judge writes it down: turn number, then the words."""

    turn: int
    quote: Words


def response_model(items: Sequence[Item]) -> type[BaseModel]:
    """The model of a reply: one required field for each item, holding evidence, reason and label in this order.

    Items with the same labels share one answer model, so the schema grows by about 40 bytes an item. Build it once per
    set of items: it costs milliseconds.
    """
    shapes: dict[tuple[str, ...], type[BaseModel]] = {}
    fields: dict[str, Any] = {}
    for number, item in enumerate(items):
        if item.labels not in shapes:
            shapes[item.labels] = _answer_model(f"Answer{len(shapes) + 1}", item.labels)
        fields[f"item_{number}"] = (shapes[item.labels], Field(alias=item.id))
    model: type[BaseModel] = create_model("Verdicts", __base__=AnswersModel, **fields)
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


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: value for key, value in schema.items() if key not in ("title", "description", "default")}
    for names in ("properties", "$defs"):  # in these, the keys are names of the rubric, and may be "title"
        if names in schema:
            plain[names] = {name: _without_titles(part) for name, part in schema[names].items()}
    return {key: value if key in ("properties", "$defs") else _without_titles(value) for key, value in plain.items()}


def confidences_of(answer: BaseModel) -> dict[str, float]:
    """Item id → probability of its label, where the endpoint told it."""
    return answer._confidences if isinstance(answer, AnswersModel) else {}


def with_confidences(answer: BaseModel, confidences: dict[str, float]) -> BaseModel:
    """The same answer, with the probabilities of its labels."""
    if isinstance(answer, AnswersModel):
        answer._confidences = confidences
    return answer


def answers_by_item(answer: BaseModel, asked: type[BaseModel]) -> dict[str, Any]:
    """Item id → answer, for `read_answers`: what was filled in as it was asked for goes on without a second look."""
    if not isinstance(answer, asked):
        return answer.model_dump(by_alias=True)
    return {str(field.alias): getattr(answer, name) for name, field in asked.model_fields.items()}


def read_answers(
    answers: Mapping[str, Any],
    items: Sequence[Item],
    answer_models: type[BaseModel],
    *,
    confidences: Mapping[str, float] | None = None,
) -> Reply:
    """Check answers item by item: each of `items` ends as a claim or as a problem, and nothing else is kept."""
    claims: dict[str, Claim] = {}
    problems: dict[str, str] = {}
    rejected: dict[str, str] = {}
    shapes = {field.alias: field.annotation for field in answer_models.model_fields.values()}
    for item in items:
        answer = answers.get(item.id, _MISSING)
        if answer is _MISSING or answer is _DUPLICATE:
            problems[item.id] = "missing" if answer is _MISSING else "duplicate"
            continue
        try:
            checked: Any = shapes[item.id].model_validate(answer)  # type: ignore[union-attr]
        except ValidationError as error:
            problems[item.id] = _explain(error)
            if label := _label_of(answer):
                rejected[item.id] = label
            continue
        quotes = tuple(Quote(turn=cited.turn, quote=cited.quote) for cited in checked.evidence[:MAX_QUOTES])
        claims[item.id] = Claim(
            item_id=item.id,
            label=checked.label,
            reason=checked.reason,
            quotes=quotes,
            confidence=(confidences or {}).get(item.id),
        )
    return Reply(claims=claims, problems=problems, rejected=rejected)


def _label_of(answer: Any) -> str | None:
    """The label of a malformed answer, where it is a name and no words: these may be the transcript's."""
    label = answer.get("label") if isinstance(answer, dict) else None
    return label if isinstance(label, str) and _NAME.fullmatch(label) else None


def _explain(error: ValidationError) -> str:
    """What is wrong in words of our own: the judge is told them, so that nothing it wrote may be among them."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    return f"malformed: {'.'.join(map(str, place)) or 'answer'}: {first['msg']}"


_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MISSING = object()
_DUPLICATE = object()
_OBJECT = re.compile(r'\{\s*(?=")')
_KEY = re.compile(r'"\s*:')
_BLANK = re.compile(r"\s*")


def parse_answers(text: str) -> dict[str, Any]:
    """Read as much of a JSON answer as can be trusted.

    Prose and fences around it are skipped, and of several objects the last one counts: what comes before may be
    repeated from the transcript. A key that comes twice loses its value, and of a cut-off answer only those values are
    kept after which it goes on. Nothing readable gives an empty dict.
    """
    answers: dict[str, Any] = {}
    found = _OBJECT.search(text)
    while found:
        pairs, at = _read_object(text, found.end())
        answers = _unique(pairs) or answers
        found = _OBJECT.search(text, at)
    return answers


def _read_object(text: str, at: int) -> tuple[list[tuple[str, Any]], int]:
    """The complete pairs of the object whose first key is at `at`, and where to look for the next object."""
    pairs: list[tuple[str, Any]] = []
    try:
        while True:
            key, at = _DECODER.raw_decode(text, _skip_blank(text, at))
            colon = _skip_blank(text, at)
            if text[colon] != ":":
                return pairs, at
            value, end = _DECODER.raw_decode(text, _skip_blank(text, colon + 1))
            end = _skip_blank(text, end)
            if text[end] in ",}":
                pairs.append((key, value))
            if text[end] != ",":
                return pairs, end
            at = end + 1
    except (ValueError, IndexError, RecursionError):
        return pairs, len(text)  # it breaks off: what follows belongs to it


def _skip_blank(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too


def has_duplicate_keys(text: str) -> bool:
    """Whether the JSON object in `text` names a key twice, anywhere: parsers settle that silently."""
    if _is_plainly_unique(text):
        return False
    waiting: list[Any] = [parse_answers(text)]
    while waiting:
        value = waiting.pop()
        if value is _DUPLICATE:
            return True
        if isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return False


def _is_plainly_unique(text: str) -> bool:
    """Whether `text` is JSON with as many keys as it has places that look like one; inside of words there may be more.

    It says nothing about others, and takes a tenth of the time that it takes to look at each pair.
    """
    with contextlib.suppress(ValueError):
        waiting: list[Any] = [from_json(text)]
        keys = 0
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                keys += len(value)
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
        return keys == len(_KEY.findall(text))
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _DUPLICATE if key in found else value
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)
