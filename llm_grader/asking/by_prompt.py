"""How a judge is asked about a transcript: one prompt for many items, and again for those that failed a check."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel

from llm_grader.asking.answers import answers_by_item, confidences_of, parse_answers, read_answers, response_model
from llm_grader.asking.messages import Message, Prompts
from llm_grader.asking.windows import halve, merge
from llm_grader.checking.claims import Reply
from llm_grader.errors import ContextTooLong, InvalidOutput, JudgeError, Truncated
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage

ItemsPerCall = int | Literal["all"]


class Judge(Protocol):
    """Anything that can fill in a response model: the gateway, a test double, or a caller's own."""

    async def complete(self, messages: Sequence[Message], response_model: type[BaseModel]) -> tuple[BaseModel, Usage]:
        """Answer `messages` in the shape of `response_model`.

        Raises:
            JudgeError: see `llm_grader.errors`; `InvalidOutput` should carry the text, so that its good parts count.
        """
        ...


class Asker(Protocol):
    """A way to get claims about items of a transcript."""

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`."""
        ...

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """Claims or problems for `items`, given what was wrong with them before (id → problem)."""
        ...


class PromptAsker:
    """Asks by prompt: all items in one request, or `items_per_call` at a time.

    Args:
        judge: who answers.
        prompts: the messages of the rubric.
        items_per_call: "all", or a number.
    """

    def __init__(self, judge: Judge, prompts: Prompts, *, items_per_call: ItemsPerCall = "all") -> None:
        self._judge = judge
        self._prompts = prompts
        self._items_per_call = items_per_call
        self._model_of = functools.lru_cache(maxsize=256)(self._make_model)

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Ask about `items`, in the layout that suits `items_per_call`."""
        reply = Reply()
        for messages, part in self.requests(transcript, items):
            with counting(reply.usage):
                reply += await self._send(messages, part, transcript)
        return reply

    def requests(
        self, transcript: Transcript, items: Sequence[Item]
    ) -> Iterator[tuple[list[Message], tuple[Item, ...]]]:
        """The messages of each request about `items`, and which of them it asks about."""
        together = self._items_per_call == "all"
        if not items:
            return
        if together and tuple(items) == self._prompts.items(transcript.channel):
            yield self._prompts.render(transcript), tuple(items)
            return
        size = len(items) if together else int(self._items_per_call)
        for start in range(0, len(items), size):
            part = tuple(items[start : start + size])
            yield self._prompts.render(transcript, part), part

    def response_model(self, items: Sequence[Item]) -> type[BaseModel]:
        """The model of an answer about `items`; built once, which takes milliseconds."""
        return self._model_of(tuple(item.id for item in items))

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """Ask once more about `items` only, told what was wrong; the messages before stay as they were."""
        first = self._prompts.render(transcript, None if self._items_per_call == "all" else items)
        return await self._send(self._prompts.render_repair(first, problems), tuple(items), transcript, halve=False)

    async def _send(
        self, messages: Sequence[Message], items: tuple[Item, ...], transcript: Transcript, *, halve: bool = True
    ) -> Reply:
        """Ask, and keep whatever of the answer is sound; one that hits the token limit is asked for in two halves."""
        model = self.response_model(items)
        try:
            answer, usage = await self._judge.complete(messages, model)
        except InvalidOutput as fault:
            reply = read_answers(parse_answers(fault.text), items, model)
            return reply.model_copy(update={"usage": fault.usage or Usage(requests=1)})
        except Truncated as fault:
            spent = Reply(usage=fault.usage or Usage(requests=1))
            if not halve or len(items) == 1:
                return spent + Reply(problems={item.id: fault.code for item in items})
            half = len(items) // 2
            for part in (items[:half], items[half:]):
                with counting(spent.usage):
                    spent += await self._send(self._prompts.render(transcript, part), part, transcript, halve=False)
            return spent
        reply = read_answers(answers_by_item(answer, model), items, model, confidences=confidences_of(answer))
        return reply.model_copy(update={"usage": usage})

    def _make_model(self, item_ids: tuple[str, ...]) -> type[BaseModel]:
        return response_model([self._prompts.rubric.item(item_id) for item_id in item_ids])


@contextlib.contextmanager
def counting(usage: Usage) -> Iterator[None]:
    """Add `usage`, of the questions before, to that of a question which fails."""
    try:
        yield
    except JudgeError as fault:
        fault.usage = usage + (fault.usage or Usage())
        raise


class WindowAsker:
    """Asks like another asker, and in overlapping windows where a transcript does not fit into the model's context.

    Args:
        asker: who asks about what fits.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`, see `windows.merge`."""
        return await self._in_windows(self._asker.ask, transcript, items)

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """The same for a second time."""
        again = functools.partial(self._asker.ask_again, problems=problems)
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
