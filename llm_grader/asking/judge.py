"""Judge: who is asked, and how claims are got from one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel

from llm_grader.checking.claims import Failed, Reply
from llm_grader.errors import JudgeError
from llm_grader.gateway.answer_text import Filled
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage

ItemsPerCall = int | Literal["all"]
"""How many items a request asks about."""

_UNKNOWN = Usage(requests=1, prompt_tokens=None, cached_tokens=None, completion_tokens=None, cost=None)


class Judge(Protocol):
    """Anything that can fill in a response model: the gateway, a test double, or a caller's own."""

    async def complete(
        self, messages: Sequence[Message], response_model: type[BaseModel]
    ) -> Filled | tuple[BaseModel, Usage] | BaseModel:
        """Answer to `messages` in the shape of `response_model`; with what it took, and how sure it is, where known.

        Raises:
            JudgeError: see `llm_grader.errors`; `InvalidOutput` should carry the text, so that its good parts count.
        """
        ...


class Asker(Protocol):
    """Way to get claims about items of a transcript."""

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """Claims or problems for each of `items`."""
        ...

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """Claims or problems for `items`, given how the answers before failed (item id → how)."""
        ...


async def filled_by(judge: Judge, messages: Sequence[Message], response_model: type[BaseModel]) -> Filled:
    """Answer of a judge, whichever way it returns one; without a usage, one request of unknown tokens.

    Raises:
        JudgeError: the judge failed.
    """
    returned = await judge.complete(messages, response_model)
    if isinstance(returned, Filled):
        return returned
    return Filled(*returned) if isinstance(returned, tuple) else Filled(returned, _UNKNOWN)


@contextlib.contextmanager
def counting(usage: Usage) -> Iterator[None]:
    """Add `usage`, of the questions before, to that of a question which fails."""
    try:
        yield
    except JudgeError as fault:
        fault.usage = usage + (fault.usage or Usage())
        raise
