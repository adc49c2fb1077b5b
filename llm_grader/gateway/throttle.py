"""Throttle: how many requests may be in flight, and when nobody may send, for all workers of a run.

The first request goes alone: a wrong key costs one request, and the others find the provider's cache filled. Then the
limit halves when the endpoint asks to slow down and grows by one for as many answers that succeed as it allows
(additive increase, multiplicative decrease, as in TCP congestion control, RFC 5681).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NoReturn

from llm_grader.errors import EndpointDown, Interrupted
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.work import BEGUN, Work, current_work

LONGEST_PAUSE = 120.0
DOWN_AFTER = 60.0
NOTHING_NEW = "nothing new is begun: run again to go on"


class Throttle:
    """Limit on the requests in flight, shared by all of one event loop.

    Args:
        limit: requests in flight at most.
        pace: how many a minute at most.
        clock: monotonic seconds; injected in tests.
        sleep: how to wait; injected in tests.
    """

    def __init__(
        self,
        limit: int,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limit = limit
        self.allowed = 1
        self._proven = False
        self._stopped_by: Exception | None = None
        self._finishing = False
        self._woken = asyncio.Event()
        self._waiting: set[Work] = set()
        self._in_flight = 0
        self._halvings = 0
        self._successes = 0
        self._paused_until = 0.0
        self._failing_since: float | None = None
        self._failing: set[object] = set()
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def slot(self, tokens: float = 0) -> AsyncIterator[int]:
        """Hold one of the allowed requests, of about so many `tokens`, after any pause is over and when it is its turn.

        Yields when it is sent, for `slow_down`.

        Raises:
            Exception: what `stop` was called with.
            Interrupted: after `finish`, where its work has not begun.
        """
        await self._take_turn(current_work.get() or BEGUN, tokens)
        try:
            yield self._halvings
        finally:
            await self._leave()

    async def _take_turn(self, work: Work, tokens: float) -> None:
        self._waiting.add(work)
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._refusal(work) or self._in_flight < self.allowed)
                self._in_flight += 1
            try:
                await self._wait_for_turn(work, tokens)
            except BaseException:
                await self._leave()
                raise
            work.begun = True
        finally:
            self._waiting.discard(work)

    async def _wait_for_turn(self, work: Work, tokens: float) -> None:
        while (refusal := self._refusal(work)) is None and (wait := self._wait(tokens)) > 0:
            await self._sleep_unless_woken(wait)
        if refusal is not None:
            raise refusal

    async def _leave(self) -> None:
        async with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def _refusal(self, work: Work) -> Exception | None:
        if self._stopped_by is None and self._finishing and not work.begun:
            return Interrupted(NOTHING_NEW)
        return self._stopped_by

    async def _sleep_unless_woken(self, seconds: float) -> None:
        waits = [asyncio.ensure_future(end) for end in (self._sleep(seconds), self._woken.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _wake(self) -> None:
        self._woken.set()
        self._woken = asyncio.Event()

    def _wait(self, tokens: float) -> float:
        pause = self._paused_until - self._clock()
        return pause if pause > 0 or self._pace is None else self._pace.take(self._clock(), tokens)

    def restart(self, limit: int) -> None:
        """A new run begins: at most `limit` requests in flight from now on, and what stopped the last one is over."""
        unhindered = self._proven and self.allowed == self.limit
        self.allowed = limit if unhindered else min(self.allowed, limit)
        self.limit = limit
        self._stopped_by = self._failing_since = None
        self._finishing = False

    def stop(self, error: Exception) -> None:
        """Nobody may send any more: whoever waits or comes gets `error`."""
        self._stopped_by = error
        self._wake()

    def finish(self) -> int:
        """No new work may begin, and what has begun goes on: whoever waits or comes with new work gets `Interrupted`.

        Returns how many gave up waiting.
        """
        self._finishing = True
        self._wake()
        return sum(not work.begun for work in self._waiting)

    def slow_down(self, seconds: float | None, sent: int | None = None) -> None:
        """The endpoint asked for fewer requests, and for a pause of `seconds` when it said how long.

        Args:
            seconds: the pause.
            sent: what the request's `slot` yielded. Of the requests that were in flight together only one halves.

        Raises:
            EndpointDown: it asks for more than we wait.
        """
        if seconds is not None and seconds > LONGEST_PAUSE:
            self._give_up(f"the endpoint asks to wait {seconds:.0f} s, over {LONGEST_PAUSE:.0f} s")
        if sent is None or sent == self._halvings:
            self.allowed = max(1, self.allowed // 2)
            self._halvings += 1
            self._successes = 0
        if seconds is not None:
            self._paused_until = max(self._paused_until, self._clock() + seconds)
        self._failing_since = None  # an endpoint that answers is not down

    def succeeded(self) -> None:
        """A request was answered."""
        self._failing_since = None
        if not self._proven:
            self._proven, self.allowed = True, self.limit
        self._successes += 1
        if self._successes >= self.allowed and self.allowed < self.limit:
            self.allowed += 1
            self._successes = 0

    def failed(self) -> None:
        """A request got no usable answer.

        Raises:
            EndpointDown: for longer than a minute none has, whatever work it was for.
        """
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
            self._failing = set()
        self._failing.add(current_work.get() or object())
        if not self._proven:
            self.allowed = min(2, self.limit)  # whether it is the endpoint or this conversation, another one shows
        if len(self._failing) > 1 and now - self._failing_since >= DOWN_AFTER:
            self._give_up(f"the endpoint has not answered for {DOWN_AFTER:.0f} s")

    def _give_up(self, why: str) -> NoReturn:
        error = EndpointDown(f"{why}: run again later to resume")
        self.stop(error)
        raise error
