"""How often a cue's phrases are found where its act is there, and where it is not, by cue and language.

    python -m llm_grader.eval.measured.cue_recall eval/gold/service [--all]

On labelled conversations on which no phrase was tried while it was written; with `--all` on those, too. Where the
readers differ a label is left out. Phrases that only may show an act do not count.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from llm_grader.eval.labels.gold import Gold, read_gold
from llm_grader.eval.measured.fit_local import TRIED, agreed_labels
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Rubric
from llm_grader.signals.cues.find import packaged_finder
from llm_grader.signals.cues.packaged import showing
from llm_grader.transcript import primary_language
from llm_grader.verdict import MET

ALL = "all"


class CueCell(NamedTuple):
    """One label of a conversation: the cue, the language, whether its act is there, and whether it was found."""

    cue: str
    language: str
    is_there: bool
    found: bool


def cells_of(gold: Gold, rubric: Rubric, *, tried: bool) -> list[CueCell]:
    """What was found for each labelled item that goes by a cue, or has one against that.

    Args:
        gold: conversations and labels.
        rubric: the items.
        tried: whether conversations on which phrases were tried count.
    """
    cells = []
    finder = packaged_finder()
    for item, met in agreed_labels(gold, rubric):
        for transcript_id, is_met in met.items():
            transcript = gold.transcripts[transcript_id]
            if transcript.metadata.get(TRIED) and not tried:
                continue
            language = primary_language(transcript.language or "und")
            places = finder.find(transcript, frozenset(showing(item).values()))
            cells += [
                CueCell(cue, language, is_met == (label == MET), cue in places) for label, cue in showing(item).items()
            ]
    return cells


def render_recall(cells: Sequence[CueCell]) -> str:
    """For each cue and language: found where its act is there, and found where it is not, each of how many."""
    languages = [*sorted({cell.language for cell in cells}), ALL]
    counts = Counter[tuple[str, str, bool, bool]]()
    for cue, language, is_there, found in cells:
        counts.update((cue, one, is_there, found) for one in (language, ALL))
    rows = [["", *languages]]
    for cue in sorted({cell.cue for cell in cells}):
        shares = (_share(counts, cue, one, there) for one in languages for there in (True, False))
        halves = list(shares)
        rows.append([cue, *(f"{halves[at]}; {halves[at + 1]}" for at in range(0, len(halves), 2))])
    return "".join(f"| {' | '.join(row)} |\n" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]])


def _share(counts: Counter[tuple[str, str, bool, bool]], cue: str, language: str, is_there: bool) -> str:
    found, missed = (counts[cue, language, is_there, known] for known in (True, False))
    return f"{found} of {found + missed}"


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.cue_recall", description=__doc__)
    parser.add_argument("gold", type=Path, help="folder with transcripts and labels of the packaged rubrics")
    parser.add_argument("--all", action="store_true", help="conversations on which phrases were tried, too")
    arguments = parser.parse_args(argv)
    cells: list[CueCell] = []
    for id_ in packaged_rubrics():
        rubric = load_rubric(id_)
        cells += cells_of(read_gold(arguments.gold, rubric=rubric), rubric, tried=arguments.all)
    sys.stdout.write(render_recall(cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
