"""How well roles are told by cues, in figures: which calls are decided, and which of these rightly.

python -m llm_grader.eval.measured.role_cues --half kept [--gold FOLDER]

Made-up calls of a house that calls and of one that is called, in five languages; with `--gold` also the conversations
of public sets of two people whose roles are known. What is decided is right where both speakers have their roles.
Intervals are Wilson's of 95 %; conversations of one maker are alike, so take them for the least width.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from llm_grader.eval.measured.made_calls import DIRECTIONS, LANGUAGES, MadeCall, make_calls
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.readers.roles.roles import RoleMapping, assign_roles
from llm_grader.signals.language import with_languages
from llm_grader.transcript import Role, Transcript, Turn

PUBLIC = ("hvb_mini", "primock57", "abcd_mini", "star", "ab_redial", "lend_an_ear")


class Told(NamedTuple):
    """Of `n` conversations, how many are decided (`coverage`), and how many of these rightly (`precision`)."""

    group: str
    n: int
    coverage: Proportion
    precision: Proportion


def score_roles(group: str, calls: Iterable[MadeCall]) -> Told:
    """The figures of conversations whose roles are known."""
    found = [(call.truth, _roles(call.transcript)) for call in calls]
    decided = [(truth, roles) for truth, roles in found if "unknown" not in roles.values()]
    right = sum(truth == roles for truth, roles in decided)
    return Told(group, len(found), wilson(len(decided), len(found)), wilson(right, len(decided)))


def _roles(transcript: Transcript) -> dict[str, Role]:
    settled = assign_roles(with_languages(transcript), RoleMapping())
    return {turn.speaker: turn.role for turn in settled.turns if turn.speaker}


def read_public_calls(folder: Path) -> Iterator[MadeCall]:
    """The conversations of a public set between one agent and one customer, without their roles."""
    for line in (folder / "dev" / "transcripts.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        said = [(turn["speaker"], turn["text"]) for turn in record["turns"] if turn["speaker"] in ("agent", "customer")]
        names = {role: f"S{number}" for number, role in enumerate(dict.fromkeys(role for role, _ in said))}
        if len(names) == 2:
            turns = tuple(Turn(role="unknown", speaker=names[role], text=text) for role, text in said)
            transcript = Transcript(id=record["id"], channel="call", turns=turns, language=record.get("language"))
            yield MadeCall(transcript, {speaker: role for role, speaker in names.items()})


def render_rows(rows: Iterable[Told]) -> str:
    """The figures as a Markdown table."""
    lines = ["| conversations | n | decided | right where decided |", "| --- | --- | --- | --- |"]
    return "\n".join(
        [
            *lines,
            *(f"| {row.group} | {row.n} | {_in_words(row.coverage)} | {_in_words(row.precision)} |" for row in rows),
        ]
    )


def _in_words(share: Proportion) -> str:
    return "–" if not share.n else f"{share.estimate:.2f} [{share.low:.2f}, {share.high:.2f}]"


def main(arguments: list[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["seen", "kept"], default="seen")
    parser.add_argument("--count", type=int, default=100, help="calls of each language and direction")
    parser.add_argument("--gold", type=Path)
    chosen = parser.parse_args(arguments)
    rows = []
    for direction in DIRECTIONS:
        made = {lang: list(make_calls(lang, direction, chosen.half, count=chosen.count)) for lang in LANGUAGES}
        rows.append(score_roles(direction, (call for calls in made.values() for call in calls)))
        rows += [score_roles(f"{direction}, {language}", calls) for language, calls in made.items()]
    if chosen.gold is not None:
        rows += [score_roles(name, read_public_calls(chosen.gold / name)) for name in PUBLIC]
    sys.stdout.write(render_rows(rows) + "\n")


if __name__ == "__main__":
    main()
