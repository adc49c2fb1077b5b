"""Times as sources write them: dates with and without a zone, epochs, and stamps in front of lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from llm_grader.transcript import NO_ZONE

_LATEST_EPOCH = 32_503_680_000  # the year 3000 in seconds: what is larger is milliseconds
# a recording's first stamp is near its beginning: a first 10:22 or 14:05:31 is a time of day, 0:03 or 00:05:31 is none
_FIRST_OFFSET_BELOW = {1: 120, 2: 7200}  # by the number of colons, in seconds
_HALF_DAY = 43_200

# a clock begins no date: seen first, that spares all the ways to write one
_DATE = (
    r"(?!\d{1,2}:)"
    r"(?:\d{4}-\d{2}-\d{2}(?:T|,?[ ])|\d{1,2}[./-]\d{1,2}[./-]\d{2,4},?[ ]|\d{4}\.[ ]?\d{1,2}\.[ ]?\d{1,2}\.?,?[ ]"
    r"|\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}),?[ ]"
    r"|(?:[^\W\d_]{3,10}\.? \d{1,2},?|\d{1,2}\.? [^\W\d_]{3,10}\.?,?) \d{4},?[ ](?:at )?)"
)
_HALF = r"(?:[ ]?[AaPp](?:[Mm]|\.[ ]?[Mm]\.?)(?![^\W_]))?"  # `A. Müller` is no half of a day
STAMP = rf"(?:{_DATE})?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,6}})?{_HALF}(?:Z|[ ]?[+-]\d{{2}}:?\d{{2}})?"
"""A regular expression of a stamp: `0:01:02`, `10:22 AM`, `2024-05-01 10:22`, `1.5.2024 10:22`, `May 1, 2024 10:22`."""

_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,6}))?")
_DAY = re.compile(r"(\d{1,2})([./-]) ?(\d{1,2})[./-] ?(\d{2,4})\.?,? (?:[a-z]{1,4} )?(.*)")
_DOTTED = re.compile(r"(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\.?,? (?:[a-z]{1,4} )?(.*)")  # as in Hungary
_AFTER_DATE = re.compile(r"(?<=\d),? (?:[a-z]{1,4} )?")


def clock_seconds(text: str) -> float | None:
    """Seconds of `mm:ss` or `hh:mm:ss`, with a fraction after `.` or `,`; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + float(f"0.{fraction}") if fraction else float(whole)


def instant(value: str | float | datetime) -> tuple[datetime | None, bool]:
    """A point in time from ISO 8601 text or an epoch in seconds or milliseconds, and whether its zone was assumed.

    A time without a zone is taken as UTC, which keeps all differences right; the caller warns about it once. What is
    no time is None.
    """
    if isinstance(value, str):
        value = value.strip()
        at = _from_epoch(float(value)) if _EPOCH.fullmatch(value) else _from_iso(value)
    else:
        at = value if isinstance(value, datetime) else _from_epoch(value)
    return (at.replace(tzinfo=UTC), True) if at and at.tzinfo is None else (at, False)


def _from_iso(text: str) -> datetime | None:
    if text[4:5] != "-":  # fromisoformat also reads 20240501 and 2024W18, which are more likely numbers of something
        return None
    try:
        return datetime.fromisoformat(text.replace(" UTC", "Z").replace(" +", "+"))
    except ValueError:
        return None


def _from_epoch(seconds: float) -> datetime | None:
    if abs(seconds) > _LATEST_EPOCH:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def day_first(dates: Sequence[str]) -> bool | None:
    """Whether dates such as `5/13/2024` put the day first; None when they could be read either way."""
    pairs = [(int(found[1]), int(found[3])) for date in dates if (found := _DAY.match(date))]
    first, second = max((a for a, _ in pairs), default=0), max((b for _, b in pairs), default=0)
    if (first > 12) == (second > 12):
        return True if "." in "".join(dates[:1]) else None
    return first > 12


class Stamps:
    """The stamps of one file, read alike: what one of them means is decided by all.

    Args:
        stamps: every stamp of the file, in order.

    Attributes:
        are_offsets: whether they count from the beginning of a recording.
    """

    def __init__(self, stamps: Sequence[str]) -> None:
        self._warnings: list[str] = []
        self._unread = 0
        dated = [stamp for stamp in stamps if _has_date(stamp)]
        self._some_dated = bool(dated)
        self._day_first = day_first(dated)
        self._first = _clock(stamps[0]) if stamps and not dated else None
        self.are_offsets = self._first is not None and not _is_time_of_day(stamps[0])
        if self._first is not None and not self.are_offsets:
            self._warnings.append("times of day without a date: kept as seconds since the first")
        if any(_DAY.match(stamp) for stamp in dated) and self._day_first is None:
            self._warnings.append("dates can be read with the day or the month first")
        elif any(instant(self._iso(stamp))[1] for stamp in dated[:1]):
            self._warnings.append(NO_ZONE)

    def time_of(self, stamp: str) -> dict[str, Any]:
        """The fields of a turn that say when it was: `at`; `start`, with `clock` where the time of day is known."""
        if self._some_dated and _has_date(stamp) and (at := instant(self._iso(stamp))[0]):
            return {"at": at}
        if self._first is not None and (seconds := self._seconds(stamp)) is not None:
            clock = {} if self.are_offsets else {"clock": clock_time((self._first or 0) + seconds)}
            return {"start": seconds, **clock}
        self._unread += bool(stamp)
        return {}

    @property
    def warnings(self) -> list[str]:
        """What had to be assumed about the stamps, and how many of those read so far could not be."""
        unread = [f"{self._unread} times could not be read and were left out"] if self._unread else []
        return self._warnings + unread

    def _seconds(self, stamp: str) -> float | None:
        seconds = clock_seconds(stamp) if self.are_offsets else _time_of_day(stamp)
        if seconds is None or self.are_offsets:
            return seconds
        return (seconds - (self._first or 0)) % (2 * _HALF_DAY)

    def _iso(self, stamp: str) -> str:
        if dotted := _DOTTED.match(stamp):
            return f"{dotted[1]}-{dotted[2]:>02}-{dotted[3]:>02} {_written_clock(dotted[4])}"
        found = _DAY.match(stamp)
        if found is None:
            return _AFTER_DATE.sub(" ", stamp, count=1)
        if self._day_first is None:
            return ""
        day, month = (found[1], found[3]) if self._day_first else (found[3], found[1])
        return f"{2000 + int(found[4]) % 100}-{month:>02}-{day:>02} {_written_clock(found[5])}"


def _has_date(stamp: str) -> bool:
    return "-" in stamp[:5] or _DAY.match(stamp) is not None or _DOTTED.match(stamp) is not None


def _written_clock(clock: str) -> str:
    minutes, seconds = divmod(int(_time_of_day(clock) or 0), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _is_time_of_day(stamp: str) -> bool:
    seconds = clock_seconds(stamp)
    return seconds is None or seconds >= _FIRST_OFFSET_BELOW[stamp.count(":")]


def _clock(stamp: str) -> float | None:
    return _time_of_day(stamp) if _is_time_of_day(stamp) else clock_seconds(stamp)


def clock_time(seconds: float) -> time:
    """The time of day so many seconds after midnight."""
    minutes, second = divmod(int(seconds) % (2 * _HALF_DAY), 60)
    return time(minutes // 60, minutes % 60, second)


def _time_of_day(stamp: str) -> float | None:
    """Seconds since midnight of `10:22`, `10:22:31` or `10:22 PM`."""
    found = re.match(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?: ?([AaPp])(?:\. ?)?[Mm](?![^\W_]))?", stamp)
    if found is None:
        return None
    seconds = float(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0))
    if found[4]:
        return seconds % _HALF_DAY + (_HALF_DAY if found[4] in "Pp" else 0)
    return seconds
