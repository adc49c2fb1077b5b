"""Asking by windows: conversations longer than a model can read, in overlapping parts. Nothing is cut silently.

A window is a run of whole turns. An item's answer comes from the window that can prove it: a label that needs words to
show for it wins over labels that rest on something missing, because what one window does not show another may.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence

from llm_grader.asking.judge import Asker, counting
from llm_grader.checking.claims import Claim, Failed, Reply
from llm_grader.errors import ContextTooLong
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, NOT_APPLICABLE

OVERLAP_TURNS = 4
WINDOWED = "windowed"
DISAGREE_BY_WINDOW = "windows_disagree"


class WindowAsker:
    """Asks like another asker, and in overlapping windows where a transcript does not fit into the model's context.

    Args:
        asker: who asks about what fits.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`, see `merge`."""
        return await self._in_windows(self._asker.ask, transcript, items)

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """Claims or problems for `items`, given how the answers before failed."""
        again = functools.partial(self._asker.ask_again, failed=failed)
        return await self._in_windows(again, transcript, items)

    async def _in_windows(
        self,
        ask: Callable[[Transcript, Sequence[Item]], Awaitable[Reply]],
        transcript: Transcript,
        items: Sequence[Item],
    ) -> Reply:
        try:
            return await ask(transcript, items)
        except ContextTooLong as fault:
            halves = halve(transcript)
            if halves is None:
                raise
            spent, replies = fault.usage or Usage(), list[tuple[int, Reply]]()
            for start, window in halves:
                with counting(spent):
                    replies.append((start, await self._in_windows(ask, window, items)))
                spent += replies[-1][1].usage
            return merge(replies, items).model_copy(update={"usage": spent})


def halve(transcript: Transcript) -> tuple[tuple[int, Transcript], tuple[int, Transcript]] | None:
    """Two windows of about the same number of characters, as (number of its first turn, window).

    They share `OVERLAP_TURNS` turns where there are enough; None when the transcript cannot be divided any further.
    """
    turns = transcript.turns
    if len(turns) < 2:
        return None
    total, read, middle = sum(len(turn.text) for turn in turns), 0, 1
    for number, turn in enumerate(turns[:-1]):
        read += len(turn.text)
        middle = number + 1
        if read * 2 >= total:
            break
    shared = min(OVERLAP_TURNS // 2, middle - 1, len(turns) - middle - 1)
    first = transcript.model_copy(update={"turns": turns[: middle + shared]})
    start = middle - shared
    return (0, first), (start, transcript.model_copy(update={"turns": turns[start:]}))


def merge(replies: Sequence[tuple[int, Reply]], items: Sequence[Item]) -> Reply:
    """Reply from those of several windows, given as (number of the window's first turn, reply)."""
    usage = replies[0][1].usage
    for _, reply in replies[1:]:
        usage += reply.usage
    claims: dict[str, Claim] = {}
    problems: dict[str, str] = {}
    for item in items:
        found = [_moved(reply.claims[item.id], start) for start, reply in replies if item.id in reply.claims]
        missing = [reply.problems[item.id] for _, reply in replies if item.id in reply.problems]
        if missing:  # one window without an answer: what it would have shown is not known
            problems[item.id] = missing[0]
        elif found:
            claims[item.id] = min(found, key=lambda claim: _rank(claim, item))
    windows = sum(reply.windows for _, reply in replies)
    return Reply(claims=claims, problems=problems, usage=usage, windows=windows)


def _moved(claim: Claim, start: int) -> Claim:
    quotes = tuple(quote.model_copy(update={"turn": quote.turn + start}) for quote in claim.quotes)
    return claim.model_copy(update={"quotes": quotes})


def _rank(claim: Claim, item: Item) -> int:
    """Proof first, then a scored label, then not_applicable, then cannot_assess."""
    if claim.label in item.evidence.required_for and claim.quotes:
        return 0
    return {NOT_APPLICABLE: 2, CANNOT_ASSESS: 3}.get(claim.label, 1)
