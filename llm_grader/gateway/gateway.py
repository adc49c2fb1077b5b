"""One question to an OpenAI-compatible endpoint; with `client` the only module that imports the client libraries.

Retries have one owner, the loop in `Gateway._send`: the SDK's and instructor's are off. Every answered request is
counted, also when its answer cannot be used.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from llm_grader.asking.answers import LOGPROB_FLOOR, Choice, has_duplicate_keys, with_confidences
from llm_grader.errors import (
    BadRequest,
    EndpointError,
    GraderError,
    InvalidOutput,
    JudgeError,
    LeasedElsewhere,
    RateLimited,
    RunStopped,
    TransientError,
)
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.client import Client, cause_of, classify, hooks_of, instructor_mode, prepared
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.estimates import bytes_of, estimate_of, priced
from llm_grader.gateway.faults import unsupported_parameter
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.pace import pace_of
from llm_grader.gateway.probabilities import label_probabilities
from llm_grader.gateway.throttle import Throttle
from llm_grader.gateway.work import AttemptLog, attempt_log
from llm_grader.usage import Rates, Usage

Message = dict[str, str]
MAX_ATTEMPTS = 6
CONCURRENCY = 64
OPTIONAL = ("temperature", "seed", "logprobs", "top_logprobs")

_Answer = TypeVar("_Answer")


class Gateway:
    """Asks an endpoint, with retries, a shared throttle and exact counts.

    A client lives in the event loop that first uses it; close it there with `aclose`. `spent` is what all questions
    have taken so far, those that failed too.

    Args:
        endpoint: where and how.
        budget: limits on requests and cost, none by default.
        without: optional parameters that the endpoint is known to reject, and that are never sent.
        notify: told, in a short line, about waits and retries.
        sleep: how to wait between attempts and in pauses; injected in tests.
        clock: monotonic seconds; injected in tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        without: Collection[str] = (),
        notify: Callable[[str], None] = lambda _line: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        endpoint.check()
        self.endpoint = endpoint
        self._concurrency = CONCURRENCY
        self.budget = budget or Budget()
        self._notify = notify
        self._sleep = sleep
        self._clock = clock
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()
        self._rejected = set(without)
        self._spent_lock = threading.Lock()
        self.spent = Usage()
        self._pace = pace_of(endpoint, clock)

    def start_run(self, concurrency: int) -> None:
        """A new run begins: `concurrency` requests in flight at most, and what stopped the last run is over."""
        self._concurrency = concurrency
        client = self._clients.get(asyncio.get_running_loop())
        if client is not None:
            client.throttle.restart(concurrency)

    def finish(self) -> int:
        """Begin no new work on the running event loop, see `Throttle.finish`; returns how many gave up waiting."""
        client = self._clients.get(asyncio.get_running_loop())
        return 0 if client is None else client.throttle.finish()

    async def complete(self, messages: Sequence[Message], response_model: type[BaseModel]) -> tuple[BaseModel, Usage]:
        """Ask for an answer that follows `response_model`.

        Raises:
            JudgeError: see `errors`; an answer that breaks the schema is `InvalidOutput` and carries its text.
            RunStopped: the endpoint is down.
        """
        ledger = self._ledger(messages, response_model)

        async def ask(client: Client) -> BaseModel:
            answer: BaseModel = await client.fill_in(
                response_model=prepared(response_model),
                messages=list(messages),
                max_retries=0,
                strict=True,
                hooks=hooks_of(ledger),
                **self._parameters(),
            )
            if has_duplicate_keys(ledger.text):
                raise InvalidOutput("a key comes twice in the answer", ledger.text)
            return answer

        answer = await self._send(ask, ledger)
        if ledger.answer_tokens:
            item_ids = (str(field.alias) for field in response_model.model_fields.values())
            answer = with_confidences(answer, label_probabilities(ledger.answer_tokens, item_ids))
        return answer, self._usage(ledger)

    async def choose(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """Ask for one of `options`, constrained by a grammar, with the probability of each option's first token.

        Raises:
            JudgeError: see `errors`.
        """
        ledger = Ledger()

        async def ask(client: Client) -> Choice:
            completion = await client.send(**self.render_choice(messages, options))
            ledger.add(completion)
            return _choice(completion, options, ledger)

        choice = await self._send(ask, ledger)
        return choice.model_copy(update={"usage": self._usage(ledger)})

    def render_request(self, messages: Sequence[Message], response_model: type[BaseModel]) -> dict[str, Any]:
        """The body that `complete` would send, without sending it: instructor adds to it what its mode needs."""
        import instructor

        sent: dict[str, Any] = {}

        def keep(**body: Any) -> None:
            sent.update(body)
            raise _NotSent

        logging.getLogger("instructor").setLevel(logging.CRITICAL)
        create: Any = instructor.patch(create=keep, mode=instructor_mode(self.endpoint.mode))
        with contextlib.suppress(Exception):  # instructor wraps _NotSent in an error of its own
            create(
                response_model=prepared(response_model),
                messages=list(messages),
                max_retries=0,
                **self._parameters(),
            )
        return sent

    def render_choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, Any]:
        """The body that `choose` would send, without sending it."""
        return {
            "messages": list(messages),
            "max_tokens": 8,
            "top_logprobs": 20,
            "grammar": "root ::= " + " | ".join(f'"{option}"' for option in options),
            "cache_prompt": True,
            **self._parameters(),
            "logprobs": True,
        }

    async def aclose(self) -> None:
        """Close the client of the running event loop; pending requests fail."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.raw.close()

    async def _send(self, ask: Callable[[Client], Awaitable[_Answer]], ledger: Ledger) -> _Answer:
        from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        client = self._client()
        backoff = wait_random_exponential(multiplier=0.5, max=30)
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            wait=lambda state: 0 if _asked_to_wait(state) else backoff(state),
            stop=stop_after_attempt(MAX_ATTEMPTS),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async for attempt in attempts:
                with attempt:
                    return await self._attempt(ask, client, ledger, attempt.retry_state.attempt_number)
        finally:
            with self._spent_lock:
                self.spent += self._usage(ledger)
        raise AssertionError("unreachable: tenacity either returns or raises")

    async def _attempt(
        self, ask: Callable[[Client], Awaitable[_Answer]], client: Client, ledger: Ledger, number: int
    ) -> _Answer:
        log = attempt_log.get()
        async with client.throttle.slot(ledger.expected_tokens) as sent:
            attempt = None if log is None else await self._begin(log, ledger)
            ended, outcome, counted = False, None, len(ledger.tokens)
            try:
                answer = await self._paid(ask, client, ledger)
                ended, outcome = True, "ok"
            except GraderError as fault:
                ended, outcome = True, None if isinstance(fault, TransientError) and fault.in_doubt else fault.code
                if isinstance(fault, JudgeError):
                    fault.usage = self._usage(ledger)
                    self._after_fault(fault, client.throttle, sent, number)
                raise
            finally:
                took = self._usage(ledger, since=counted)
                self._correct_pace(ledger, took)
                if log is not None and attempt is not None and ended:  # an aborted request is in doubt
                    log.end(attempt, outcome, took)
            client.throttle.succeeded()
            return answer

    async def _begin(self, log: AttemptLog, ledger: Ledger) -> int:
        try:
            return await log.begin(ledger.prompt_bytes, ledger.items)
        except LeasedElsewhere:
            if self._pace is not None:
                self._pace.give_back(ledger.expected_tokens)
            raise

    def _correct_pace(self, ledger: Ledger, took: Usage) -> None:
        if self._pace is not None and took.prompt_tokens and took.completion_tokens is not None:
            self._pace.correct(ledger.expected_tokens, took.prompt_tokens + took.completion_tokens)

    async def _paid(self, ask: Callable[[Client], Awaitable[_Answer]], client: Client, ledger: Ledger) -> _Answer:
        """Ask where the budget allows it, and settle what it took."""
        reserved, counted = self._reserve(ledger.estimate, client), len(ledger.tokens)
        ledger.requests += 1
        try:
            return await self._adapted(ask, client, ledger)
        except TransientError as fault:
            if fault.in_doubt:
                ledger.add_unknown()
            raise
        finally:
            cost = self._usage(ledger, since=counted).cost if ledger.tokens[counted:] else 0.0
            self.budget.settle(reserved, cost)

    def _reserve(self, estimate: float | None, client: Client) -> float:
        try:
            return self.budget.reserve(estimate)
        except RunStopped as error:
            client.throttle.stop(error)
            raise

    async def _adapted(self, ask: Callable[[Client], Awaitable[_Answer]], client: Client, ledger: Ledger) -> _Answer:
        """Ask; where the endpoint rejects an optional parameter, leave it out for the rest of the run and ask again."""
        while True:
            offered = set(OPTIONAL) - self._rejected
            try:
                async with asyncio.timeout(self.endpoint.timeout):  # the SDK's starts anew with every byte
                    return await ask(client)
            except JudgeError:
                raise
            except Exception as error:
                fault = classify(error, ledger, self.endpoint.timeout)
                rejected = unsupported_parameter(getattr(cause_of(error), "body", None), OPTIONAL)
                if not isinstance(fault, BadRequest) or rejected not in offered:
                    raise fault from None  # the cause's text holds the transcript
                self._rejected.add(rejected)
                self._reserve(0.0, client)  # what was reserved for its cost stands: a rejected request costs nothing
                ledger.requests += 1

    def _after_fault(self, fault: JudgeError, throttle: Throttle, sent: int, number: int) -> None:
        if isinstance(fault, EndpointError):
            throttle.stop(fault)
        elif isinstance(fault, RateLimited):
            throttle.slow_down(fault.retry_after, sent)
            waiting = "" if fault.retry_after is None else f": waiting {fault.retry_after:.0f} s (server asked)"
            self._notify(f"rate limited{waiting}, attempt {number}/{MAX_ATTEMPTS}")
        elif isinstance(fault, TransientError):
            self._notify(f"{fault}, attempt {number}/{MAX_ATTEMPTS}")
            throttle.failed()
        else:  # an answer that cannot be used is an answer
            throttle.succeeded()

    def _parameters(self) -> dict[str, Any]:
        wanted = {
            "model": self.endpoint.model,
            "temperature": self.endpoint.temperature,
            "seed": self.endpoint.seed,
            "max_completion_tokens": self.endpoint.max_completion_tokens,
            "logprobs": self.endpoint.logprobs or None,
        }
        return {key: value for key, value in wanted.items() if value is not None and key not in self._rejected}

    def estimate(
        self, messages: Sequence[Message], answer: type[BaseModel] | Sequence[str], *, rates: Rates | None = None
    ) -> Usage:
        """What one request is expected to take, at the rates seen before or at those every estimate begins with.

        `answer` is the response model, or the options to choose among.
        """
        return estimate_of(messages, answer, self.endpoint, rates=rates or Rates())

    def _usage(self, ledger: Ledger, *, since: int = 0) -> Usage:
        return priced(ledger.usage(since), self.endpoint)

    def _ledger(self, messages: Sequence[Message], response_model: type[BaseModel]) -> Ledger:
        prompt_bytes, items = bytes_of(messages, response_model), len(response_model.model_fields)
        if self._pace is None and not self.budget.limits_cost:
            return Ledger(prompt_bytes=prompt_bytes, items=items)
        expected = self.estimate(messages, response_model)
        tokens = (expected.prompt_tokens or 0) + (expected.completion_tokens or 0)
        return Ledger(
            expected.cost if self.budget.limits_cost else None, prompt_bytes, items=items, expected_tokens=tokens
        )

    def _client(self) -> Client:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            throttle = Throttle(self._concurrency, pace=self._pace, clock=self._clock, sleep=self._sleep)
            self._clients[loop] = Client(self.endpoint, throttle)
        return self._clients[loop]


class _NotSent(Exception):
    """Ends a request that is only rendered."""


def _asked_to_wait(state: Any) -> bool:
    """Whether the server named a pause: the throttle then makes everybody wait, and this attempt with them."""
    fault = state.outcome.exception()
    return isinstance(fault, RateLimited) and fault.retry_after is not None


def _choice(completion: Any, options: Sequence[str], ledger: Ledger) -> Choice:
    if not getattr(completion, "choices", None):
        raise ledger.fault()
    logprobs = completion.choices[0].logprobs
    if logprobs is None or not logprobs.content:
        raise BadRequest("the endpoint gives no token probabilities: it cannot choose among options")
    listed = logprobs.content[0].top_logprobs
    return Choice(
        answer=ledger.text.strip(),
        logprobs={option: _logprob_of(option, listed) for option in options},
    )


def _logprob_of(option: str, listed: Sequence[Any]) -> float:
    """Log-probability of the most likely listed token that begins `option`."""
    return max(
        (t.logprob for t in listed if t.token.strip() and option.startswith(t.token.strip())), default=LOGPROB_FLOOR
    )
