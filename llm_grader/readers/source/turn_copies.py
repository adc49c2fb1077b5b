"""Turns by the hundred thousand, of which many are alike but for the text and the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_grader.transcript import Turn


class TurnCopies:
    """The turns of one file: validated once for all that are alike, and sharing what says which fields are set."""

    def __init__(self) -> None:
        self._first: dict[tuple[object, ...], Turn] = {}

    def turn(self, text: str, when: Mapping[str, Any], **alike: Any) -> Turn:
        """A turn with these fields.

        Args:
            text: what is said.
            when: the fields that say when, which the caller knows to be valid.
            alike: all others; there are few ways in which a file fills them.
        """
        key = (*alike.items(), *when)
        first = self._first.get(key) or self._first.setdefault(key, Turn(text=text, **alike, **when))
        return first.model_copy(update={**when, "text": text})
