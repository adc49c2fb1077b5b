"""How much a text reads like words to the judge: a linear model over words, their neighbours, and concepts of several.

It knows words, their beginnings, which ones are neighbours, and which of `flag_concepts` stand together.
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
from functools import cache, reduce
from importlib import resources
from itertools import chain, combinations, pairwise
from math import log, sqrt
from operator import or_, xor
from typing import NamedTuple

from llm_grader.signals.flag_concepts import CONCEPTS

TABLE = 1 << 18
"""Weights of words and their beginnings, and as many of neighbours; which one is a hash of the letters."""
WINDOW = 3
"""Sentences in a row that are weighed together, at most: an attempt may take several."""
FEWEST_WORDS = 9
"""Words that a shorter text is taken to have, so that one word does not decide."""
FEWEST_CONCEPTS = 2
"""Concepts that a text is taken to have at least; how many it has, its weight of concepts is shared among."""
CONCEPT_TABLE = len(CONCEPTS) * (1 + len(CONCEPTS))
"""Weights of concepts, and of each with each."""
LENGTH = 0.4
"""What a text that is e times as long has to score more: of many sentences, one looks suspicious by chance."""

_BEGINNINGS = (5, 7)
_LONGEST_WORD = 30
_MOST_MET = 1 << 14
_NEXT, _NEXT_BUT_ONE = 31, 1009  # odd factors tell the first of two neighbours from the second, and how far it is
_DIGITS = str.maketrans("123456789", "0" * 9)
_SENTENCE_END = re.compile(r"[.!?…\n]+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


class WordWeights(NamedTuple):
    """Tables of weights of words, neighbours and concepts, what one is worth, what is added, where steering begins."""

    words: Sequence[int]
    pairs: Sequence[int]
    concepts: Sequence[int]
    scale: float
    concept_scale: float
    bias: float
    threshold: float


class MetWord(NamedTuple):
    """What a word weighs, the numbers of its stem, and its concepts, a bit each.

    The stem has numbers as a later neighbour, as the one before, and as the one before that. The place of two
    neighbours is the number of the one, as it stands before, and of the other, by exclusive or.
    """

    weight: int
    later: int
    near: int
    far: int
    concepts: int


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
        self[word] = found = MetWord(
            weight, stem % TABLE, stem * _NEXT % TABLE, stem * _NEXT_BUT_ONE % TABLE, concepts_of(word)
        )
        return found


class MetConcepts(dict[int, float]):
    """What the sets of concepts that were met are worth, as far as there is room."""

    def __init__(self, weights: WordWeights) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, concepts: int) -> float:
        if len(self) >= _MOST_MET:
            self.clear()
        total = sum(self._weights.concepts[place] for place in concept_places(concepts))
        self[concepts] = found = self._weights.concept_scale * total * concept_share(concepts)
        return found


class WordModel:
    """A linear model of words to the judge, which remembers what the words it has met weigh."""

    def __init__(self, weights: WordWeights) -> None:
        self._weights = weights
        self._met = MetWords(weights.words)
        self._concepts = MetConcepts(weights)

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
        weighed = [(len(words), *self._weigh(words)) for words in sentences]
        highest, scale = float("-inf"), self._weights.scale
        for first in range(len(weighed)):
            count = total = concepts = 0
            for words, weight, more in weighed[first : first + WINDOW]:
                count, total, concepts = count + words, total + weight, concepts | more
                highest = max(highest, scale * total / sqrt(max(count, FEWEST_WORDS)) + self._concepts[concepts])
        return self._weights.bias + highest - LENGTH * log(len(weighed))

    def _weigh(self, words: Sequence[str]) -> tuple[int, int]:
        """Sum of the weights of words and neighbours, and all concepts, mapped without a line of Python a word."""
        weights, later, near, far, concepts = zip(*map(self._met.__getitem__, words), strict=True)
        pair: Callable[[int], int] = self._weights.pairs.__getitem__
        neighbours = chain(map(xor, near, later[1:]), map(xor, far, later[2:]))
        total: int = sum(weights) + sum(map(pair, neighbours))
        return total, reduce(or_, concepts)


@cache
def word_model() -> WordModel:
    """The packaged model."""
    return WordModel(load_weights())


def load_weights() -> WordWeights:
    """The packaged weights."""
    found = json.loads((resources.files("llm_grader.signals") / "flag_weights.json").read_text("utf-8"))
    table = array("b", zlib.decompress(base64.b85decode(found["tables"])))
    words, pairs, concepts = table[:TABLE], table[TABLE : 2 * TABLE], table[2 * TABLE :]
    numbers = (found[name] for name in ("scale", "concept_scale", "bias", "threshold"))
    return WordWeights(words, pairs, concepts, *numbers)


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


def concepts_of(word: str) -> int:
    """The concepts of a word: the bit of each is its place among `CONCEPTS`."""
    letters = _plain_letters(word)
    whole, beginnings = _words_of_concepts()
    begun = (beginnings.get(letters[:length], 0) for length in range(2, len(letters) + 1))
    return reduce(or_, begun, whole.get(letters, 0))


def concept_places(concepts: int) -> list[int]:
    """Places in the table of concepts: of each, and of each with each."""
    found = [place for place in range(len(CONCEPTS)) if concepts >> place & 1]
    return found + [len(CONCEPTS) * (1 + one) + other for one, other in combinations(found, 2)]


def concept_share(concepts: int) -> float:
    """What the weights of concepts and pairs count each: there are the more pairs, the longer a text is."""
    return FEWEST_CONCEPTS / max(concepts.bit_count(), FEWEST_CONCEPTS)


@cache
def _words_of_concepts() -> tuple[dict[str, int], dict[str, int]]:
    """The concepts of words, and those of beginnings of words."""
    whole: dict[str, int] = {}
    beginnings: dict[str, int] = {}
    for place, listed in enumerate(CONCEPTS.values()):
        for word in listed.split():
            entries = beginnings if word.endswith("*") else whole
            letters = _plain_letters(word.rstrip("*"))
            entries[letters] = entries.get(letters, 0) | 1 << place
    return whole, beginnings


def _plain_letters(word: str) -> str:
    """A word in plain letters, without style and without accents, which many leave out; every digit is a zero."""
    letters = unicodedata.normalize("NFKD", word[:_LONGEST_WORD]).translate(_DIGITS)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _place(part: str) -> int:
    return zlib.crc32(part.encode("utf-8", "surrogatepass")) % TABLE
