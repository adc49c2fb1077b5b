"""Phone numbers in a text: those of a numbering plan, and given ones. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

# Dates and amounts (below 10^18), which some numbering plans would take for a number.
_NO_PHONE = re.compile(
    r"\b\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)\d\d\b|\b(?:19|20)\d\d[./-] ?\d{1,2}[./-] ?\d{1,2}\b"
    r"|(?<![\d.,/+-])\d{1,3}(?:[ \u00a0.,]?\d{3}){0,5}[.,]\d\d(?![\d.,/-])"
)
_REFERENCE = re.compile(r"[A-Z]-$")  # the invoice RE-2026-851732
_REGIONS = {
    "de": "DE",
    "cs": "CZ",
    "hu": "HU",
    "et": "EE",
    "en": "GB",
    "sk": "SK",
    "sl": "SI",
    "sv": "SE",
    "da": "DK",
    "uk": "UA",
}
# Where the same language or a close one is spoken; their national numbers count when they are written in groups.
_NEIGHBOURS = {"GB": ("US",), "DE": ("AT", "CH"), "CZ": ("SK",), "SK": ("CZ",), "HU": ("SK",), "EE": ("FI",)}
_ANYWHERE = (*_REGIONS.values(), *(region for several in _NEIGHBOURS.values() for region in several))
_LEAST_DIGITS = 7
_LEAST_OF_GIVEN = 5
"""A shorter number of somebody's, such as an extension, is as likely another number."""

_GAP = r"[\s()./-]{0,3}"
_ABROAD = rf"(?:(?:\+|00)\d{{1,3}}{_GAP})?(?:\(?0\d?\)?{_GAP})?[+(]?"


class Phone(NamedTuple):
    """Characters of a text that are a phone number, end exclusive, and its digits in the form of `number_in`."""

    start: int
    end: int
    digits: str


def find_phones(text: str, language: str | None) -> Iterator[Phone]:
    """The numbers that exist (libphonenumber) in the country of the language or, in groups, in one of its neighbours.

    Without a language numbers in groups may be of any country listed here.
    """
    from phonenumbers import Leniency, PhoneNumberMatcher, national_significant_number

    masked = _NO_PHONE.sub(lambda found: "_" * len(found[0]), text)
    if sum(map(str.isdigit, masked)) < _LEAST_DIGITS:
        return
    home = _region(language)
    for region in dict.fromkeys((home, *(_NEIGHBOURS.get(home, ()) if language else _ANYWHERE))):
        # with fewer tries it leaves the rest of a text alone once so many numbers were none
        for match in PhoneNumberMatcher(masked, region, leniency=Leniency.VALID, max_tries=sys.maxsize):
            digits = sum(map(str.isdigit, match.raw_string))
            named = _REFERENCE.search(masked[: match.start][-4:]) is not None and match.raw_string[0] != "+"
            if not named and digits >= _LEAST_DIGITS and (region == home or digits < len(match.raw_string)):
                yield _phone(text, match.start, match.end, national_significant_number(match.number))


def find_given_phones(text: str, numbers: Iterable[str]) -> Iterator[Phone]:
    """Given numbers, in the form of `number_in`: in any groups, with or without the code of a country."""
    given = frozenset(numbers)
    for match in _pattern(given).finditer(text) if given else ():
        yield _phone(text, match.start(), match.end(), "".join(filter(str.isdigit, match["given"])))


def number_in(written: str, language: str | None) -> str:
    """The digits of a phone number without the code of the country and what is dialled before; empty without any.

    Args:
        written: a field that holds a number.
        language: BCP 47 code; says in which country a number without country code is dialled.
    """
    from phonenumbers import NumberParseException, national_significant_number, parse

    try:
        digits = national_significant_number(parse(written, _region(language)))
    except NumberParseException:  # of no country that there is
        digits = "".join(filter(str.isdigit, written))
    return digits if len(digits) >= _LEAST_OF_GIVEN else ""


@lru_cache(maxsize=512)
def _pattern(numbers: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(numbers, key=lambda digits: (-len(digits), digits))
    return re.compile(rf"(?<!\d){_ABROAD}(?P<given>{'|'.join(map(_GAP.join, longest_first))})(?!\d)")


def _phone(text: str, start: int, end: int, digits: str) -> Phone:
    """The number without a bracket that opens before it and closes after it."""
    alone = text[start] == "(" and ")" not in text[start:end]
    return Phone(start + alone, end, digits)


def _region(language: str | None) -> str:
    """The country that a language tag names, as in `de-AT`, or where most speakers live."""
    primary, *rest = (language or "en").replace("_", "-").split("-")
    named = next((part.upper() for part in rest if len(part) == 2), None)
    return named or _REGIONS.get(primary.casefold(), primary.upper())
