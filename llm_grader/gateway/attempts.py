"""Attempts: what stands between a question and its answer, one concern a wrapper.

Each wrapper is called like the one inside it, with the request to send and the ledger of its question, and returns the
answer. The gateway puts them together; from the outside to the inside:

    Retrying    tries again what may pass
    Throttled   waits for its turn, and tells the others what came of it
    Paced       makes good what a request took of the tokens a minute
    Logged      notes each attempt in the log of its work
    Adapting    leaves out an optional parameter that the endpoint rejects
    Budgeted    reserves and settles what a request costs, and counts it
    Timed       ends what takes too long, and gives every failure one of our names
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from llm_grader.errors import (
    BadRequest,
    EndpointError,
    GraderError,
    JudgeError,
    LeasedElsewhere,
    RateLimited,
    RunStopped,
    TransientError,
)
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.client import classify
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.throttle import Throttle
from llm_grader.gateway.work import current_work

MAX_ATTEMPTS = 6

_Answer = TypeVar("_Answer")
Request = Callable[[], Awaitable[_Answer]]
"""Request to send: a function, for it may be sent more than once."""
Notify = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


class Sender(Protocol):
    """Way to get an answer to a request, whatever has to be done for it."""

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, with what it takes counted in `ledger`.

        Raises:
            JudgeError: there is none.
            RunStopped: nobody may send any more.
        """
        ...


class Timed:
    """Sends a request, for so many seconds at most.

    Args:
        seconds: from the first byte sent to the last one read.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, or one of our errors for whatever went wrong."""
        try:
            async with asyncio.timeout(self._seconds):  # the SDK's starts anew with every byte
                return await request()
        except JudgeError:
            raise
        except Exception as error:
            raise classify(error, ledger, self._seconds) from None  # the cause's text holds the transcript


class Budgeted:
    """Keeps to a budget, and counts each request; a failure carries what its question has taken so far.

    Args:
        send: who sends.
        budget: the limits.
    """

    def __init__(self, send: Sender, budget: Budget) -> None:
        self._send = send
        self._budget = budget

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, paid for from the budget."""
        reserved, counted = self._budget.reserve(ledger.estimate), len(ledger.tokens)
        ledger.requests += 1
        try:
            return await self._send(request, ledger)
        except JudgeError as fault:
            if isinstance(fault, TransientError) and fault.in_doubt:
                ledger.add_unknown()
            fault.usage = ledger.usage()
            raise
        finally:
            cost = ledger.usage(counted).cost if ledger.tokens[counted:] else 0.0
            self._budget.settle(reserved, cost)


class Adapting:
    """Asks again without an optional parameter that the endpoint rejects, and never sends that one any more.

    Args:
        send: who sends.
        rejected: what the endpoint is known to reject; requests leave it out, and it grows.
    """

    def __init__(self, send: Sender, rejected: set[str]) -> None:
        self._send = send
        self._rejected = rejected

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, sent again where only an optional parameter was in its way."""
        while True:
            offered = set(ledger.optional) - self._rejected
            try:
                return await self._send(request, ledger)
            except BadRequest as fault:
                if fault.parameter not in offered:
                    raise
                self._rejected.add(fault.parameter)


class Logged:
    """Notes each attempt in the log of its work, where it has one.

    An attempt that is aborted is never noted as ended: whether it was paid for is in doubt.

    Args:
        send: who sends.
    """

    def __init__(self, send: Sender) -> None:
        self._send = send

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, noted before it is sent and when it has ended."""
        work = current_work.get()
        log = None if work is None else work.log
        if log is None:
            return await self._send(request, ledger)
        attempt, counted = await log.begin(ledger.prompt_bytes, ledger.items), len(ledger.tokens)
        try:
            answer = await self._send(request, ledger)
        except GraderError as fault:
            in_doubt = isinstance(fault, TransientError) and fault.in_doubt
            log.end(attempt, None if in_doubt else fault.code, ledger.usage(counted))
            raise
        log.end(attempt, "ok", ledger.usage(counted))
        return answer


class Paced:
    """Makes good, in the pace, the difference between the tokens that a request was expected to take and took.

    Args:
        send: who sends.
        pace: of which the throttle has taken a turn for the request.
    """

    def __init__(self, send: Sender, pace: Pace) -> None:
        self._send = send
        self._pace = pace

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, with its tokens set right in the pace."""
        counted = len(ledger.tokens)
        try:
            return await self._send(request, ledger)
        except LeasedElsewhere:  # it was never sent
            self._pace.give_back(ledger.expected_tokens)
            raise
        finally:
            took = ledger.usage(counted)
            if took.prompt_tokens and took.completion_tokens is not None:
                self._pace.correct(ledger.expected_tokens, took.prompt_tokens + took.completion_tokens)


class Throttled:
    """Sends when it is the request's turn, and lets the throttle know what came of it.

    Args:
        send: who sends.
        throttle: shared by all who send.
        notify: gets a short line about failures that pass.
    """

    def __init__(self, send: Sender, throttle: Throttle, *, notify: Notify = lambda _line: None) -> None:
        self._send = send
        self._throttle = throttle
        self._notify = notify

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, sent when it is its turn."""
        async with self._throttle.slot(ledger.expected_tokens) as sent:
            try:
                answer = await self._send(request, ledger)
            except RunStopped as error:
                self._throttle.stop(error)
                raise
            except JudgeError as fault:
                self._after(fault, sent, f"attempt {ledger.attempts}/{MAX_ATTEMPTS}")
                raise
            self._throttle.succeeded()
            return answer

    def _after(self, fault: JudgeError, sent: int, attempt: str) -> None:
        if isinstance(fault, EndpointError):
            self._throttle.stop(fault)
        elif isinstance(fault, RateLimited):
            self._throttle.slow_down(fault.retry_after, sent)
            waiting = "" if fault.retry_after is None else f": waiting {fault.retry_after:.0f} s (server asked)"
            self._notify(f"rate limited{waiting}, {attempt}")
        elif isinstance(fault, TransientError):
            self._notify(f"{fault}, {attempt}")
            self._throttle.failed()
        else:  # an answer that cannot be used is an answer
            self._throttle.succeeded()


class Retrying:
    """Tries again what may pass, six times at most, after a random wait that grows.

    Where the server named a pause, the throttle makes everybody wait, and this question with them.

    Args:
        send: who sends.
        sleep: how to wait.
    """

    def __init__(self, send: Sender, *, sleep: Sleep = asyncio.sleep) -> None:
        from tenacity import retry_if_exception_type, stop_after_attempt, wait_random_exponential

        backoff = wait_random_exponential(multiplier=0.5, max=30)
        self._send = send
        self._policy: dict[str, Any] = {
            "retry": retry_if_exception_type(TransientError),
            "wait": lambda state: 0 if _asked_to_wait(state) else backoff(state),
            "stop": stop_after_attempt(MAX_ATTEMPTS),
            "sleep": sleep,
            "reraise": True,
        }

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, from the first attempt that gets one."""
        from tenacity import AsyncRetrying

        async for attempt in AsyncRetrying(**self._policy):
            with attempt:
                ledger.attempts = attempt.retry_state.attempt_number
                return await self._send(request, ledger)
        raise AssertionError("unreachable: tenacity either returns or raises")


def _asked_to_wait(state: Any) -> bool:
    fault = state.outcome.exception()
    return isinstance(fault, RateLimited) and fault.retry_after is not None
