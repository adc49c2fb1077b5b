"""Sentences of customers and agents with personal data in them, and sentences without: generated, in five languages.

Nobody's data: names are made up, numbers are drawn at random from the ranges that are in use and given the check digits
they need. What people write in between was written for this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from llm_grader.eval.recall.personal_wordings import FRAMES, HARMLESS, NEIGHBOURS, PEOPLE, SPOKEN
from llm_grader.privacy.find import Kind

LANGUAGES = ("en", "de", "cs", "hu", "et")


class PersonalText(NamedTuple):
    """A text that holds one piece of personal data, `text[start:end]`, written in some `form`.

    `names` are the names that the fields of its transcript would give.
    """

    kind: Kind
    form: str
    language: str
    text: str
    start: int
    end: int
    names: tuple[str, ...] = ()


class _Written(NamedTuple):
    form: str
    value: str
    names: tuple[str, ...] = ()


_TITLES = ("Ms ", "Mr ", "Frau ", "Herr ", "paní ", "pane ", "pan ")

_MAILBOXES = ("{f}.{l}", "{f}{l}", "{f}_{l}{n}", "{f}+shop", "{l}", "info", "{f}.{l}{n}", "{f}-{l}")
_DOMAINS = ("gmail.com", "web.de", "seznam.cz", "freemail.hu", "mail.ee", "firma-beispiel.de", "mail.example.co.uk")
_PLAIN = str.maketrans("áäčďéěíňóöőřšťúůüűýž", "aacdeeinooorstuuuuyz")


def personal_texts(kind: Kind, language: str, *, n: int, seed: int) -> Iterator[PersonalText]:
    """`n` texts that hold data of this kind, the same ones for the same seed."""
    random = Random(f"{seed} {kind} {language}")  # noqa: S311
    write = _WRITERS[kind]
    for _ in range(n):
        form, value, names = write(random, language)
        before, after = random.choice(FRAMES[kind, language]).split("{}")
        start = len(before)
        yield PersonalText(kind, form, language, f"{before}{value}{after}", start, start + len(value), names)


def _email(random: Random, language: str) -> _Written:
    name = random.choice(PEOPLE[language])[0].casefold().translate(_PLAIN).split()
    mailbox = random.choice(_MAILBOXES).format(f=name[0], l=name[1], n=random.randint(1, 99))
    address = f"{mailbox}@{random.choice(_DOMAINS)}"
    if random.random() < 0.1:
        return _Written("with words for @ and .", address.replace("@", " (at) ").replace(".", " dot "))
    return random.choice([_Written("plain", address), _Written("capitals", address.upper())])


_BBAN = {"en": "LLLLdddddddddddddd", "de": "d" * 18, "cs": "d" * 20, "hu": "d" * 24, "et": "d" * 16}
_COUNTRY = {"en": "GB", "de": "DE", "cs": "CZ", "hu": "HU", "et": "EE"}


def _iban(random: Random, language: str) -> _Written:
    body = "".join(random.choice("0123456789" if c == "d" else "ABCDEFGHKLMN") for c in _BBAN[language])
    country = _COUNTRY[language]
    rest = int("".join(str(int(c, 36)) for c in f"{body}{country}00")) % 97
    compact = f"{country}{98 - rest:02}{body}"
    return random.choice(
        [
            _Written("compact", compact),
            _Written("in fours", _grouped(compact, 4)),
            _Written("in fours", _grouped(compact, 4)),
            _Written("hard blanks", _grouped(compact, 4, "\u00a0")),
            _Written("lower case", _grouped(compact, 4).lower()),
            _Written("with dashes", _grouped(compact, 4, "-")),
        ]
    )


def _card(random: Random, _language: str) -> _Written:
    start, length = random.choice([("4", 16), ("4", 16), ("51", 16), ("55", 16), ("34", 15), ("6011", 16)])
    digits = start + _digits(random, length - len(start) - 1)
    check = next(d for d in "0123456789" if _luhn(digits + d))
    number = digits + check
    groups = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    return random.choice(
        [
            _Written("compact", number),
            _Written("in groups", _in_groups(number, groups, " ")),
            _Written("with dashes", _in_groups(number, groups, "-")),
            _Written("with dots", _in_groups(number, groups, ".")),
            _Written("hard blanks", _in_groups(number, groups, "\u00a0")),
            _Written("digit by digit", " ".join(number)),
        ]
    )


# Prefix without the leading zero, and how many digits follow; then how national numbers are grouped.
_RANGES: dict[str, tuple[tuple[str, int], ...]] = {
    "en": (("7512", 6), ("7801", 6), ("20 7", 7), ("121 4", 6), ("161 8", 6)),
    "de": (("151", 8), ("160", 7), ("171", 7), ("176", 8), ("30", 8), ("89", 7), ("221", 7)),
    "cs": (("603", 6), ("721", 6), ("737", 6), ("777", 6), ("224", 6), ("541", 6)),
    "hu": (("20", 7), ("30", 7), ("70", 7), ("1 2", 6), ("1 3", 6)),
    "et": (("51", 6), ("53", 6), ("56", 6), ("58", 6), ("60", 5), ("65", 5)),
}
_CODES = {"en": "44", "de": "49", "cs": "420", "hu": "36", "et": "372"}
_TRUNK = {"en": "0", "de": "0", "cs": "", "hu": "06", "et": ""}


def _phone(random: Random, language: str) -> _Written:
    prefix, more = random.choice(_RANGES[language])
    area, rest = prefix.split()[0], "".join(prefix.split()[1:]) + _digits(random, more)
    code, trunk = _CODES[language], _TRUNK[language]
    spaced = _spaced(area, rest, language)
    gap = " " if trunk == "06" else ""
    return random.choice(
        [
            _Written("+ and blanks", f"+{code} {spaced}"),
            _Written("+ compact", f"+{code}{area}{rest}"),
            _Written("00", f"00{code} {spaced}"),
            _Written("+ and dashes", f"+{code}-{spaced.replace(' ', '-')}"),
            _Written("+ with (0)", f"+{code} (0){spaced}" if trunk == "0" else f"(+{code}) {spaced}"),
            _Written("national, blanks", f"{trunk}{gap}{spaced}"),
            _Written("national, blanks", f"{trunk}{gap}{spaced}"),
            _Written("national, compact", f"{trunk}{area}{rest}"),
            _Written("national, marks", _marked(trunk, area, rest, language)),
            _Written("national, in twos", f"{trunk}{area} {_grouped(rest, 2)}"),
            _Written("digit by digit", " ".join(f"{trunk}{area}{rest}")),
            _Written("of a neighbour, national", _filled(random, NEIGHBOURS[language])),
            _Written("in words", " ".join(SPOKEN[language].split()[int(digit)] for digit in f"{trunk}{area}{rest}")),
        ]
    )


def _spaced(area: str, rest: str, language: str) -> str:
    if language in ("cs", "et"):
        return _grouped(area + rest, 3 if language == "cs" else 4)
    return f"{area} {_grouped(rest, 3)}" if language == "hu" else f"{area} {rest}"


def _marked(trunk: str, area: str, rest: str, language: str) -> str:
    """With the marks that are usual in the country: `0171/2345678`, `06-30/123-4567`, `777-123-456`."""
    if language == "hu":
        return f"{trunk}-{area}/{_grouped(rest, 3, '-')}"
    if language in ("cs", "et"):
        return _grouped(area + rest, 3 if language == "cs" else 4, "-")
    return f"{trunk}{area}/{rest}" if language == "de" else f"({trunk}{area}) {rest}"


def _name(random: Random, language: str) -> _Written:
    name, mentions = random.choice(PEOPLE[language])
    mention = random.choice(mentions.split("|"))
    for title in _TITLES:
        mention = mention.removeprefix(title)
    return _Written(_form_of(mention, name), mention.removesuffix("'s"), (name,))


def _form_of(mention: str, name: str) -> str:
    names = {*name.split(), name}
    if mention in names:
        return "as in the fields"
    if mention.isupper() or mention.islower():
        return "capitals" if mention.isupper() else "lower case"
    plain = {word.translate(_PLAIN) for word in names} | {word.replace("ü", "ue") for word in names}
    return "without marks" if mention in plain else "inflected"


_WRITERS: dict[Kind, Callable[[Random, str], _Written]] = {
    "EMAIL": _email,
    "IBAN": _iban,
    "CARD": _card,
    "PHONE": _phone,
    "NAME": _name,
}


def harmless_texts(language: str, *, n: int, seed: int) -> Iterator[str]:
    """`n` texts with order, invoice, parcel and case numbers, dates, times and amounts, and nobody's data."""
    random = Random(f"{seed} harmless {language}")  # noqa: S311
    for _ in range(n):
        day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(2024, 2026)
        amount = random.randint(1000, 9999999)
        yield random.choice(HARMLESS[language]).format(
            o=random.choice([_digits(random, 6), _digits(random, 8), f"A-{_digits(random, 7)}", _digits(random, 10)]),
            d=random.choice([f"{day:02}.{month:02}.{year}", f"{year}-{month:02}-{day:02}", f"{day}/{month}/{year}"]),
            t=f"{random.randint(8, 19)}:{random.randint(0, 59):02}",
            i=random.choice([f"RE-{year}-{_digits(random, 6)}", f"{year}{_digits(random, 6)}", _digits(random, 9)]),
            m=random.choice(
                [f"{amount / 100:.2f}", f"{amount // 100:,}.00".replace(",", " "), f"{amount // 100:,},00"]
            ),
            p=random.choice([f"JD{_digits(random, 18)}", f"RR{_digits(random, 9)}DE", _digits(random, 14)]),
            c=_digits(random, random.choice([5, 6, 7])),
            e=f"0x{random.randrange(16**8):08X}",
            v=f"{random.randint(1, 20)}.{random.randint(0, 20)}.{random.randint(0, 9)}",
        )


def _filled(random: Random, shape: str) -> str:
    return "".join(random.choice("0123456789") if character == "#" else character for character in shape)


def _digits(random: Random, n: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(n))


def _grouped(text: str, size: int, gap: str = " ") -> str:
    return gap.join(text[at : at + size] for at in range(0, len(text), size))


def _in_groups(text: str, sizes: tuple[int, ...], gap: str) -> str:
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    return gap.join(text[start : start + size] for start, size in zip(starts, sizes, strict=True))


def _luhn(number: str) -> bool:
    doubled = (int(d) if n % 2 == 0 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(number)))
    return sum(doubled) % 10 == 0
