"""How much a text reads like words to the judge: a linear model over its words, their beginnings and their neighbours.

The weights are data, `flag_weights.json`, which says what it was made of: `llm_grader.eval.recall.training` makes it
from texts in English, German, Czech, Hungarian and Estonian. They are whole numbers: a score is the same everywhere.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import chain, pairwise
from math import log, sqrt
from operator import xor
from typing import NamedTuple

TABLE = 1 << 18
"""Weights of words and their beginnings, and as many of neighbours; which one is a hash of the letters."""
WINDOW = 3
"""Sentences in a row that are weighed together, at most: an attempt may take several."""
FEWEST_WORDS = 9
"""Words that a shorter text is taken to have, so that one word does not decide."""
LENGTH = 0.3
"""What a text that is e times as long has to score more: of many sentences, one looks suspicious by chance."""

_BEGINNINGS = (5, 7)
_LONGEST_WORD = 30
_MOST_MET = 1 << 14
_NEXT, _NEXT_BUT_ONE = 31, 1009  # odd factors tell the first of two neighbours from the second, and how far it is
_DIGITS = str.maketrans("123456789", "0" * 9)
_SENTENCE_END = re.compile(r"[.!?…\n]+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


class WordWeights(NamedTuple):
    """Tables of weights of words and of neighbours, how much one is worth, what is added, where steering begins."""

    words: Sequence[int]
    pairs: Sequence[int]
    scale: float
    bias: float
    threshold: float


class MetWord(NamedTuple):
    """What a word weighs, and the numbers of its stem: as a later neighbour, as the one before, as the one before that.

    The place of two neighbours is the number of the one, as it stands before, and of the other, by exclusive or.
    """

    weight: int
    later: int
    near: int
    far: int


class MetWords(dict[str, MetWord]):
    """The words that were met, as far as there is room; the rest are worked out."""

    def __init__(self, weights: Sequence[int]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, word: str) -> MetWord:
        if len(self) >= _MOST_MET:
            self.clear()
        stem = stem_of(word)
        weight = sum(self._weights[place] for place in word_places(word))
        self[word] = found = MetWord(weight, stem % TABLE, stem * _NEXT % TABLE, stem * _NEXT_BUT_ONE % TABLE)
        return found


class WordModel:
    """A linear model of words to the judge, which remembers what the words it has met weigh."""

    def __init__(self, weights: WordWeights) -> None:
        self._weights = weights
        self._met = MetWords(weights.words)

    def steers(self, sentences: Sequence[Sequence[str]]) -> bool:
        """Whether the words of a text read like words to the judge: by the threshold that the weights come with."""
        return self.score(sentences) >= self._weights.threshold

    def score(self, sentences: Sequence[Sequence[str]]) -> float:
        """Log odds that a text addresses the judge: the highest of its sentences, and of up to three in a row.

        The sum of weights counts by the square root of the number of words, and long texts count a little less; minus
        infinity where there is no word.
        """
        if not sentences:
            return float("-inf")
        weighed = [(len(words), self._weigh(words)) for words in sentences]
        highest = float("-inf")
        for first in range(len(weighed)):
            count = total = 0
            for words, weight in weighed[first : first + WINDOW]:
                count, total = count + words, total + weight
                highest = max(highest, total / sqrt(max(count, FEWEST_WORDS)))
        return self._weights.bias + self._weights.scale * highest - LENGTH * log(len(weighed))

    def _weigh(self, words: Sequence[str]) -> int:
        """Sum of the weights of words and neighbours. What is mapped here is mapped without a line of Python a word."""
        weights, later, near, far = zip(*map(self._met.__getitem__, words), strict=True)
        pair: Callable[[int], int] = self._weights.pairs.__getitem__
        neighbours = chain(map(xor, near, later[1:]), map(xor, far, later[2:]))
        total: int = sum(weights) + sum(map(pair, neighbours))
        return total


@cache
def word_model() -> WordModel:
    """The packaged model."""
    return WordModel(load_weights())


def load_weights() -> WordWeights:
    """The packaged weights."""
    found = json.loads((resources.files("llm_grader.signals") / "flag_weights.json").read_text("utf-8"))
    table = array("b", zlib.decompress(base64.b85decode(found["tables"])))
    return WordWeights(table[:TABLE], table[TABLE:], found["scale"], found["bias"], found["threshold"])


def sentences_of(text: str) -> list[list[str]]:
    """The words of each sentence of a text, in lower case; sentences without words are left out."""
    parts = (_WORD.findall(part) for part in _SENTENCE_END.split(text.casefold()))
    return [words for words in parts if words]


def word_places(word: str) -> Iterator[int]:
    """Places in the table of words: of the word, and of its beginnings, as four of the languages inflect the end."""
    letters = _plain_letters(word)
    yield _place(f"={letters}")
    yield from (_place(f"^{letters[:length]}") for length in _BEGINNINGS if length < len(letters))


def stem_of(word: str) -> int:
    """A number for the beginning of a word."""
    return zlib.crc32(_plain_letters(word)[:5].encode("utf-8", "surrogatepass"))


def pair_places(stems: Sequence[int]) -> list[int]:
    """Places in the table of neighbours: of each stem with the next, and with the next but one."""
    near = [(one * _NEXT ^ other) % TABLE for one, other in pairwise(stems)]
    return near + [(one * _NEXT_BUT_ONE ^ other) % TABLE for one, other in zip(stems, stems[2:], strict=False)]


def _plain_letters(word: str) -> str:
    """A word in plain letters, without style and without accents, which many leave out; every digit is a zero."""
    letters = unicodedata.normalize("NFKD", word[:_LONGEST_WORD]).translate(_DIGITS)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _place(part: str) -> int:
    return zlib.crc32(part.encode("utf-8", "surrogatepass")) % TABLE
