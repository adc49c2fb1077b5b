"""Text of conversations on pages: hidden characters made visible, and offsets in the units of browsers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

# What hides or turns text around: C0 but tab and line feed, C1, bidi controls, invisible separators, tags.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
    "|[\ud800-\udfff]"
)


def visible(text: str) -> str:
    """`text` with the code of each character that hides or turns text around in its place: `U+202E` in brackets.

    Joiners of emoji and scripts (U+200C, U+200D) stay: without them words and families fall apart.
    """
    return _HIDDEN.sub(lambda match: f"⟦U+{ord(match.group()):04X}⟧", text)


def utf16_length(text: str) -> int:
    """How many UTF-16 units, of which JavaScript's strings consist, `text` has."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_offset(text: str, offset: int) -> int:
    """The offset in UTF-16 units of what is `offset` code points into `text`."""
    return utf16_length(text[:offset])


def code_point_offset(text: str, offset: int) -> int:
    """The offset in code points of what is `offset` UTF-16 units into `text`.

    Raises:
        ValueError: it is outside of the text, or between the two halves of one character.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    before = units[: 2 * max(0, offset)].decode("utf-16-le", "surrogatepass")
    if offset < 0 or 2 * offset > len(units) or not text.startswith(before):
        raise ValueError(f"offset {offset} is outside of the text or inside of a character")
    return len(before)


class MarkedSpan(NamedTuple):
    """Words of a text, from `start` to `end` in code points, and the `number` they are marked with."""

    start: int
    end: int
    number: int


class MarkedPiece(NamedTuple):
    """A stretch of text and the numbers of all spans that cover it, in their order."""

    text: str
    numbers: tuple[int, ...]


def split_at_spans(text: str, spans: Iterable[MarkedSpan]) -> Iterator[MarkedPiece]:
    """`text` cut wherever a span begins or ends: the pieces joined are the text, whatever overlaps."""
    listed: Sequence[MarkedSpan] = tuple(span for span in spans if 0 <= span.start < span.end <= len(text))
    cuts = sorted({0, len(text), *(span.start for span in listed), *(span.end for span in listed)})
    for start, end in pairwise(cuts):
        numbers = tuple(span.number for span in listed if span.start <= start and end <= span.end)
        yield MarkedPiece(text[start:end], numbers)
