"""Preview: the requests with which grading begins, to be shown, or to know beforehand what they take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from llm_grader.asking.by_decision import Questions
from llm_grader.asking.by_prompt import Layout
from llm_grader.asking.messages import Prompts
from llm_grader.asking.speaker_roles import assumed_roles, roles_to_ask
from llm_grader.gateway.bodies import Message, Question, render_choice, render_decisions, render_request
from llm_grader.gateway.endpoint import DECISION_MODES, Endpoint
from llm_grader.gateway.estimates import estimate_of, priced
from llm_grader.grader.settings import GraderSettings
from llm_grader.grading.grade import items_to_ask
from llm_grader.grading.reuse import Before
from llm_grader.local.open import LANGUAGE
from llm_grader.local.questions import Conversation, options_of, render_question
from llm_grader.privacy.redaction import redact
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript
from llm_grader.usage import Rates, Usage


class UnsentRequest(NamedTuple):
    """A request that is not sent.

    `answer` is the response model, or the options that the embedded model chooses among; `each_sample` says whether it
    is sent once for each sample. A model that only chooses gets `questions` about the one message instead.
    """

    messages: list[Message]
    answer: type[BaseModel] | tuple[str, ...]
    each_sample: bool = True
    questions: tuple[Question, ...] = ()


class Preview:
    """Requests with which grading begins; nothing is sent. What follows from answers, such as repairs, is not in it.

    Args:
        prompts: of the rubric.
        endpoint: where they would be sent.
        settings: how transcripts are sent.
        is_local: whether the embedded model is asked.
        rates: what requests took before.
    """

    def __init__(
        self, prompts: Prompts, endpoint: Endpoint, settings: GraderSettings, *, is_local: bool, rates: Rates
    ) -> None:
        self._rubric = prompts.rubric
        self._settings = settings
        self._is_local = is_local
        self._rates = rates
        self._endpoint = endpoint
        self._layout = Layout(prompts, settings.items_per_call)

    def estimate(self, transcript: Transcript, before: Before | None = None) -> Usage:
        """What grading `transcript` is expected to take, where `before` holds verdicts that need not be asked for."""
        usage = Usage()
        for request in self.requests(transcript, before):
            if request.questions:
                usage += self._estimate_of_decisions(request)
                continue
            once = estimate_of(request.messages, request.answer, self._endpoint, rates=self._rates)
            usage += sum([once] * (self._settings.samples if request.each_sample else 1), Usage())
        return usage.model_copy(update={"cost": 0.0}) if self._is_local else usage

    def _estimate_of_decisions(self, request: UnsentRequest) -> Usage:
        """What a request takes whose answer costs nothing."""
        text = json.dumps(self._body(request), ensure_ascii=False)
        prompt = round(len(text.encode()) * self._rates.tokens_a_byte)
        return priced(Usage(requests=1, prompt_tokens=prompt), self._endpoint)

    def _body(self, request: UnsentRequest) -> dict[str, Any]:
        if request.questions:
            return render_decisions(self._endpoint, request.messages[0]["content"], request.questions)
        if isinstance(request.answer, tuple):
            return render_choice(self._endpoint, request.messages, request.answer)
        return render_request(self._endpoint, request.messages, request.answer)

    def bodies(self, transcript: Transcript) -> Iterator[dict[str, Any]]:
        """The bodies of the requests; of several samples' requests each comes once."""
        return map(self._body, self.requests(transcript))

    def requests(self, transcript: Transcript, before: Before | None = None) -> Iterator[UnsentRequest]:
        """The requests about `transcript`, redacted where that is set.

        As who the unknown speakers are is not known yet, the conversation is shown with the roles it has.
        """
        sent = redact(transcript).transcript if self._settings.redact else transcript
        roles = roles_to_ask(sent) if self._settings.ask_roles else None
        if roles is not None:
            yield UnsentRequest(roles.messages(), roles.response_model(), each_sample=False)
        heard = sent if roles is None else assumed_roles(sent)
        items = items_to_ask(heard, self._rubric, before)
        if self._is_local:
            yield from _choices(sent, items)
            return
        if self._endpoint.mode in DECISION_MODES:
            asked = Questions(sent, items, self._layout.prompts.language)
            shown = [{"role": "user", "content": asked.text}]
            yield from (UnsentRequest(shown, (), questions=part) for part in asked.requests())
            return
        for messages, part in self._layout.requests(sent, items):
            yield UnsentRequest(messages, self._layout.response_model(part))


def _choices(transcript: Transcript, items: tuple[Item, ...]) -> Iterator[UnsentRequest]:
    """What the embedded model is asked: to choose, item by item."""
    conversation = Conversation(transcript)
    for item in items:
        yield UnsentRequest(render_question(conversation, item, LANGUAGE), tuple(options_of(item)))
