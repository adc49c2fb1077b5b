"""The order of what was said, where a source does not give it in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")


def in_order(pieces: Iterable[_T], beginning: Callable[[_T], float | None]) -> list[_T]:
    """Pieces by their beginnings; one without a time stays behind the one it follows."""
    timed, last = [], -math.inf
    for piece in pieces:
        start = beginning(piece)
        last = last if start is None else start
        timed.append((last, piece))
    return [piece for _, piece in sorted(timed, key=lambda pair: pair[0])]
