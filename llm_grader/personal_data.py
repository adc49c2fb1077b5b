"""Where a text has e-mail addresses, phone numbers, IBANs, payment cards and given names. Pure.

Numbers count only when their checksum or numbering plan says that they are one: IBAN mod 97 (ISO 13616), cards by Luhn
(ISO/IEC 7812), phone numbers by libphonenumber. Names are those that the caller knows; no list of names is used. What
is spelled out in words is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["EMAIL", "IBAN", "CARD", "PHONE", "NAME"]

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_REGIONS = {"de": "DE", "cs": "CZ", "hu": "HU", "et": "EE", "en": "GB"}
_LEAST_NAME = 3
_INFLECTED_FROM = 4
_CHANGING_ENDS = ("cs", "hu")  # Nováková – Novákové, Anna – Annának


class Found(NamedTuple):
    """A stretch of text, in characters, end exclusive, and what it is."""

    start: int
    end: int
    kind: Kind


def find_personal_data(text: str, *, language: str | None, names: Iterable[str] = ()) -> list[Found]:
    """All personal data in `text`, in order and without overlaps; where two overlap, the earlier kind wins.

    Args:
        text: what to look through.
        language: BCP 47 code; says in which country a number without country code is read.
        names: names of people to find, also with a short ending, as in “Novákové” or “Annának”.
    """
    finders: list[Callable[[], Iterator[Found]]] = [
        lambda: _matches(_EMAIL, text, "EMAIL"),
        lambda: (found for found in _matches(_IBAN, text, "IBAN") if is_iban(text[found.start : found.end])),
        lambda: (found for found in _matches(_CARD, text, "CARD") if is_card(text[found.start : found.end])),
        lambda: _phones(text, language),
        lambda: _names(text, names, language),
    ]
    taken: list[Found] = []
    for finder in finders:
        free = [f for f in finder() if all(f.end <= other.start or f.start >= other.end for other in taken)]
        taken.extend(free)
    return sorted(taken)


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616: the number modulo 97 is 1)."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Whether the last digit of a card number is right (ISO/IEC 7812, Luhn)."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [d if n % 2 == 0 else 2 * d - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _matches(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Found]:
    return (Found(match.start(), match.end(), kind) for match in pattern.finditer(text))


def _phones(text: str, language: str | None) -> Iterator[Found]:
    from phonenumbers import Leniency, PhoneNumberMatcher

    region = _REGIONS.get((language or "en").split("-")[0])
    for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=1000):
        yield Found(match.start, match.end, "PHONE")


def _names(text: str, names: Iterable[str], language: str | None) -> Iterator[Found]:
    parts = sorted({part for name in names for part in re.findall(r"[^\W\d_]+", name) if len(part) >= _LEAST_NAME})
    if not parts:
        return iter(())
    forms = [re.escape(part) + (r"\w{0,3}" if len(part) >= _INFLECTED_FROM else "") for part in parts]
    if (language or "").split("-")[0] in _CHANGING_ENDS:
        vowels = (part for part in parts if part[-1] in "aáeéo" and len(part) >= _INFLECTED_FROM)
        forms += [re.escape(part[:-1]) + r"\w{1,4}" for part in vowels]
    return _matches(re.compile(rf"\b(?:{'|'.join(forms)})\b"), text, "NAME")
