"""Asking by prompt: one prompt for many items, and again for those that failed a check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from pydantic import BaseModel

from llm_grader.asking.answers import answers_by_item, read_answers, read_text, response_model
from llm_grader.asking.judge import ItemsPerCall, Judge, counting, filled_by
from llm_grader.asking.messages import Prompts
from llm_grader.checking.claims import Failed, Reply
from llm_grader.errors import InvalidOutput, Truncated
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage

Render = Callable[[Sequence[Item]], list[Message]]
"""Gives the messages that ask about some items."""


class Layout:
    """Prompts and response models that ask about items: all in one request, or `items_per_call` at a time.

    Args:
        prompts: the messages of the rubric.
        items_per_call: "all", or a number.
    """

    def __init__(self, prompts: Prompts, items_per_call: ItemsPerCall = "all") -> None:
        self.prompts = prompts
        self._items_per_call = items_per_call
        self._model_of = lru_cache(maxsize=256)(self._make_model)

    def requests(
        self, transcript: Transcript, items: Sequence[Item], *, turns: range | None = None
    ) -> Iterator[tuple[list[Message], tuple[Item, ...]]]:
        """Messages of each request about `items`, and which of them it asks about."""
        size = len(items) or 1 if self._items_per_call == "all" else int(self._items_per_call)
        for start in range(0, len(items), size):
            part = tuple(items[start : start + size])
            yield self.prompts.render(transcript, self._part(transcript, part), turns=turns), part

    def repair(
        self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed], *, turns: range | None = None
    ) -> list[Message]:
        """Messages that ask once more about `items` and say what was wrong: those of a few, unless all failed."""
        return self.prompts.render_repair(transcript, self._part(transcript, items), failed, turns=turns)

    def _part(self, transcript: Transcript, items: Sequence[Item]) -> Sequence[Item] | None:
        """The items, None where they are all of the rubric's and are asked together: the checklist comes first then."""
        together = self._items_per_call == "all" and tuple(items) == self.prompts.items(transcript.channel)
        return None if together else items

    def response_model(self, items: Sequence[Item]) -> type[BaseModel]:
        """Model of an answer about `items`; built once, which takes milliseconds."""
        return self._model_of(tuple(item.id for item in items))

    def _make_model(self, item_ids: tuple[str, ...]) -> type[BaseModel]:
        return response_model([self.prompts.rubric.item(item_id) for item_id in item_ids])


class PromptAsker:
    """Asks by prompt.

    Args:
        judge: who answers.
        prompts: the messages of the rubric.
        items_per_call: "all", or a number.
    """

    def __init__(self, judge: Judge, prompts: Prompts, *, items_per_call: ItemsPerCall = "all") -> None:
        self._judge = judge
        self._layout = Layout(prompts, items_per_call)

    async def ask(self, transcript: Transcript, items: Sequence[Item], *, turns: range | None = None) -> Reply:
        """Claims or problems for each of `items`, asked in the layout that suits `items_per_call`.

        `turns` are the part of the conversation to ask by; by default all of it.
        """
        reply = Reply()
        render = partial(self._layout.prompts.render, transcript, turns=turns)
        for messages, part in self._layout.requests(transcript, items, turns=turns):
            with counting(reply.usage):
                reply += await self._in_halves(messages, part, render)
        return reply

    async def ask_again(
        self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed], *, turns: range | None = None
    ) -> Reply:
        """Claims or problems for `items` only, asked once more with how the answers before failed."""
        return await self._uncut(self._layout.repair(transcript, items, failed, turns=turns), tuple(items))

    async def _in_halves(self, messages: Sequence[Message], items: tuple[Item, ...], render: Render) -> Reply:
        """Reply about `items`; what is lost at the token limit is asked again, in two requests where it is much."""
        reply = await self._uncut(messages, items)
        lost = tuple(item for item in items if reply.problems.get(item.id) == Truncated.code)
        if len(items) == 1 or not lost:
            return reply
        half = len(lost) // 2 if len(lost) * 2 > len(items) else len(lost)
        for part in (lost[:half], lost[half:]):
            if part:
                with counting(reply.usage):
                    reply += await self._uncut(render(part), part)
        return reply

    async def _uncut(self, messages: Sequence[Message], items: tuple[Item, ...]) -> Reply:
        """Reply to one request; of an answer that hits the token limit the items count that were whole before."""
        try:
            return await self._send(messages, items)
        except Truncated as fault:
            whole = read_text(fault.text, items, self._layout.response_model(items)).claims
            problems = {item.id: fault.code for item in items if item.id not in whole}
            return Reply(claims=whole, problems=problems, usage=fault.usage or Usage(requests=1))

    async def _send(self, messages: Sequence[Message], items: tuple[Item, ...]) -> Reply:
        """Reply to one request, with whatever of its answer is sound."""
        model = self._layout.response_model(items)
        try:
            filled = await filled_by(self._judge, messages, model)
        except InvalidOutput as fault:
            reply = read_text(fault.text, items, model)
            return replace(reply, usage=fault.usage or Usage(requests=1))
        reply = read_answers(answers_by_item(filled.answer, model), items, model, confidences=filled.confidences)
        return replace(reply, usage=filled.usage)
