"""Folded text: equal folds mean equal words, and every place in a fold leads back to the original.

A fold is the compatibility composition (NFKC) of the case-folded text with one kind of blank, quote mark and dash and
without invisible characters. It is the plain concatenation of the folds of its clusters (a character with all that
combines with it), so a fold can be searched for the fold of a part.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator

_QUOTE_MARKS = "\"'`´‘’‚‛“”„‟«»‹›′″‵‶ʻʼ〝〞〟「」『』"
_DASHES = "-‐‑‒–—―−"
_SAME = str.maketrans({**dict.fromkeys(_QUOTE_MARKS, "'"), **dict.fromkeys(_DASHES, "-")})

# What combines with the character before it, beyond the marks: sara am, halfwidth sound marks, skin tones.
_EXTENDING_BASIC = r"\u0e33\u0eb3\uff9e\uff9f"
_EXTENDING = rf"{_EXTENDING_BASIC}\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
# Parts of Hangul syllables, which compose with each other and with a whole syllable before them.
_JAMO = r"\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\ud7b0-\ud7ff\uffa0-\uffdc"
_SYLLABLE = r"[\uac00-\ud7a3]"
_JOINED = r"\u200d[\u2190-\u2bff\U0001f000-\U0001faff]"
# Fillers and variation selectors: letters and marks by their category, and nothing to see.
_FILLING = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_MARKS = ("Mn", "Mc", "Me")
_CONTROL = ("Cf", "Cc")

# Thai to Burmese, Khmer, kana, Han: a word ends there without anything to see.
_UNSPACED = re.compile(
    r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
# A cut here would turn "I can't" into "I can" and "1.50" into "50".
_JOINT = re.compile(r"(?<=[^\W\d_])(?='[^\W\d_])|(?<=\d)(?=[.,:]\d)|(?<=\d[.,:])(?=\d)")
_PLAIN = re.compile("[!-~]+(?: [!-~]+)*")  # folds character by character, and most quotes are
_COMPARED_AT_MOST = 2_000_000


class Folded:
    """Fold of one text.

    Args:
        original: the text; `text` is its fold.
    """

    def __init__(self, original: str) -> None:
        # Piece i is the fold from _at[i] to _at[i + 1] and comes from original[_starts[i]:_ends[i]]: character by
        # character, or as a whole that cannot be cut.
        self._at, self._starts, self._ends = array("I"), array("I"), array("I")
        self._whole = bytearray()
        pieces: list[str] = []
        length = 0
        for piece, start, end, whole in _pieces(original):
            if piece == " " and pieces and pieces[-1] == " ":
                continue
            pieces.append(piece)
            self._add(length, start, end, whole=whole)
            length += len(piece)
        self._add(length, len(original), len(original), whole=True)
        self.text = "".join(pieces)

    def _add(self, at: int, start: int, end: int, *, whole: bool) -> None:
        self._at.append(at)
        self._starts.append(start)
        self._ends.append(end)
        self._whole.append(whole)

    def places(self, fold: str) -> Iterator[tuple[int, int]]:
        """Spans (start, end) of the original whose fold is `fold` and that cut no word, number or cluster.

        Places may overlap. In scripts without spaces a cut between any two characters is fine. `fold` must not be
        empty.
        """
        at = self.text.find(fold)
        # One letter repeated for pages holds a long quote everywhere; what was really said is found long before this.
        for _ in range(_COMPARED_AT_MOST // len(fold) + 1):
            if at < 0:
                return
            first, last = self._cut(at), self._cut(at + len(fold))
            if first and last:
                yield first[1], last[0]
            at = self.text.find(fold, at + 1)

    def _cut(self, at: int) -> tuple[int, int] | None:
        """End of what comes before `at` and beginning of what follows, in the original; None where no cut may be."""
        if not _may_cut(self.text, at):
            return None
        index = bisect_right(self._at, at) - 1
        if at == self._at[index]:
            return (self._ends[index - 1] if index else 0), self._starts[index]
        if self._whole[index]:
            return None
        place = self._starts[index] + at - self._at[index]
        return place, place


def fold(text: str) -> str:
    """Fold of `text`."""
    return _fold_all(text) if _PLAIN.fullmatch(text) else Folded(text).text


def _may_cut(folded: str, at: int) -> bool:
    if not 0 < at < len(folded):
        return True
    before, after = folded[at - 1], folded[at]
    if " " in (before, after):
        return True
    if _in_word(before) and _in_word(after):
        return bool(_UNSPACED.match(before) or _UNSPACED.match(after))
    return not _JOINT.match(folded, at)


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _pieces(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Each stretch of the fold, the start and end of what it comes from, and whether it cannot be cut."""
    for token in _tokens().finditer(text):
        start, end = token.span()
        if token.lastgroup == "run":
            yield from _run_pieces(token[0], start)
        else:
            piece = " " if token.lastgroup == "blank" else _fold_cluster(token[0])
            if piece:
                yield piece, start, end, True


def _run_pieces(run: str, start: int) -> Iterator[tuple[str, int, int, bool]]:
    folded = _fold_all(run)
    # Nothing in a run folds to less than one character, so equal lengths mean that it folds character by character.
    if len(folded) == len(run) or len(run) == 1:
        yield folded, start, start + len(run), len(run) == 1
        return
    few_expand = len(folded) - len(run) < len(run) / 4
    size = (len(run) + 1) // 2 if few_expand else 1
    for at in range(0, len(run), size):
        yield from _run_pieces(run[at : at + size], start + at)


def _fold_all(text: str) -> str:
    if text.isascii():
        return text.lower().replace('"', "'").replace("`", "'")  # all of _SAME that is ASCII, in a tenth of the time
    composed = unicodedata.normalize("NFKC", text.translate(_SAME))
    return unicodedata.normalize("NFKC", composed.casefold()).translate(_SAME)


@functools.lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    visible = (c for c in cluster if c.isspace() or not (unicodedata.category(c) in _CONTROL or _FILLING.match(c)))
    return _fold_all("".join(" " if c.isspace() else c for c in visible))


@functools.cache
def _tokens() -> re.Pattern[str]:
    """Splits text into runs of plain characters with single blanks, other blanks, and clusters."""
    extending = rf"[{_listed(_MARKS, upto=0x1FFFF)}{_EXTENDING}]|{_JOINED}"
    # Only characters of the basic plane are excluded one by one: `re` looks others up one after the other.
    special = rf"{_listed(_MARKS + _CONTROL, upto=0xFFFF)}{_EXTENDING_BASIC}{_JAMO}\U00010000-\U0010ffff"
    plain = rf"[^\s{special}]+"
    alone = rf"(?!{extending}|(?<={_SYLLABLE})[{_JAMO}])"
    cluster = rf"(?:{_SYLLABLE}?[{_JAMO}]+|.)(?:{extending})*"
    return re.compile(rf"(?P<run>{plain}(?: {plain})*{alone})|(?P<blank>\s+{alone})|{cluster}", re.DOTALL)


def _listed(categories: tuple[str, ...], *, upto: int) -> str:
    """The characters of these Unicode categories but blanks, as the inside of a character class.

    `re` knows no categories. Listing them takes some milliseconds, once a process and not on import.
    """
    characters = map(chr, range(upto + 1))
    flags = "".join(".x"[unicodedata.category(c) in categories and not c.isspace()] for c in characters)
    return "".join(f"{chr(found.start())}-{chr(found.end() - 1)}" for found in re.finditer("x+", flags))
