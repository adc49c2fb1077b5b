"""Prices: US dollars for tokens. What is not known stays unknown.

Prices come from the user's own table first, then from `genai-prices` when the endpoint is a provider it knows.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field

from llm_grader.transcript import Model
from llm_grader.usage import Usage

OPENAI_URL = "https://api.openai.com/v1"


class Price(Model):
    """US dollars per million tokens. `cached` is for prompt tokens served from the provider's cache."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


def cost_of(usage: Usage, model: str, base_url: str | None, prices: dict[str, Price]) -> float | None:
    """Cost of `usage`, or None when a token count or the price is unknown, or the counts cannot be true.

    Args:
        usage: tokens as the endpoint reported them.
        model: the name that requests give the endpoint.
        base_url: the endpoint; None is OpenAI's own.
        prices: the user's own prices by model name; they win.
    """
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    cached = usage.cached_tokens or 0
    if usage.completion_tokens < 0 or not 0 <= cached <= usage.prompt_tokens:
        return None
    price = prices.get(model)
    if price is None:
        return _list_price(usage.prompt_tokens, cached, usage.completion_tokens, model, base_url or OPENAI_URL)
    cached_price = price.input if price.cached is None else price.cached
    fresh = usage.prompt_tokens - cached
    return (fresh * price.input + cached * cached_price + usage.completion_tokens * price.output) / 1e6


def context_of(model: str, base_url: str | None) -> int | None:
    """Tokens that a model's context holds, None where that is not known."""
    url = base_url or OPENAI_URL
    if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1"):
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    try:
        return calc_price(Tokens(), model, provider_api_url=url).model.context_window
    except LookupError:
        return None


def _list_price(prompt: int, cached: int, completion: int, model: str, url: str) -> float | None:
    if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1"):
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(input_tokens=prompt, cache_read_tokens=cached, output_tokens=completion)
    try:
        return float(calc_price(tokens, model, provider_api_url=url).total_price)
    except LookupError:  # no provider at this address, or no such model there
        return None
