"""Client: the libraries that talk to an endpoint, openai, and read what it answers, instructor.

Their errors become ours here; their texts, which may hold a transcript, go no further.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from llm_grader.errors import BadRequest, InvalidOutput, JudgeError, TransientError
from llm_grader.gateway.answer_text import Choice, has_duplicate_keys, option_logprobs
from llm_grader.gateway.bodies import (
    Message,
    Question,
    path_of,
    render_choice,
    render_decisions,
    render_request,
)
from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.gateway.faults import fault_of
from llm_grader.gateway.ledger import FILTERED, Ledger
from llm_grader.gateway.prices import OPENAI_URL
from llm_grader.usage import Usage

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion
REFUSED = "refused"
MISSING = "missing"
_LARGEST_ANSWER = 64_000_000
"""Bytes, many times as many as any model writes."""


class Decided(NamedTuple):
    """Answers by the question's name, as option → probability (0–1), and what they took.

    `problems` names, for each question without an answer, why there is none: refused or missing.
    """

    probabilities: Mapping[str, Mapping[str, float]]
    problems: Mapping[str, str]
    usage: Usage = Usage()


class Client:
    """The SDK's client of one event loop.

    Args:
        endpoint: where and how.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        import openai

        key = endpoint.api_key.get_secret_value() if endpoint.api_key else None
        self._endpoint = endpoint
        self._sdk = openai.AsyncOpenAI(
            base_url=endpoint.base_url or OPENAI_URL,
            api_key=key or "none",
            max_retries=0,
            timeout=openai.Timeout(endpoint.timeout, connect=5.0),
            default_headers={
                "Accept-Encoding": "identity",  # a few thousand letters come as they are
                **{name: value.get_secret_value() for name, value in endpoint.headers.items()},
            },
            http_client=_http_client(
                follow_redirects=False, trust_env=endpoint.trust_env, event_hooks={"response": [_refuse_bombs]}
            ),
        )

    async def fill_in(
        self, messages: Sequence[Message], response_model: type[BaseModel], *, ledger: Ledger, without: Collection[str]
    ) -> BaseModel:
        """The response model as the endpoint fills it in; the answer is counted in `ledger`, also one of no use."""
        limit = ledger.output_limit
        body = render_request(self._endpoint, messages, response_model, without=without, limit=limit)
        completion = await self._send(body)
        ledger.add(completion)
        answer = _filled_in(completion, response_model, self._endpoint.mode)
        if ledger.finish_reason == FILTERED:  # whole or not: somebody objected to it
            raise ledger.fault()
        if has_duplicate_keys(ledger.text):
            raise InvalidOutput("a key comes twice in the answer", ledger.text)
        return answer

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, ledger: Ledger, without: Collection[str]
    ) -> Choice:
        """The option that the endpoint chooses, counted in `ledger`."""
        completion = await self._send(render_choice(self._endpoint, messages, options, without=without))
        ledger.add(completion)
        if not getattr(completion, "choices", None):
            raise ledger.fault()
        logprobs = completion.choices[0].logprobs
        if logprobs is None or not logprobs.content:
            raise BadRequest("the endpoint gives no token probabilities: it cannot choose among options")
        first = [(token.token, token.logprob) for token in logprobs.content[0].top_logprobs]
        return Choice(answer=ledger.text.strip(), logprobs=option_logprobs(first, options))

    async def decide(
        self, text: str, questions: Sequence[Question], *, ledger: Ledger, without: Collection[str]
    ) -> Decided:
        """The probabilities of the options of each question, counted in `ledger`."""
        body = render_decisions(self._endpoint, text, questions, without=without)
        answer = await self._sdk.post(path_of(self._endpoint), cast_to=object, body=body)
        ledger.add(as_completion(answer))
        decided = read_decisions(answer, questions)
        if not isinstance(answer, Mapping) or "answers" not in answer:
            raise ledger.fault()
        return decided

    async def aclose(self) -> None:
        """Close its connections; pending requests fail."""
        await self._sdk.close()

    async def _send(self, body: Mapping[str, Any]) -> ChatCompletion:
        """Ask for a chat completion with this very body.

        The SDK's own method would walk all of it first, and its JSON is the same but takes four times as long.
        """
        return _completion_in(await self._sdk.post("/chat/completions", cast_to=bytes, content=to_json(body)))


def _completion_in(content: bytes) -> ChatCompletion:
    """Completion that an answer holds, as the SDK reads it, which takes seven times as long as to read a sound one."""
    from openai.types.chat import ChatCompletion

    try:
        return ChatCompletion.model_validate_json(content, strict=True)
    except ValidationError:
        read = json.loads(content)
        return ChatCompletion.construct(**read) if isinstance(read, dict) else read


def _http_client(**settings: Any) -> Any:
    """The SDK's client on aiohttp, which takes a fifth less processor time, and where it has none its other one."""
    import openai

    try:
        return openai.DefaultAioHttpClient(**settings)
    except RuntimeError:  # before openai 3 it is an extra
        return openai.DefaultAsyncHttpxClient(**settings)


async def _refuse_bombs(response: Any) -> None:
    """Refuse an answer before it is read that would take any amount of memory: packed, or of no sensible size.

    Raises:
        TransientError: it is.
    """
    packed = response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    length = response.headers.get("content-length", "")
    if packed or (length.isdecimal() and int(length) > _LARGEST_ANSWER):
        what = "compressed, which was not asked for" if packed else f"of {int(length):,} bytes"
        fault = _in_doubt(TransientError(f"the endpoint's answer is {what}: check --base-url, or what stands between"))
        fault.is_everybodys = True
        raise fault


def _filled_in(completion: ChatCompletion, response_model: type[BaseModel], mode: Mode) -> BaseModel:
    """The response model as instructor reads it from an answer; raises whatever instructor and pydantic do."""
    import instructor

    modes = {"json_schema": instructor.Mode.JSON_SCHEMA, "md_json": instructor.Mode.MD_JSON}
    answer: BaseModel = _reader_of(response_model).from_response(
        completion, strict=True, mode=modes.get(mode, instructor.Mode.TOOLS)
    )
    return answer


@lru_cache(maxsize=256)
def _reader_of(response_model: type[BaseModel]) -> Any:
    """What instructor has to see of the model: how it is filled in.

    Of the model itself it would walk every field with each answer, which takes longer than all the rest.
    """
    from instructor import OpenAISchema

    class AnswerReader(OpenAISchema):
        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **settings: Any) -> Any:
            return response_model.model_validate_json(json_data, **settings)

    return AnswerReader


def classify(cause: Exception, ledger: Ledger, timeout: float) -> JudgeError:
    """One of our errors for whatever the libraries raised. The original's text is never passed on."""
    import openai

    if isinstance(cause, openai.APITimeoutError | TimeoutError) and _kind(cause) == "no answer":
        return _in_doubt(TransientError(f"timed out after {timeout:g} s"))
    if isinstance(cause, openai.APIStatusError):
        rejection = fault_of(cause.status_code, cause.response.headers, cause.body, optional=ledger.optional)
        rejection.sentence = "" if ledger.repeats_prompt(rejection.sentence) else rejection.sentence
        return rejection
    if isinstance(cause, openai.APIConnectionError):
        if isinstance(cause.__cause__, JudgeError):
            return cause.__cause__
        with contextlib.suppress(AttributeError):
            if type(cause.__cause__).__name__ == "CannotOverwriteExistingRequestException":
                return BadRequest("the recorded cassette has no answer to this request")
        fault = TransientError("cannot reach the endpoint: check --base-url and the network")
        fault.never_sent = _kind(cause) == "never sent"
        return fault if fault.never_sent else _in_doubt(fault)
    if not ledger.answered and not isinstance(cause, openai.OpenAIError | ValueError):
        raise cause from None  # nothing was answered and no library complained: a bug, not a fault
    fault_of_answer = ledger.fault()
    if isinstance(fault_of_answer, TransientError) and not ledger.answered:
        return _in_doubt(fault_of_answer)  # it has come and cannot be read: what it took is not known
    return fault_of_answer


def _kind(error: BaseException) -> Literal["never sent", "hung up", "no answer"]:
    """How a request failed that got no answer, by the names of its causes: they are of httpx, httpx2 or aiohttp.

    The SDK's client on aiohttp calls every lost connection a ConnectTimeout; what aiohttp itself called it counts.
    """
    names: set[str] = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {kind.__name__ for kind in type(cause).__mro__}
        cause = cause.__cause__
    on_aiohttp = "ClientConnectionError" in names
    if names & (
        {"ClientConnectorError", "ConnectionTimeoutError"} if on_aiohttp else {"ConnectError", "ConnectTimeout"}
    ):
        return "never sent"
    return "hung up" if on_aiohttp and "ServerTimeoutError" not in names else "no answer"


def _in_doubt(fault: TransientError) -> TransientError:
    fault.in_doubt = True
    return fault


def read_decisions(answer: Any, questions: Iterable[Question]) -> Decided:
    """Probabilities that an answer gives, whichever form it has and in whatever order; what is unsound is missing.

    What a server calls its confidence has a meaning of its own with each, and is never read.
    """
    found = _by_name(answer.get("answers") if isinstance(answer, Mapping) else None)
    probabilities: dict[str, Mapping[str, float]] = {}
    problems: dict[str, str] = {}
    for question in questions:
        given = found.get(question.name)
        read = _probabilities(given, question) if isinstance(given, Mapping) else {}
        if read:
            probabilities[question.name] = read
        else:
            refused = isinstance(given, Mapping) and given.get("type") == "refusal"
            problems[question.name] = REFUSED if refused else MISSING
    return Decided(probabilities, problems)


def as_completion(answer: Any) -> Any:
    """An answer with its counts where a chat completion has them; None where it is none."""
    if not isinstance(answer, Mapping) or "answers" not in answer:
        return None
    usage = answer.get("usage")
    counted = usage if isinstance(usage, Mapping) else {}
    details = counted.get("input_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    message = SimpleNamespace(content="", tool_calls=None, refusal=None)
    return SimpleNamespace(
        model=answer.get("model"),
        usage=SimpleNamespace(
            prompt_tokens=counted.get("input_tokens", counted.get("prompt_tokens")),
            prompt_tokens_details=SimpleNamespace(cached_tokens=cached),
            completion_tokens=counted.get("output_tokens", 0),
        ),
        choices=[SimpleNamespace(message=message, finish_reason="stop", logprobs=None)],
    )


def _by_name(answers: Any) -> Mapping[str, Any]:
    if isinstance(answers, Mapping):
        return answers
    listed = answers if isinstance(answers, list) else []
    return {str(one.get("name")): one for one in listed if isinstance(one, Mapping)}


def _probabilities(given: Mapping[str, Any], question: Question) -> dict[str, float]:
    """Option → probability; empty unless there is one for each option. Levels are counted from 0 on the wire."""
    options = list(question.options)
    wire = {str(number): option for number, option in enumerate(options)} if question.ordered else {}
    listed = given.get("probabilities")
    if isinstance(listed, list):
        pairs = [(one.get("value"), one.get("probability")) for one in listed if isinstance(one, Mapping)]
    else:
        pairs = list(listed.items()) if isinstance(listed, Mapping) else []
    read = {wire.get(str(key), str(key)): float(value) for key, value in pairs if _is_probability(value)}
    return {option: read[option] for option in options} if read.keys() >= set(options) else {}


def _is_probability(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
