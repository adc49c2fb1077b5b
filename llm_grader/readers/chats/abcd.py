"""ABCD, a public set of task chats: `original` is a list of [speaker, text], the scenario stays in the metadata.

What an agent clicked is an `action`, which is an event. The delexicalised copy of the turns is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Role, Transcript, Turn

NAME = "abcd"

_ROLES: dict[str, Role] = {"agent": "agent", "customer": "customer"}


def sniff(document: Document) -> bool:
    """Whether the first record is a chat of that set."""
    first = first_fields(document)
    return "convo_id" in first and isinstance(first.get("original"), list)


def read(document: Document) -> Iterator[Transcript]:
    """One chat a record."""
    return read_each(document, _chat)


def _chat(record: JsonObject, document: Document) -> Transcript:
    record.skip("delexed")
    lines = record.value("original")
    if not isinstance(lines, list) or not all(_is_pair(pair) for pair in lines):
        raise record.wrong("original", "a list of [speaker, text]")
    return Transcript(
        id=record.label("convo_id") or document.new_id(),
        channel=document.options.channel or "chat",
        turns=tuple(_turn(*pair) for pair in lines),
        metadata=record.rest,
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def _turn(speaker: str, text: str) -> Turn:
    if speaker == "action":
        return Turn(role="system", text=text, kind="event", visibility="internal", event=speaker)
    return Turn(role=_ROLES.get(speaker, "unknown"), text=text, speaker=speaker)
