"""Asking by windows: conversations longer than a model can read, in overlapping parts. Nothing is cut silently.

A window is a run of whole turns, which keep their numbers. Each is answered by itself, and what the answers say
together is decided by the item: one place that proves met is enough, or one that proves not_met, see `merge`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from llm_grader.asking.judge import counting
from llm_grader.checking.claims import Claim, Failed, Reply
from llm_grader.errors import ContextTooLong
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET

OVERLAP_TURNS = 4
WINDOWED = "windowed"
DISAGREE_BY_WINDOW = "windows_disagree"
_DECISIVE = {"any": MET, "every": NOT_MET}


class PartAsker(Protocol):
    """Asker that can ask by some turns of a transcript alone."""

    async def ask(self, transcript: Transcript, items: Sequence[Item], *, turns: range | None = None) -> Reply:
        """Claims or problems for each of `items`, by `turns` or all."""
        ...

    async def ask_again(
        self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed], *, turns: range | None = None
    ) -> Reply:
        """Claims or problems for `items`, given how the answers before failed (item id → how), by `turns` or all."""
        ...


class WindowAsker:
    """Asks like another asker, and in overlapping windows where a transcript does not fit into the model's context.

    Args:
        asker: who asks about what fits.
    """

    def __init__(self, asker: PartAsker) -> None:
        self._asker = asker

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`, see `merge`."""
        return await _in_windows(partial(self._asker.ask, transcript, items), transcript, items)

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """Claims or problems for `items`, given how the answers before failed."""
        return await _in_windows(partial(self._asker.ask_again, transcript, items, failed), transcript, items)


async def _in_windows(
    ask: Callable[..., Awaitable[Reply]], transcript: Transcript, items: Sequence[Item], turns: range | None = None
) -> Reply:
    """Reply about the whole conversation, or `turns` of it, from as few windows as the model can read."""
    try:
        return await ask(turns=turns)
    except ContextTooLong as fault:
        halves = halve(transcript, range(len(transcript.turns)) if turns is None else turns)
        if halves is None:
            raise
        spent, replies = fault.usage or Usage(), list[Reply]()
        for half in halves:
            with counting(spent):
                replies.append(await _in_windows(ask, transcript, items, half))
            spent += replies[-1].usage
        return replace(merge(replies, items), usage=spent)


def halve(transcript: Transcript, turns: range) -> tuple[range, range] | None:
    """Two windows of `turns`, of about the same number of characters.

    They share `OVERLAP_TURNS` turns where there are enough; None when the turns cannot be divided any further.
    """
    if len(turns) < 2:
        return None
    lengths = [len(transcript.turns[number].text) for number in turns]
    total, read, middle = sum(lengths), 0, 1
    for count, length in enumerate(lengths[:-1], start=1):
        read += length
        middle = count
        if read * 2 >= total:
            break
    shared = min(OVERLAP_TURNS // 2, middle - 1, len(turns) - middle - 1)
    return turns[: middle + shared], turns[middle - shared :]


def merge(replies: Sequence[Reply], items: Sequence[Item]) -> Reply:
    """Reply from those of several windows.

    Met in one window decides an item that is looked at over `any` of them, not_met in one an item over `every`. Where
    the item says neither, a label with words to show for it wins over one without, and two that have them disagree.
    """
    claims: dict[str, Claim] = {}
    problems: dict[str, str] = {}
    for item in items:
        found = [reply.claims[item.id] for reply in replies if item.id in reply.claims]
        unanswered = [reply.problems[item.id] for reply in replies if item.id in reply.problems]
        decisive = _decisive(found, item)
        if decisive is None and unanswered:  # what that window would have shown is not known
            problems[item.id] = unanswered[0]
        elif (claim := decisive or _agreed(found)) is not None:
            claims[item.id] = claim
        elif found:
            problems[item.id] = f"{DISAGREE_BY_WINDOW}: {', '.join(dict.fromkeys(claim.label for claim in found))}"
    usage = sum((reply.usage for reply in replies[1:]), replies[0].usage)
    return Reply(claims=claims, problems=problems, usage=usage, windows=sum(reply.windows for reply in replies))


def _decisive(claims: Sequence[Claim], item: Item) -> Claim | None:
    """The claim that decides the item whatever other windows hold; one without words it needs decides nothing."""
    label = _DECISIVE.get(item.over or "")
    deciding = [claim for claim in claims if claim.label == label]
    if label in item.evidence.required_for:
        deciding = [claim for claim in deciding if claim.quotes]
    return max(deciding, key=_has_words, default=None)


def _agreed(claims: Sequence[Claim]) -> Claim | None:
    """The claim that all windows can stand by: the same, or the only proven one; None where they disagree.

    A window that shows nothing of the matter says nothing against the others.
    """
    scored = [claim for claim in claims if claim.label not in (NOT_APPLICABLE, CANNOT_ASSESS)]
    if not scored:
        return min(claims, key=lambda claim: claim.label == CANNOT_ASSESS, default=None)
    proven = [claim for claim in scored if claim.quotes]
    candidates = proven or scored
    return candidates[0] if len({claim.label for claim in candidates}) == 1 else None


def _has_words(claim: Claim) -> bool:
    return bool(claim.quotes)
