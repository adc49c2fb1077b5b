"""Asking by prompt: one prompt for many items, and again for those that failed a check."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from llm_grader.asking.answers import answers_by_item, read_answers, read_text, response_model
from llm_grader.asking.judge import ItemsPerCall, Judge, counting, filled_by
from llm_grader.asking.messages import Prompts
from llm_grader.checking.claims import Reply
from llm_grader.errors import InvalidOutput, Truncated
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage


class Layout:
    """Prompts and response models that ask about items: all in one request, or `items_per_call` at a time.

    Args:
        prompts: the messages of the rubric.
        items_per_call: "all", or a number.
    """

    def __init__(self, prompts: Prompts, items_per_call: ItemsPerCall = "all") -> None:
        self.prompts = prompts
        self._items_per_call = items_per_call
        self._model_of = functools.lru_cache(maxsize=256)(self._make_model)

    def requests(
        self, transcript: Transcript, items: Sequence[Item]
    ) -> Iterator[tuple[list[Message], tuple[Item, ...]]]:
        """Messages of each request about `items`, and which of them it asks about."""
        together = self._items_per_call == "all"
        if not items:
            return
        if together and tuple(items) == self.prompts.items(transcript.channel):
            yield self.prompts.render(transcript), tuple(items)
            return
        size = len(items) if together else int(self._items_per_call)
        for start in range(0, len(items), size):
            part = tuple(items[start : start + size])
            yield self.prompts.render(transcript, part), part

    def repair(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> list[Message]:
        """Messages that ask once more about `items` and say what was wrong; those before stay as they were."""
        first = self.prompts.render(transcript, None if self._items_per_call == "all" else items)
        return self.prompts.render_repair(first, problems)

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

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`, asked in the layout that suits `items_per_call`."""
        reply = Reply()
        for messages, part in self._layout.requests(transcript, items):
            with counting(reply.usage):
                reply += await self._in_halves(messages, part, transcript)
        return reply

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """Claims or problems for `items` only, asked once more with what was wrong."""
        return await self._uncut(self._layout.repair(transcript, items, problems), tuple(items))

    async def _in_halves(self, messages: Sequence[Message], items: tuple[Item, ...], transcript: Transcript) -> Reply:
        """Reply about `items`; where the answer hits the token limit, from two requests about half of them each."""
        if len(items) == 1:
            return await self._uncut(messages, items)
        try:
            return await self._send(messages, items)
        except Truncated as fault:
            reply = Reply(usage=fault.usage or Usage(requests=1))
        half = len(items) // 2
        for part in (items[:half], items[half:]):
            with counting(reply.usage):
                reply += await self._uncut(self._layout.prompts.render(transcript, part), part)
        return reply

    async def _uncut(self, messages: Sequence[Message], items: tuple[Item, ...]) -> Reply:
        """Reply to one request; nothing in an answer that hits the token limit is believed."""
        try:
            return await self._send(messages, items)
        except Truncated as fault:
            problems = {item.id: fault.code for item in items}
            return Reply(problems=problems, usage=fault.usage or Usage(requests=1))

    async def _send(self, messages: Sequence[Message], items: tuple[Item, ...]) -> Reply:
        """Reply to one request, with whatever of its answer is sound."""
        model = self._layout.response_model(items)
        try:
            filled = await filled_by(self._judge, messages, model)
        except InvalidOutput as fault:
            reply = read_text(fault.text, items, model)
            return reply.model_copy(update={"usage": fault.usage or Usage(requests=1)})
        reply = read_answers(answers_by_item(filled.answer, model), items, model, confidences=filled.confidences)
        return reply.model_copy(update={"usage": filled.usage})
