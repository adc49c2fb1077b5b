"""The order of turns: by what a source orders them by, by complete times, else as they stand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from llm_grader.readers.source.moments import Moments, seconds, time_of_day
from llm_grader.transcript import Turn

NEWEST_FIRST = "the source does not keep the order of its times: turns were put in that order"
_NUMBERED = re.compile(r"(\D*)(\d{1,18}(?:\.\d{1,9})?)")
_T = TypeVar("_T")


def in_order(pieces: Iterable[_T], beginning: Callable[[_T], float | None]) -> list[_T]:
    """Pieces by their beginnings; one without a time stays behind the one it follows."""
    timed, last = [], -math.inf
    for piece in pieces:
        start = beginning(piece)
        last = last if start is None else start
        timed.append((last, piece))
    return [piece for _, piece in sorted(timed, key=lambda pair: pair[0])]


def order_of_times(turns: Sequence[Turn], note: Callable[[str], None]) -> list[int]:
    """The places of turns in the order of their times where every one has a time, or of their starts, else as they are.

    Of a source that is newest first throughout, turns of the same moment are turned round as well.
    """
    stamps = [turn.at.timestamp() for turn in turns if turn.at]
    stamps = stamps or [turn.start for turn in turns if turn.start is not None]
    places = list(range(len(turns)))
    back = sum(later < earlier for earlier, later in pairwise(stamps))
    if len(stamps) < len(turns) or not back:
        return places
    note(NEWEST_FIRST)
    forward = sum(later > earlier for earlier, later in pairwise(stamps))
    return sorted(places if forward else places[::-1], key=stamps.__getitem__)


def in_order_of_times(turns: Sequence[Turn], note: Callable[[str], None]) -> list[Turn]:
    """Turns in the order of their times, as `order_of_times` says."""
    return [turns[place] for place in order_of_times(turns, note)]


def in_order_of(
    items: Sequence[_T],
    value: Callable[[_T], Any],
    *,
    moments: Moments,
    name: str,
    note: Callable[[str], None],
) -> list[_T]:
    """Items sorted by what stands in a column: by numbers, points in time, or times of day; never by letters.

    One without a value stays behind the one it follows. A column that is none of these orders nothing, which is told.

    Args:
        items: as the source has them.
        value: what of an item orders it.
        moments: reads the points in time of the column.
        name: the column.
        note: told what could not be read.
    """
    keys = [_sort_key(value(item), moments) for item in items]
    kinds = {kind for kind, _ in filter(None, keys)}
    unread = sum(key is None for key in keys)
    if len(kinds) != 1:
        if len(items) > 1:
            note(f"order: {name} holds no numbers or times of one kind: turns are in the order of the source")
        return list(items)
    if unread:
        note(f"order: {unread} values of {name} are no numbers or times: those turns stay behind the one they follow")
    numbered = list(zip(keys, items, strict=True))
    return [item for _, item in in_order(numbered, lambda pair: None if pair[0] is None else pair[0][1])]


def _sort_key(value: Any, moments: Moments) -> tuple[str, float] | None:
    """What kind of order a value gives, and its place in it; None for a value that gives none."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "", float(value)
    text = str(value).strip()
    if found := _NUMBERED.fullmatch(text):
        return found[1], float(found[2])
    if moments.reads(value):
        at = moments.read(value)
        return None if at is None else ("time", at.timestamp())
    clock = time_of_day(text)
    clock = seconds(text) if clock is None else clock
    return None if clock is None else ("clock", clock)
