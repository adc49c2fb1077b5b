"""What stands beside a time of day: the zone by its name, and the half of the day as Czechs and others write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = {
    **dict.fromkeys(("UTC", "GMT", "Z", "WET"), 0),
    **dict.fromkeys(("BST", "WEST", "CET", "MEZ", "SEČ"), 1),
    **dict.fromkeys(("CEST", "MESZ", "SELČ", "EET"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("ADT",), -3),
    **dict.fromkeys(("AST", "EDT"), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    **dict.fromkeys(("AKST",), -9),
    **dict.fromkeys(("HST",), -10),
    **dict.fromkeys(("JST", "KST"), 9),
    **dict.fromkeys(("AEST",), 10),
    **dict.fromkeys(("AEDT",), 11),
}
"""Hours before UTC by the usual abbreviation; none that stands for several, as IST does for India and Israel."""

_OFFSET = re.compile(r"(?:GMT|UTC)?[ ]?([+-])(\d{1,2}):?(\d{2})?")
_REGION = re.compile(r"[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+-]+){1,2}")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_NO_ZONE = re.compile(
    r"(?:Uhr|hod(?:in)?|h|hrs?|óra(?:kor)?|ór[ay]|godz)?[.,]?|(?:[-–]|bis|to|do)[ ]*\d{1,2}[:.]\d{2}.*"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?|(?:mo|di|mi|do|fr|sa|so|po|út|st|čt|pá|ne)\.?|edited",
    re.IGNORECASE,
)
_HALVES = "dopoledne|odpoledne|dop|odp|vormittags?|nachmittags?|vorm|nachm"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
_AFTER_CLOCK = re.compile(rf"({_CLOCK})[ ]?(?:Uhr[ ]?)?({_HALVES})(?![^\W\d_])\.?", re.IGNORECASE)
_AHEAD_OF_CLOCK = re.compile(rf"(?<![^\W\d_])(de|du|délelőtt|délután|{_HALVES})\.?[ ]+({_CLOCK})", re.IGNORECASE)
_AFTERNOON = ("du", "délután", "odp", "nachm")


def with_half_of_day(text: str) -> str:
    """A time with AM or PM for `dop.` and `odp.`, `de.` and `du.`, `vorm.` and `nachm.`, behind the clock or ahead."""
    text = _AFTER_CLOCK.sub(lambda found: f"{found[1]} {_half(found[2])}", text)
    return _AHEAD_OF_CLOCK.sub(lambda found: f"{found[2]} {_half(found[1])}", text)


def _half(word: str) -> str:
    return "PM" if word.casefold().startswith(_AFTERNOON) else "AM"


class UnknownZone(ValueError):
    """What stands behind a time of day is no zone that we know, and may change what the time means."""


def zoned(at: datetime, behind: str) -> datetime:
    """A time in the zone that stands behind it: an offset, an abbreviation, a region, or these in brackets.

    Raises:
        UnknownZone: something else stands there.
    """
    names = _IN_BRACKETS.findall(behind)
    outside = _IN_BRACKETS.sub(" ", behind).strip()
    zone = None if _NO_ZONE.fullmatch(outside) else _zone(_without_words(outside))
    names = [name for name in names if not _NO_ZONE.fullmatch(name.strip())]
    if zone is None and (at.tzinfo is not None or not names):
        return at
    return at.replace(tzinfo=zone or _zone(names[0])) if at.tzinfo is None else at


def _without_words(text: str) -> str:
    return re.sub(r"^(?:Uhr|hod)\.?[ ]+", "", text, flags=re.IGNORECASE)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    if found := _OFFSET.fullmatch(name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    if (hours := _HOURS.get(name.upper())) is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    if _REGION.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            pass
    raise UnknownZone(name)
