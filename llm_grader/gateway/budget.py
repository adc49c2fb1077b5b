"""Budget: limits on what a run may send and spend, checked before each request."""

from __future__ import annotations

import asyncio
import threading
from typing import NamedTuple

from llm_grader.errors import BudgetExceeded, UsageError


class Reservation(NamedTuple):
    """What is set aside for a request that is on its way, in US dollars: what is expected, and at most.

    `number` tells it from others where the budget is kept in another process.
    """

    expected: float = 0.0
    most: float = 0.0
    number: int = 0


class Budget:
    """Limits on requests and cost, shared by all requests of a run.

    Cost is only known afterwards, so each request first reserves what it may cost at most, until it is known what it
    did cost. One more is sent as long as what was spent, what is reserved, and what that one is expected to cost stay
    within the limit: so the limit is passed by one answer's price at most, however long the answers are. Where the
    endpoint does not keep to what was asked for and a request costs more than expected, or than it could, the later
    ones are taken to do the same.

    Args:
        max_requests: requests at most, None for no limit.
        max_cost: US dollars at most, None for no limit.
    """

    def __init__(self, *, max_requests: int | None = None, max_cost: float | None = None) -> None:
        self._max_requests = max_requests
        self._max_cost = max_cost
        self._requests = 0
        self._spent = 0.0
        self._reserved = 0.0
        self._in_flight = 0
        self._dearer = Reservation(1.0, 1.0)
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()

    @property
    def limits(self) -> tuple[int | None, float | None]:
        """The most requests, and the most US dollars; None for no limit."""
        return self._max_requests, self._max_cost

    @property
    def limits_cost(self) -> bool:
        """Whether requests have to say what they are expected to cost."""
        return self._max_cost is not None

    async def reserve(self, estimate: float | None, most: float | None = None) -> Reservation:
        """Ask for one more request, and wait until what is in flight leaves room for it.

        Args:
            estimate: what it is expected to cost, in US dollars.
            most: what it can cost at most; by default the estimate.

        Raises:
            BudgetExceeded: it would exceed a limit, whatever those in flight cost.
            UsageError: there is a limit on cost, and the price is not known.
        """
        while (reserved := self._take(estimate, estimate if most is None else most)) is None:
            await self._one_settled()
        return reserved

    def _take(self, estimate: float | None, most: float | None) -> Reservation | None:
        """What is reserved; None where that depends on what those in flight cost."""
        with self._lock:
            if self._max_requests is not None and self._requests >= self._max_requests:
                raise BudgetExceeded(f"the limit of {self._max_requests} requests is reached: run again to go on")
            wanted = Reservation((estimate or 0.0) * self._dearer.expected, (most or 0.0) * self._dearer.most)
            if self._max_cost is not None and not self._has_room(estimate, wanted.expected, self._max_cost):
                return None
            self._requests += 1
            self._in_flight += 1
            self._reserved += wanted.most
            return wanted

    def _has_room(self, estimate: float | None, expected: float, limit: float) -> bool:
        if estimate is None:
            raise UsageError("max_cost: the price of this model is not known: give it under `prices` in the settings")
        if self._spent + expected > limit or (self._reserved + self._spent + expected > limit and not self._in_flight):
            spent = f"${limit:.2f} (${self._spent:.4f} spent)"
            raise BudgetExceeded(f"the next request could exceed the limit of {spent}: run again to go on")
        return self._spent + self._reserved + expected <= limit

    def settle(self, reserved: Reservation, cost: float | None) -> None:
        """Replace a reservation by what the request did cost; where that is unknown, the most stands."""
        with self._lock:
            self._in_flight -= 1
            self._reserved = max(0.0, self._reserved - reserved.most)
            self._spent += reserved.most if cost is None else cost
            if cost and reserved.expected and reserved.most:
                self._dearer = Reservation(
                    max(self._dearer.expected, self._dearer.expected * cost / reserved.expected),
                    max(self._dearer.most, self._dearer.most * cost / reserved.most),
                )
            waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter.get_loop().call_soon_threadsafe(_wake, waiter)

    async def _one_settled(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        with self._lock:
            if not self._in_flight:  # the last one has come back meanwhile
                return
            self._waiting.append(waiter)
        await waiter


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
