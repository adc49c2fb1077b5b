"""Bodies: what is sent to an endpoint, from its settings and a question. Pure.

What the mode of asking adds to a body, a tool or a schema, is instructor's: it sees the same arguments whether the
body is sent or only shown.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from llm_grader.gateway.endpoint import Endpoint, Mode

Message = dict[str, str]
"""Message of a chat: its `role` and its `content`."""
OUTPUT_LIMITS = ("max_completion_tokens", "max_tokens")
"""Names of the limit on an answer's tokens: the first that the endpoint does not reject is sent."""
OPTIONAL = ("temperature", "seed", "logprobs", "top_logprobs", *OUTPUT_LIMITS)
"""Parameters that an endpoint may reject, and is then asked without."""
_TOKENS_AN_ANSWER = 4096
_TOKENS_AN_ITEM = 150
_TOKENS_OF_A_CHOICE = 8
_MOST_PROBABILITIES = 20


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


def render_request(
    endpoint: Endpoint, messages: Sequence[Message], response_model: type[BaseModel], *, without: Collection[str] = ()
) -> dict[str, Any]:
    """Body that asks for an answer in the shape of `response_model`."""
    body: dict[str, Any] = {}

    def keep(**rendered: Any) -> None:
        body.update(rendered)
        raise _NotSent

    with contextlib.suppress(Exception):  # instructor wraps _NotSent in an error of its own
        limit = output_limit(endpoint, response_model)
        filling_in(keep, endpoint.mode)(**filling_arguments(endpoint, messages, response_model, without, limit=limit))
    return body


def filling_arguments(
    endpoint: Endpoint,
    messages: Sequence[Message],
    response_model: type[BaseModel],
    without: Collection[str],
    *,
    limit: int | None,
) -> dict[str, Any]:
    """What instructor makes the body of; it asks once, for retries are the gateway's."""
    return {
        "response_model": _prepared(response_model),
        "messages": list(messages),
        "max_retries": 0,
        **parameters_to_send(endpoint, without, limit=limit),
    }


def filling_in(send: Callable[..., Any], mode: Mode) -> Any:
    """`send` as instructor calls it: with the body for a response model, which its answer fills in."""
    import instructor

    logging.getLogger("instructor").setLevel(logging.CRITICAL)  # at ERROR it prints what the model wrote
    modes = {
        "tools": instructor.Mode.TOOLS,
        "json_schema": instructor.Mode.JSON_SCHEMA,
        "md_json": instructor.Mode.MD_JSON,
    }
    return instructor.patch(create=send, mode=modes[mode])


class _NotSent(Exception):
    """Ends a request that is only rendered."""


@lru_cache(maxsize=256)
def _prepared(response_model: type[BaseModel]) -> type[BaseModel]:
    """What instructor has to see of the model: its name, its schema, and how it is filled in.

    Of the model itself it would walk every field several times a request, which takes longer than all the rest.
    """
    from instructor import OpenAISchema

    schema = response_model.model_json_schema()

    class Prepared(OpenAISchema):
        @classmethod
        def model_json_schema(cls, *_args: Any, **_settings: Any) -> dict[str, Any]:
            return dict(schema)

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **settings: Any) -> Any:
            return response_model.model_validate_json(json_data, **settings)

    Prepared.__name__, Prepared.__doc__ = response_model.__name__, response_model.__doc__
    return Prepared
