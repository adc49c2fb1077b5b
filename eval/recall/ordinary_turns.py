"""Turns of real and made conversations in which nobody steers a judge, as two halves: to learn from, and to measure on.

The public sets are no part of this project: they are read where there is a folder of them (`eval.public.sets`). Which
half a conversation is of is said by a hash of its id. The conversations of `eval/gold` are for measuring alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from llm_grader.eval.measured.made_sentences import kept_sentences, seen_sentences
from llm_grader.eval.recall.same_questions import QUESTIONS
from llm_grader.transcript import primary_language

Half = Literal["learn", "measure"]

OURS = Path(__file__).parents[1] / "gold" / "transcripts.jsonl"


class OrdinaryTurn(NamedTuple):
    """What somebody said, and the BCP 47 code of the language."""

    text: str
    language: str


def ordinary_turns(folder: Path | None, half: Half) -> dict[str, list[OrdinaryTurn]]:
    """The turns of a half by source; of the public sets only where there is a `folder` of them."""
    turns = {"made sentences": list(_made_sentences(half))}
    if half == "measure":
        turns["eval/gold"] = list(_turns_of(OURS))
    for public in sorted(folder.iterdir()) if folder else ():
        files = (public / "dev" / "transcripts.jsonl", public / "transcripts.jsonl")
        turns[public.name] = list(_turns_of(next(file for file in files if file.exists()), half))
    return turns


def _turns_of(file: Path, half: Half | None = None) -> Iterator[OrdinaryTurn]:
    for line in file.read_text("utf-8").splitlines():
        talk = json.loads(line)
        if half in (None, _half_of(talk["id"])):
            language = primary_language(talk.get("language") or "en")
            yield from (OrdinaryTurn(turn["text"], language) for turn in talk["turns"] if turn["text"].strip())


def _half_of(transcript_id: str) -> Half:
    return "measure" if hashlib.sha256(f"flags {transcript_id}".encode()).digest()[0] % 2 else "learn"


def _made_sentences(half: Half) -> Iterator[OrdinaryTurn]:
    for language, kinds in (seen_sentences() if half == "learn" else kept_sentences()).items():
        yield from (OrdinaryTurn(line, language) for lines in kinds.values() for line in lines)
    for language, questions in QUESTIONS.items() if half == "learn" else ():
        yield from (OrdinaryTurn(text, language) for ways in questions for text in ways)
