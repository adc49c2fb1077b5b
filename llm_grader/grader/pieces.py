"""What is left to grade in a run that shares its store with others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from llm_grader.transcript import Transcript


class Piece(NamedTuple):
    """A transcript to grade, and whether it was put off before."""

    transcript: Transcript
    put_off: bool


class Pieces:
    """The transcripts, and those that another process was grading when their turn came.

    These come again as soon as `most_put_off` have gathered, and at the end.
    """

    def __init__(self, transcripts: Iterable[Transcript], *, most_put_off: int) -> None:
        self._source = iter(transcripts)
        self._most_put_off = most_put_off
        self._waiting: deque[Transcript] = deque()

    def put_off(self, transcript: Transcript) -> None:
        """Let `transcript` come again later."""
        self._waiting.append(transcript)

    def __iter__(self) -> Iterator[Piece]:
        return self

    def __next__(self) -> Piece:
        if len(self._waiting) > self._most_put_off:
            return Piece(self._waiting.popleft(), put_off=True)
        try:
            return Piece(next(self._source), put_off=False)
        except StopIteration:
            if self._waiting:
                return Piece(self._waiting.popleft(), put_off=True)
            raise
