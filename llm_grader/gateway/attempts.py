"""Attempts: what stands between a question and its answer, one concern a wrapper.

Each wrapper is called like the one inside it, with the request to send and the ledger of its question, and returns the
answer. The gateway puts them together; from the outside to the inside:

    Retrying    tries again what may pass
    Throttled   waits for its turn, and tells the others what came of it
    Paced       makes good what a request took of the tokens a minute
    Adapting    leaves out an optional parameter that the endpoint rejects
    Logged      notes each request in the log of its work
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
    UsageError,
)
from llm_grader.gateway.bodies import OUTPUT_LIMITS
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.client import classify
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.throttle import Sent, Throttle
from llm_grader.gateway.work import current_work
from llm_grader.usage import Usage

MAX_ATTEMPTS = 6

_Answer = TypeVar("_Answer")
Request = Callable[[], Awaitable[_Answer]]
"""Request to send: a function, for it may be sent more than once."""
Notify = Callable[[str], None]
Count = Callable[[Usage], None]
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
            fault = classify(error, ledger, self._seconds)
            if isinstance(fault, TransientError) and fault.in_doubt and not ledger.answered:
                ledger.add_unknown()
            raise fault from None  # the cause's text holds the transcript
        except BaseException:  # given up while it was on its way
            if not ledger.answered:
                ledger.add_unknown()
            raise


class Budgeted:
    """Keeps to a budget, and counts each request; a failure carries what its question has taken so far.

    Args:
        send: who sends.
        budget: the limits.
        count: gets what each request took, as soon as it has ended.
    """

    def __init__(self, send: Sender, budget: Budget, *, count: Count = lambda _usage: None) -> None:
        self._send = send
        self._budget = budget
        self._count = count

    async def __call__(self, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`, paid for from the budget."""
        reserved = await self._budget.reserve(ledger.estimate, ledger.most)
        counted = ledger.begin()
        try:
            return await self._send(request, ledger)
        except JudgeError as fault:
            fault.usage = ledger.usage()
            raise
        finally:
            took = ledger.usage(counted).model_copy(update={"requests": 1})
            self._budget.settle(reserved, took.cost if ledger.answered else 0.0)
            self._count(took)


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
            limit = next((name for name in OUTPUT_LIMITS if name in offered), None)
            try:
                return await self._send(request, ledger)
            except BadRequest as fault:
                to_blame = limit if fault.parameter in OUTPUT_LIMITS else fault.parameter
                if to_blame not in offered:
                    raise
                self._rejected.add(to_blame)


class Logged:
    """Notes each request in the log of its work, where it has one.

    One that is aborted is never noted as ended: whether it was paid for is in doubt. Of one that was not sent after
    all, nothing stays.

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
        except (RunStopped, UsageError):  # a limit: it was never sent
            log.drop(attempt)
            raise
        except TransientError as fault:
            if fault.never_sent:
                log.drop(attempt)
            else:
                log.end(attempt, None if fault.in_doubt else fault.code, ledger.usage(counted))
            raise
        except GraderError as fault:
            log.end(attempt, fault.code, ledger.usage(counted))
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
        async with self._throttle.slot(ledger.expected_tokens, not_before=ledger.not_before) as sent:
            try:
                answer = await self._send(request, ledger)
            except RunStopped as error:
                self._throttle.stop(error)
                raise
            except JudgeError as fault:
                if isinstance(fault, TransientError) and fault.retry_after is not None:
                    ledger.not_before = self._throttle.now() + fault.retry_after
                self._after(fault, sent, f"attempt {ledger.attempts}/{MAX_ATTEMPTS}")
                raise
            self._throttle.succeeded(sent)
            return answer

    def _after(self, fault: JudgeError, sent: Sent, attempt: str) -> None:
        if isinstance(fault, EndpointError):
            self._throttle.stop(fault)
        elif isinstance(fault, TransientError):
            self._notify(f"{_in_short(fault)}{_pause_of(fault)}, {attempt}")
            if isinstance(fault, RateLimited):
                self._throttle.slow_down(fault.retry_after, sent)
            else:
                self._throttle.failed(fault.retry_after, sent)
        elif not fault.is_everybodys:  # an answer that cannot be used is an answer
            self._throttle.succeeded(sent)
        if fault.is_everybodys:
            self._throttle.refused(fault)


def _in_short(fault: TransientError) -> str:
    return "rate limited" if isinstance(fault, RateLimited) else str(fault)


def _pause_of(fault: TransientError) -> str:
    return "" if fault.retry_after is None else f": waiting {fault.retry_after:.0f} s (server asked)"


class Retrying:
    """Tries again what may pass, six times at most, after a random wait that grows.

    Where the server named a pause, the throttle keeps it, for this question at least. The first attempt is
    made without tenacity, which most questions never need.

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
        ledger.attempts = 1
        try:
            return await self._send(request, ledger)
        except TransientError as fault:
            first = fault
        return await self._again(request, ledger, first)

    async def _again(self, request: Request[_Answer], ledger: Ledger, first: TransientError) -> _Answer:
        from tenacity import AsyncRetrying

        async for attempt in AsyncRetrying(**self._policy):
            with attempt:
                ledger.attempts = attempt.retry_state.attempt_number
                if ledger.attempts == 1:
                    raise first
                return await self._send(request, ledger)
        raise AssertionError("unreachable: tenacity either returns or raises")


def _asked_to_wait(state: Any) -> bool:
    fault = state.outcome.exception()
    return isinstance(fault, TransientError) and fault.retry_after is not None
