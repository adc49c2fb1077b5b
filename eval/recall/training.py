"""Training of the weights by which flags tell words to the judge; the same texts make the same weights.

    python -m llm_grader.eval.recall.training GOLD_FOLDER

It learns from `attempts` and `ordinary` texts made of templates, from `injection_texts`, `texts/seen*.txt` and
`texts/near*.txt`, ordinary talk near attempts, all of which models wrote; and from one half of the ordinary turns of
public sets, of which only weights get into the project. `kept` has no part in it. The threshold is the one that so few
ordinary turns pass which the weights were not learnt from: each fifth of that half is scored by weights that are learnt
from the rest. How many are found of attempts like `seen_wide.txt`, and not of them, is measured by `left_out`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llm_grader.eval.recall.injection_texts import SEEN, SEEN_LAST, SEEN_LATER
from llm_grader.eval.recall.kept import WrittenText, read_texts
from llm_grader.eval.recall.ordinary_turns import OrdinaryTurn, ordinary_turns
from llm_grader.eval.recall.templates import made_texts
from llm_grader.signals import flag_words
from llm_grader.signals.flag_words import FEWEST_WORDS, TABLE, WordModel, WordWeights, sentences_of

MOST_FALSE_ALARMS = 0.004
"""Share of ordinary turns that may pass the threshold; patterns add theirs."""

OUTPUT = Path(flag_words.__file__).parent / "flag_weights.json"

SEEN_FILES = ("seen.txt", "seen_wide.txt", "seen_more.txt")
"""Attempts to learn from; `seen_wide` is by a new hand, in families of one idea."""
NEAR_FILES = ("near_wide.txt", "near_more.txt")
"""Ordinary talk near attempts, and the ordinary parts of mails of `seen_wide` whose attempts stand there alone."""

_MOST_OF_A_TEMPLATE = 10
_FOLDS = 5
_KEPT = 50_000
_SIZE = 2 * TABLE + flag_words.CONCEPT_TABLE + 1
_ROUNDS, _RATE, _SHRINK = 100, 0.05, 1e-5  # at twice the rounds, sets kept apart suffer
_CONCEPTS_RATE = 0.2  # of that of words: or else short texts, which have few concepts, would count for little
_NEAR_WEIGHT, _SEEN_WEIGHT = 3.0, 3.0

Floats = NDArray[np.float64]


class LabelledText(NamedTuple):
    """A text to learn from: places of its words, how many they are, its concepts, whether it steers, what it counts."""

    places: Sequence[int]
    words: int
    concepts: int
    steers: bool
    weight: float


def examples_of(text: str, *, steers: bool, weight: float = 1.0, most: int | None = None) -> Iterator[LabelledText]:
    """The text as one example, or, with `most`, each run of up to `most` of its sentences as one."""
    found = sentences_of(text)
    runs = [found] if most is None else [found[i : i + n] for i in range(len(found)) for n in range(1, most + 1)]
    for run in filter(None, runs):
        places = [place for words in run for place in _places(words)]
        concepts = reduce(or_, (flag_words.concepts_of(word) for words in run for word in words))
        yield LabelledText(places, sum(map(len, run)), concepts, steers, weight)


def _places(words: Sequence[str]) -> Iterator[int]:
    for word in words:
        yield from flag_words.word_places(word)
    yield from (TABLE + place for place in flag_words.pair_places([flag_words.stem_of(word) for word in words]))


def learn(examples: Sequence[LabelledText]) -> WordWeights:
    """Weights of a logistic regression (Adam, all examples at a time): the strongest, whole numbers; no threshold yet.

    Attempts count half as much as ordinary turns together; Kingma & Ba, Adam, 2015.
    """
    rows, places, values = _matrix(examples)
    steers = np.array([example.steers for example in examples], float)
    counts = np.array([example.weight for example in examples])
    for side, share in ((1, 1 / 3), (0, 2 / 3)):
        counts[steers == side] *= share / counts[steers == side].sum()
    weights, first, second = (np.zeros(_SIZE) for _ in range(3))  # the last is the bias
    rate = np.full(_SIZE, _RATE)
    rate[2 * TABLE : -1] *= _CONCEPTS_RATE
    for turn in range(1, _ROUNDS + 1):
        odds = np.bincount(rows, weights[places] * values, len(examples)) + weights[-1]
        error = counts * (1 / (1 + np.exp(-odds)) - steers)
        slope = np.bincount(places, values * error[rows], _SIZE) + _SHRINK * weights
        slope[-1] = error.sum()
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights -= rate * first / (1 - 0.9**turn) / (np.sqrt(second / (1 - 0.99**turn)) + 1e-7)
    return _rounded(weights)


def _matrix(examples: Sequence[LabelledText]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    concepts = [[2 * TABLE + place for place in flag_words.concept_places(one.concepts)] for one in examples]
    sizes = [len(one.places) + len(more) for one, more in zip(examples, concepts, strict=True)]
    each = (chain(one.places, more) for one, more in zip(examples, concepts, strict=True))
    places = np.fromiter(chain.from_iterable(each), np.int64, sum(sizes))
    words = np.array([1 / np.sqrt(max(one.words, FEWEST_WORDS)) for one in examples])
    shares = np.array([flag_words.concept_share(one.concepts) for one in examples])
    rows = np.repeat(np.arange(len(examples)), sizes)
    return rows, places, np.where(places < 2 * TABLE, words[rows], shares[rows])


def _rounded(weights: Floats) -> WordWeights:
    words, concepts = weights[: 2 * TABLE], weights[2 * TABLE : -1]
    kept = np.where(np.abs(words) < np.sort(np.abs(words))[-_KEPT], 0, words)
    scale, concept_scale = (float(np.abs(part).max()) / 127 or 1.0 for part in (kept, concepts))
    whole, of_concepts = (
        np.rint(part / by).astype(np.int8).tolist() for part, by in ((kept, scale), (concepts, concept_scale))
    )
    bias = round(float(weights[-1]), 6)
    return WordWeights(whole[:TABLE], whole[TABLE:], of_concepts, scale, concept_scale, bias, 0.0)


def attempts(*files: str) -> list[LabelledText]:
    """Examples of attempts to steer a judge: made of templates, kept apart until seen, and those of `files`."""
    made = [(text.text, 1.0) for text in made_texts("attempts", most=_MOST_OF_A_TEMPLATE)]
    seen = [text.text for name in files for text in read_texts(name) if "hidden" not in text.kind]
    for kinds in (SEEN, SEEN_LATER, SEEN_LAST):
        by_language = (texts for kind, texts in kinds.items() if "hidden" not in kind)
        seen += [text for texts in by_language for written in texts.values() for text in written]
    return [one for text, weight in made for one in examples_of(text, steers=True, weight=weight)] + seen_attempts(seen)


def seen_attempts(texts: Iterable[str]) -> list[LabelledText]:
    """Examples of attempts that somebody wrote, which count more than what templates make."""
    return [one for text in texts for one in examples_of(text, steers=True, weight=_SEEN_WEIGHT)]


def ordinary(turns: Iterable[OrdinaryTurn], near: Iterable[WrittenText] = ()) -> list[LabelledText]:
    """Examples of what is no attempt: talk near them, and each sentence, and each two in a row, of ordinary turns.

    Of talk near them that is written, not made of templates, each sentence and each two in a row are examples, too.

    The five languages count the same, however much there is of each: or else what is rarely said looks suspicious.
    """
    templates = made_texts("ordinary", most=_MOST_OF_A_TEMPLATE)
    made: list[tuple[str, str, float, int | None]]
    made = [(text.language, text.text, _NEAR_WEIGHT, None) for text in templates]
    made += [(text.language, text.text, _NEAR_WEIGHT, 2) for text in near]
    spoken = [(turn.language, turn.text, 1.0, 2) for turn in turns]
    by_language: dict[str, list[LabelledText]] = defaultdict(list)
    for language, text, weight, most in (*made, *spoken):
        by_language[language] += examples_of(text, steers=False, weight=weight, most=most)
    sums = {language: sum(one.weight for one in examples) for language, examples in by_language.items()}
    return [
        one._replace(weight=one.weight / sums[language])
        for language, examples in by_language.items()
        for one in examples
    ]


def near_texts() -> list[WrittenText]:
    """Ordinary talk near attempts that somebody wrote."""
    return [text for name in NEAR_FILES for text in read_texts(name)]


def threshold_for(turns: Sequence[OrdinaryTurn], written: Sequence[LabelledText], near: Sequence[WrittenText]) -> float:
    """The score that no more than `MOST_FALSE_ALARMS` of turns pass, by weights that were not learnt from them."""
    turns = list(dict.fromkeys(turns))
    scores: list[float] = []
    for fold in range(_FOLDS):
        others = [turn for at, turn in enumerate(turns) if at % _FOLDS != fold]
        model = WordModel(learn([*written, *ordinary(others, near)]))
        scores += [model.score(sentences_of(turn.text)) for turn in turns[fold::_FOLDS]]
    return round(float(np.quantile(scores, 1 - MOST_FALSE_ALARMS)), 3)


def render_weights(weights: WordWeights, *, made_of: dict[str, int], texts: str) -> str:
    """The weights as the packaged file: tables as deflated bytes in base 85, and what they were made of."""
    tables = np.array([*weights.words, *weights.pairs, *weights.concepts], np.int8).tobytes()
    content: dict[str, Any] = {
        "made_by": "python -m llm_grader.eval.recall.training",
        "made_of": made_of,
        "sha256_of_texts": texts,
        "scale": weights.scale,
        "concept_scale": weights.concept_scale,
        "bias": weights.bias,
        "threshold": weights.threshold,
        "tables": base64.b85encode(zlib.compress(tables, 9)).decode(),
    }
    return json.dumps(content, indent=1) + "\n"


def main() -> None:
    """Learn the weights and write them where they are packaged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of public sets")
    by_source = ordinary_turns(parser.parse_args().folder, "learn")
    turns = [turn for found in by_source.values() for turn in found]
    tries, near = attempts(*SEEN_FILES), near_texts()
    weights = learn([*tries, *ordinary(turns, near)])._replace(threshold=threshold_for(turns, tries, near))
    made_of = {"attempts": len(tries), "talk near attempts": len(near)} | {
        source: len(found) for source, found in by_source.items()
    }
    digest = hashlib.sha256("\0".join(turn.text for turn in turns).encode()).hexdigest()
    OUTPUT.write_text(render_weights(weights, made_of=made_of, texts=digest), "utf-8")
    sys.stdout.write(f"{OUTPUT.name}: {OUTPUT.stat().st_size / 1000:.0f} kB, threshold {weights.threshold}\n")


if __name__ == "__main__":
    main()
