"""Personal data in a text: e-mail addresses, phone numbers, IBANs, payment cards and given names. Pure.

Numbers count only when their check digits or numbering plan say that they are one: IBAN mod 97 (ISO 13616), cards by
issuer and Luhn (ISO/IEC 7812), phone numbers by libphonenumber or because the caller names them. Names are those that
the caller gives; no list of names is used. Digits that are spelled out in words are not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from llm_grader.privacy.names import find_names
from llm_grader.privacy.numbers import find_given_phones, find_phones

Kind = Literal["EMAIL", "IBAN", "CARD", "PHONE", "NAME"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_GAP = r"[ \u00a0\u202f.-]"
_EMAIL = re.compile(r"(?:[\w.+-]|(?<=\w)'(?=\w)){1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
# Read out or disguised, `jana dot novak (at) example dot com`: words for both @ and dot, or brackets around one for @.
_DOT = r"(?:\.| ?\(?\b(?:dot|punkt|tečka|pont)\b\)? ?)"
_AT = r" ?[(\[]\s?(?:at|ät|ätt|ett|zavináč|kukac)\s?[)\]] ?"
_AT_ALOUD = r" (?:at|ät|ätt|ett|zavináč|kukac) (?=\S+ (?:dot|punkt|tečka|pont) )"
_EMAILS_IN_WORDS = {
    at: re.compile(
        rf"[\w'+-]{{1,64}}(?:{_DOT}[\w'+-]{{1,64}}){{0,4}}{at}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,63}}){{1,3}}\b(?!{at})",
        re.IGNORECASE,
    )
    for at in (_AT, _AT_ALOUD)
}
_IBAN = re.compile(rf"\b(?=([A-Z]{{2}}\d{{2}}(?:{_GAP}?[A-Z0-9]){{11,30}}))", re.IGNORECASE)
_CARD = re.compile(rf"(?<![\w+])\d(?:{_GAP}?\d){{12,18}}(?!\d)")
# The registry of ISO 13616: how long an IBAN of each country is.
_IBANS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18
    FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20
    LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24
    SM27 ST25 SV28 TN24 TR26 UA29 VA22 VG24 XK20
"""
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBANS.split()}
# Visa; Mastercard; American Express; Discover; Diners Club; JCB; UnionPay; Maestro.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|6(?:011\d\d|4[4-9]\d{3}|5\d{4})\d{10}"
    r"|3(?:0[0-5]|[689])\d{11,12}|35(?:2[89]|[3-8])\d{12,13}|62\d{14,17}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}"
)


class Found(NamedTuple):
    """A stretch of text, in characters, end exclusive, and what it is.

    `value` is the same for what is the same in other words: the digits of a number, a name without its ending.
    """

    start: int
    end: int
    kind: Kind
    value: str


def find_personal_data(
    text: str, *, language: str | None, names: Iterable[str] = (), numbers: Iterable[str] = ()
) -> list[Found]:
    """All personal data in `text`, in order and without overlaps; where two overlap, the earlier kind wins.

    Args:
        text: what to look through.
        language: BCP 47 code; says how names end, and in which country a number without country code is read.
        names: names of people to find, in the forms that `names.find_names` finds.
        numbers: phone numbers to find, in the form of `numbers.number_in`.
    """
    finders: list[Callable[[], Iterator[Found]]] = [
        lambda: _matches(_EMAIL, text, "EMAIL"),
        lambda: _emails_in_words(text),
        lambda: _ibans(text),
        lambda: (found for found in _matches(_CARD, text, "CARD") if is_card(text[found.start : found.end])),
        lambda: (Found(start, end, "PHONE", digits) for start, end, digits in find_phones(text, language)),
        lambda: (Found(start, end, "PHONE", digits) for start, end, digits in find_given_phones(text, numbers)),
        lambda: (Found(start, end, "NAME", part) for start, end, part in find_names(text, names, language)),
    ]
    taken = bytearray(len(text))
    kept: list[Found] = []
    for finder in finders:
        for found in finder():
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"x" * (found.end - found.start)
                kept.append(found)
    return sorted(kept)


def is_iban(text: str) -> bool:
    """Whether this is as long as its country's IBANs, with the right check digits (ISO 13616: modulo 97 is 1)."""
    compact = _compact(text)
    if len(compact) != _IBAN_LENGTHS.get(compact[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Whether a card of this beginning and length exists, and its last digit is right (ISO/IEC 7812, Luhn)."""
    compact = _compact(text)
    doubled = [int(d) if n % 2 == 0 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(compact))]
    return _ISSUERS.fullmatch(compact) is not None and sum(doubled) % 10 == 0


def _compact(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def _matches(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Found]:
    return (_found(text, match.start(), match.end(), kind) for match in pattern.finditer(text))


def _found(text: str, start: int, end: int, kind: Kind) -> Found:
    words = text[start:end]
    return Found(start, end, kind, words.casefold() if kind == "EMAIL" else _compact(words))


def _emails_in_words(text: str) -> Iterator[Found]:
    for at, pattern in _EMAILS_IN_WORDS.items():
        if re.search(at, text, re.IGNORECASE):  # most texts have no such word, and this is sooner seen
            yield from _matches(pattern, text, "EMAIL")


def _ibans(text: str) -> Iterator[Found]:
    """IBANs, of what looks like one and may go on with the words that follow."""
    for match in _IBAN.finditer(text):
        places = [at for at in range(match.start(1), match.end(1)) if text[at].isalnum()]
        length = _IBAN_LENGTHS.get(match[1][:2].upper(), 0)
        if 0 < length <= len(places) and is_iban(text[match.start() : places[length - 1] + 1]):
            yield _found(text, match.start(), places[length - 1] + 1, "IBAN")
