"""Which conversations may be about the same question: near neighbours among what customers wrote, by TF-IDF.

A turn is the bag of its words' character 4-grams (`char_wb` of scikit-learn), which inflection and compounds change
little; weights are (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), of length 1, so that a product is a cosine. Found are
questions that share words, not those that are put in quite other words or in another language.
"""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
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
"""N-grams in more than this share of turns say nothing about the question, and take most of the time."""
_RARE_ENOUGH = 20
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


class QuestionIndex:
    """What customers wrote in many conversations. It keeps numbers, not the conversations."""

    def __init__(self) -> None:
        self.conversations = 0
        self._places: list[Place] = []
        self._known: dict[str, int] = {}
        self._ends, self._grams, self._weights = array("q", [0]), array("i"), array("f")

    def add(self, transcript: Transcript) -> None:
        """Take in the first 20 turns of the customer that have 20 characters and more; none where no agent answers."""
        answered = any(turn.spoken and transcript.under_review(turn) for turn in transcript.turns)
        asked = [(n, words) for n, turn in enumerate(transcript.turns) if answered and (words := _asked(turn))]
        for number, words in asked[:_TURNS_OF_A_CONVERSATION]:
            self._places.append(Place(self.conversations, number))
            for gram, count in _grams(words).items():
                self._grams.append(self._known.setdefault(gram, len(self._known)))
                self._weights.append(1 + math.log(count))
            self._ends.append(len(self._grams))
        self.conversations += 1

    def nearest(self, *, most: int | None = None, most_of_one: int = 2) -> list[Neighbours]:
        """Pairs of conversations with similar turns, each pair once, the most similar first.

        Args:
            most: so many pairs.
            most_of_one: a conversation is in so many of them, so that one question asked by hundreds leaves room for
                others.
        """
        best: dict[tuple[int, int], Neighbours] = {}
        for found in self._similar():
            pair = (found.a.conversation, found.b.conversation)
            if pair not in best or found.similarity > best[pair].similarity:
                best[pair] = found
        used: Counter[int] = Counter()
        chosen: list[Neighbours] = []
        for found in sorted(best.values(), key=lambda each: (-each.similarity, each.a, each.b)):
            pair = (found.a.conversation, found.b.conversation)
            if len(chosen) != most and max(used[each] for each in pair) < most_of_one:
                used.update(pair)
                chosen.append(found)
        return chosen

    def _similar(self) -> Iterator[Neighbours]:
        """Each turn with its five nearest ones of other conversations, the earlier conversation first."""
        import numpy as np

        if not self._places:
            return
        turns = self._matrix()
        columns = turns.T.tocsr()
        of_turn = np.array([place.conversation for place in self._places])
        for start in range(0, len(self._places), _BLOCK):
            similar = (turns[start : start + _BLOCK] @ columns).tocsr()
            for row in range(similar.shape[0]):
                cells = slice(similar.indptr[row], similar.indptr[row + 1])
                others, cosines = similar.indices[cells], similar.data[cells]
                near = (cosines >= LEAST_SIMILARITY) & (of_turn[others] != of_turn[start + row])
                order = np.lexsort((others[near], -cosines[near]))[:_NEIGHBOURS]
                for other, cosine in zip(others[near][order], cosines[near][order], strict=True):
                    a, b = sorted((self._places[start + row], self._places[other]))
                    yield Neighbours(a, b, min(1.0, round(float(cosine), 4)))

    def _matrix(self) -> csr_array[Any]:
        """A row of TF-IDF weights a turn, of length 1 before what is too common or stands alone is left out."""
        import numpy as np
        from scipy import sparse

        shape = (len(self._places), len(self._known))
        counts = sparse.csr_array((np.array(self._weights), np.array(self._grams), np.array(self._ends)), shape=shape)
        n = shape[0]
        frequency = np.bincount(counts.indices, minlength=shape[1])
        counts.data *= (np.log((1 + n) / (1 + frequency)) + 1).astype(np.float32)[counts.indices]
        lengths = np.sqrt(np.add.reduceat(counts.data**2, counts.indptr[:-1]))
        counts.data /= np.repeat(lengths, np.diff(counts.indptr))
        telling = (frequency > 1) & (frequency <= max(_COMMON * n, _RARE_ENOUGH))
        return counts[:, telling]


def _asked(turn: Turn) -> str:
    """What the customer wrote in a turn; nothing of other people, and of what is too short to be a question."""
    if turn.role != "customer" or not turn.spoken:
        return ""
    words = "\n".join(turn.text[start:end] for start, end in turn.body_spans())[:_CHARACTERS_OF_A_TURN]
    return words if len(words.strip()) >= _LEAST_CHARACTERS and _WORD.search(words) else ""


def _grams(text: str) -> Mapping[str, int]:
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    padded = (f" {word} " for word in _WORD.findall(bare))
    return Counter(word[at : at + _GRAM] for word in padded for at in range(max(1, len(word) - _GRAM + 1)))
