"""How many texts that try to steer a judge are flagged, by kind and language, and how many ordinary turns are, wrongly.

    python -m llm_grader.eval.recall.injections TRANSCRIPTS.jsonl …

The texts are written, by one author who also wrote the patterns (see `injection_texts`): the figures say how well ways
of attack that are known are covered, and nothing about an attacker who reads the patterns.
Ordinary turns come from the transcripts that are given, one JSON object a line.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from llm_grader.eval.recall.injection_texts import HELD_OUT
from llm_grader.eval.stats.proportions import wilson
from llm_grader.signals.flags import steering_kind

Counts = dict[str, tuple[int, int]]


def measure_recall() -> tuple[Counts, Counts]:
    """How many texts are flagged, and of how many: by language, and by kind."""
    by_language, by_kind = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for kind, texts in HELD_OUT.items():
        for language, written in texts.items():
            for text in written:
                flagged = steering_kind(text) is not None
                by_language[language, flagged] += 1
                by_kind[kind, flagged] += 1
    return _shares(by_language), _shares(by_kind)


def measure_false_alarms(files: Iterable[Path]) -> Counts:
    """In how many turns of each file something is flagged, and of how many."""
    counts: Counts = {}
    for file in files:
        lines = map(json.loads, file.read_text("utf-8").splitlines())
        flagged = [steering_kind(turn["text"]) is not None for talk in lines for turn in talk["turns"]]
        counts[str(file)] = (sum(flagged), len(flagged))
    return counts


def render_counts(counts: Mapping[str, tuple[int, int]]) -> str:
    """A line for each count with its share and Wilson's 95 % interval, and one for their sum."""
    total = (sum(hits for hits, _ in counts.values()), sum(n for _, n in counts.values()))
    lines = []
    for name, (hits, n) in (*counts.items(), ("all", total)):
        share = wilson(hits, n)
        lines.append(f"{name:<40} {hits:>5} of {n:>6}  {share.estimate:7.2%}  [{share.low:.2%}, {share.high:.2%}]\n")
    return "".join(lines)


def _shares(counted: Counter[tuple[str, bool]]) -> Counts:
    names = dict.fromkeys(name for name, _ in counted)
    return {name: (counted[name, True], counted[name, True] + counted[name, False]) for name in names}


def main() -> None:
    """Print both measurements."""
    by_language, by_kind = measure_recall()
    sys.stdout.write(f"flagged\n{render_counts(by_language)}\n{render_counts(by_kind)}")
    if sys.argv[1:]:
        sys.stdout.write(f"\nordinary turns flagged\n{render_counts(measure_false_alarms(map(Path, sys.argv[1:])))}")


if __name__ == "__main__":
    main()
