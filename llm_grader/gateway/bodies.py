"""Bodies: what is sent to an endpoint, from its settings and a question. Pure.

A body is ours to the last letter, so that what is shown is what is sent.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from llm_grader.errors import UsageError
from llm_grader.gateway.endpoint import DECISION_MODES, Endpoint

Message = dict[str, str]
"""Message of a chat: its `role` and its `content`."""
OUTPUT_LIMITS = ("max_completion_tokens", "max_tokens")
"""Names of the limit on an answer's tokens: the first that the endpoint does not reject is sent."""
STRICT = "strict"
"""Says that an answer must follow its schema: every schema of ours is one that a strict decoder takes."""
CACHE_KEY = "prompt_cache_key"
BREAKPOINT = "prompt_cache_breakpoint"
OPTIONAL = ("temperature", "seed", "logprobs", "top_logprobs", *OUTPUT_LIMITS, STRICT, CACHE_KEY, BREAKPOINT)
"""Parameters that an endpoint may reject, and is then asked without; those of `Endpoint.params` are others."""
_VERSION = re.compile(r"gpt-(\d+)(?:\.(\d+))?")
MOST_QUESTIONS = 400
"""Questions of one request."""
MOST_OPTIONS = 255
"""Options of one question."""
_TOKENS_AN_ANSWER = 4096
_TOKENS_AN_ITEM = 150
_TOKENS_OF_A_CHOICE = 8
_MOST_PROBABILITIES = 20


class Question(NamedTuple):
    """A question with fixed options: option → what it means, empty where it says so itself.

    Options that are `ordered` are levels, from the lowest to the highest.
    """

    name: str
    instructions: str
    options: Mapping[str, str]
    ordered: bool = False


def output_limit(endpoint: Endpoint, response_model: type[BaseModel]) -> int:
    """Tokens that an answer may take, thinking included: the endpoint's setting, else generous for so many items.

    Answers of models that were measured took 45 tokens an item, and those that think some thousands before them.
    """
    return endpoint.max_completion_tokens or _TOKENS_AN_ANSWER + _TOKENS_AN_ITEM * len(response_model.model_fields)


def parameters_to_send(
    endpoint: Endpoint, without: Collection[str] = (), *, limit: int | None = None
) -> dict[str, Any]:
    """Parameters of any request: those that are set, but for the names in `without`.

    `limit` is that on the answer's tokens, by default the endpoint's setting.
    """
    limit_name = next((name for name in OUTPUT_LIMITS if name not in without), OUTPUT_LIMITS[0])
    wanted = {
        "model": endpoint.model,
        "temperature": endpoint.temperature,
        "seed": endpoint.seed,
        limit_name: endpoint.max_completion_tokens if limit is None else limit,
        "logprobs": endpoint.logprobs or None,
        **endpoint.params,
    }
    return {name: value for name, value in wanted.items() if value is not None and name not in without}


def render_choice(
    endpoint: Endpoint, messages: Sequence[Message], options: Sequence[str], *, without: Collection[str] = ()
) -> dict[str, Any]:
    """Body that asks for one of `options`, held to them by a grammar, with the probabilities of the first token."""
    return {
        "messages": list(messages),
        "max_tokens": _TOKENS_OF_A_CHOICE,
        "top_logprobs": _MOST_PROBABILITIES,
        "grammar": "root ::= " + " | ".join(f'"{option}"' for option in options),
        "cache_prompt": True,
        **parameters_to_send(endpoint, without),
        "logprobs": True,
    }


def render_decisions(
    endpoint: Endpoint, text: str, questions: Sequence[Question], *, without: Collection[str] = ()
) -> dict[str, Any]:
    """Body that asks `questions` about `text`, in the form of the endpoint's mode."""
    params = {name: value for name, value in endpoint.params.items() if name not in without}
    if endpoint.mode == "systemone":
        asked: Any = {question.name: _as_criteria(question) for question in questions}
        return {"model": endpoint.model, "state": text, "questions": asked, **params}
    return {"model": endpoint.model, "input": text, "questions": [_as_choices(one) for one in questions], **params}


def path_of(endpoint: Endpoint) -> str:
    """Where such a body goes, after the endpoint's address."""
    return "/systemone" if endpoint.mode == "systemone" else "/decisions"


def _as_choices(question: Question) -> dict[str, Any]:
    key, options = ("label", "levels") if question.ordered else ("value", "choices")
    listed = [{key: option, **_described(text)} for option, text in question.options.items()]
    kind = "score" if question.ordered else "choice"
    return {"type": kind, "name": question.name, "instructions": question.instructions, options: listed}


def _as_criteria(question: Question) -> dict[str, Any]:
    if question.ordered:
        levels = [f"{option}: {text}" if text else option for option, text in question.options.items()]
        return {"type": "score", "instructions": question.instructions, "criteria": levels}
    criteria = {option: text or None for option, text in question.options.items()}
    return {"type": "choice", "instructions": question.instructions, "criteria": criteria}


def _described(text: str) -> dict[str, str]:
    return {"description": text} if text else {}


def render_request(
    endpoint: Endpoint,
    messages: Sequence[Message],
    response_model: type[BaseModel],
    *,
    without: Collection[str] = (),
    limit: int | None = None,
) -> dict[str, Any]:
    """Body that asks for an answer in the shape of `response_model`, held to it as the endpoint's mode can.

    `limit` is that on the answer's tokens, by default `output_limit`.

    Raises:
        UsageError: in this mode a model writes nothing.
    """
    if endpoint.mode in DECISION_MODES:
        raise UsageError(
            f"mode {endpoint.mode} only chooses among options: for this, set tools, json_schema or md_json"
        )
    shape = _shape_of(response_model)
    strict = {} if STRICT in without else {STRICT: True}
    asked = messages if endpoint.mode != "md_json" else _with_schema(messages, shape.text)
    most = output_limit(endpoint, response_model) if limit is None else limit
    parameters = parameters_to_send(endpoint, without, limit=most)
    body: dict[str, Any] = {**_cached(endpoint, asked, without), **parameters}
    if endpoint.mode == "tools":
        function = {"name": shape.name, **shape.description, "parameters": shape.schema, **strict}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": shape.name}}
    elif endpoint.mode == "json_schema":
        schema = {"name": shape.name, "schema": shape.schema, **strict}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _cached(endpoint: Endpoint, messages: Sequence[Message], without: Collection[str]) -> dict[str, Any]:
    """The messages, and where OpenAI is asked what makes it keep the first one: the same for many transcripts.

    Models since gpt-5.6 keep a prefix only up to a breakpoint; a key brings requests to where theirs is kept.
    """
    if not endpoint.is_openai or len(messages) < 2:
        return {"messages": list(messages)}
    first, *others = messages
    sent: dict[str, Any] = {"messages": list(messages)}
    if CACHE_KEY not in without:
        sent[CACHE_KEY] = hashlib.sha256(first["content"].encode("utf-8", "surrogatepass")).hexdigest()[:32]
    if BREAKPOINT not in without and _takes_breakpoints(endpoint.model):
        part = {"type": "text", "text": first["content"], BREAKPOINT: {"mode": "explicit"}}
        sent["messages"] = [{"role": first["role"], "content": [part]}, *others]
    return sent


def _takes_breakpoints(model: str) -> bool:
    named = _VERSION.match(model)
    return named is not None and (int(named[1]), int(named[2] or 0)) >= (5, 6)


def _with_schema(messages: Sequence[Message], schema: str) -> list[Message]:
    """Messages of which the first also says in what shape to answer: the part that is the same for each transcript."""
    first, *others = messages
    told = f"{first['content']}\n\nAnswer with one JSON object and nothing else, as this JSON schema says: {schema}"
    return [{**first, "content": told}, *others]


class _Shape(NamedTuple):
    """What a request says of a response model; `text` is the schema on one line."""

    name: str
    description: dict[str, str]
    schema: dict[str, Any]
    text: str


@lru_cache(maxsize=256)
def _shape_of(response_model: type[BaseModel]) -> _Shape:
    schema = response_model.model_json_schema()
    description = {"description": response_model.__doc__} if response_model.__doc__ else {}
    text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return _Shape(response_model.__name__, description, schema, text)
