"""A limit on cost, held against what the server itself has counted, whatever it answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from llm_grader.asking.answers import response_model
from llm_grader.errors import BudgetExceeded
from llm_grader.gateway.bodies import OUTPUT_LIMITS
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import Mode
from llm_grader.gateway.gateway import Gateway
from llm_grader.gateway.prices import Price
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from llm_grader.usage import Usage
from tests.support.scripted import gateway, item

MODEL = response_model([item(), item("thanks")])
GOOD = {"greeting": answer("not_met"), "thanks": answer("not_met")}
MESSAGES = [{"role": "user", "content": "word " * 400}]
PROMPT = 600
LONG = 60_000
"""Tokens of an answer that nothing limits."""
PRICES = {"m": Price(input=1.0, output=10.0)}
DOLLARS = 0.5
QUESTIONS = 300

Kind = Callable[[int, int], ScriptedResponse]
"""Answer of so many tokens to the request of this number."""


def usage(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": PROMPT, "completion_tokens": tokens, "total_tokens": PROMPT + tokens}


def whole(_number: int, tokens: int) -> ScriptedResponse:
    return completion(GOOD, usage=usage(tokens))


def cut_json(number: int, tokens: int) -> ScriptedResponse:
    return whole(number, tokens)._replace(body=whole(number, tokens).body[:200])


def half_a_body(number: int, tokens: int) -> ScriptedResponse:
    return whole(number, tokens)._replace(cut=100)


def silent(_number: int, _tokens: int) -> ScriptedResponse:
    return completion(GOOD, usage=None)


def gateway_gave_up(_number: int, _tokens: int) -> ScriptedResponse:
    return failure(504)


def mixed(number: int, tokens: int) -> ScriptedResponse:
    return (whole, cut_json, silent, half_a_body, gateway_gave_up)[number % 5](number, tokens)


class Till:
    """A server that counts what its answers cost; `obeys` says whether it stops at the limit that it is asked for."""

    def __init__(self, kind: Kind, *, obeys: bool) -> None:
        self._kind = kind
        self._obeys = obeys
        self._lock = threading.Lock()
        self.dollars = 0.0
        self.dearest = 0.0

    def __call__(self, request: ScriptedRequest) -> ScriptedResponse:
        limit = next((request.body[name] for name in OUTPUT_LIMITS if name in request.body), LONG)
        tokens = min(limit, LONG) if self._obeys else LONG
        cost = (PROMPT * 1.0 + tokens * 10.0) / 1e6
        with self._lock:
            self.dollars += cost
            self.dearest = max(self.dearest, cost)
        return self._kind(request.number, tokens)._replace(delay=0.01)


async def ask_all(asked: Gateway) -> list[object]:
    asked.start_run(64)
    asking = (asked.complete(MESSAGES, MODEL) for _ in range(QUESTIONS))
    try:
        return await asyncio.gather(*asking, return_exceptions=True)
    finally:
        await asked.aclose()


# What costs more than it could, and is not reported, nobody can know: it has to be reported once.
@pytest.mark.parametrize(
    ("kind", "obeys"),
    [(whole, True), (cut_json, True), (half_a_body, True), (silent, True), (gateway_gave_up, True), (mixed, True),
     (whole, False)],
)  # fmt: skip
def test_the_limit_is_passed_by_one_answers_price_at_most(kind: Kind, obeys: bool) -> None:
    till = Till(kind, obeys=obeys)
    with ScriptedServer(till) as server:
        asked = gateway(server.base_url, endpoint={"prices": PRICES}, budget=Budget(max_cost=DOLLARS))
        outcomes = asyncio.run(ask_all(asked))
    assert any(isinstance(outcome, BudgetExceeded) for outcome in outcomes)
    assert till.dollars <= DOLLARS + till.dearest
    assert len(server.requests) == asked.spent.requests


def test_a_limit_leaves_room_for_all_that_fits() -> None:
    """An answer of 90 tokens costs 600 · 1 + 90 · 10 millionths, .0015: 64 of them are .096."""
    with ScriptedServer(lambda _request: completion(GOOD, usage=usage(90))) as server:
        asked = gateway(server.base_url, endpoint={"prices": PRICES}, budget=Budget(max_cost=0.2))

        async def some() -> None:
            await asyncio.gather(*(asked.complete(MESSAGES, MODEL) for _ in range(64)))
            await asked.aclose()

        asyncio.run(some())
    assert len(server.requests) == 64
    assert asked.spent.cost == pytest.approx(0.096)


def test_what_was_spent_is_known_while_a_question_is_still_open() -> None:
    """Also of a run that is stopped: a failure, and a request that was on its way."""
    answered = threading.Event()

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if request.number == 0:
            return failure(500)
        answered.set()
        return completion(GOOD)._replace(delay=0.5)

    with ScriptedServer(respond) as server:
        asked = gateway(server.base_url, endpoint={"prices": PRICES})

        async def stop_in_between() -> None:
            asking = asyncio.create_task(asked.complete(MESSAGES, MODEL))
            while not answered.is_set():
                await asyncio.sleep(0.01)
            assert asked.spent == Usage(requests=1)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await asked.aclose()

        asyncio.run(stop_in_between())
    unknown = dict.fromkeys(("prompt_tokens", "cached_tokens", "completion_tokens", "cost"))
    assert asked.spent == Usage(requests=2, **unknown)


# Answers that need more room.


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
def test_thinking_that_uses_up_the_limit_gets_four_times_as_much_from_then_on(mode: Mode) -> None:
    """Two items may take 4,096 + 2 · 150 tokens, then four times as many."""

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        limit = request.body["max_completion_tokens"]
        if limit < 10_000:
            return completion("", usage=usage(limit), finish_reason="length", mode=mode)
        return completion(GOOD, mode=mode)

    with ScriptedServer(respond) as server:
        asked = gateway(server.base_url, mode=mode)

        async def twice() -> list[int]:
            counts = [(await asked.complete(MESSAGES, MODEL)).usage.requests for _ in range(2)]
            await asked.aclose()
            return counts

        assert asyncio.run(twice()) == [2, 1]
    assert [request.body["max_completion_tokens"] for request in server.requests] == [4396, 17584, 17584]


@pytest.mark.parametrize("complaint", ["Unrecognized request argument supplied: {}", "{} is too large: at most 100"])
def test_an_endpoint_that_takes_no_such_limit_is_asked_by_the_other_name_and_then_without(complaint: str) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        name = next((name for name in OUTPUT_LIMITS if name in request.body), None)
        return completion(GOOD) if name is None else failure(400, "invalid_value", complaint.format(name))

    with ScriptedServer(respond) as server:
        asked = gateway(server.base_url)

        async def twice() -> list[int]:
            counts = [(await asked.complete(MESSAGES, MODEL)).usage.requests for _ in range(2)]
            await asked.aclose()
            return counts

        assert asyncio.run(twice()) == [3, 1]
