"""Words and sentences of a text as cues are looked for in them: compared without case, accents and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_LETTER = r"[\w\u0300-\u036f]"  # accents may stand apart
_WORD = re.compile(rf"[\w.+-]+@[\w.-]*\w|{_LETTER}+(?:['’`´]{_LETTER}+)*")  # an address is one word
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s|$)|\n+")
_APOSTROPHES = re.compile("['’`´]")
_LONGEST_SENTENCE = 300
_SHORT_SENTENCE = 30
_CITED = re.compile(r"„[^„“”]{40,}[“”]|“[^“”]{40,}”|«[^«»]{40,}»|»[^«»]{40,}«")
_NEARLY_ALL = 0.9
_MARKS = ("", ",", "!", ".", "?", ";", "\n")
_MOST_MET = 1 << 12


class StretchWord(NamedTuple):
    """One word: as it is compared, and where it stands (characters, end exclusive).

    `first` says that the sentence begins with it, so that a capital tells nothing, and `apart` that a mark such as a
    comma follows. `capital` is None in a text without any, as recognisers write it. `joined` says that it goes on what
    stands before a hyphen, as in `LENOVO-IMRE`.
    """

    folded: str
    start: int
    end: int
    capital: bool | None
    first: bool
    apart: bool
    joined: bool


class StretchWords:
    """The words of one stretch of a text, sentence by sentence.

    Args:
        text: the whole text.
        start: the beginning of the stretch, in characters.
        end: its end, exclusive; None is that of the text.
    """

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        stop = len(text) if end is None else end
        self.text = text
        self.sentences = tuple(sentence_spans(text, start, stop))
        self._spans = [
            (match.start(), match.end(), number)
            for number, span in enumerate(self.sentences)
            for match in _WORD.finditer(text, *span)
        ]
        self.folded = [fold_word(text[first:last]) for first, last, _ in self._spans]
        """The words as they are compared."""
        self._cased = not text[start:stop].islower()

    def __len__(self) -> int:
        return len(self._spans)

    def sentence_of(self, at: int) -> int:
        """The number of the sentence that a word is in, from 0."""
        return self._spans[at][2]

    def word(self, at: int) -> StretchWord:
        """A word, by its position."""
        start, end, sentence = self._spans[at]
        return StretchWord(
            folded=self.folded[at],
            start=start,
            end=end,
            capital=self.text[start].isupper() if self._cased else None,
            first=start == self.sentences[sentence][0],
            apart=self.text[end : end + 1] in _MARKS,
            joined=self.text[start - 1 : start] in ("-", "_") and self.text[: start - 1][-1:].isalnum(),
        )

    def sentence_around(self, first: int, last: int, *, announces: bool = False) -> tuple[int, int]:
        """Where the sentence of some of the words stands, blanks aside; of one beyond 300 characters, the part around.

        One that only announces what follows (`I see two ways:`) goes on with the next two, up to 300 characters.

        Args:
            first: position in `words` of the first.
            last: position of the last, in the same sentence.
            announces: whether a few words with a full stop (`Two ways.`) announce, too.
        """
        number = self.sentence_of(first)
        start, end = self.sentences[number]
        if end - start > _LONGEST_SENTENCE:
            return self._part_around(first, last)
        in_a_few_words = announces and end - start < _SHORT_SENTENCE and self.text[end - 1] == "."
        if self.text[end - 1] == ":" or in_a_few_words:
            ends = (stop for _, stop in self.sentences[number + 1 : number + 3] if stop - start <= _LONGEST_SENTENCE)
            end = max(ends, default=end)
        return start, end

    def _part_around(self, first: int, last: int) -> tuple[int, int]:
        """As many words of the sentence around some of them as 300 characters hold."""
        number = self.sentence_of(first)
        growing = True
        while growing:
            growing = False
            for before, after in ((first - 1, last), (first, last + 1)):
                within = before >= 0 and after < len(self)
                if not within or {self.sentence_of(before), self.sentence_of(after)} != {number}:
                    continue
                if self._spans[after][1] - self._spans[before][0] <= _LONGEST_SENTENCE:
                    first, last, growing = before, after, True
        return self._spans[first][0], self._spans[last][1]


def sentence_spans(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where each sentence of a stretch begins and ends, its closing mark included and blanks around it not."""
    cuts = [match.end() for match in _SENTENCE_END.finditer(text, start, stop) if not _goes_on(text, match)]
    for begin, end in zip((start, *cuts), (*cuts, stop), strict=True):
        stretch = text[begin:end]
        if stretch.strip():
            first = begin + len(stretch) - len(stretch.lstrip())
            yield first, first + len(stretch.strip())


def _goes_on(text: str, mark: re.Match[str]) -> bool:
    """Whether a point stands behind a figure and before a small letter, as in `am 7.11. brauchen`: it ends nothing."""
    behind_figure = mark[0] == "." and text[mark.start() - 1 : mark.start()].isdigit()
    return behind_figure and text[mark.end() : mark.end() + 2].lstrip(" ")[:1].islower()


def cited_spans(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """What somebody reads out in a stretch: 40 characters and more between quotation marks, nearly all of it aside."""
    found = [match.span() for match in _CITED.finditer(text, start, stop)]
    return [(begin, end) for begin, end in found if end - begin < _NEARLY_ALL * (stop - start)]


@lru_cache(maxsize=_MOST_MET)
def fold_word(word: str) -> str:
    """A word as it is compared: small letters, no accents, no apostrophes."""
    if word.isalnum() and word.isascii():  # most are
        return word.lower()
    bare = unicodedata.normalize("NFD", _APOSTROPHES.sub("", word).casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
