"""Text in codes, read: base64 and base32, numbers of letters in four bases, percent-encoding, Morse code."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from string import digits
from urllib.parse import unquote

ENCODED = re.compile(
    r"(?<![\w/+=.@%-])(?:[A-Za-z0-9+/]{24,4000}={0,6}|(?:0x)?(?:[0-9a-fA-F]{2}){16,2000}|"
    r"(?:[\w.-]{0,20}%[0-9A-Fa-f]{2}){6,400}\w{0,20})(?![\w/+@-])"
)
"""Words in base64 or base32, hexadecimal digits or percent-encoding, outside of addresses."""
SHORTEST_ENCODED = 18
"""Characters, none of them a blank, that such a word has at least: six of `%41`."""

_HEXADECIMAL = re.compile("(?:0x)?((?:[0-9a-fA-F]{2})+)")
_BASE32 = re.compile("[A-Z2-7]+=*")
_LINES_OF_CODE = re.compile(r"(?<=[A-Za-z0-9+/]{16})\r?\n(?=[A-Za-z0-9+/]{4,}={0,2}(?:\s|$))")
_LEAST_WORDS_HIDDEN = 3
_SHARE_OF_LETTERS = 0.8
_LAST_LETTER = 0x17F
_NUMBER = r"(?:0x|\\x|U\+)?[0-9A-Fa-f]{2,8}"
_NUMBERS = re.compile(rf"(?<![\w.]){_NUMBER}(?:(?:[ ,;:-]{{1,2}}|(?=\\x)){_NUMBER}){{7,400}}(?![\w.])")
"""Numbers of letters one by one."""
_SEVERAL_NUMBERS = re.compile(r"[0-9A-Fa-f]{2}[ ,;:-]{1,2}(?:0x|\\x|U\+)?\d[0-9A-Fa-f]{1,7}[ ,;:-]|[01]{8}|\\x\d")
_TEN_DIGITS = frozenset(digits)
_DIGITS = re.compile(r"(?:0x|\\x|U\+)?([0-9A-Fa-f]+)")
_BASES = (16, 10, 8, 2)
_MORSE_RUN = re.compile(r"(?<!\S)[.-]{1,5}(?:(?: {1,3}| {0,3}/ {0,3})[.-]{1,5}){11,600}(?!\S)")
_MORSE_LETTERS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
_MORSE = dict(zip(_MORSE_LETTERS.split(), "abcdefghijklmnopqrstuvwxyz", strict=True))


def has_hidden_prose(text: str) -> bool:
    """Whether a long word of a text is several words in base64, hexadecimal digits or percent-encoding."""
    longest = max(map(len, text.split()), default=0)  # an ordinary text has no word of that length
    if longest < SHORTEST_ENCODED:
        return False
    return any(_is_hidden_prose(match[0]) for match in ENCODED.finditer(_LINES_OF_CODE.sub("", text)))


def decoded_letters(text: str, characters: frozenset[str]) -> Iterator[str]:
    """What rows of numbers, and of points and strokes, say where they say letters: `6d 65 74`, `-- . -`."""
    if not characters.isdisjoint(_TEN_DIGITS) and _SEVERAL_NUMBERS.search(text):
        for run in _NUMBERS.finditer(text):
            numbers = _DIGITS.findall(run[0])
            yield from (said for base in _BASES if (said := _letters_of(numbers, base)))
    if ".-" in text or "-." in text:
        yield from (said for run in _MORSE_RUN.finditer(text) if (said := _morse(run[0])))


def is_prose(text: str) -> bool:
    """Whether a text is made of words, three at least."""
    return text.isprintable() and sum(map(str.isalpha, text.split(" "))) >= _LEAST_WORDS_HIDDEN


def _letters_of(numbers: list[str], base: int) -> str:
    """The letters of numbers, of bytes or of Unicode; nothing where they are not mostly letters of Latin script."""
    try:
        codes = [int(number, base) for number in numbers]
        said = _of_bytes(codes) or "".join(map(chr, codes))
    except (ValueError, OverflowError):  # no number of this base, or none of a letter
        return ""
    letters = sum(letter.isalpha() and ord(letter) <= _LAST_LETTER for letter in said)
    return said if letters >= _SHARE_OF_LETTERS * len(said) else ""


def _of_bytes(codes: list[int]) -> str:
    try:
        return bytes(codes).decode()
    except ValueError:  # no bytes, or none of UTF-8
        return ""


def _morse(run: str) -> str:
    words = run.split("/")
    return " ".join("".join(_MORSE.get(letter, "") for letter in word.split()) for word in words)


def _is_hidden_prose(encoded: str, depth: int = 2) -> bool:
    """Whether a word is prose in a code, or in a code in a code."""
    for decode in (_decoded, _decoded_32):
        try:
            decoded = decode(encoded)
        except ValueError:  # binascii's and Unicode's are
            continue
        if is_prose(decoded) or (depth > 1 and ENCODED.fullmatch(decoded) and _is_hidden_prose(decoded, depth - 1)):
            return True
    return False


def _decoded(encoded: str) -> str:
    if "%" in encoded:
        return unquote(encoded, errors="strict")
    if numbers := _HEXADECIMAL.fullmatch(encoded):
        return bytes.fromhex(numbers[1]).decode()
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()


def _decoded_32(encoded: str) -> str:
    if not _BASE32.fullmatch(encoded):
        return ""
    return base64.b32decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 8)).decode()
