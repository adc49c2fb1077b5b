"""The library's own format: one `Transcript` as JSON, a list of them, or one a line (JSONL)."""

from __future__ import annotations

from collections.abc import Iterator

from llm_grader.readers.source.document import Document
from llm_grader.transcript import Transcript

NAME = "canonical"


def sniff(document: Document) -> bool:
    """Whether the first record is an object with a list of `turns`."""
    return isinstance(document.json.first, dict) and isinstance(document.json.first.get("turns"), list)


def read(document: Document) -> Iterator[Transcript]:
    """The transcripts of the file, as they were written; a line that holds none is reported and the rest read."""
    for value, where in document.json.records():
        with document.at(where):
            yield Transcript.model_validate(value)
