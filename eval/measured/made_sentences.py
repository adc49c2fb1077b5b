"""What people say in calls that `made_calls` makes up: language → kind of sentence → sentences, in `sentences/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from llm_grader.files.yaml_strict import load_yaml

Sentences = Mapping[str, Mapping[str, list[str]]]

_FOLDER = Path(__file__).parent / "sentences"


@cache
def seen_sentences() -> Sentences:
    """Those by which cues may be improved; of kinds that are not among the kept ones every other is kept apart."""
    return _read("calls.yaml")


@cache
def kept_sentences() -> Sentences:
    """Those of which only the figures are looked at."""
    return _read("calls_kept.yaml")


def _read(name: str) -> Sentences:
    content: Sentences = load_yaml((_FOLDER / name).read_bytes(), path=name)[0]
    return content
