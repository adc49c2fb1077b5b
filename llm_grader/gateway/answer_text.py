"""Text of answers: what a model wrote, as far as it can be trusted, how sure it was, and the shapes it is held against.

Nothing here knows what is asked about: an answer is a JSON object, and a choice one word of several.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json

from llm_grader.transcript import Model
from llm_grader.usage import Usage


class Filled(NamedTuple):
    """Response model that was filled in, what that took, and how sure the model was.

    `confidences` has for some item ids the probability, 0–1, of the label that the answer gives them.
    """

    answer: BaseModel
    usage: Usage
    confidences: Mapping[str, float] = {}


LOGPROB_FLOOR = -20.0
"""Natural-log probability of what an endpoint does not list."""


class Choice(Model):
    """One answer chosen among fixed options.

    `answer` is the option the model wrote. `logprobs` has the natural-log probability of each option's first token,
    `LOGPROB_FLOOR` where the endpoint did not list it.
    """

    answer: str
    logprobs: dict[str, float]
    usage: Usage = Field(default_factory=Usage)


class AnswerModel(BaseModel):
    """Base of what a judge fills in: strict in what it asks for, and read leniently where there is no doubt.

    Its JSON schema allows no other key and carries no titles: they are paid for and say nothing. An answer may have
    keys that nobody asked for, and values written in another way, see `as_meant`.
    """

    model_config = ConfigDict(
        extra="ignore",
        strict=True,
        allow_inf_nan=False,
        frozen=True,
        json_schema_extra={"additionalProperties": False},
    )

    @model_validator(mode="wrap")  # most answers are as they should be, and looking at each value takes longer
    @classmethod
    def _as_meant(cls, value: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(value)
        except ValidationError:
            meant = cls._rewritten(value)
            if not meant:
                raise
        return validate({**value, **meant})

    @classmethod
    def _rewritten(cls, value: Any) -> dict[str, Any]:
        """The values, by their keys, that are written in another way than their types have them."""
        given = value if isinstance(value, dict) else {}
        expected = {field.alias or name: field.annotation for name, field in cls.model_fields.items()}
        meant = {key: as_meant(given[key], expected[key]) for key in expected if key in given}
        return {key: new for key, new in meant.items() if new is not given[key]}

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The JSON schema without titles, descriptions and defaults."""
        schema: dict[str, Any] = _without_titles(super().model_json_schema(*args, **kwargs))
        return schema


def as_meant(value: Any, expected: Any) -> Any:
    """Value of an answer as its type has it, where it is written in another way and can mean nothing else.

    An option in other letters or with blanks (`"Not met"`), a whole number as text (`"3"`, `"turn 3"`) or as 3.0, null
    for an empty list or text, and one object for a list of one. Anything else stays what it is.
    """
    kind = get_origin(expected) or expected
    if kind is Literal and isinstance(value, str):
        meant = [option for option in get_args(expected) if _folded(option) == _folded(value)]
        return meant[0] if len(meant) == 1 else value
    if kind is int and isinstance(value, str) and (number := _NUMBER.fullmatch(value)):
        return int(number[1])
    if kind is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind is list and (value is None or isinstance(value, dict)):
        return [] if value is None else [value]
    return "" if kind is str and value is None else value


def _folded(option: str) -> str:
    return _BETWEEN_WORDS.sub("_", option.strip(_AROUND_AN_OPTION).casefold())


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


def _whole(text: str) -> str:
    text.encode()  # half of a surrogate pair, which JSON can spell, could be neither stored nor sent
    return text


Words = Annotated[str, AfterValidator(_whole)]
"""Text of a judge that can be stored and sent on."""


DUPLICATE = object()
"""Value of a key that comes twice in an object: neither of the two can be believed."""

_NUMBER = re.compile(r"\s*(?:turn\s+)?(\d{1,9})\s*", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_AROUND_AN_OPTION = " \t\r\n.\"'`*"
_DEEPEST_WRAPPING = 3
_OBJECT = re.compile(r'\{\s*(?=")')
_KEY = re.compile(r'"\s*:')
_BLANK = re.compile(r"\s*")
_DECLINING = re.compile(
    r"\W*(?:sorry|i'?m sorry|i apologi[sz]e|unfortunately|i (?:can(?:no|['’])?t|am unable|must decline|won['’]t)|"
    r"as an ai|es tut mir leid|leider|omlouvám se|bohužel|sajnos|sajnálom|vabandust|kahjuks)\b",
    re.IGNORECASE,
)


def parse_answers(text: str, asked: Collection[str] = ()) -> dict[str, Any]:
    """JSON answer, as much of it as can be trusted.

    Prose and fences around it are skipped. Of several objects the one with most of the `asked` keys counts, also where
    it is wrapped in another, and of those with as many the last one: what comes before may be repeated from the
    transcript. A key that comes twice loses its value, and of a cut-off answer only those values are kept after which
    it goes on. Nothing readable gives an empty dict.
    """
    best: dict[str, Any] = {}
    found, depth = _OBJECT.search(text), 0
    while found:
        pairs, at, broken_at = _read_object(text, found.end())
        answers = max(_wrapped(_unique(pairs)), key=lambda inner: _count(inner, asked))
        if answers and _count(answers, asked) >= _count(best, asked):
            best = answers
        if asked and broken_at is not None and depth < _DEEPEST_WRAPPING:  # what it wraps may have come farther
            at, depth = broken_at, depth + 1
        found = _OBJECT.search(text, at)
    return best


def declines(text: str) -> bool:
    """Whether prose in place of an answer begins as models do that will not give one."""
    return bool(_DECLINING.match(text.strip()))


def _count(answers: Mapping[str, Any], asked: Collection[str]) -> int:
    return sum(key in answers for key in asked)


def _wrapped(answers: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The object, and those that are values in it."""
    yield answers
    if depth < _DEEPEST_WRAPPING:
        for value in answers.values():
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    yield from _wrapped(part, depth + 1)


def _read_object(text: str, at: int) -> tuple[list[tuple[str, Any]], int, int | None]:
    """The complete pairs of the object whose first key is at `at`, and where to look for the next object.

    At last, where its last value begins if that breaks off.
    """
    pairs: list[tuple[str, Any]] = []
    value_at = None
    try:
        while True:
            value_at = None
            key, at = _DECODER.raw_decode(text, _skip_blank(text, at))
            colon = _skip_blank(text, at)
            if text[colon] != ":":
                return pairs, at, None
            value_at = _skip_blank(text, colon + 1)
            value, end = _DECODER.raw_decode(text, value_at)
            end = _skip_blank(text, end)
            if text[end] in ",}":
                pairs.append((key, value))
            if text[end] != ",":
                return pairs, end, None
            at = end + 1
    except (ValueError, IndexError, RecursionError):
        return pairs, len(text), value_at  # it breaks off: what follows belongs to it


def _skip_blank(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too


def has_duplicate_keys(text: str) -> bool:
    """Whether the JSON object in `text` names a key twice, anywhere: parsers settle that silently."""
    if _is_plainly_unique(text):
        return False
    waiting: list[Any] = [parse_answers(text)]
    while waiting:
        value = waiting.pop()
        if value is DUPLICATE:
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
        found[key] = DUPLICATE if key in found else value
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


class Token(NamedTuple):
    """Token of an answer and its natural-log probability."""

    text: str
    logprob: float


def label_probabilities(tokens: Sequence[Token], item_ids: Iterable[str]) -> dict[str, float]:
    """Item id → probability, 0–1, of the label that the answer gives it: the product over the label's tokens.

    The answer is JSON, so that an unescaped `"label": "` can only be the key of an answer. Items that cannot be found
    are left out; tokens that do not add up to text, as with some byte-level tokens, only shift what lies behind them.
    """
    text = "".join(token.text for token in tokens)
    ends = list(accumulate(len(token.text) for token in tokens))
    found: dict[str, float] = {}
    for item_id in item_ids:
        key = re.search(rf"{re.escape(json.dumps(item_id))}\s*:\s*\{{", text)
        value = key and re.compile(r'(?<!\\)"label"\s*:\s*"([^"\\]*)"').search(text, key.end())
        if value:
            first, last = bisect.bisect_right(ends, value.start(1)), bisect.bisect_left(ends, value.end(1))
            found[item_id] = math.exp(math.fsum(token.logprob for token in tokens[first : last + 1]))
    return found


def option_logprobs(listed: Sequence[tuple[str, float]], options: Sequence[str]) -> dict[str, float]:
    """Option → log-probability (nats) of the most likely of the `listed` first tokens that begins it.

    `LOGPROB_FLOOR` for an option that none of them begins.
    """
    tokens = [(text.strip(), logprob) for text, logprob in listed if text.strip()]
    return {
        option: max((logprob for text, logprob in tokens if option.startswith(text)), default=LOGPROB_FLOOR)
        for option in options
    }
