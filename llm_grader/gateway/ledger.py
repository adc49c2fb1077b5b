"""Ledger of one question: every request sent, every token reported, and the last answer's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llm_grader.errors import Filtered, InvalidOutput, JudgeError, Refused, TransientError, Truncated
from llm_grader.gateway.bodies import OPTIONAL
from llm_grader.gateway.probabilities import Token
from llm_grader.usage import Usage

_NO_CHOICES = "no choices"


class Ledger:
    """Counts of one question: every attempt and request, and every token that an answer reported.

    An attempt takes more than one request where the endpoint rejects a parameter. `tokens` has prompt, cached and
    completion tokens of each request that was answered, or may have been; None for what is not known.

    Args:
        estimate: what one request is expected to cost, in US dollars, where that matters.
        prompt_bytes: bytes of the prompt and the schema.
        items: how many items it asks about.
        expected_tokens: tokens that one request is expected to take, prompt and answer, where that matters.
        optional: parameters that the request can do without.
        price: puts the cost on a usage; by default it stays unknown.
    """

    def __init__(
        self,
        estimate: float | None = None,
        prompt_bytes: int = 0,
        *,
        items: int = 0,
        expected_tokens: int = 0,
        optional: tuple[str, ...] = OPTIONAL,
        price: Callable[[Usage], Usage] = lambda usage: usage,
    ) -> None:
        self.optional = optional
        self.estimate = estimate
        self.items = items
        self.prompt_bytes = prompt_bytes
        self.expected_tokens = expected_tokens
        self._price = price
        self.attempts = 0
        self.requests = 0
        self.tokens: list[tuple[int | None, int | None, int | None]] = []
        self.text = ""
        self.finish_reason: str | None = None
        self.refused = False
        self.answered_by: str | None = None
        self.answer_tokens: list[Token] = []

    def add(self, completion: Any) -> None:
        """Copy what is needed, before instructor rewrites it; whatever a server sent, this does not fail."""
        self.tokens.append(_tokens(getattr(completion, "usage", None)))
        model = getattr(completion, "model", None)
        self.answered_by = model if isinstance(model, str) else self.answered_by
        choice = _first(getattr(completion, "choices", None))
        message = getattr(choice, "message", None)
        self.finish_reason = _NO_CHOICES if message is None else getattr(choice, "finish_reason", None)
        self.text = _text_of(message)
        self.refused = bool(getattr(message, "refusal", None))
        self.answer_tokens = _answer_tokens(getattr(choice, "logprobs", None))

    def add_unknown(self) -> None:
        """Count a request of which nobody knows what it took: it was sent and not answered."""
        self.tokens.append((None, None, None))

    def usage(self, since: int = 0) -> Usage:
        """Usage: tokens and cost of the answers from number `since` on, and all requests."""
        columns = list(zip(*self.tokens[since:], strict=True)) or [(), (), ()]
        prompt, cached, completion = (None if None in column else sum(column) for column in columns)
        return self._price(
            Usage(
                requests=self.requests,
                prompt_tokens=prompt,
                cached_tokens=cached,
                completion_tokens=completion,
                cost=None,
                answered_by=self.answered_by,
            )
        )

    def fault(self) -> JudgeError:
        """Error for an answer that came with status 200 and cannot be used."""
        if not self.tokens or self.finish_reason == _NO_CHOICES:
            return TransientError("the endpoint's answer is no chat completion (a web page?): check --base-url")
        if self.refused:
            return Refused("the model declined to grade this transcript")
        if self.finish_reason == "content_filter":
            return Filtered("the provider's content filter stopped the answer")
        if self.finish_reason == "length":
            return Truncated("the answer hit the limit of completion tokens", self.text)
        return InvalidOutput("the answer does not follow the response schema", self.text)


def _tokens(usage: Any) -> tuple[int | None, int | None, int | None]:
    details = getattr(usage, "prompt_tokens_details", None)
    reported = ((usage, "prompt_tokens"), (details, "cached_tokens"), (usage, "completion_tokens"))
    prompt, cached, completion = (_count(getattr(part, name, None)) for part, name in reported)
    return prompt, cached, completion


def _count(reported: Any) -> int | None:
    return reported if type(reported) is int and reported >= 0 else None


def _first(parts: Any) -> Any:
    return parts[0] if isinstance(parts, list) and parts else None


def _text_of(message: Any) -> str:
    call = _first(getattr(message, "tool_calls", None))
    text = getattr(message, "content", None) if call is None else getattr(call, "function", None)
    text = getattr(text, "arguments", text)
    return text if isinstance(text, str) else ""


def _answer_tokens(logprobs: Any) -> list[Token]:
    try:
        return [Token(token.token, min(0.0, token.logprob)) for token in getattr(logprobs, "content", None) or ()]
    except (AttributeError, TypeError):
        return []
