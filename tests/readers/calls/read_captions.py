"""Captions in a file, read, and who says what."""

from __future__ import annotations

from pathlib import Path

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def read(folder: Path, text: str, name: str = "call.vtt") -> Transcript:
    """The one transcript in a file with this text."""
    (folder / name).write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / name)
    return transcript


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Speaker and words of each turn."""
    return [(turn.speaker, turn.text) for turn in transcript.turns]
