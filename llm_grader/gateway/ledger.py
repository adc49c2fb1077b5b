"""Ledger of one question: every request sent, every token reported, and the last answer's text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llm_grader.errors import Filtered, InvalidOutput, JudgeError, Refused, TransientError, Truncated
from llm_grader.gateway.answer_text import Token
from llm_grader.gateway.bodies import OPTIONAL
from llm_grader.usage import Usage

FILTERED = "content_filter"
"""Finish reason of an answer that a content filter objected to."""
_NO_CHOICES = "no choices"
_BYTES_A_TOKEN = 4
_ECHO_LETTERS = 16


class Ledger:
    """Counts of one question: every attempt and request, and every token that an answer reported.

    An attempt takes more than one request where the endpoint rejects a parameter. `tokens` has prompt, cached and
    completion tokens of each request that was answered, or may have been; None for what is not known.
    `not_before` is when the server wants the next attempt, in seconds of the throttle's clock.

    Args:
        estimate: what one request is expected to cost, in US dollars, where that matters.
        most: what one request may cost at most, in US dollars, where that matters.
        prompt_bytes: bytes of the prompt and the schema.
        items: how many items it asks about.
        expected_tokens: tokens that one request is expected to take, prompt and answer, where that matters.
        output_limit: tokens at which an answer stops, None for no limit.
        prompt: texts of the prompt.
        optional: parameters that the request can do without.
        price: puts the cost on a usage; by default it stays unknown.
    """

    def __init__(
        self,
        estimate: float | None = None,
        prompt_bytes: int = 0,
        *,
        most: float | None = None,
        items: int = 0,
        expected_tokens: int = 0,
        output_limit: int | None = None,
        prompt: Sequence[str] = (),
        optional: tuple[str, ...] = OPTIONAL,
        price: Callable[[Usage], Usage] = lambda usage: usage,
    ) -> None:
        self.optional = optional
        self.estimate = estimate
        self.most = most
        self.output_limit = output_limit
        self._prompt = prompt
        self.items = items
        self.prompt_bytes = prompt_bytes
        self.expected_tokens = expected_tokens
        self._price = price
        self.attempts = 0
        self.not_before = 0.0
        self.requests = 0
        self.tokens: list[tuple[int | None, int | None, int | None]] = []
        self.text = ""
        self.finish_reason: str | None = None
        self.refused = False
        self.answered_by: str | None = None
        self.answer_tokens: list[Token] = []
        self.room = 1
        self._counted = 0

    def begin(self) -> int:
        """Count one more request that is sent; returns the number of answers before it, for `usage`."""
        self.requests += 1
        self._counted = len(self.tokens)
        self.text, self.finish_reason, self.refused = "", None, False
        return self._counted

    def widen(self, room: int) -> None:
        """Let an answer take `room` times as many tokens as it first could, and cost as much more."""
        if self.output_limit is not None:
            self.output_limit = self.output_limit // self.room * room
        if self.most is not None:
            self.most = self.most / self.room * room
        self.room = room

    @property
    def answered(self) -> bool:
        """Whether the answer to the last request is counted."""
        return len(self.tokens) > self._counted

    @property
    def ended_in_thought(self) -> bool:
        """Whether the last answer used up its tokens on thinking: it hit the limit, and little of it can be read."""
        took = self.tokens[-1][2] if self.answered else None
        if self.finish_reason != "length" or took is None or self.output_limit is None:
            return False
        return took >= 0.9 * self.output_limit and len(self.text.encode()) < self.output_limit / 2 * _BYTES_A_TOKEN

    def repeats_prompt(self, sentence: str) -> bool:
        """Whether some words of a sentence stand in the prompt as well: it may quote what somebody said."""
        prompt, plain = (" ".join(text.casefold().split()) for text in (" ".join(self._prompt), sentence))
        places = range(max(1, len(plain) - _ECHO_LETTERS + 1))
        return bool(plain) and any(plain[at : at + _ECHO_LETTERS] in prompt for at in places)

    def add(self, completion: Any) -> None:
        """Copy what is needed; whatever a server sent, this does not fail."""
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
        if not self.answered or self.finish_reason == _NO_CHOICES:
            nothing = TransientError("the endpoint's answer is no chat completion (a web page?): check --base-url")
            nothing.is_everybodys = True
            return nothing
        if self.refused:
            return Refused("the model declined to grade this transcript")
        if self.finish_reason == FILTERED:
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
