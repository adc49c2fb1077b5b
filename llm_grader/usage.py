"""What requests take: tokens and money, and the rates that estimates go by."""

from __future__ import annotations

from typing import TypeVar

from llm_grader.transcript import Model

_Number = TypeVar("_Number", int, float)


class Usage(Model):
    """What the requests cost. Tokens are what the endpoint reported; None means that it did not say.

    `cost` is in US dollars, None when a price or a token count is unknown. `answered_by` is the model's name as the
    endpoint gave it.
    """

    requests: int = 0
    prompt_tokens: int | None = 0
    cached_tokens: int | None = 0
    completion_tokens: int | None = 0
    cost: float | None = 0.0
    answered_by: str | None = None

    def __add__(self, other: Usage) -> Usage:
        """Add up two usages; what is unknown in one stays unknown in the sum."""
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            cached_tokens=_sum(self.cached_tokens, other.cached_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
            cost=_sum(self.cost, other.cost),
            answered_by=other.answered_by or self.answered_by,
        )


def _sum(a: _Number | None, b: _Number | None) -> _Number | None:
    return None if a is None or b is None else a + b


class Rates(Model):
    """How much a request takes: tokens for a byte of prompt, and tokens of an answer, in all or for each item.

    The defaults are a first guess; `Store.rates` has what a model really took.
    """

    tokens_a_byte: float = 0.25
    completion_tokens_an_item: float = 45.0
    completion_tokens: float | None = None
