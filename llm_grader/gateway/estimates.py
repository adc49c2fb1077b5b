"""Estimates: tokens of a request from its bytes, and dollars from tokens. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from pydantic import BaseModel

from llm_grader.gateway.bodies import Message
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.prices import cost_of
from llm_grader.usage import Rates, Usage

_TOKENS_OF_A_CHOICE = 2  # the option, and the end
_MOST_TOKENS_A_BYTE = 0.5  # in the scripts that take most
_FIRST_GUESS = Rates()


def estimate_of(
    messages: Sequence[Message],
    answer: type[BaseModel] | Sequence[str],
    endpoint: Endpoint,
    *,
    rates: Rates = _FIRST_GUESS,
) -> Usage:
    """Usage that one request is expected to have.

    Args:
        messages: the prompt.
        answer: the response model, or the options to choose among.
        endpoint: for the price.
        rates: tokens for a byte and for an answer; without, those that every estimate begins with.
    """
    if isinstance(answer, type):
        completion = rates.completion_tokens or rates.completion_tokens_an_item * len(answer.model_fields)
    else:
        completion = _TOKENS_OF_A_CHOICE
    prompt = bytes_of(messages, answer) * rates.tokens_a_byte
    usage = Usage(requests=1, prompt_tokens=round(prompt), cached_tokens=0, completion_tokens=round(completion))
    return priced(usage, endpoint)


def most_of(messages: Sequence[Message], response_model: type[BaseModel], endpoint: Endpoint, *, limit: int) -> Usage:
    """Usage that one request may have at most, when its answer stops at `limit` tokens."""
    prompt = round(bytes_of(messages, response_model) * _MOST_TOKENS_A_BYTE)
    return priced(Usage(requests=1, prompt_tokens=prompt, cached_tokens=0, completion_tokens=limit), endpoint)


def priced(usage: Usage, endpoint: Endpoint) -> Usage:
    """Usage with its cost, None where the price or a count is unknown."""
    cost = cost_of(usage, endpoint.model, endpoint.base_url, endpoint.prices)
    return usage.model_copy(update={"cost": cost})


def bytes_of(messages: Sequence[Message], answer: type[BaseModel] | Sequence[str]) -> int:
    """UTF-8 bytes of the prompt and the schema, from which prompt tokens are estimated."""
    schema = _schema_bytes(answer) if isinstance(answer, type) else 0
    return sum(len(message["content"].encode()) for message in messages) + schema


@lru_cache(maxsize=256)
def _schema_bytes(response_model: type[BaseModel]) -> int:
    return len(json.dumps(response_model.model_json_schema()))
