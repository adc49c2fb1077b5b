"""Throttle: how many requests may be in flight, and when nobody may send, for all workers of a run.

The first request goes alone: a wrong key costs one request, and the others find the provider's cache filled. Then what
is allowed follows what the endpoint accepts, not each refusal: after a round, which is as many outcomes as are allowed,
it becomes what was not refused of the round and `_TOLERATED` more, and half of it at least. So it grows as long as
fewer are refused, and shrinks to what the endpoint bears where more are; refusals at random, however few requests are
sent, do not hold it down. (The share of marked packets decides in the same way in DCTCP, RFC 8257, and the bandwidth
that arrives in BBR; TCP's halving at each loss, RFC 5681, takes every loss for congestion.)

A pause that the endpoint asks for holds everybody, until it is over or a request is answered that was sent after the
refused one: then the endpoint takes others, and only the refused one waits on.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple, NoReturn

from llm_grader.errors import EndpointDown, EndpointError, Interrupted, JudgeError, TransientError
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.work import BEGUN, Work, current_work

LONGEST_PAUSE = 120.0
DOWN_AFTER = 60.0
_TOLERATED = 0.15  # share of refusals: five in a hundred more than the endpoints that refuse at random were seen to
_LEAST_OUTCOMES = 4  # of a round: one refusal says nothing of a share
_SAME_AGAIN = 12  # failures that may pass: two conversations that have used up their attempts
_FINAL_COUNTS_FOR = 4  # a rejection is sure to come again, a failure is not
NOTHING_NEW = "nothing new is begun: run again to go on"


class Sent(NamedTuple):
    """When a request was sent: after how many cuts of what is allowed, and as which of all."""

    cuts: int
    number: int


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
        self._cuts = 0
        self._sent = 0
        self._paused_by = 0
        self._outcomes = 0
        self._refusals = 0
        self._fault_again: tuple[str, set[object], int] = ("", set(), 0)
        self._paused_until = 0.0
        self._failing_since: float | None = None
        self._failing: set[object] = set()
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def slot(self, tokens: float = 0, *, not_before: float = 0.0) -> AsyncIterator[Sent]:
        """Hold one of the allowed requests, of about so many `tokens`, after any pause is over and when it is its turn.

        Yields when it is sent, for `slow_down`, and not before the clock tells so many seconds.

        Raises:
            Exception: what `stop` was called with.
            Interrupted: after `finish`, where its work has not begun.
        """
        await self._take_turn(current_work.get() or BEGUN, tokens, not_before)
        self._sent += 1
        try:
            yield Sent(self._cuts, self._sent)
        finally:
            await self._leave()

    async def _take_turn(self, work: Work, tokens: float, not_before: float) -> None:
        self._waiting.add(work)
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._refusal(work) or self._in_flight < self.allowed)
                self._in_flight += 1
            try:
                await self._wait_for_turn(work, tokens, not_before)
            except BaseException:
                await self._leave()
                raise
            work.begun = True
        finally:
            self._waiting.discard(work)

    async def _wait_for_turn(self, work: Work, tokens: float, not_before: float) -> None:
        while (refusal := self._refusal(work)) is None and (wait := self._wait(tokens, not_before)) > 0:
            await self._sleep_unless_woken(wait)
        if refusal is not None:
            raise refusal

    async def _leave(self) -> None:
        async with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def now(self) -> float:
        """Seconds of its clock."""
        return self._clock()

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

    def _wait(self, tokens: float, not_before: float) -> float:
        pause = max(self._paused_until, not_before) - self._clock()
        return pause if pause > 0 or self._pace is None else self._pace.take(self._clock(), tokens)

    def restart(self, limit: int) -> None:
        """A new run begins: at most `limit` requests in flight from now on, and what stopped the last one is over."""
        unhindered = self._proven and self.allowed == self.limit
        self.allowed = limit if unhindered else min(self.allowed, limit)
        self.limit = limit
        self._stopped_by = self._failing_since = None
        self._fault_again = ("", set(), 0)
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

    def slow_down(self, seconds: float | None, sent: Sent | None = None) -> None:
        """The endpoint asked for fewer requests, and for a pause of `seconds` when it said how long.

        Args:
            seconds: the pause.
            sent: what the request's `slot` yielded: one that was sent before the last cut says nothing of what is
                allowed since.

        Raises:
            EndpointDown: it asks for more than we wait.
        """
        self._pause(seconds, sent)
        self._count(sent, refused=True)
        self._failing_since = None  # an endpoint that answers is not down

    def _pause(self, seconds: float | None, sent: Sent | None) -> None:
        if seconds is None:
            return
        if seconds > LONGEST_PAUSE:
            self._give_up(f"the endpoint asks to wait {seconds:.0f} s, over {LONGEST_PAUSE:.0f} s")
        self._paused_until = max(self._paused_until, self._clock() + seconds)
        self._paused_by = max(self._paused_by, sent.number if sent else self._sent)

    def _end_pause(self, sent: Sent | None) -> None:
        """Let others go on where one is answered that was sent after all that were refused."""
        if self._paused_until and sent is not None and sent.number > self._paused_by:
            self._paused_until = 0.0
            self._wake()

    def succeeded(self, sent: Sent | None = None) -> None:
        """A request, for which `slot` yielded `sent`, was answered."""
        self._failing_since = None
        if not self._proven:
            self._proven, self.allowed = True, self.limit
        self._count(sent, refused=False)
        self._end_pause(sent)

    def _count(self, sent: Sent | None, *, refused: bool) -> None:
        """Count an outcome; at the end of a round, what is allowed follows from it."""
        if not self._proven:
            self.allowed = 1
        if not self._proven or (sent is not None and sent.cuts != self._cuts):
            return
        self._outcomes += 1
        self._refusals += refused
        if self._outcomes < max(self.allowed, _LEAST_OUTCOMES):
            return
        accepted = self.allowed * (1 - self._refusals / self._outcomes)
        allowed = min(self.limit, max(1, self.allowed // 2, math.ceil(accepted / (1 - _TOLERATED))))
        self._cuts += allowed < self.allowed
        self.allowed, self._outcomes, self._refusals = allowed, 0, 0

    def refused(self, fault: JudgeError) -> None:
        """A request met a fault that every other may meet as well.

        Raises:
            EndpointError: nothing was ever answered, and several conversations have met the same.
        """
        if self._proven:
            return
        self.allowed = min(2, self.limit)  # whether it is the endpoint or this conversation, another one shows
        met = f"{fault} “{fault.sentence}”" if fault.sentence else str(fault)
        last, works, times = self._fault_again
        works = {*(works if met == last else ()), current_work.get() or object()}
        times = (times if met == last else 0) + (1 if isinstance(fault, TransientError) else _FINAL_COUNTS_FOR)
        self._fault_again = (met, works, times)
        if len(works) > 1 and times >= _SAME_AGAIN:
            error = EndpointError(f"the endpoint has answered nothing else so far: {met}: run `llm-grader doctor`")
            self.stop(error)
            raise error

    def failed(self, pause: float | None = None, sent: Sent | None = None) -> None:
        """A request got no usable answer; the endpoint may have asked for a `pause` in seconds.

        Raises:
            EndpointDown: for longer than a minute none has, pauses apart, whatever work it was for; or it asks for more
                than we wait.
        """
        self._pause(pause, sent)
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
            self._failing = set()
        self._failing.add(current_work.get() or object())
        if not self._proven:
            self.allowed = min(2, self.limit)  # whether it is the endpoint or this conversation, another one shows
        if len(self._failing) > 1 and now - self._failing_since >= DOWN_AFTER:
            self._give_up(f"the endpoint has not answered for {DOWN_AFTER:.0f} s")
        self._failing_since += pause or 0.0

    def _give_up(self, why: str) -> NoReturn:
        error = EndpointDown(f"{why}: run again later to resume")
        self.stop(error)
        raise error
