"""A judge of one's own may return the model alone, the model with what it took, or all that the gateway returns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from llm_grader.asking.answers import response_model
from llm_grader.asking.by_prompt import PromptAsker
from llm_grader.asking.judge import filled_by
from llm_grader.asking.messages import Prompts
from llm_grader.checking.claims import Reply
from llm_grader.gateway.answer_text import Filled
from llm_grader.gateway.bodies import Message
from llm_grader.usage import Usage
from tests.support.scripted import answers, item, rubric, transcript

MODEL = response_model([item()])
FILLED = MODEL.model_validate(answers("greeting"))
SPENT = Usage(requests=2, prompt_tokens=10, cached_tokens=0, completion_tokens=5, cost=0.5)
UNKNOWN = Usage(requests=1, prompt_tokens=None, cached_tokens=None, completion_tokens=None, cost=None)


class Returning:
    """A judge that returns what it is given, filled in for the model that is asked for."""

    def __init__(self, *beside_the_answer: Any, kind: type[tuple[Any, ...]] | None = None) -> None:
        self._beside = beside_the_answer
        self._kind = kind

    async def complete(self, messages: Sequence[Message], response_model: type[BaseModel]) -> Any:
        del messages
        filled = response_model.model_validate(answers("greeting"))
        if self._kind is Filled:
            return Filled(filled, *self._beside)
        return (filled, *self._beside) if self._beside else filled


RETURNED = [
    (Returning(), Filled(FILLED, UNKNOWN)),
    (Returning(SPENT), Filled(FILLED, SPENT)),
    (Returning(SPENT, {"greeting": 0.75}, kind=Filled), Filled(FILLED, SPENT, {"greeting": 0.75})),
]


@pytest.mark.parametrize(("judge", "filled"), RETURNED, ids=["model", "model and usage", "all"])
def test_whatever_a_judge_returns_is_an_answer_with_what_it_took(judge: Returning, filled: Filled) -> None:
    assert asyncio.run(filled_by(judge, [], MODEL)) == filled


def ask(judge: Returning) -> Reply:
    small = rubric(item())
    return asyncio.run(PromptAsker(judge, Prompts(small)).ask(transcript(), small.model_items("chat")))


@pytest.mark.parametrize(("judge", "filled"), RETURNED, ids=["model", "model and usage", "all"])
def test_an_asker_makes_claims_of_it_with_the_judges_confidence(judge: Returning, filled: Filled) -> None:
    reply = ask(judge)
    assert reply.claims["greeting"].label == "met"
    assert reply.claims["greeting"].confidence == filled.confidences.get("greeting")
    assert reply.usage == filled.usage
