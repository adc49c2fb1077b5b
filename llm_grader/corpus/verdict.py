"""Consistency: the verdict on an item that only many conversations together can show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from llm_grader.corpus.pairs import Pair, PairJudge, PairVerdict, find_pairs
from llm_grader.errors import UsageError
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Model, Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_MET, Verdict

LEAST_PAIRS = 10
"""Pairs of the same question with answers to both, before their agreement counts as met."""
MOST_PAIRS = 100


class Consistency(Model):
    """The verdict on an item over many conversations, and the pairs it rests on, differing ones first."""

    verdict: Verdict
    conversations: int
    same_question: int
    same_answer: int
    different_answer: int
    pairs: tuple[PairVerdict, ...]
    usage: Usage


async def consistency(
    transcripts: Sequence[Transcript], judge: PairJudge, *, most: int = MOST_PAIRS, concurrency: int = 64
) -> Consistency:
    """The verdict of a judge on its item over many conversations: what `llm-grader consistency` finds.

    Args:
        transcripts: the conversations.
        judge: compares pairs of them; its item is the one that is judged, see `corpus_item`.
        most: ask about this many pairs, the most similar first.
        concurrency: so many of them at once.

    Raises:
        EndpointError: the key, quota, model or address is wrong.
        RunStopped: the endpoint is down, or a limit is reached.
    """
    conversations, pairs = find_pairs(transcripts, lambda: transcripts, most=most)
    room = asyncio.Semaphore(concurrency)

    async def compared(pair: Pair) -> PairVerdict:
        async with room:
            return await judge.judge(pair)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(compared(pair)) for pair in pairs]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None  # what stops one stops all of them
    return judge_consistency(judge.item, (task.result() for task in tasks), conversations=conversations)


def corpus_item(rubric: Rubric, item_id: str | None = None) -> Item:
    """The item of the rubric that is judged over many conversations.

    Raises:
        UsageError: there is none, or there are several and none of them is named.
    """
    items = {item.id: item for item in rubric.items() if item.judged == "corpus"}
    wanted = [item for item in items.values() if item_id in (None, item.id)]
    if len(wanted) == 1:
        return wanted[0]
    found = ", ".join(items) or "none"
    raise UsageError(f"{rubric.id}: expected one item that is judged over many conversations (corpus), found {found}")


def judge_consistency(item: Item, pairs: Iterable[PairVerdict], *, conversations: int) -> Consistency:
    """The verdict on the item: `not_met` as soon as one pair was told different things about the same question.

    `met` where at least 10 pairs of the same question were answered, and all alike. Else `cannot_assess`: pairs that
    need review, or whose question was not answered, are neither.
    """
    ordered = sorted(pairs, key=lambda pair: (_order(pair), -pair.similarity, pair.a.transcript_id))
    answered = [pair.same_answer for pair in ordered if pair.same_answer is not None]
    alike, different = answered.count(True), answered.count(False)
    label = NOT_MET if different else MET if alike >= LEAST_PAIRS else CANNOT_ASSESS
    reason = (
        f"of {len(answered)} pairs with the same question and an answer to both, {different} were told different things"
    )
    if label == CANNOT_ASSESS:
        reason += f"; at least {LEAST_PAIRS} such pairs are needed"
    return Consistency(
        verdict=Verdict(item_id=item.id, label=label, reason=reason, judged=item.judged),
        conversations=conversations,
        same_question=sum(pair.same_question is True for pair in ordered),
        same_answer=alike,
        different_answer=different,
        pairs=tuple(ordered),
        usage=sum((pair.usage for pair in ordered), Usage()),
    )


def _order(pair: PairVerdict) -> int:
    """Different answers first, then the same, then what was not answered, not asked, or not settled."""
    if pair.status != "ok":
        return 4
    return {False: 0, True: 1, None: 2 if pair.same_question else 3}[pair.same_answer]
