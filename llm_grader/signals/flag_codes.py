"""Text in codes, read: base64, hexadecimal, decimal or binary numbers of letters, percent-encoding, Morse code."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote

ENCODED = re.compile(
    r"(?<![\w/+=.@%-])(?:[A-Za-z0-9+/]{24,4000}={0,2}|(?:0x)?(?:[0-9a-f]{2}){16,2000}|"
    r"(?:[\w.-]{0,20}%[0-9A-Fa-f]{2}){6,400}\w{0,20})(?![\w/+@-])"
)
"""Words in base64, hexadecimal digits or percent-encoding, outside of addresses."""
SHORTEST_ENCODED = 18
"""Characters, none of them a blank, that such a word has at least: six of `%41`."""

_HEXADECIMAL = re.compile("(?:0x)?((?:[0-9a-f]{2})+)")
_LEAST_WORDS_HIDDEN = 3
_SHARE_OF_LETTERS = 0.8
_NUMBERS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (base, re.compile(rf"(?<![\w.]){number}(?:[ ,:-]{{1,2}}{number}){{{least},400}}(?![\w.])"))
    for base, number, least in ((16, r"(?:0x|\\x)?[0-9A-Fa-f]{2}", 8), (10, r"\d{2,3}", 9), (2, "[01]{8}", 7))
)
"""Numbers of letters one by one, as (base, pattern)."""
_SEVERAL_NUMBERS = re.compile(r"\d[0-9A-Fa-f]?[ ,:-]{1,2}(?:0x|\\x)?[0-9A-Fa-f]{2,3}[ ,:-]|[01]{8}")
_NUMBER = re.compile(r"[0-9A-Fa-f]{2,8}(?![x0-9A-Fa-f])")
_MORSE_RUN = re.compile(r"(?<!\S)[.-]{1,5}(?: {0,3}/? {0,3}[.-]{1,5}){11,600}(?!\S)")
_MORSE_LETTERS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
_MORSE = dict(zip(_MORSE_LETTERS.split(), "abcdefghijklmnopqrstuvwxyz", strict=True))


def has_hidden_prose(text: str) -> bool:
    """Whether a long word of a text is several words in base64, hexadecimal digits or percent-encoding."""
    longest = max(map(len, text.split()), default=0)  # an ordinary text has no word of that length
    return longest >= SHORTEST_ENCODED and any(_is_hidden_prose(match[0]) for match in ENCODED.finditer(text))


def decoded_letters(text: str) -> Iterator[str]:
    """What rows of numbers, and of points and strokes, say where they say letters: `6d 65 74`, `-- . -`."""
    if _SEVERAL_NUMBERS.search(text):
        for base, numbers in _NUMBERS:
            yield from (said for run in numbers.finditer(text) if (said := _letters_of(run[0], base)))
    if ".-" in text or "-." in text:
        yield from (said for run in _MORSE_RUN.finditer(text) if (said := _morse(run[0])))


def is_prose(text: str) -> bool:
    """Whether a text is made of words, three at least."""
    return text.isprintable() and sum(map(str.isalpha, text.split(" "))) >= _LEAST_WORDS_HIDDEN


def _letters_of(numbers: str, base: int) -> str:
    codes = [int(number, base) for number in _NUMBER.findall(numbers)]
    try:
        said = bytes(codes).decode()
    except ValueError:  # no bytes, or none of UTF-8
        return ""
    return said if sum(map(str.isalpha, said)) >= _SHARE_OF_LETTERS * len(said) else ""


def _morse(run: str) -> str:
    words = run.split("/")
    return " ".join("".join(_MORSE.get(letter, "") for letter in word.split()) for word in words)


def _is_hidden_prose(encoded: str) -> bool:
    try:
        return is_prose(_decoded(encoded))
    except ValueError:  # binascii's and Unicode's are
        return False


def _decoded(encoded: str) -> str:
    if "%" in encoded:
        return unquote(encoded, errors="strict")
    if digits := _HEXADECIMAL.fullmatch(encoded):
        return bytes.fromhex(digits[1]).decode()
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
