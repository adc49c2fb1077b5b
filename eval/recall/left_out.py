"""How many attempts by a new hand are flagged by weights that were learnt neither from them nor from their siblings.

    python -m llm_grader.eval.recall.left_out GOLD_FOLDER

`seen_wide.txt` is learnt from, so it is measured in fifths: what one idea says in several languages is left out
together, neighbours in the list of ordinary talk as well, and a fifth of the ordinary turns, of which the threshold is
made as in `training`. `seen_more.txt` and `near_more.txt` have no part in it, for their author had read these.
The concepts and the patterns are the packaged ones, whose author had, too: take the figures for the upper end.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from llm_grader.eval.recall.injections import Counts, render_counts
from llm_grader.eval.recall.kept import WrittenText, read_texts
from llm_grader.eval.recall.ordinary_turns import ordinary_turns
from llm_grader.eval.recall.training import MOST_FALSE_ALARMS, attempts, learn, ordinary, seen_attempts
from llm_grader.signals.flag_words import WordModel, WordWeights, sentences_of
from llm_grader.signals.flags import steering_kind

FOLDS = 5
_SIBLINGS_IN_A_ROW = 4


def flagged_when_left_out(folder: Path | None) -> dict[str, Counts]:
    """How many attempts by kind and how much ordinary talk near them are flagged, and of how many."""
    tries, near = list(read_texts("seen_wide.txt")), list(read_texts("near_wide.txt"))
    turns = list(dict.fromkeys(turn for found in ordinary_turns(folder, "learn").values() for turn in found))
    folds_of_near = [at // _SIBLINGS_IN_A_ROW % FOLDS for at in range(len(near))]
    learnt: list[WordWeights] = []
    scores: list[float] = []
    for fold in range(FOLDS):
        seen = [text.text for text in tries if "hidden" not in text.kind and fold_of_idea(text) != fold]
        others = [text for text, at in zip(near, folds_of_near, strict=True) if at != fold]
        rest = [turn for at, turn in enumerate(turns) if at % FOLDS != fold]
        learnt.append(learn([*attempts("seen.txt"), *seen_attempts(seen), *ordinary(rest, others)]))
        model = WordModel(learnt[-1])
        scores += [model.score(sentences_of(turn.text)) for turn in turns[fold::FOLDS]]
    threshold = float(np.quantile(scores, 1 - MOST_FALSE_ALARMS))
    models = [WordModel(weights._replace(threshold=threshold)) for weights in learnt]
    return {
        "attempts flagged, left out": _count(tries, [fold_of_idea(text) for text in tries], models),
        "ordinary talk near attempts flagged, left out": _count(near, folds_of_near, models),
    }


def fold_of_idea(text: WrittenText) -> int:
    """The fifth that an attempt is of: all that say the same in different languages are of the same."""
    return zlib.crc32(text.kind.encode()) % FOLDS


def _count(texts: Sequence[WrittenText], folds: Sequence[int], models: Sequence[WordModel]) -> Counts:
    """How many texts of each kind the model of their fold flags, and of how many."""
    counts: Counts = {}
    for text, fold in zip(texts, folds, strict=True):
        kind = text.kind.partition(" / ")[0]
        flagged, n = counts.get(kind, (0, 0))
        counts[kind] = (flagged + (steering_kind(text.text, models[fold]) is not None), n + 1)
    return counts


def main() -> None:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="folder of public sets")
    tables = flagged_when_left_out(parser.parse_args().folder)
    sys.stdout.write("\n".join(f"{name}\n{render_counts(counts)}" for name, counts in tables.items()))


if __name__ == "__main__":
    main()
