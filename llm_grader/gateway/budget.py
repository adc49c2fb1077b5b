"""Budget: limits on what a run may send and spend, checked before each request."""

from __future__ import annotations

from llm_grader.errors import BudgetExceeded, UsageError


class Budget:
    """Limits on requests and cost, shared by all requests of a run.

    Cost is only known afterwards, so each request first reserves what it is expected to cost; the reservation is
    replaced by what it did cost. Once a request has cost more than expected, the later ones reserve more in the same
    proportion. A run therefore stops before the limit, not after it.

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
        self._worst = 1.0

    @property
    def limits_cost(self) -> bool:
        """Whether requests have to say what they are expected to cost."""
        return self._max_cost is not None

    def reserve(self, estimate: float | None) -> float:
        """Ask for one more request that is expected to cost `estimate` US dollars; returns what is reserved for it.

        Raises:
            BudgetExceeded: it would exceed a limit.
            UsageError: there is a limit on cost, and the price is not known.
        """
        if self._max_requests is not None and self._requests >= self._max_requests:
            raise BudgetExceeded(f"the limit of {self._max_requests} requests is reached: run again to go on")
        reserved = (estimate or 0.0) * self._worst
        if self._max_cost is not None:
            if estimate is None:
                raise UsageError(
                    "max_cost: the price of this model is not known: give it under `prices` in the settings"
                )
            if self._spent + self._reserved + reserved > self._max_cost:
                raise BudgetExceeded(
                    f"the next request could exceed the limit of ${self._max_cost:.2f} (${self._spent:.4f} spent): "
                    "run again to go on"
                )
        self._requests += 1
        self._reserved += reserved
        return reserved

    def settle(self, reserved: float, cost: float | None) -> None:
        """Replace a reservation by what the request did cost; where that is unknown, the reservation stands."""
        self._reserved -= reserved
        self._spent += reserved if cost is None else cost
        if reserved and cost:
            self._worst = max(self._worst, self._worst * cost / reserved)
