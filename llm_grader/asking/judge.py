"""Judge: who is asked, and how claims are got from one."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from llm_grader.asking.messages import template
from llm_grader.checking.claims import Failed, Reply
from llm_grader.errors import GraderError, InvalidOutput, JudgeError, LeasedElsewhere, UsageError
from llm_grader.gateway.answer_text import Filled, parse_answers
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage

ItemsPerCall = int | Literal["all"]
"""How many items a request asks about."""

Fault = TypeVar("Fault", bound=JudgeError)
_PAIR = (BaseModel, Usage)
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


def check_judge(judge: Any, *, stored: bool) -> None:
    """Refuse what cannot be asked, as far as it shows before it is.

    Args:
        judge: a caller's own.
        stored: whether its results are kept, under its name.

    Raises:
        UsageError: it has no method that can be asked, or no name for its results.
    """
    complete = getattr(judge, "complete", None)
    try:
        inspect.signature(complete).bind([], BaseModel)  # type: ignore[arg-type]  # None is a TypeError
    except TypeError:
        raise UsageError(
            f"judge: expected an object with `async def complete(self, messages, response_model)`, found {judge!r:.80}"
        ) from None
    except ValueError:  # a method written in C tells nothing of itself
        pass
    name = getattr(judge, "name", None)
    if stored and not (isinstance(name, str) and name.strip()):
        raise UsageError(
            f"judge: results are stored under its name, and {type(judge).__name__} has none: give it a `name` that no "
            "judge has which answers differently"
        )


async def filled_by(judge: Judge, messages: Sequence[Message], response_model: type[BaseModel]) -> Filled:
    """Answer of a judge, whichever way it returns one; without a usage, one request of unknown tokens.

    An answer in fences or prose, or wrapped in another object, is read all the same.

    Raises:
        InvalidOutput: it cannot be read; a judge of a caller's own may also raise pydantic's ValidationError.
        JudgeError: the judge failed, whatever it raised.
    """
    try:
        return _filled(await judge.complete(messages, response_model))
    except InvalidOutput as fault:
        return _read(fault, response_model)
    except (GraderError, LeasedElsewhere):
        raise
    except ValidationError:  # its text would quote the answer
        raise _with_usage(InvalidOutput("the judge's answer does not follow the response schema")) from None
    except Exception as error:
        raise _with_usage(JudgeError(f"the judge failed: {type(error).__name__}")) from error


async def filled_in_two(judge: Judge, messages: Sequence[Message], response_model: type[BaseModel]) -> Filled:
    """Answer of a judge, asked once more where it cannot be read.

    Raises:
        InvalidOutput: nor can the second one, whose text it has.
        JudgeError: the judge failed.
    """
    try:
        return await filled_by(judge, messages, response_model)
    except InvalidOutput as fault:
        spent = fault.usage or Usage()
    *before, last = messages
    note = template("again").render().strip()
    with counting(spent):
        again = [*before, {**last, "content": f"{last['content']}\n\n{note}"}]
        filled = await filled_by(judge, again, response_model)
    return filled._replace(usage=spent + filled.usage)


def keys_of(response_model: type[BaseModel]) -> list[str]:
    """Keys that an answer in the shape of a response model has."""
    return [field.alias or name for name, field in response_model.model_fields.items()]


def _filled(returned: Any) -> Filled:
    if isinstance(returned, Filled):
        return returned
    if isinstance(returned, BaseModel):
        return Filled(returned, _UNKNOWN)
    if isinstance(returned, tuple) and [isinstance(p, k) for p, k in zip(returned, _PAIR, strict=False)] == [True] * 2:
        return Filled(*returned)
    raise _with_usage(InvalidOutput("the judge returned neither the response model nor (the model, a Usage)"))


def _read(fault: InvalidOutput, response_model: type[BaseModel]) -> Filled:
    """The answer behind `fault`, which is raised where it cannot be read."""
    answers = parse_answers(fault.text, keys_of(response_model))
    try:
        return Filled(response_model.model_validate(answers), fault.usage or _UNKNOWN)
    except ValidationError:
        raise fault from None


def _with_usage(fault: Fault) -> Fault:
    fault.usage = _UNKNOWN
    return fault


@contextlib.contextmanager
def counting(usage: Usage) -> Iterator[None]:
    """Add `usage`, of the questions before, to that of a question which fails."""
    try:
        yield
    except JudgeError as fault:
        fault.usage = usage + (fault.usage or Usage())
        raise
