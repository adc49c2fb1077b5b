"""Drafts of short files, and what is read with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from llm_grader.readers import read_transcripts
from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript


def drafted(tmp_path: Path, content: Any) -> tuple[str, list[Transcript]]:
    """The draft for a table, or for JSON, and what is read with it."""
    file = tmp_path / "in"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    draft = suggest_mapping(Document(file, name="in", stem="in", options=Options()))
    return draft, list(read_transcripts(file, columns=yaml.safe_load(draft)))


def read(tmp_path: Path, content: str) -> list[Transcript]:
    """What is read of a table without a mapping."""
    file = tmp_path / "in"
    file.write_text(content)
    return list(read_transcripts(file))


def said(transcripts: list[Transcript]) -> list[list[str]]:
    """Who says what, by conversation."""
    return [[f"{turn.role}: {turn.text}" for turn in transcript.turns] for transcript in transcripts]
