"""Turns of real and made conversations in which nobody steers a judge, as two halves: to learn from, and to measure on.

The public sets are no part of this project: they are read where there is a folder of them (`eval.public.sets`). Which
half a conversation is of is said by a hash of its id. The conversations of `eval/gold` are for measuring alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from llm_grader.eval.measured.made_sentences import SENTENCES
from llm_grader.eval.measured.made_sentences_kept import KEPT
from llm_grader.eval.recall.same_questions import QUESTIONS

Half = Literal["learn", "measure"]

OURS = Path(__file__).parents[1] / "gold" / "transcripts.jsonl"


def ordinary_turns(folder: Path | None, half: Half) -> dict[str, list[str]]:
    """The texts of turns by source; of the public sets only where there is a `folder` of them."""
    turns = {"made sentences": list(_made_sentences(half))}
    if half == "measure":
        turns["eval/gold"] = list(_turns_of(OURS))
    for each in sorted(folder.iterdir()) if folder else ():
        file = next((path for path in (each / "dev" / "transcripts.jsonl", each / "transcripts.jsonl") if path.exists()))
        turns[each.name] = list(_turns_of(file, half))
    return turns


def _turns_of(file: Path, half: Half | None = None) -> Iterator[str]:
    for line in file.read_text("utf-8").splitlines():
        talk = json.loads(line)
        if half in (None, _half_of(talk["id"])):
            yield from (turn["text"] for turn in talk["turns"] if turn["text"].strip())


def _half_of(transcript_id: str) -> Half:
    return "measure" if hashlib.sha256(f"flags {transcript_id}".encode()).digest()[0] % 2 else "learn"


def _made_sentences(half: Half) -> Iterator[str]:
    by_language = SENTENCES if half == "learn" else KEPT
    for lines in (lines for kinds in by_language.values() for lines in kinds.values()):
        yield from (line.strip() for line in lines.strip().splitlines())
    if half == "learn":
        yield from (text for questions in QUESTIONS.values() for ways in questions for text in ways)
