"""The library's own format: one `Transcript` as JSON, a list of them, or one a line (JSONL)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
            yield Transcript.model_validate(_with_channel(value, document))


def _with_channel(value: Any, document: Document) -> Any:
    """The record, with the channel that the caller says where it has none, else as a chat, which is told."""
    if not isinstance(value, dict) or value.get("channel") is not None:
        return value
    if document.options.channel:
        return {**value, "channel": document.options.channel}
    before = value.get("warnings", ())
    warnings = [*(before if isinstance(before, list) else ()), "the channel is not stated: read as chat"]
    return {**value, "channel": "chat", "warnings": warnings}
