"""How long our own code takes, as on an idle machine.

Other work on a shared one slows ours down, now and then twentyfold: so the best of several runs counts, and each is set
off against a loop that takes a known time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

RUNS = 10
STEPS = 500_000
STEPS_TAKE_S = 0.043
"""What so many steps of a loop take on the machine that limits in tests are stated for."""


def least_seconds(work: Callable[[], object], *, below: float) -> float:
    """Processor seconds that `work` takes at best; it is not run again once it took less than `below`."""
    least = float("inf")
    for _ in range(RUNS):
        before, took, after = _time_of(_loop), _time_of(work), _time_of(_loop)
        least = min(least, took / max(1.0, max(before, after) / STEPS_TAKE_S))
        if least < below:
            break
    return least


def _time_of(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _loop() -> None:
    for _ in range(STEPS):
        pass
