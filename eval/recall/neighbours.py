"""Recall of the search behind `consistency`: the same questions in other words, found among other conversations.

    python -m llm_grader.eval.recall.neighbours

The conversations are generated (see `same_questions`): the figures say how the search works in principle.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from itertools import combinations
from typing import NamedTuple

from llm_grader.corpus.neighbours import QuestionIndex
from llm_grader.eval.recall.same_questions import QUESTIONS, planted_conversations
from llm_grader.eval.stats.proportions import wilson


class Search(NamedTuple):
    """What a search over so many `turns` of customers found: of the `planted` pairs, all that it looks at hold `found`.

    `among_most_similar` is how many of them `consistency` would ask about by default. `seconds` are of processor time.
    """

    planted: int
    found: int
    among_most_similar: int
    turns: int
    seconds: float


def search(language: str, *, n: int, most: int = 100, seed: int = 1) -> Search:
    """The search for the questions of a language, hidden among `n` conversations."""
    began, turns = time.process_time(), 0
    index, askers = QuestionIndex(), defaultdict[int, list[int]](list)
    for number, (transcript, question) in enumerate(planted_conversations(language, n=n, seed=seed)):
        index.add(transcript)
        turns += sum(turn.role == "customer" for turn in transcript.turns)
        if question is not None:
            askers[question].append(number)
    planted = {pair for numbers in askers.values() for pair in combinations(numbers, 2)}
    near, nearest = (
        {(pair.a.conversation, pair.b.conversation) for pair in pairs}
        for pairs in (index.nearest(most_of_one=n), index.nearest(most=most))
    )
    took = time.process_time() - began
    return Search(len(planted), len(planted & near), len(planted & nearest), turns, took)


def main() -> None:
    """The command line: a line for each language."""
    parser = argparse.ArgumentParser(
        prog="python -m llm_grader.eval.recall.neighbours",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-n", type=int, default=10_000, help="conversations of each language")
    n = parser.parse_args().n
    for language in QUESTIONS:
        found = search(language, n=n)
        share = wilson(found.found, found.planted)
        sys.stdout.write(
            f"{language}: {found.found} of {found.planted} pairs ({share.low:.0%} to {share.high:.0%}), "
            f"{found.among_most_similar} among the 100 most similar; {found.turns:,} turns of customers, "
            f"{found.seconds:.1f} s\n"
        )
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB at most\n")


if __name__ == "__main__":
    main()
