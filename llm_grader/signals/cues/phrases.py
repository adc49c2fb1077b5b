"""Words of a text, and phrases that are looked for in them: how a cue's lines are written, and where they match.

A phrase is words in their order. They are compared without case, accents and apostrophes, within one sentence:

    thank* you|u … calling      `*` at the end of a word: however it goes on; `|`: either; `…`: up to six words between
    in # day*                   `#`: a number
    hello @name                 `@name`: the customer's name, inflected too
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from llm_grader.errors import UsageError

_GAP, _NUMBER, _NAME = "…", "#", "@name"
_MOST_BETWEEN = 6
_LETTER = r"[\w\u0300-\u036f]"  # accents may stand apart
_WORD = re.compile(rf"[\w.+-]+@[\w.-]*\w|{_LETTER}+(?:['’`´]{_LETTER}+)*")  # an address is one word
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s|$)|\n+")
_APOSTROPHES = re.compile("['’`´]")
_LONGEST_SENTENCE = 300
_SHORT_SENTENCE = 30
_CITED = re.compile(r"„[^„“”]{40,}[“”]|“[^“”]{40,}”|«[^«»]{40,}»|»[^«»]{40,}«")
_NEARLY_ALL = 0.9
_MARKS = ("", ",", "!", ".", "?", ";", "\n")
_KEY_LETTERS = 5


class StretchWord(NamedTuple):
    """One word: as it is compared, where it stands (characters, end exclusive), and the sentence it is in, from 0.

    `first` says that the sentence begins with it, so that a capital tells nothing, and `apart` that a mark such as a
    comma follows. `capital` is None in a text without any, as recognisers write it.
    """

    folded: str
    start: int
    end: int
    sentence: int
    capital: bool | None
    first: bool
    apart: bool


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
        cased = not text[start:stop].islower()
        self.words = tuple(
            _word_of(match, number, begins=match.start() == first, cased=cased)
            for number, (first, last) in enumerate(self.sentences)
            for match in _WORD.finditer(text, first, last)
        )

    def sentence_around(self, first: int, last: int, *, announces: bool = False) -> tuple[int, int]:
        """Where the sentence of some of the words stands, blanks aside; of one beyond 300 characters, the part around.

        One that only announces what follows (`I see two ways:`) goes on with the next two, up to 300 characters.

        Args:
            first: position in `words` of the first.
            last: position of the last, in the same sentence.
            announces: whether a few words with a full stop (`Two ways.`) announce, too.
        """
        number = self.words[first].sentence
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
        number = self.words[first].sentence
        growing = True
        while growing:
            growing = False
            for before, after in ((first - 1, last), (first, last + 1)):
                within = before >= 0 and after < len(self.words)
                if not within or {self.words[before].sentence, self.words[after].sentence} != {number}:
                    continue
                if self.words[after].end - self.words[before].start <= _LONGEST_SENTENCE:
                    first, last, growing = before, after, True
        return self.words[first].start, self.words[last].end


def _word_of(match: re.Match[str], sentence: int, *, begins: bool, cased: bool) -> StretchWord:
    written, end = match[0], match.end()
    capital = written[0].isupper() if cased else None
    apart = match.string[end : end + 1] in _MARKS
    return StretchWord(fold_word(written), match.start(), end, sentence, capital, begins, apart)


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


def fold_word(word: str) -> str:
    """A word as it is compared: small letters, no accents, no apostrophes."""
    if word.isalnum() and word.isascii():  # most are
        return word.lower()
    bare = unicodedata.normalize("NFD", _APOSTROPHES.sub("", word).casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


class Phrase(NamedTuple):
    """One line of a cue: what each word may be, and before which of them others may stand."""

    options: tuple[tuple[str, ...], ...]
    gaps: frozenset[int]

    def rarest(self) -> int:
        """The position of the word by which it is found: the one with the longest options, of those before any gap."""
        before = range(min(self.gaps, default=len(self.options)))
        return max(before, key=lambda word: min(len(option) for option in self.options[word]))

    def end_in(
        self, words: Sequence[StretchWord], at: int, is_name: Callable[[StretchWord], bool], of: int = 0
    ) -> int | None:
        """The position of the last word of a match that begins at `at`, within its sentence; None where none does."""
        if not fits(words[at], self.options[of], is_name):
            return None
        if of + 1 == len(self.options):
            return at
        reach = _MOST_BETWEEN if of + 1 in self.gaps else 0
        for following in range(at + 1, min(at + 2 + reach, len(words))):
            if words[following].sentence != words[at].sentence:
                return None
            if (end := self.end_in(words, following, is_name, of + 1)) is not None:
                return end
        return None


@cache
def parse_phrase(line: str) -> Phrase:
    """Read a phrase; see the module's docstring.

    Raises:
        UsageError: there is no word in it, or it begins or ends with a gap.
    """
    parts = line.split()
    if not parts or _GAP in (parts[0], parts[-1]):
        raise UsageError(f"a phrase is words, with … only between them: found {line!r}")
    options, gaps = list[tuple[str, ...]](), set[int]()
    for part in parts:
        if part == _GAP:
            gaps.add(len(options))
        else:
            options.append(tuple(_option(option) for option in part.split("|")))
    if any(option in ("", "*") for word in options for option in word):
        raise UsageError(f"a word is missing beside | or before *: found {line!r}")
    return Phrase(tuple(options), frozenset(gaps))


def _option(option: str) -> str:
    star = "*" if option.endswith("*") else ""
    return option if option in (_NUMBER, _NAME) else fold_word(option.removesuffix("*")) + star


def fits(word: StretchWord, options: Sequence[str], is_name: Callable[[StretchWord], bool]) -> bool:
    """Whether a word is one of the options of a phrase's word."""
    for option in options:
        if option == _NUMBER:
            found = word.folded[0].isdigit()
        elif option == _NAME:
            found = is_name(word)
        elif option[-1] == "*":
            found = word.folded.startswith(option[:-1])
        else:
            found = word.folded == option
        if found:
            return True
    return False


class PhraseIndex:
    """Many phrases, found in one pass over the words: each by its rarest word, which is taken to be the longest.

    Args:
        phrases: what each stands for, and the phrase.
    """

    def __init__(self, phrases: Iterable[tuple[str, Phrase]]) -> None:
        self._by_beginning: dict[str, list[tuple[str, Phrase, int]]] = {}
        for meaning, phrase in phrases:
            rarest = phrase.rarest()
            for key in {_key(option) for option in phrase.options[rarest]}:
                self._by_beginning.setdefault(key, []).append((meaning, phrase, rarest))
        self._short = tuple(sorted({len(key) - 1 for key in self._by_beginning if key[-1] == "*"}))

    def find(
        self, words: Sequence[StretchWord], is_name: Callable[[StretchWord], bool]
    ) -> Iterator[tuple[str, int, int]]:
        """Each match: what its phrase stands for, and the positions of its first and its last word."""
        for at, word in enumerate(words):
            for meaning, phrase, rarest in self._candidates(word):
                if fits(word, phrase.options[rarest], is_name) and rarest <= at:
                    end = phrase.end_in(words, at - rarest, is_name)
                    if end is not None:
                        yield meaning, at - rarest, end

    def _candidates(self, word: StretchWord) -> Iterator[tuple[str, Phrase, int]]:
        found, key = self._by_beginning, word.folded[:_KEY_LETTERS]
        yield from found.get(key, ())
        for length in self._short:
            if length <= len(key):
                yield from found.get(f"{key[:length]}*", ())
        if _NAME in found:
            yield from found[_NAME]
        if key[:1].isdigit():
            yield from found.get(_NUMBER, ())


def _key(option: str) -> str:
    """What words that fit an option begin with; with a star where that is short and any may follow."""
    if option in (_NUMBER, _NAME):
        return option
    start = option.removesuffix("*")
    return start[:_KEY_LETTERS] if start == option or len(start) >= _KEY_LETTERS else f"{start}*"
