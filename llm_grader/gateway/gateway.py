"""Gateway: one question to an OpenAI-compatible endpoint, answered or failed, and what it took.

Retries have one owner, see `attempts`: the SDK's and instructor's are off. Every answered request is counted, also when
its answer cannot be used.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from llm_grader.errors import BadRequest, ContextTooLong, Truncated
from llm_grader.gateway.answer_text import Choice, Filled, label_probabilities
from llm_grader.gateway.attempts import Adapting, Budgeted, Logged, Paced, Request, Retrying, Sender, Throttled, Timed
from llm_grader.gateway.bodies import OPTIONAL, Message, Question, output_limit, render_decisions
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.client import Client, Decided
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.estimates import bytes_of, estimate_of, most_of, priced
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.pace import pace_of
from llm_grader.gateway.prices import context_of
from llm_grader.gateway.throttle import Throttle
from llm_grader.usage import Rates, Usage

CONCURRENCY = 64
_MORE_ROOM = 4
_MOST_ROOM = 16

_Answer = TypeVar("_Answer")


class Gateway:
    """Asks an endpoint, with retries, a shared throttle and exact counts.

    A client lives in the event loop that first uses it; close it there with `aclose`. `spent` is what all questions
    have taken so far, those that failed too.

    Args:
        endpoint: where and how.
        budget: limits on requests and cost, none by default.
        notify: gets a short line about waits and retries.
        sleep: how to wait between attempts and in pauses; injected in tests.
        clock: monotonic seconds; injected in tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        notify: Callable[[str], None] = lambda _line: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        endpoint.check()
        self.endpoint = endpoint
        self.budget = budget or Budget()
        self.spent = Usage()
        self._concurrency = CONCURRENCY
        self._notify = notify
        self._sleep = sleep
        self._clock = clock
        self._pace = pace_of(endpoint, clock)
        self._rejected: set[str] = set()
        self._room = 1
        self._spent_lock = threading.Lock()
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()

    @property
    def rejected(self) -> frozenset[str]:
        """Parameters that the endpoint rejected; it is asked without them."""
        return frozenset(self._rejected)

    def start_run(self, concurrency: int) -> None:
        """A new run begins: `concurrency` requests in flight at most, and what stopped the last run is over."""
        self._concurrency = concurrency
        connection = self._connections.get(asyncio.get_running_loop())
        if connection is not None:
            connection.throttle.restart(concurrency)

    def finish(self) -> int:
        """Begin no new work on the running event loop, see `Throttle.finish`; returns how many gave up waiting."""
        connection = self._connections.get(asyncio.get_running_loop())
        return 0 if connection is None else connection.throttle.finish()

    async def complete(self, messages: Sequence[Message], response_model: type[BaseModel]) -> Filled:
        """Answer that follows `response_model`, with confidences where the endpoint gives token probabilities.

        Raises:
            JudgeError: see `errors`; an answer that breaks the schema is `InvalidOutput` and carries its text.
            RunStopped: the endpoint is down.
        """
        connection, ledger = self._connection(), self._ledger(messages, response_model)
        ask = partial(connection.client.fill_in, messages, response_model, ledger=ledger, without=self._rejected)
        answer = await self._with_room(connection, ask, ledger)
        item_ids = (str(field.alias) for field in response_model.model_fields.values())
        confidences = label_probabilities(ledger.answer_tokens, item_ids) if ledger.answer_tokens else {}
        return Filled(answer, ledger.usage(), confidences)

    async def choose(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """One of `options`, held to them by a grammar, with the probability of each option's first token.

        Raises:
            JudgeError: see `errors`.
        """
        optional = (*OPTIONAL, *self.endpoint.params)
        connection, ledger = self._connection(), Ledger(optional=optional, price=self._price, prompt=_texts(messages))
        ask = partial(connection.client.choose, messages, options, ledger=ledger, without=self._rejected)
        choice = await connection.send(ask, ledger)
        return choice.model_copy(update={"usage": ledger.usage()})

    async def decide(self, text: str, questions: Sequence[Question]) -> Decided:
        """The probabilities of the options of each question about `text`, by a model that only chooses.

        Raises:
            JudgeError: see `errors`.
        """
        body = render_decisions(self.endpoint, text, questions)
        ledger = Ledger(
            prompt_bytes=len(json.dumps(body).encode()),
            items=len(questions),
            optional=tuple(self.endpoint.params),
            price=self._price,
        )
        connection = self._connection()
        ask = partial(connection.client.decide, text, questions, ledger=ledger, without=self._rejected)
        decided = await connection.send(ask, ledger)
        return decided._replace(usage=ledger.usage())

    async def aclose(self) -> None:
        """Close the client of the running event loop; pending requests fail."""
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.client.aclose()

    async def _with_room(self, connection: _Connection, request: Request[_Answer], ledger: Ledger) -> _Answer:
        """Answer to `request`; where thinking takes all of its tokens, it and the later ones get four times as many."""
        while True:
            try:
                return await connection.send(request, ledger)
            except Truncated:
                room = self._more_room(ledger)
                if room is None:
                    raise
                ledger.widen(room)
            except BadRequest as fault:
                if type(fault) is BadRequest and self._is_too_long(ledger):
                    too_long = ContextTooLong(f"the transcript does not seem to fit into the model's context: {fault}")
                    too_long.usage = fault.usage
                    raise too_long from None
                raise

    def _more_room(self, ledger: Ledger) -> int | None:
        """How many times more the answer to a question may take; None where that would not help."""
        if not ledger.ended_in_thought or self.endpoint.max_completion_tokens or ledger.room >= _MOST_ROOM:
            return None
        self._room = max(self._room, ledger.room * _MORE_ROOM)
        return self._room

    def _is_too_long(self, ledger: Ledger) -> bool:
        """Whether a prompt is longer than what is known of the model's context, by estimate."""
        context = context_of(self.endpoint.model, self.endpoint.base_url)
        return context is not None and ledger.prompt_bytes * Rates().tokens_a_byte > context

    def _count(self, usage: Usage) -> None:
        with self._spent_lock:
            self.spent += usage

    def _price(self, usage: Usage) -> Usage:
        return priced(usage, self.endpoint)

    def _ledger(self, messages: Sequence[Message], response_model: type[BaseModel]) -> Ledger:
        """Ledger of a question, with an estimate where a limit needs one."""
        limited, costs = self._pace is not None or self.budget.limits_cost, self.budget.limits_cost
        expected = estimate_of(messages, response_model, self.endpoint) if limited else Usage()
        limit = output_limit(self.endpoint, response_model)
        ledger = Ledger(
            expected.cost if costs else None,
            bytes_of(messages, response_model),
            most=most_of(messages, response_model, self.endpoint, limit=limit).cost if costs else None,
            items=len(response_model.model_fields),
            expected_tokens=(expected.prompt_tokens or 0) + (expected.completion_tokens or 0),
            output_limit=limit,
            prompt=_texts(messages),
            optional=(*OPTIONAL, *self.endpoint.params),
            price=self._price,
        )
        if self._room > 1:
            ledger.widen(self._room)
        return ledger

    def _connection(self) -> _Connection:
        loop = asyncio.get_running_loop()
        if loop not in self._connections:
            throttle = Throttle(self._concurrency, pace=self._pace, clock=self._clock, sleep=self._sleep)
            self._connections[loop] = _Connection(Client(self.endpoint), throttle, self._sender(throttle))
        return self._connections[loop]

    def _sender(self, throttle: Throttle) -> Sender:
        send: Sender = Budgeted(Timed(self.endpoint.timeout), self.budget, count=self._count)
        send = Adapting(Logged(send), self._rejected)
        if self._pace is not None:
            send = Paced(send, self._pace)
        return Retrying(Throttled(send, throttle, notify=self._notify), sleep=self._sleep)


def _texts(messages: Sequence[Message]) -> list[str]:
    return [message["content"] for message in messages]


class _Connection(NamedTuple):
    """What one event loop asks through."""

    client: Client
    throttle: Throttle
    send: Sender
