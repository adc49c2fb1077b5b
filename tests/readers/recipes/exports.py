"""Exports of a few lines, read as they would be without anybody saying what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def minute(number: int) -> str:
    """A time, in minutes after ten."""
    return f"2026-01-05T10:{number:02}:00Z"


def read_export(tmp_path: Path, data: Any, **options: Any) -> tuple[list[Transcript], str]:
    """The conversations of an export, and the name of the format that it was taken for."""
    file = tmp_path / "export"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    known: list[str] = []
    transcripts = list(read_transcripts(file, on_file=lambda _, name: known.append(name), **options))
    return transcripts, known[0]


def lines_of(data: list[Any]) -> str:
    """Values as JSON Lines."""
    return "".join(json.dumps(value) + "\n" for value in data)


def said(transcript: Transcript) -> list[str]:
    """The turns, each as its role, its kind where it is no message, and its text."""
    return [f"{turn.role}{'' if turn.kind == 'message' else f' {turn.kind}'}: {turn.text}" for turn in transcript.turns]
