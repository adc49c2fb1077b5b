"""The dates of an exported chat: which number is the day is decided by all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from llm_grader.readers.source.times import clock_time
from llm_grader.transcript import NO_ZONE

_NUMBERS = re.compile(r"\d+")
_Date = tuple[int, int, int]


class Dates:
    """The times of the lines of one file, in its order.

    Args:
        lines: of each line the date as it is written, the time of day, and `a` or `p` where a day has two halves.
    """

    def __init__(self, lines: Sequence[tuple[str, str, str]]) -> None:
        self._seconds = [_seconds_of_day(clock, half) for _, clock, half in lines]
        written = [_numbers(date) for date, _, _ in lines]
        self._read = _reading([date for date, _, _ in lines], written)
        self._at = [self._instant(date, seconds) for date, seconds in zip(written, self._seconds, strict=True)]
        self._one_day = len(set(written)) == 1

    def time_of(self, line: int) -> dict[str, Any]:
        """The fields of a turn that say when it was: `at`; the time of day, where the day is not known.

        Where all are of one day, `start`, too.
        """
        if self._read is not None:
            return {"at": self._at[line]}
        clock = {"clock": clock_time(self._seconds[line])}
        return {"start": float(self._seconds[line] - self._seconds[0]), **clock} if self._one_day else clock

    @property
    def warnings(self) -> list[str]:
        """What had to be assumed or left out."""
        if self._read is None:
            kept = "kept as seconds since the first" if self._one_day else "only the times of day are kept"
            return [f"dates can be read with the day or the month first: {kept}"]
        missing = self._at.count(None)
        unread = [f"{missing} times could not be read and were left out"] if missing else []
        return [NO_ZONE, *unread]

    def _instant(self, date: _Date, seconds: int) -> datetime | None:
        if self._read is None:
            return None
        year, month, day = self._read(date)
        try:
            return datetime(year, month, day, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=UTC)
        except ValueError:
            return None


@lru_cache(maxsize=1024)
def _numbers(date: str) -> _Date:
    first, second, third = (int(number) for number in _NUMBERS.findall(date))
    return first, second, third


def _seconds_of_day(clock: str, half: str) -> int:
    hour, minute, second = (*(int(number) for number in _NUMBERS.findall(clock)), 0)[:3]
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return hour * 3600 + minute * 60 + second


def _year(number: int) -> int:
    return number + 2000 if number < 100 else number


def _year_first(date: _Date) -> _Date:
    return date


def _day_first(date: _Date) -> _Date:
    return _year(date[2]), date[1], date[0]


def _month_first(date: _Date) -> _Date:
    return _year(date[2]), date[0], date[1]


def _short_year_first(date: _Date) -> _Date:
    return _year(date[0]), date[1], date[2]


def _is_year_first(dates: Sequence[str], written: Sequence[_Date]) -> bool:
    """Whether the first numbers of dates such as `20-01-15` are years: they stay, while the last ones change."""
    firsts, lasts = ({date[place] for date in written} for place in (0, 2))
    if "-" not in dates[0] or max(lasts) > 31 or len(lasts) <= len(firsts):
        return False
    ordered = [_short_year_first(date) for date in written]
    return all(date[1] <= 12 for date in written) and all(one <= other for one, other in pairwise(ordered))


def _reading(dates: Sequence[str], written: Sequence[_Date]) -> Callable[[_Date], _Date] | None:
    """How to take a date for (year, month, day); None where two ways are as good.

    A number above 12 is no month; points stand behind a day, not a month; a chat does not run backwards. Of years in
    front of and behind the hyphens those are taken that make a chat of days and not of years.
    """
    if written[0][0] > 31:
        return _year_first
    if _is_year_first(dates, written):
        return _short_year_first
    possible = [way for way in (_day_first, _month_first) if all(way(date)[1] <= 12 for date in written)]
    if len(possible) < 2:
        return possible[0] if possible else None
    if "." in dates[0] or all(first == second for first, second, _ in written):
        return _day_first
    forward = [way for way in possible if all(way(a) <= way(b) for a, b in pairwise(written))]
    return forward[0] if len(forward) == 1 else None
