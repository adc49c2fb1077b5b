"""Asking turn by turn: one question about each of the agent's messages alone.

Of what an agent does in one message, a small model tells more when it reads that message and nothing else. A message
comes first in every question about it, so that the server's cache holds it from item to item.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from llm_grader.asking.judge import counting
from llm_grader.asking.messages import template
from llm_grader.gateway.bodies import Message
from llm_grader.local.questions import NO, YES, Choose, Conversation, score_of
from llm_grader.rubric.model import Item, wording
from llm_grader.transcript import Channel
from llm_grader.usage import Usage


class TurnScores(NamedTuple):
    """What was said of an item, turn by turn: number of the turn → log-odds of Yes, in nats; and what asking took."""

    by_turn: Mapping[int, float] = {}
    usage: Usage = Usage()

    @property
    def score(self) -> float | None:
        """The log of the mean odds of Yes over the messages, in nats; None where there are none.

        One message that surely does it counts for much, and several that may do it count for more than one. Of
        `process_outline` it told more (κ .50 by a fit, 166 conversations) than the two highest (.46), the mean of all
        log-odds (.44) or the highest (.39).
        """
        values = self.by_turn.values()
        if not values:
            return None
        most = max(values)
        return most + math.log(math.fsum(math.exp(value - most) for value in values) / len(values))


UNASKED = TurnScores()


async def score_turns(
    choose: Choose,
    conversation: Conversation,
    items: Sequence[Item],
    *,
    language: str,
    doing: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, TurnScores]:
    """What is said of each item, by its id, asked about every message that can prove that it is met.

    Args:
        choose: chooses one of some options.
        conversation: its messages are asked about, in order.
        items: each is asked about a message before the next comes.
        language: BCP 47 code of the questions' wording.
        doing: gets how many messages are done, and how many there are.

    Raises:
        JudgeError: see `errors`; what it took is in its usage.
    """
    found: dict[str, dict[int, float]] = {item.id: {} for item in items}
    used = {item.id: Usage() for item in items}
    messages = {item.id: conversation.messages(item) for item in items}
    words = {turn: text for of_item in messages.values() for turn, text in of_item.items()}
    for done, turn in enumerate(sorted(words)):
        doing(done, len(words))
        for item in items:
            if turn not in messages[item.id]:
                continue
            asked = render_turn_question(words[turn], item, language, conversation.transcript.channel)
            with counting(sum(used.values(), Usage())):
                choice = await choose(asked, (YES, NO))
            found[item.id][turn] = score_of(choice)
            used[item.id] += choice.usage
    return {item.id: TurnScores(found[item.id], used[item.id]) for item in items}


def render_turn_question(words: str, item: Item, language: str, channel: Channel) -> list[Message]:
    """Messages that ask about one item and some words of the agent's alone."""
    told = "\n".join(f"    {line}" for line in words.splitlines())
    asked = template("local_turn").render(channel=channel, words=told, question=wording(item.question, language))
    return [{"role": "user", "content": asked}]
