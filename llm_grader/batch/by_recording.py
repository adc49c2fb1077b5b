"""Answers that came earlier, as in a provider's batch job: read as if they had just arrived."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from llm_grader.asking.answers import read_text
from llm_grader.batch.files import ResultLine
from llm_grader.checking.claims import Failed, Reply
from llm_grader.errors import BadRequest, InvalidOutput, JudgeError, TransientError, Truncated
from llm_grader.gateway.answer_text import label_probabilities
from llm_grader.gateway.faults import fault_of
from llm_grader.gateway.ledger import FILTERED, Ledger
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript


class _Function(BaseModel):
    arguments: str = ""


class _ToolCall(BaseModel):
    function: _Function


class _AnswerMessage(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Token(BaseModel):
    token: str
    logprob: float


class _Tokens(BaseModel):
    content: list[_Token] | None = None


class _Choice(BaseModel):
    message: _AnswerMessage
    finish_reason: str | None = None
    logprobs: _Tokens | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class _Completion(BaseModel):
    """What of a chat completion the ledger looks at."""

    model: str | None = None
    choices: list[_Choice] = []
    usage: _Usage | None = None


class RecordedAsker:
    """Gives the answer of one line of a batch job's results; there is nobody to ask again.

    The cost stays unknown: providers take less for batch jobs than their list prices.

    Args:
        line: the answer, or why there is none.
        answer_models: the response model that was asked for, see `asking.answers.response_model`.
    """

    def __init__(self, line: ResultLine, answer_models: type[BaseModel]) -> None:
        self._line = line
        self._answer_models = answer_models

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """The claims of the answer, and a problem for each item that has none.

        Raises:
            JudgeError: the request failed, or the answer was refused or filtered.
        """
        del transcript  # it was asked about when the batch was exported
        ledger = Ledger()
        ledger.requests = 1
        try:
            reply = self._read(ledger, items)
        except JudgeError as fault:
            failed = RequestFailed(fault)
            failed.usage = ledger.usage(0)
            raise failed from None
        return replace(reply, usage=ledger.usage(0))

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """The same problems: what failed a check needs review."""
        del transcript, items
        return Reply(problems={item_id: one.problem for item_id, one in failed.items()})

    def _read(self, ledger: Ledger, items: Sequence[Item]) -> Reply:
        """As when it comes from an endpoint: a whole answer counts, else the ledger says what is wrong with it."""
        ledger.add(_completion(self._line, ledger))
        confidences = label_probabilities(ledger.answer_tokens, [item.id for item in items])
        reply = read_text(ledger.text, items, self._answer_models, confidences=confidences)
        if not reply.problems and ledger.finish_reason not in ("length", FILTERED):
            return reply
        fault = ledger.fault()
        if isinstance(fault, Truncated):
            cut = {item.id: fault.code for item in items if item.id not in reply.claims}
            return Reply(claims=reply.claims, problems=cut)
        if isinstance(fault, InvalidOutput):
            return reply if reply.claims else read_text(ledger.text, items, self._answer_models)
        raise fault


class RequestFailed(JudgeError):
    """One request of a batch job failed. Whatever its code, it is long over, and stops nobody.

    Args:
        fault: what it would have been, had it just happened.
    """

    def __init__(self, fault: JudgeError) -> None:
        self.code = fault.code
        super().__init__(str(fault))


def _completion(line: ResultLine, ledger: Ledger) -> _Completion:
    fault = _fault(line)
    if fault is None:
        try:
            return _Completion.model_validate(line.response and line.response.body)
        except ValidationError:
            fault = ledger.fault()
    if isinstance(fault, TransientError):
        ledger.add_unknown()  # whether it was worked on nobody says
    raise fault


def _fault(line: ResultLine) -> JudgeError | None:
    """Why a request has no answer, or None. The text of an error is never copied: it may repeat the transcript."""
    response = line.response
    if response is None or (response.body is None and response.status_code < 300):
        code = line.error.get("code") if isinstance(line.error, dict) else None
        named = f" ({code})" if re.fullmatch(r"[\w.-]{1,40}", str(code or "")) else ""
        return TransientError(f"the batch job ended without an answer to this request{named}")
    if response.status_code < 300:
        return None
    body: Any = response.body or line.error
    fault = fault_of(response.status_code, {}, body)
    if isinstance(fault, BadRequest) and fault.parameter is not None:
        name = fault.parameter
        return BadRequest(f"the endpoint does not take {name}: export again with --without {name}")
    return fault
