"""Lines that consist of a day, such as messengers put between messages: `Monday, March 10, 2025`.

English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re

_WEEKDAYS = (
    r"(?:mon|tue|wed|thu|fri|sat|sun)\w{0,6}|mo|di|mi|do|fr|sa|so|\w{3,7}tag|mittwoch|po|út|st|čt|pá|ne|pondělí|úterý"
    r"|středa|čtvrtek|pátek|sobota|neděle|hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap|\w{3,9}päev"
)
WEEKDAY = rf"(?:{_WEEKDAYS})\.?,? "
MONTH = (
    r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|led|úno|bře|dub|kvě|čer|srp|zář|říj|lis|pro"
    r"|már|ápr|máj|jún|júl|sze|vee|juu)\w{0,8}\.?"
)
_AT = r"(?:(?:at|um|v|ve|kell|klo|o) )?"
DATE_IN_FIGURES = (
    r"(?:\d{4}[-./] ?\d{1,2}[-./] ?\d{1,2}\.?|\d{1,2}[-./] ?\d{1,2}[-./] ?\d{2,4}\.?|\d{1,2}\. ?\d{1,2}\."
    rf"|\d{{1,2}}/\d{{1,2}}),? {_AT}"
)
"""A regular expression of what stands before a time: `5. 1. 2026 `, `05.01.2026 um `, `5/1, `."""
DATE_WITH_MONTH = rf"(?:{MONTH} \d{{1,2}}|\d{{1,2}}\.? {MONTH}),? (?:\d{{4}},? )?{_AT}"
"""A regular expression of what stands before a time: `Jan 5, `, `5. Januar 2026 um `."""
_YEAR = r"(?:19|20)\d{2}"
_WRITTEN = (
    rf"(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}|\d{{1,2}}(?:st|nd|rd|th|\.)? {MONTH},? {_YEAR}"
    rf"|{_YEAR}\. {MONTH} \d{{1,2}}\.?)"
)
_FIGURES = rf"(?:{_YEAR}[-./] ?\d{{1,2}}[-./] ?\d{{1,2}}\.?|\d{{1,2}}[-./] ?\d{{1,2}}[-./] ?{_YEAR})"
_DAY = re.compile(rf"(?:{WEEKDAY})?{_WRITTEN}(?:,? (?:{_WEEKDAYS}))?|{WEEKDAY}{_FIGURES}", re.IGNORECASE)
_WITHOUT_WEEKDAY = re.compile(_WRITTEN, re.IGNORECASE)
_IN_FIGURES = re.compile(_FIGURES)
_LONGEST = 40


def is_day(line: str, *, marked: bool = False) -> bool:
    """Whether a line is a date with its year and nothing else.

    One in figures alone may be what somebody was asked for, and counts where marks such as `--- … ---` set it off.
    """
    if len(line) > _LONGEST or ("20" not in line and "19" not in line):  # with which every year begins
        return False
    return _DAY.fullmatch(line) is not None or (marked and _IN_FIGURES.fullmatch(line) is not None)


def is_day_of_no_week(line: str) -> bool:
    """Whether a line is a date such as `12 March 2024`, which people write as well as messengers do."""
    return len(line) <= _LONGEST and _WITHOUT_WEEKDAY.fullmatch(line) is not None
