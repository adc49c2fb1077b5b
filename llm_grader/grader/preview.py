"""What is asked about a conversation before anything is answered: to be shown, or to know beforehand what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from llm_grader.asking.by_prompt import Layout
from llm_grader.asking.speaker_roles import assumed_roles, roles_to_ask
from llm_grader.gateway.bodies import Message
from llm_grader.grading.grade import items_to_ask
from llm_grader.grading.reuse import Before
from llm_grader.local.by_choice import Conversation, options_of, render_question
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript


class Question(NamedTuple):
    """A request that is not sent.

    `answer` is the response model, or the options that the embedded model chooses among; `each_sample` says whether it
    is asked once for each sample.
    """

    messages: list[Message]
    answer: type[BaseModel] | tuple[str, ...]
    each_sample: bool = True


class Questions:
    """The questions with which grading begins. What follows from answers, such as a repair, is none of them.

    Args:
        rubric: the checklist.
        layout: of the prompts.
        ask_roles: whether the judge is asked who a speaker is whose role is unknown.
        language: BCP 47 code in which the embedded model is asked, None where another judge is.
    """

    def __init__(self, rubric: Rubric, layout: Layout, *, ask_roles: bool, language: str | None) -> None:
        self._rubric = rubric
        self._layout = layout
        self._ask_roles = ask_roles
        self._language = language

    def about(self, transcript: Transcript, before: Before | None = None) -> Iterator[Question]:
        """The questions about `transcript`, where `before` holds verdicts that need not be asked for again.

        As who the unknown speakers are is not known yet, the conversation is shown with the roles it has.
        """
        roles = roles_to_ask(transcript) if self._ask_roles else None
        if roles is not None:
            yield Question(roles.messages(), roles.response_model(), each_sample=False)
        heard = transcript if roles is None else assumed_roles(transcript)
        items = items_to_ask(heard, self._rubric, before)
        if self._language is not None:
            yield from self._choices(transcript, items, self._language)
            return
        for messages, part in self._layout.requests(transcript, items):
            yield Question(messages, self._layout.response_model(part))

    def _choices(self, transcript: Transcript, items: tuple[Item, ...], language: str) -> Iterator[Question]:
        conversation = Conversation(transcript)
        for item in items:
            yield Question(render_question(conversation, item, language), tuple(options_of(item)))
