"""One question to an OpenAI-compatible endpoint: the only module that imports openai, instructor and tenacity.

Retries have one owner, the loop in `Gateway._send`: the SDK's and instructor's are off. Every answered request is
counted, also when its answer cannot be used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from llm_grader.budget import Budget
from llm_grader.endpoint import Endpoint, Mode
from llm_grader.errors import (
    BadRequest,
    EndpointError,
    GraderError,
    InvalidOutput,
    JudgeError,
    RateLimited,
    RunStopped,
    TransientError,
)
from llm_grader.faults import fault_of, unsupported_parameter
from llm_grader.journal import attempt_log
from llm_grader.ledger import Ledger, Rates
from llm_grader.prices import OPENAI_URL, cost_of
from llm_grader.probabilities import label_probabilities
from llm_grader.reply import LOGPROB_FLOOR, Choice, has_duplicate_keys, with_confidences
from llm_grader.throttle import Throttle
from llm_grader.verdict import Usage

if TYPE_CHECKING:
    import instructor
    from openai.types.chat import ChatCompletion

Message = dict[str, str]
MAX_ATTEMPTS = 6
CONCURRENCY = 64
OPTIONAL = ("temperature", "seed", "logprobs", "top_logprobs")

_Answer = TypeVar("_Answer")


class Gateway:
    """Asks an endpoint, with retries, a shared throttle and exact counts.

    A client lives in the event loop that first uses it; close it there with `aclose`.

    Args:
        endpoint: where and how.
        budget: limits on requests and cost, none by default.
        without: optional parameters that the endpoint is known to reject, and that are never sent.
        notify: told, in a short line, about waits and retries.
        sleep: how to wait between attempts and in pauses; injected in tests.
        clock: monotonic seconds; injected in tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        without: Collection[str] = (),
        notify: Callable[[str], None] = lambda _line: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        endpoint.check()
        self.endpoint = endpoint
        self._concurrency = CONCURRENCY
        self.budget = budget or Budget()
        self._notify = notify
        self._sleep = sleep
        self._clock = clock
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _Client] = WeakKeyDictionary()
        self._rejected = set(without)

    def start_run(self, concurrency: int) -> None:
        """A new run begins: `concurrency` requests in flight at most, and what stopped the last run is over."""
        self._concurrency = concurrency
        client = self._clients.get(asyncio.get_running_loop())
        if client is not None:
            client.throttle.restart(concurrency)

    async def complete(self, messages: Sequence[Message], response_model: type[BaseModel]) -> tuple[BaseModel, Usage]:
        """Ask for an answer that follows `response_model`.

        Raises:
            JudgeError: see `errors`; an answer that breaks the schema is `InvalidOutput` and carries its text.
            RunStopped: the endpoint is down.
        """
        ledger = Ledger(self._expected_cost(messages, response_model), _bytes_of(messages, response_model))

        async def ask(client: _Client) -> BaseModel:
            answer: BaseModel = await client.fill_in(
                response_model=_prepared(response_model),
                messages=list(messages),
                max_retries=0,
                strict=True,
                hooks=_hooks(ledger),
                **self._parameters(),
            )
            if has_duplicate_keys(ledger.text):
                raise InvalidOutput("a key comes twice in the answer", ledger.text)
            return answer

        answer = await self._send(ask, ledger)
        if ledger.answer_tokens:
            item_ids = (str(field.alias) for field in response_model.model_fields.values())
            answer = with_confidences(answer, label_probabilities(ledger.answer_tokens, item_ids))
        return answer, self._usage(ledger)

    async def choose(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """Ask for one of `options`, constrained by a grammar, with the probability of each option's first token.

        Raises:
            JudgeError: see `errors`.
        """
        ledger = Ledger()
        grammar = "root ::= " + " | ".join(f'"{option}"' for option in options)

        async def ask(client: _Client) -> Choice:
            completion = await client.send(
                messages=list(messages),
                max_tokens=8,
                top_logprobs=20,
                grammar=grammar,
                cache_prompt=True,
                **{**self._parameters(), "logprobs": True},
            )
            ledger.add(completion)
            return _choice(completion, options, ledger)

        choice = await self._send(ask, ledger)
        return choice.model_copy(update={"usage": self._usage(ledger)})

    def render_request(self, messages: Sequence[Message], response_model: type[BaseModel]) -> dict[str, Any]:
        """The body that `complete` would send, without sending it: instructor adds to it what its mode needs."""
        import instructor

        sent: dict[str, Any] = {}

        def keep(**body: Any) -> None:
            sent.update(body)
            raise _NotSent

        logging.getLogger("instructor").setLevel(logging.CRITICAL)
        create: Any = instructor.patch(create=keep, mode=_instructor_mode(self.endpoint.mode))
        with contextlib.suppress(Exception):  # instructor wraps _NotSent in an error of its own
            create(
                response_model=_prepared(response_model),
                messages=list(messages),
                max_retries=0,
                **self._parameters(),
            )
        return sent

    async def aclose(self) -> None:
        """Close the client of the running event loop; pending requests fail."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.raw.close()

    async def _send(self, ask: Callable[[_Client], Awaitable[_Answer]], ledger: Ledger) -> _Answer:
        from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        client = self._client()
        backoff = wait_random_exponential(multiplier=0.5, max=30)
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            wait=lambda state: 0 if _asked_to_wait(state) else backoff(state),
            stop=stop_after_attempt(MAX_ATTEMPTS),
            sleep=self._sleep,
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                return await self._attempt(ask, client, ledger, attempt.retry_state.attempt_number)
        raise AssertionError("unreachable: tenacity either returns or raises")

    async def _attempt(
        self, ask: Callable[[_Client], Awaitable[_Answer]], client: _Client, ledger: Ledger, number: int
    ) -> _Answer:
        log = attempt_log.get()
        async with client.throttle.slot() as sent:
            attempt = None if log is None else await log.begin(ledger.prompt_bytes)
            outcome, counted = None, len(ledger.tokens)
            try:
                answer = await self._paid(ask, client, ledger)
                outcome = "ok"
            except GraderError as fault:
                outcome = fault.code
                if isinstance(fault, JudgeError):
                    fault.usage = self._usage(ledger)
                    self._after_fault(fault, client.throttle, sent, number)
                raise
            finally:
                if log is not None and attempt is not None and outcome is not None:  # an aborted request is in doubt
                    log.end(attempt, outcome, self._usage(ledger, since=counted))
            client.throttle.succeeded()
            return answer

    async def _paid(self, ask: Callable[[_Client], Awaitable[_Answer]], client: _Client, ledger: Ledger) -> _Answer:
        """Ask where the budget allows it, and settle what it took."""
        reserved, counted = self._reserve(ledger.estimate, client), len(ledger.tokens)
        ledger.requests += 1
        try:
            return await self._adapted(ask, client, ledger)
        finally:
            cost = self._usage(ledger, since=counted).cost if ledger.tokens[counted:] else 0.0
            self.budget.settle(reserved, cost)

    def _reserve(self, estimate: float | None, client: _Client) -> float:
        try:
            return self.budget.reserve(estimate)
        except RunStopped as error:
            client.throttle.stop(error)
            raise

    async def _adapted(self, ask: Callable[[_Client], Awaitable[_Answer]], client: _Client, ledger: Ledger) -> _Answer:
        """Ask; where the endpoint rejects an optional parameter, leave it out for the rest of the run and ask again."""
        while True:
            try:
                async with asyncio.timeout(self.endpoint.timeout):  # the SDK's starts anew with every byte
                    return await ask(client)
            except JudgeError:
                raise
            except Exception as error:
                fault = _classify(error, ledger, self.endpoint.timeout)
                rejected = unsupported_parameter(getattr(_cause(error), "body", None), OPTIONAL)
                if not isinstance(fault, BadRequest) or rejected is None or rejected in self._rejected:
                    raise fault from None  # the cause's text holds the transcript
                self._rejected.add(rejected)
                self._reserve(0.0, client)  # what was reserved for its cost stands: a rejected request costs nothing
                ledger.requests += 1

    def _after_fault(self, fault: JudgeError, throttle: Throttle, sent: int, number: int) -> None:
        if isinstance(fault, EndpointError):
            throttle.stop(fault)
        elif isinstance(fault, RateLimited):
            throttle.slow_down(fault.retry_after, sent)
            waiting = "" if fault.retry_after is None else f": waiting {fault.retry_after:.0f} s (server asked)"
            self._notify(f"rate limited{waiting}, attempt {number}/{MAX_ATTEMPTS}")
        elif isinstance(fault, TransientError):
            self._notify(f"{fault}, attempt {number}/{MAX_ATTEMPTS}")
            throttle.failed()
        else:  # an answer that cannot be used is an answer
            throttle.succeeded()

    def _parameters(self) -> dict[str, Any]:
        wanted = {
            "model": self.endpoint.model,
            "temperature": self.endpoint.temperature,
            "seed": self.endpoint.seed,
            "max_completion_tokens": self.endpoint.max_completion_tokens,
            "logprobs": self.endpoint.logprobs or None,
        }
        return {key: value for key, value in wanted.items() if value is not None and key not in self._rejected}

    def estimate(
        self, messages: Sequence[Message], response_model: type[BaseModel], *, rates: Rates | None = None
    ) -> Usage:
        """What one request is expected to take, at the rates seen before or at those every estimate begins with."""
        rates = rates or Rates()
        completion = rates.completion_tokens or rates.completion_tokens_an_item * len(response_model.model_fields)
        prompt = _bytes_of(messages, response_model) * rates.tokens_a_byte
        usage = Usage(requests=1, prompt_tokens=round(prompt), cached_tokens=0, completion_tokens=round(completion))
        return self._priced(usage)

    def _usage(self, ledger: Ledger, *, since: int = 0) -> Usage:
        return self._priced(ledger.usage(since))

    def _priced(self, usage: Usage) -> Usage:
        endpoint = self.endpoint
        return usage.model_copy(update={"cost": cost_of(usage, endpoint.model, endpoint.base_url, endpoint.prices)})

    def _expected_cost(self, messages: Sequence[Message], response_model: type[BaseModel]) -> float | None:
        return self.estimate(messages, response_model).cost if self.budget.limits_cost else None

    def _client(self) -> _Client:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            throttle = Throttle(self._concurrency, clock=self._clock, sleep=self._sleep)
            self._clients[loop] = _Client(self.endpoint, throttle)
        return self._clients[loop]


class _NotSent(Exception):
    """Ends a request that is only rendered."""


class _Client:
    """The SDK's client and the throttle of one event loop."""

    def __init__(self, endpoint: Endpoint, throttle: Throttle) -> None:
        import instructor
        import openai

        logging.getLogger("instructor").setLevel(logging.CRITICAL)  # at ERROR it prints what the model wrote
        key = endpoint.api_key.get_secret_value() if endpoint.api_key else None
        self.raw = openai.AsyncOpenAI(
            base_url=endpoint.base_url or OPENAI_URL,
            api_key=key or "none",
            max_retries=0,
            timeout=openai.Timeout(endpoint.timeout, connect=5.0),
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=endpoint.trust_env),
        )
        self.fill_in: Any = instructor.patch(create=self.send, mode=_instructor_mode(endpoint.mode))
        self.throttle = throttle

    async def send(self, **body: Any) -> ChatCompletion:
        """Ask for a chat completion with this very body; the SDK's own method would walk all of it first."""
        from openai.types.chat import ChatCompletion

        return await self.raw.post("/chat/completions", cast_to=ChatCompletion, body=body)


@lru_cache(maxsize=256)
def _prepared(response_model: type[BaseModel]) -> type[BaseModel]:
    """What instructor has to see of the model: its name, its schema, and how it is filled in.

    Of the model itself it would walk every field several times a request, which takes longer than all the rest.
    """
    from instructor import OpenAISchema

    schema = response_model.model_json_schema()

    class Prepared(OpenAISchema):
        @classmethod
        def model_json_schema(cls, *_args: Any, **_settings: Any) -> dict[str, Any]:
            return dict(schema)

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **settings: Any) -> Any:
            return response_model.model_validate_json(json_data, **settings)

    Prepared.__name__, Prepared.__doc__ = response_model.__name__, response_model.__doc__
    return Prepared


def _bytes_of(messages: Sequence[Message], response_model: type[BaseModel]) -> int:
    """UTF-8 bytes of the prompt and the schema: what prompt tokens are estimated from."""
    return sum(len(message["content"].encode()) for message in messages) + _schema_bytes(response_model)


@lru_cache(maxsize=256)
def _schema_bytes(response_model: type[BaseModel]) -> int:
    return len(json.dumps(response_model.model_json_schema()))


def _hooks(ledger: Ledger) -> Any:
    """Instructor's hooks, which count the answer before instructor rewrites it."""
    from instructor.core.hooks import Hooks

    hooks = Hooks()
    hooks.on("completion:response", ledger.add)
    return hooks


def _instructor_mode(mode: Mode) -> instructor.Mode:
    import instructor

    modes = {
        "tools": instructor.Mode.TOOLS,
        "json_schema": instructor.Mode.JSON_SCHEMA,
        "md_json": instructor.Mode.MD_JSON,
    }
    return modes[mode]


def _asked_to_wait(state: Any) -> bool:
    """Whether the server named a pause: the throttle then makes everybody wait, and this attempt with them."""
    fault = state.outcome.exception()
    return isinstance(fault, RateLimited) and fault.retry_after is not None


def _cause(error: BaseException) -> BaseException:
    """The SDK's error behind instructor's wrapper."""
    attempts = getattr(error, "failed_attempts", None)
    if attempts:
        return attempts[-1].exception  # type: ignore[no-any-return]
    while error.__cause__ is not None and type(error).__module__.startswith("instructor"):
        error = error.__cause__
    return error


def _classify(error: Exception, ledger: Ledger, timeout: float) -> JudgeError:
    """One of our errors for whatever the libraries raised. The original's text is never passed on."""
    import openai

    cause = _cause(error)
    connecting = type(cause.__cause__).__name__ == "ConnectTimeout"
    if isinstance(cause, openai.APITimeoutError | TimeoutError) and not connecting:
        return TransientError(f"timed out after {timeout:g} s")
    if isinstance(cause, openai.APIStatusError):
        return fault_of(cause.status_code, cause.response.headers, cause.body)
    if isinstance(cause, openai.APIConnectionError):
        with contextlib.suppress(AttributeError):
            if type(cause.__cause__).__name__ == "CannotOverwriteExistingRequestException":
                return BadRequest("the recorded cassette has no answer to this request")
        return TransientError("cannot reach the endpoint: check --base-url and the network")
    if not ledger.tokens and not isinstance(cause, openai.OpenAIError | ValueError):
        raise cause from None  # nothing was answered and no library complained: a bug, not a fault
    return ledger.fault()


def _choice(completion: Any, options: Sequence[str], ledger: Ledger) -> Choice:
    if not getattr(completion, "choices", None):
        raise ledger.fault()
    logprobs = completion.choices[0].logprobs
    if logprobs is None or not logprobs.content:
        raise BadRequest("the endpoint gives no token probabilities: it cannot choose among options")
    listed = logprobs.content[0].top_logprobs
    return Choice(
        answer=ledger.text.strip(),
        logprobs={option: _logprob_of(option, listed) for option in options},
    )


def _logprob_of(option: str, listed: Sequence[Any]) -> float:
    """Log-probability of the most likely listed token that begins `option`."""
    return max(
        (t.logprob for t in listed if t.token.strip() and option.startswith(t.token.strip())), default=LOGPROB_FLOOR
    )
