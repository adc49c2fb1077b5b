"""Pace: at most so many requests and tokens a minute, as an account is allowed, whoever in the process asks.

Requests are spread evenly over the minute (generic cell rate algorithm, ITU-T I.371): limits of a minute are often
enforced by the second, and whoever sends a minute's worth at once is refused for the rest of it. So in no minute are
there more requests than allowed, and in no minute more tokens than allowed and those of one request. What a request
takes is estimated before it is sent, and made good afterwards by what the server counted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache

from llm_grader.gateway.endpoint import Endpoint

_MINUTE = 60.0
_ROUNDING = 1e-9  # seconds by which a turn that was given back may seem to lie ahead


class Pace:
    """Turns of requests, one after the other. May be shared by event loops and threads.

    Args:
        requests_per_minute: None for no limit.
        tokens_per_minute: of prompts and answers together, None for no limit.
    """

    def __init__(self, *, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._seconds_a_request = _MINUTE / requests_per_minute if requests_per_minute else 0.0
        self._seconds_a_token = _MINUTE / tokens_per_minute if tokens_per_minute else 0.0
        self._requests_from = 0.0
        self._tokens_from = 0.0
        self._lock = threading.Lock()

    def take(self, now: float, tokens: float) -> float:
        """Take the next turn for a request of about so many tokens.

        Returns:
            0 where the request may be sent at once; else the seconds after which to ask again, and nothing was taken.
        """
        with self._lock:
            wait = max(self._requests_from, self._tokens_from) - now
            if wait > _ROUNDING:
                return wait
            self._requests_from = now + self._seconds_a_request
            self._tokens_from = now + tokens * self._seconds_a_token
            return 0.0

    def give_back(self, tokens: float) -> None:
        """Give back the turn of a request of about so many tokens that was not sent after all."""
        with self._lock:
            self._requests_from -= self._seconds_a_request
            self._tokens_from -= tokens * self._seconds_a_token

    def correct(self, expected: float, counted: float) -> None:
        """Correct the tokens of a request from `expected` to `counted`: the next ones wait longer, or less long."""
        with self._lock:
            self._tokens_from += (counted - expected) * self._seconds_a_token


def pace_of(endpoint: Endpoint, clock: Callable[[], float]) -> Pace | None:
    """Pace that all who ask this endpoint's model share; None where it has no limits."""
    limits = (endpoint.requests_per_minute, endpoint.tokens_per_minute)
    return None if limits == (None, None) else _shared(endpoint.host, endpoint.path, endpoint.model, limits, clock)


@lru_cache(maxsize=256)
def _shared(
    _host: str, _path: str, _model: str, limits: tuple[int | None, int | None], _clock: Callable[[], float]
) -> Pace:
    return Pace(requests_per_minute=limits[0], tokens_per_minute=limits[1])
