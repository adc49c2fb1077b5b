"""Neighbours: conversations that may be about the same question, by TF-IDF of what customers wrote.

A turn is the bag of its words' character 4-grams (`char_wb` of scikit-learn), which inflection and compounds change
little; weights are (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), of length 1, so that a product is a cosine. Found are
questions that share words, not those that are put in quite other words or in another language. The very same words
count once, so that the question that most people ask is not taken for what everybody says.
"""

from __future__ import annotations

import hashlib
import math
import random
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_grader.transcript import Transcript, Turn

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LEAST_SIMILARITY = 0.2
_GRAM = 4
_LEAST_CHARACTERS = 20
_CHARACTERS_OF_A_TURN = 2000
_TURNS_OF_A_CONVERSATION = 20
_NEIGHBOURS = 5
_COMMON = 0.1
"""N-grams in more than this share of wordings say little about the question, and take most of the time."""
_RARE_ENOUGH = 20
_PAIRS_OF_A_WORDING = 10
"""Each further so many pairs of the very same words count half: a greeting must not take all the room."""
_BLOCK = 512
_WORD = re.compile(r"[^\W_]+")


class Place(NamedTuple):
    """A turn of a conversation: which one in the order they were added, and the turn's number; both from 0."""

    conversation: int
    turn: int


class Neighbours(NamedTuple):
    """Two turns of different conversations, and the cosine between them (0–1)."""

    a: Place
    b: Place
    similarity: float


class _Candidate(NamedTuple):
    """A pair that a turn proposes: as its how-manieth nearest one, and the wording where both turns have the same."""

    found: Neighbours
    order: int
    wording: int | None


class QuestionIndex:
    """Index of what customers wrote in many conversations. It keeps numbers, not the conversations."""

    def __init__(self) -> None:
        self.conversations = 0
        self._wordings: dict[bytes, int] = {}
        self._places: list[list[Place]] = []  # of each wording
        self._gram_numbers: dict[str, int] = {}
        self._ends, self._grams, self._weights = array("q", [0]), array("i"), array("f")

    def add(self, transcript: Transcript) -> None:
        """Add the first 20 turns of the customer that have 20 characters and more; none where no agent answers."""
        answered = any(turn.spoken and transcript.under_review(turn) for turn in transcript.turns)
        questions = [(n, words) for n, turn in enumerate(transcript.turns) if answered and (words := _question(turn))]
        for number, words in questions[:_TURNS_OF_A_CONVERSATION]:
            self._add(Place(self.conversations, number), _words(words))
        self.conversations += 1

    def _add(self, place: Place, words: Sequence[str]) -> None:
        """The same words are one wording, wherever they are said: asked by thousands, they are no more common."""
        digest = hashlib.blake2b(" ".join(words).encode(), digest_size=16).digest()
        wording = self._wordings.setdefault(digest, len(self._wordings))
        if wording == len(self._places):
            self._places.append([])
            for gram, count in _grams(words).items():
                self._grams.append(self._gram_numbers.setdefault(gram, len(self._gram_numbers)))
                self._weights.append(1 + math.log(count))
            self._ends.append(len(self._grams))
        places = self._places[wording]
        if not places or places[-1].conversation != place.conversation:
            places.append(place)

    def nearest(self, *, most: int | None = None, most_of_one: int = 2) -> list[Neighbours]:
        """Pairs of conversations with similar turns, each pair once.

        The most similar come first; of those in the very same words ten, and further ones as if they were less alike.

        Args:
            most: so many pairs.
            most_of_one: a conversation is in so many of them; in more only where there would be fewer than `most`.
        """
        best: dict[tuple[int, int], _Candidate] = {}
        for candidate in self._similar():
            pair = (candidate.found.a.conversation, candidate.found.b.conversation)
            if pair not in best or _likeness(candidate) < _likeness(best[pair]):
                best[pair] = candidate
        left, used = _by_worth(best.values()), Counter[int]()
        chosen: list[Neighbours] = []
        while left and len(chosen) != most:
            put_off = []
            for found in left:
                pair = (found.a.conversation, found.b.conversation)
                if len(chosen) == most or max(used[conversation] for conversation in pair) >= most_of_one:
                    put_off.append(found)
                    continue
                used.update(pair)
                chosen.append(found)
            left, most_of_one = put_off if most is not None else [], 2 * most_of_one
        return chosen

    def _similar(self) -> Iterator[_Candidate]:
        """Each turn with its five nearest ones of other conversations."""
        import numpy as np

        if not self._places:
            return
        wordings = self._matrix()
        columns, n = wordings.T.tocsr(), wordings.shape[0]
        shuffled = random.Random(0)  # noqa: S311
        places = [shuffled.sample(same, len(same)) for same in self._places]
        circle = np.array(shuffled.sample(range(n), n))
        for start in range(0, n, _BLOCK):
            similar = (wordings[start : start + _BLOCK] @ columns).tocsr()
            for row, (begin, end) in enumerate(pairwise(similar.indptr), start):
                others, cosines = similar.indices[begin:end], similar.data[begin:end].astype(float).round(4)
                near = (cosines >= LEAST_SIMILARITY) & (others != row)
                others, cosines = others[near], cosines[near]
                # of equally near ones each row takes others: the next ones after its own place in a circle
                order = np.lexsort(((circle[others] - circle[row]) % n, -cosines))
                order = order[: _NEIGHBOURS + _TURNS_OF_A_CONVERSATION]
                alike = list(zip(others[order].tolist(), cosines[order].tolist(), strict=True))
                yield from _candidates(row, places, alike)

    def _matrix(self) -> csr_array[Any]:
        """A row of TF-IDF weights a wording, of length 1 before what is too common or stands alone is left out.

        A wording that would lose most of what it shares with others keeps what is common: it is a question that many
        ask, in words of their own.
        """
        import numpy as np
        from scipy import sparse

        shape = (len(self._places), len(self._gram_numbers))
        counts = sparse.csr_array((np.array(self._weights), np.array(self._grams), np.array(self._ends)), shape=shape)
        n, grams = shape[0], counts.indices
        frequency = np.bincount(grams, minlength=shape[1])
        counts.data *= (np.log((1 + n) / (1 + frequency)) + 1).astype(np.float32)[grams]
        squares, sizes = counts.data**2, np.diff(counts.indptr)
        lengths = np.sqrt(np.add.reduceat(squares, counts.indptr[:-1]))
        counts.data /= np.repeat(lengths, sizes)
        shared = frequency > 1
        common = frequency > max(_COMMON * n, _RARE_ENOUGH)
        lost, kept = (
            np.add.reduceat(squares * chosen[grams], counts.indptr[:-1]) for chosen in (common, shared & ~common)
        )
        counts.data *= shared[grams] & (~common[grams] | np.repeat(lost > kept, sizes))
        counts.eliminate_zeros()
        return counts


def _likeness(candidate: _Candidate) -> tuple[float, int]:
    return -candidate.found.similarity, candidate.order


def _by_worth(candidates: Iterable[_Candidate]) -> list[Neighbours]:
    """The most similar first; equal ones in random order, so that they are not all from where the input begins."""
    shuffled = list(candidates)
    random.Random(0).shuffle(shuffled)  # noqa: S311
    pairs_of: Counter[int | None] = Counter()
    worth: list[tuple[float, Neighbours]] = []
    for found, _, wording in sorted(shuffled, key=_likeness):
        further = pairs_of[wording] // _PAIRS_OF_A_WORDING if wording is not None else 0
        pairs_of[wording] += 1
        worth.append((found.similarity / 2**further, found))
    return [found for _, found in sorted(worth, key=lambda valued: -valued[0])]


def _candidates(
    row: int, places: Sequence[Sequence[Place]], alike: Sequence[tuple[int, float]]
) -> Iterator[_Candidate]:
    """For each place of a wording, the five nearest places of other conversations: those with the same words first."""
    for at, place in enumerate(places[row]):
        same = ((other, row, 1.0) for other in _around(places[row], at))
        more = ((other, number, cosine) for number, cosine in alike for other in _around(places[number], row))
        others = (near for near in chain(same, more) if near[0].conversation != place.conversation)
        for order, (other, number, cosine) in enumerate(islice(others, _NEIGHBOURS)):
            a, b = sorted((place, other))
            yield _Candidate(Neighbours(a, b, min(1.0, cosine)), order, row if number == row else None)


def _around(places: Sequence[Place], start: int) -> Iterator[Place]:
    """All of them in a circle, so that those who begin elsewhere meet others first."""
    return (places[(start + step) % len(places)] for step in range(len(places)))


def _question(turn: Turn) -> str:
    """A customer's words in a turn; none of other people, and none where they are too short to be a question."""
    if turn.role != "customer" or not turn.spoken:
        return ""
    words = "\n".join(turn.text[start:end] for start, end in turn.body_spans())[:_CHARACTERS_OF_A_TURN]
    return words if len(words.strip()) >= _LEAST_CHARACTERS and _WORD.search(words) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(
        "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    )


def _grams(words: Iterable[str]) -> Mapping[str, int]:
    padded = (f" {word} " for word in words)
    return Counter(word[at : at + _GRAM] for word in padded for at in range(max(1, len(word) - _GRAM + 1)))
