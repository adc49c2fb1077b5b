"""Points in time as exports write them: ISO 8601, RFC 2822, month names, days first or months first, epochs, serials.

`Moments` reads the times of one column alike: whether `1/5/2026` puts the day or the month first is decided by all of
them, and where it cannot be, none of them is read and one warning says which column and which shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.source.times import instant
from llm_grader.readers.source.zones import with_half_of_day, zoned
from llm_grader.transcript import NO_ZONE

_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "ticks": 1e7}
UNITS = tuple(_PER_SECOND)
"""Units of numbers that are times: seconds, milli-, micro-, nanoseconds, ticks of 100 ns."""

_EPOCHS = ((1e17, 1e9), (1e14, 1e6), (3.3e10, 1e3))  # a number above the first counts the second in each second
_FIRST_EPOCH = 1e8  # seconds, 1973: what is less is more likely a number of something
_SERIALS = (20_000, 80_000)  # days from the end of 1899, as Excel counts them: the years 1954 to 2119
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_NUMBER = re.compile(r"\d{5}(?:[.,]\d{1,20})?|\d{9,10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19}")
_COMPACT = re.compile(r"\d{8}T\d{6}(?:Z|[+-]\d{4})?")
_DURATION = re.compile(r"(-?\d+(?:\.\d+)?)s")
_COMMA = re.compile(r"-?\d+,(?!\d{3}$)\d{1,6}")  # `1,134` may be a thousand and more
_ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_LONGEST = 80
_LONGEST_CLOCK = 18  # `12:05 nachmittags`: whole dates are longer
_YEAR_FIRST = re.compile(r"(\d{4})[-/.][ ]?(\d{1,2})[-/.][ ]?(\d{1,2})\.?(?:[T ,]+(.*))?", re.DOTALL)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])[ ]?(\d{1,2})\2[ ]?(\d{4}|\d{2})(?:[T ,]+(.*))?", re.DOTALL)
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?(?:[ ]?([AaPp])\.?[ ]?[Mm]\b\.?)?"
    r"[ ]*(Z\b|(?:UTC|GMT)(?![ ]?[+-]\d)|(?:GMT|UTC)?[ ]?[+-](?:\d{4}|\d{1,2}(?!\d)(?::\d{2})?))?"
)
_AT = re.compile(r"(?:at|um|v|ve|kell|à|às|a las|alle|om|kl\.?|klo|o)[ ]+", re.IGNORECASE)
_BETWEEN_MARKS = re.compile(r"(?<=\d)[-/]([^\W\d_]{3,9})\.?[-/](\d{4}|\d{2})(?!\d)[: ]?")
_CLOCK_FIRST = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?(?:[ ]?[AaPp]\.?[Mm]\b\.?)?)[, ]+(\d.*)", re.DOTALL)
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})[T ]?(\d{1,2}):?(\d{2})(?::?(\d{2}))?")
_EXPONENT = re.compile(r"\d(?:\.\d{1,18})?[eE]\+?\d{1,2}")
_YEAR = re.compile(r"(?<![\d:.+-])(?:19|20)\d{2}(?![\d:])")
_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|\.)?(?![\d:])")
_MONTH_WORD = re.compile(r"[^\W\d_]{3,}")
_MONTHS = [
    ("jan", "jaan", "led", "ene", "stycz"),
    ("feb", "veeb", "uno", "fev", "lut"),
    ("mar", "mrz", "brez"),
    ("apr", "dub", "avr", "abr", "kwie"),
    ("may", "mai", "maj", "kvet"),
    ("june", "jun", "juun", "cerven", "juin", "czerw"),
    ("july", "jul", "juul", "cervenec", "cervence", "juil", "lip"),
    ("aug", "srp", "aou", "ago", "sierp"),
    ("sep", "szept", "zari", "wrze"),
    ("oct", "okt", "rij", "paz"),
    ("nov", "lis"),
    ("dec", "dez", "det", "pros", "dic", "grud"),
]
_WEEKDAYS = frozenset(("mardi", "martes"))
_MONTH_OF = sorted(
    ((stem, number) for number, stems in enumerate(_MONTHS, 1) for stem in stems), key=lambda s: -len(s[0])
)


class Moments:
    """The times of one column, read alike.

    Args:
        column: what the source calls it, for warnings.
        values: those that there are, as far as they are known before the first is read.
        time_format: how they are written, as `datetime.strptime` takes it; found out by default.
        unit: what numbers count since 1970; found out by their size by default.
    """

    def __init__(
        self, column: str, values: Iterable[Any] = (), *, time_format: str | None = None, unit: str | None = None
    ) -> None:
        self._column = column
        self._format = time_format
        self._unit = unit
        self._day_first = day_first(value for value in values if isinstance(value, str))
        self._notes: dict[str, None] = {}

    def afresh(self) -> Moments:
        """The same way of reading, with nothing to tell so far: for another conversation of the file."""
        other = Moments(self._column, time_format=self._format, unit=self._unit)
        other._day_first = self._day_first
        return other

    def read(self, value: Any) -> datetime | None:
        """The point in time that a value is, None for none; what cannot be read leaves a warning."""
        at = self._parsed(value)
        if at is None:
            self._notes[self._unread(value)] = None
        elif at.tzinfo is None:
            self._notes[NO_ZONE] = None
            at = at.replace(tzinfo=UTC)
        return at

    def reads(self, value: Any) -> bool:
        """Whether a value is a point in time; leaves no warning."""
        return self._parsed(value) is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be assumed, and which shapes could not be read."""
        return tuple(self._notes)

    def _parsed(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)
        try:
            if self._format is not None:
                return datetime.strptime(str(value).strip(), self._format)
            if self._unit is not None:
                number = seconds(value, self._unit)
                return None if number is None else datetime.fromtimestamp(number, UTC)
            return _of_number(value) if isinstance(value, (int, float)) else _of_text(str(value), self._day_first)
        except (ValueError, OverflowError, OSError):
            return None

    def _unread(self, value: Any) -> str:
        if self._format is not None:
            return f"{self._column}: times that are not written as time_format {self._format!r} were left out"
        found = _YEAR_LAST.fullmatch(_arranged(str(value).strip())) if self._day_first is None else None
        if found is not None and found[2] != ".":
            return (
                f"{self._column}: dates of the shape {_shape(value)} can be read with the day or the month first and "
                "were left out: say which with `time_format` in the mapping, such as '%d/%m/%Y %H:%M'"
            )
        return f"{self._column}: times of the shape {_shape(value)} could not be read and were left out"


def seconds(value: Any, unit: str | None = None) -> float | None:
    """Seconds of a number, of its text, of `3.5s`, `PT3.5S`, `00:01:02.5`, or of an object of seconds and nanos.

    `unit` is what a bare number counts, seconds by default. What is no such value, or not finite, is None.
    """
    if isinstance(value, dict):
        parts = [(value.get(name), size) for name, size in (("seconds", 1.0), ("nanos", 1e-9))]
        number = math.fsum(float(part) * size for part, size in parts if isinstance(part, (int, float, str)) and part)
        return number if {"seconds", "nanos"} & value.keys() else None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and (stated := _stated_seconds(value.strip())) is not None:
        return stated
    try:
        written = value.replace(",", ".") if isinstance(value, str) and _COMMA.fullmatch(value.strip()) else value
        number = float(written) / _PER_SECOND[unit or "s"]
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _stated_seconds(text: str) -> float | None:
    """The seconds of a text that says what it counts."""
    if found := _DURATION.fullmatch(text):
        return float(found[1])
    if (found := _ISO_DURATION.fullmatch(text)) and any(found.groups()):
        return float(found[1] or 0) * 3600 + float(found[2] or 0) * 60 + float(found[3] or 0)
    if ":" not in text:
        return None
    parts = text.replace(",", ".").split(":")
    if len(parts) > 3 or not all(part.replace(".", "", 1).isdecimal() and part.isascii() for part in parts):
        return None
    return math.fsum(float(part) * 60**power for power, part in enumerate(reversed(parts)))


def time_of_day(text: str) -> float | None:
    """Seconds since midnight of `9:58`, `09:58:30`, `1:05 PM` or `1:05 odp.`; None for anything else."""
    text = text.replace("\u202f", " ").strip()
    found = _CLOCK.fullmatch(text if len(text) > _LONGEST_CLOCK else with_half_of_day(text))
    at = None if found is None or found[6] else _clocked(found)
    return None if at is None else at.hour * 3600.0 + at.minute * 60 + at.second + at.microsecond / 1e6


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as `5/13/2026` put the day first; None when all of them could be read either way."""
    arranged = (_arranged(text.strip()) if _CLOCK_FIRST.match(text.strip()) else text.strip() for text in texts)
    found = [match for text in arranged if (match := _YEAR_LAST.fullmatch(text)) and match[2] != "."]
    first = max((int(match[1]) for match in found), default=0)
    second = max((int(match[3]) for match in found), default=0)
    return None if (first > 12) == (second > 12) else first > 12


def _of_digits(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second)


def _of_number(number: float) -> datetime | None:
    if isinstance(number, bool) or not math.isfinite(number):
        return None
    if _SERIALS[0] <= number < _SERIALS[1]:
        # Excel keeps a day's fraction with an error below a millisecond
        return (_EXCEL_EPOCH + timedelta(milliseconds=round(number * 86_400_000))).replace(tzinfo=None)
    if abs(number) < _FIRST_EPOCH:
        return None
    if found := _DIGITS.fullmatch(f"{number:.0f}"):  # 20260105100000
        return _of_digits(found)
    per_second = next((size for above, size in _EPOCHS if abs(number) > above), 1.0)
    return datetime.fromtimestamp(number / per_second, UTC)


@lru_cache(maxsize=4096)
def _of_text(text: str, days_first: bool | None) -> datetime | None:
    text = text.replace("\u202f", " ").replace("\xa0", " ").strip()
    if _COMPACT.fullmatch(text):
        return datetime.fromisoformat(text)
    at, assumed = instant(text)
    if at is not None and "-" in text[:5]:
        return at.replace(tzinfo=None) if assumed else at
    if _NUMBER.fullmatch(text) or _EXPONENT.fullmatch(text):
        return _of_number(float(text.replace(",", ".")))
    if found := _DIGITS.fullmatch(text):
        return _of_digits(found)
    return _of_shape(_arranged(text), days_first) if len(text) <= _LONGEST else None


def _of_shape(text: str, days_first: bool | None) -> datetime | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _dated(int(found[1]), int(found[2]), int(found[3]), found[4])
    if found := _YEAR_LAST.fullmatch(text):
        first = True if found[2] == "." else days_first
        if first is None:
            return None
        day, month = (found[1], found[3]) if first else (found[3], found[1])
        return _dated(int(found[4]) + (2000 if len(found[4]) == 2 else 0), int(month), int(day), found[5])
    return _by_month_name(text)


def _arranged(text: str) -> str:
    """A time with its date ahead of its clock, and the half of the day as English writes it."""
    text = with_half_of_day(text)
    return f"{found[2]} {found[1]}" if (found := _CLOCK_FIRST.fullmatch(text)) else text


def _by_month_name(text: str) -> datetime | None:
    """`5 Jan 2026 10:00`, `05-JAN-26 10:00`, `Jan 5, 2026 10:00 AM`, `Mon Jan 05 10:00:00 +0000 2026`, RFC 2822."""
    text = _BETWEEN_MARKS.sub(lambda found: f" {found[1]} {'20' if len(found[2]) == 2 else ''}{found[2]} ", text)
    months = [number for word in _MONTH_WORD.findall(text) if (number := _month(word))]
    clock = _CLOCK.search(text)
    rest = text if clock is None else f"{text[: clock.start()]} {text[clock.end() :]}"
    year, days = _YEAR.search(rest), None
    if year is not None:
        days = _DAY.search(f"{rest[: year.start()]} {rest[year.end() :]}")
    if len(months) != 1 or year is None or days is None:
        return None
    behind = text[clock.end() :].replace(year[0], " ", 1) if clock else ""
    return _dated(int(year[0]), months[0], int(days[1]), f"{clock[0]} {_zone_word(behind)}" if clock else None)


def _zone_word(behind: str) -> str:
    """What behind the clock of a date with the name of a month may be a zone: brackets, and words in capitals."""
    words = (word for word in behind.split() if word.isupper() and not _month(word.strip(".,")))
    return behind if "[" in behind or "(" in behind else " ".join(words)


@lru_cache(maxsize=256)
def _month(word: str) -> int | None:
    """The month that a word names in one of eight languages; None for other words."""
    name = plain(word)
    if name in _WEEKDAYS:
        return None
    return next((number for stem, number in _MONTH_OF if name.startswith(stem)), None)


def _dated(year: int, month: int, day: int, clock: str | None) -> datetime | None:
    """A date with the time of day that follows it; None where that is none."""
    if not clock or not clock.strip():
        return datetime(year, month, day)
    text = _AT.sub("", clock.strip(), count=1)
    found = _CLOCK.match(text)
    if found is None or (at := _clocked(found)) is None:
        return None
    return zoned(datetime.combine(date(year, month, day), at, tzinfo=_zone(found[6])), text[found.end() :].strip())


def _clocked(found: re.Match[str]) -> time | None:
    """The time of day that `_CLOCK` found, without its zone."""
    hour = int(found[1])
    if found[5] and hour <= 12:
        hour = hour % 12 + (12 if found[5] in "Pp" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0), int(f"{found[4] or 0:0<6}"[:6]))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if found is None:
        return UTC
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _shape(value: Any) -> str:
    """How a value is written, without what it says: `9/9/9999 99:99 xx`."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", str(value).strip()[:40]))
