"""Business hours of a help desk: how much of the time between two moments it was open. Pure, but for the loader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, field_validator, model_validator

from llm_grader.files.mapping_file import load_mapping
from llm_grader.transcript import Model

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Span = tuple[datetime, datetime]

_WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_OPENING = re.compile(r"(\d{1,2}):(\d{2}) ?[-–] ?(\d{1,2}):(\d{2})")
_MIDNIGHT = 24 * 60
# Anywhere on earth a local day lies between these times from its midnight in UTC.
_EARLIEST, _LATEST = timedelta(hours=-16), timedelta(hours=40)


def _minutes(value: Any) -> Any:
    """(opens, closes) of `09:00-17:30`, in minutes since midnight."""
    if not isinstance(value, str):
        return value
    found = _OPENING.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"expected opening hours such as 09:00-17:30, found {value!r}")
    opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if int(found[2]) > 59 or int(found[4]) > 59 or not opens < closes <= _MIDNIGHT:
        raise ValueError(f"expected a time and a later one, at most 24:00, found {value!r}; split what spans midnight")
    return opens, closes


def _listed(value: Any) -> Any:
    return () if value is None else (value,) if isinstance(value, str) else value


Opening = Annotated[tuple[int, int], BeforeValidator(_minutes)]


class BusinessHours(Model):
    """Business hours: when a help desk is open, by the clock on its wall.

    A day of the week that is not named is closed, and so is a holiday. When the clock is put forward the skipped hour
    does not exist; when it is put back the repeated hour counts twice if it is an opening hour.

    Attributes:
        timezone: the IANA name, such as `Europe/Prague`.
        hours: for a day of the week its opening hours, written `09:00-12:00`.
        holidays: dates on which nobody works.
    """

    timezone: str
    hours: dict[Weekday, Annotated[tuple[Opening, ...], BeforeValidator(_listed)]]
    holidays: frozenset[date] = frozenset()

    @field_validator("timezone")
    @classmethod
    def _names_a_zone(cls, value: str) -> str:
        zone_of(value)
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for day, openings in self.hours.items():
            if any(closes > opens for (_, closes), (opens, _) in pairwise(openings)):
                raise ValueError(f"hours.{day}: expected opening hours in order, and none inside another")
        if not any(self.hours.values()):
            raise ValueError("hours: expected opening hours on some day, found none")
        return self

    def seconds_between(self, begin: datetime, end: datetime) -> float:
        """Seconds of the time from `begin` to `end` that were opening hours; 0 when `end` is not later.

        Raises:
            ValueError: a moment has no time zone.
        """
        if begin.utcoffset() is None or end.utcoffset() is None:
            raise ValueError(f"expected moments with a time zone, found {begin.isoformat()} and {end.isoformat()}")
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        opened = timedelta()
        for opens, closes in self._spans(begin, end):
            opened += max(timedelta(), min(closes, end) - max(opens, begin))
        return opened.total_seconds()

    @cached_property
    def _opened(self) -> dict[date, tuple[Span, ...]]:
        """The times of opening of days that were looked at, kept for the next wait."""
        return {}

    def _spans(self, begin: datetime, end: datetime) -> Iterator[Span]:
        """The times of opening of every local day that may have a part in it."""
        zone = zone_of(self.timezone)
        day, last = begin.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
        while day <= last:
            if day not in self._opened:
                self._opened[day] = tuple(self._spans_of(day, zone))
            yield from self._opened[day]
            day += _DAY

    def _spans_of(self, day: date, zone: ZoneInfo) -> Iterator[Span]:
        """The moments (UTC) at which the local clock shows an opening hour of this day."""
        if day in self.holidays:
            return
        midnight = datetime.combine(day, time(), UTC)
        for since, until in _steady(midnight + _EARLIEST, midnight + _LATEST, zone):
            ahead = _ahead(since, zone)
            for opens, closes in self.hours.get(_WEEKDAYS[day.weekday()], ()):
                begin = max(since, midnight + timedelta(minutes=opens) - ahead)
                end = min(until, midnight + timedelta(minutes=closes) - ahead)
                if begin < end:
                    yield begin, end


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"expected an IANA time zone such as Europe/Prague, found {name!r}") from None


def load_business_hours(source: Path | str | Mapping[str, Any], *, timezone: str | None = None) -> BusinessHours:
    """Read business hours from a YAML file (a path), or from the same as a mapping.

    Args:
        source: keys as the fields of `BusinessHours`.
        timezone: the one to use, whatever the file says.

    Raises:
        MalformedInput: the file cannot be read, or something in it is wrong; with the line.
    """
    found = load_mapping(BusinessHours, source)
    if timezone is None:
        return found
    return BusinessHours(timezone=timezone, hours=found.hours, holidays=found.holidays)


def _steady(begin: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
    """The time cut where the clock is put forward or back: at most once in two days."""
    if _ahead(begin, zone) == _ahead(end, zone):
        return [(begin, end)]
    before, after = begin, end
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // timedelta(seconds=2) * timedelta(seconds=1)
        if _ahead(middle, zone) == _ahead(begin, zone):
            before = middle
        else:
            after = middle
    return [(begin, after), (after, end)]


def _ahead(moment: datetime, zone: ZoneInfo) -> timedelta:
    """How far the local clock is ahead of UTC."""
    return moment.astimezone(zone).utcoffset() or timedelta()
