"""Each of the wrappers between a question and its answer, alone: the one inside it follows a script."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import pytest

from llm_grader.errors import (
    AuthError,
    BadRequest,
    BudgetExceeded,
    InvalidOutput,
    JudgeError,
    LeasedElsewhere,
    RateLimited,
    TransientError,
)
from llm_grader.gateway.attempts import (
    MAX_ATTEMPTS,
    Adapting,
    Budgeted,
    Logged,
    Paced,
    Request,
    Retrying,
    Sender,
    Throttled,
    Timed,
)
from llm_grader.gateway.bodies import OUTPUT_LIMITS
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.throttle import Throttle
from llm_grader.gateway.work import Work, current_work
from llm_grader.usage import Usage
from tests.support.command_line import PATIENCE_S
from tests.support.scripted import Clock

UNKNOWN = Usage(requests=1, prompt_tokens=None, cached_tokens=None, completion_tokens=None, cost=None)
Outcome = Exception | int
"""What an attempt comes to: an error, or an answer that took so many tokens of prompt, and one of answer."""


class Script:
    """Sends nothing: it comes to one outcome after the other, and to the last one again and again."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = outcomes
        self.sent = 0

    async def __call__(self, request: Request[Any], ledger: Ledger) -> Any:
        outcome = self._outcomes[min(self.sent, len(self._outcomes) - 1)]
        self.sent += 1
        if isinstance(outcome, Exception):
            raise outcome
        ledger.tokens.append((outcome, 0, 1))
        return await request()


async def greet() -> str:
    return "Hello"


def run(asking: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asking)


def ask(send: Sender, ledger: Ledger | None = None) -> str:
    return str(run(_asking(send, ledger or Ledger())))


async def _asking(send: Sender, ledger: Ledger) -> str:
    return await send(greet, ledger)


def in_doubt() -> TransientError:
    fault = TransientError("timed out")
    fault.in_doubt = True
    return fault


def overloaded(pause: float) -> TransientError:
    fault = TransientError("overloaded")
    fault.retry_after = pause
    return fault


def rejecting(parameter: str | None) -> BadRequest:
    fault = BadRequest("the endpoint rejects the request")
    fault.parameter = parameter
    return fault


# Timed


def test_what_takes_too_long_is_in_doubt() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    async def asking() -> None:
        await Timed(0.01)(hang, Ledger())

    with pytest.raises(TransientError, match=r"timed out after 0\.01 s") as caught:
        run(asking())
    assert caught.value.in_doubt


@pytest.mark.parametrize("aborted", [False, True])
def test_what_a_request_took_that_was_never_answered_is_unknown(aborted: bool) -> None:
    """Also where it was aborted: it was on its way, and may be paid for."""
    ledger, counts = Ledger(), list[Usage]()

    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    async def asking() -> None:
        sending = asyncio.create_task(
            Budgeted(Timed(PATIENCE_S if aborted else 0.01), Budget(), count=counts.append)(hang, ledger)
        )
        await asyncio.sleep(0.02)
        sending.cancel() if aborted else None
        await sending

    with pytest.raises((TransientError, asyncio.CancelledError)):
        run(asking())
    assert counts == [UNKNOWN]
    assert ledger.usage() == UNKNOWN


def test_an_error_of_ours_stays_and_a_mistake_is_no_fault_of_the_endpoint() -> None:
    async def asking(error: Exception) -> None:
        async def fail() -> str:
            raise error

        await Timed(9)(fail, Ledger())

    with pytest.raises(InvalidOutput):
        run(asking(InvalidOutput("no answer")))
    with pytest.raises(ZeroDivisionError):
        run(asking(ZeroDivisionError()))


# Budgeted


def test_a_request_beyond_the_limit_is_not_sent() -> None:
    script, budget = Script(1), Budget(max_requests=1)
    assert ask(Budgeted(script, budget)) == "Hello"
    with pytest.raises(BudgetExceeded):
        ask(Budgeted(script, budget))
    assert script.sent == 1


def test_what_is_in_flight_is_reserved_at_the_most_it_can_cost() -> None:
    """At most 40 cents each, 10 expected: .4 + .4 + .1 are within 1.01, one more is not until one has settled."""
    budget = Budget(max_cost=1.01)

    async def reserving() -> None:
        first, second, third = [await budget.reserve(0.1, 0.4) for _ in range(3)]
        fourth = asyncio.create_task(budget.reserve(0.1, 0.4))  # .4 + .4 + .4 + .1
        await asyncio.sleep(0.01)
        assert not fourth.done()
        budget.settle(first, 0.1)  # .1 + .4 + .4 + .1
        assert (await fourth).most == 0.4
        for reserved in (second, third, await fourth):
            budget.settle(reserved, None)  # unknown: the most it can have cost
        with pytest.raises(BudgetExceeded, match=r"\$1\.3000 spent"):
            await budget.reserve(0.1, 0.4)

    run(reserving())


def test_what_a_request_did_cost_takes_the_place_of_what_it_was_expected_to() -> None:
    """Each is expected to cost 40 cents and costs 10: of a dollar, 0.10 + 0.10 + … + 0.40 fits in for seven."""
    budget = Budget(max_cost=1.0)
    send = Budgeted(Script(1), budget)

    def ask_one() -> str:
        return ask(send, Ledger(0.4, price=lambda took: took.model_copy(update={"cost": 0.1})))

    assert [ask_one() for _ in range(7)] == ["Hello"] * 7
    with pytest.raises(BudgetExceeded):
        ask_one()


def test_a_failure_carries_what_its_question_has_taken() -> None:
    ledger = Ledger()
    send = Budgeted(Script(BadRequest("no"), InvalidOutput("no answer")), Budget())
    kinds: tuple[type[JudgeError], ...] = (BadRequest, InvalidOutput)
    for requests, kind in enumerate(kinds, 1):
        with pytest.raises(kind) as caught:
            ask(send, ledger)
        assert caught.value.usage == Usage(requests=requests, cost=None)


# Adapting


def test_a_rejected_parameter_is_remembered_and_the_request_sent_again() -> None:
    rejected, script = {"seed"}, Script(rejecting("temperature"), 1)
    assert ask(Adapting(script, rejected)) == "Hello"
    assert (script.sent, rejected) == (2, {"seed", "temperature"})


def test_a_rejected_name_of_the_output_limit_gives_way_to_the_next() -> None:
    rejected, script = set[str](), Script(rejecting(OUTPUT_LIMITS[0]), rejecting(OUTPUT_LIMITS[0]), 1)
    assert ask(Adapting(script, rejected)) == "Hello"
    assert (script.sent, rejected) == (3, {"max_completion_tokens", "max_tokens"})


@pytest.mark.parametrize("parameter", [None, "seed", "model"])
def test_a_rejection_of_what_was_not_offered_is_final(parameter: str | None) -> None:
    rejected, script = {"seed"}, Script(rejecting(parameter))
    with pytest.raises(BadRequest):
        ask(Adapting(script, rejected))
    assert (script.sent, rejected) == (1, {"seed"})


# Logged


class Log:
    """Lists what is noted; `refusal` is raised instead of a beginning."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.notes: list[tuple[Any, ...]] = []
        self._refusal = refusal

    async def begin(self, prompt_bytes: int, items: int) -> int:
        if self._refusal is not None:
            raise self._refusal
        self.notes.append(("begin", prompt_bytes, items))
        return 7

    def drop(self, attempt: int) -> None:
        self.notes.append(("drop", attempt))

    def end(self, attempt: int, outcome: str | None, usage: Usage) -> None:
        self.notes.append(("end", attempt, outcome, usage.prompt_tokens))


async def logged(script: Script, log: Log | None) -> str:
    current_work.set(Work(log))
    ledger = Ledger(prompt_bytes=99, items=3)
    ledger.tokens.append((1000, 0, 1))  # of an earlier attempt, which has a note of its own
    return await Logged(script)(greet, ledger)


@pytest.mark.parametrize(
    ("outcome", "noted"),
    [(50, ("ok", 50)), (BadRequest("no"), ("bad_request", 0)), (RateLimited("no"), ("rate_limited", 0)),
     (in_doubt(), (None, 0))],
)  # fmt: skip
def test_each_attempt_is_noted_before_it_is_sent_and_when_it_has_ended(outcome: Outcome, noted: Any) -> None:
    log = Log()
    if isinstance(outcome, int):
        assert run(logged(Script(outcome), log)) == "Hello"
    else:
        with pytest.raises(type(outcome)):
            run(logged(Script(outcome), log))
    assert log.notes == [("begin", 99, 3), ("end", 7, *noted)]


def test_a_request_that_a_limit_keeps_from_being_sent_is_taken_back() -> None:
    log = Log()
    with pytest.raises(BudgetExceeded):
        run(logged(Script(BudgetExceeded("no more")), log))
    assert log.notes == [("begin", 99, 3), ("drop", 7)]


def test_a_request_that_reached_no_endpoint_is_taken_back() -> None:
    log, fault = Log(), TransientError("cannot reach the endpoint")
    fault.never_sent = True
    with pytest.raises(TransientError):
        run(logged(Script(fault), log))
    assert log.notes == [("begin", 99, 3), ("drop", 7)]


def test_an_attempt_that_is_aborted_has_no_end() -> None:
    log = Log()
    with pytest.raises(ZeroDivisionError):
        run(logged(Script(ZeroDivisionError()), log))
    assert log.notes == [("begin", 99, 3)]


def test_what_somebody_else_does_is_not_sent() -> None:
    script = Script(1)
    with pytest.raises(LeasedElsewhere):
        run(logged(script, Log(LeasedElsewhere())))
    assert script.sent == 0


def test_without_a_log_nothing_is_noted() -> None:
    assert run(logged(Script(1), None)) == "Hello"
    assert ask(Logged(Script(1))) == "Hello"


# Paced


@pytest.mark.parametrize(
    ("outcome", "seconds"), [(399, 4.0), (99, 1.0), (BadRequest("no"), 2.0), (LeasedElsewhere(), 0.0)]
)
def test_the_next_request_waits_for_what_this_one_took(outcome: Outcome, seconds: float) -> None:
    """6,000 tokens a minute are 100 a second; 200 were expected, 399 + 1 and 99 + 1 counted, or none."""
    pace = Pace(tokens_per_minute=6000)
    pace.take(1000.0, 200)
    send, ledger = Paced(Script(outcome), pace), Ledger(expected_tokens=200)
    if isinstance(outcome, int):
        ask(send, ledger)
    else:
        with pytest.raises(type(outcome)):
            ask(send, ledger)
    assert pace.take(1000.0, 0) == seconds


# Throttled


async def throttled(*outcomes: Outcome, limit: int = 8) -> tuple[Throttle, list[str]]:
    """The throttle, and what was notified of, after one question for each outcome."""
    clock, lines = Clock(), list[str]()
    throttle = Throttle(limit, clock=clock, sleep=clock.sleep)
    send, ledger = Throttled(Script(*outcomes), throttle, notify=lines.append), Ledger()
    failures = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    for _ in outcomes:
        ledger.attempts += 1
        with contextlib.suppress(*failures):
            await send(greet, ledger)
    return throttle, lines


@pytest.mark.parametrize(
    ("outcome", "allowed", "lines"),
    [
        (1, 8, []),
        (InvalidOutput("no answer"), 8, []),  # an answer that cannot be used is an answer
        (TransientError("timed out"), 2, ["timed out, attempt 1/6"]),
        (RateLimited("slow down"), 1, ["rate limited, attempt 1/6"]),
        (RateLimited("slow down", 7.0), 1, ["rate limited: waiting 7 s (server asked), attempt 1/6"]),
        (overloaded(7.0), 2, ["overloaded: waiting 7 s (server asked), attempt 1/6"]),
    ],
)
def test_the_throttle_learns_what_came_of_a_request(outcome: Outcome, allowed: int, lines: list[str]) -> None:
    throttle, notified = run(throttled(outcome))
    assert (throttle.allowed, notified) == (allowed, lines)


@pytest.mark.parametrize("error", [AuthError("wrong key"), BudgetExceeded("no more")])
def test_what_nobody_can_pass_stops_everybody(error: Exception) -> None:
    async def asking() -> None:
        throttle, _ = await throttled(error)
        async with throttle.slot():
            pass

    with pytest.raises(type(error)) as caught:
        run(asking())
    assert caught.value is error


# Retrying


def retried(*outcomes: Outcome) -> tuple[Script, Ledger, list[float], Exception | None]:
    clock, script, ledger = Clock(), Script(*outcomes), Ledger()
    try:
        ask(Retrying(script, sleep=clock.sleep), ledger)
    except JudgeError as fault:
        return script, ledger, clock.slept, fault
    return script, ledger, clock.slept, None


def test_what_may_pass_is_tried_again_until_it_does() -> None:
    script, ledger, slept, fault = retried(TransientError("failed"), RateLimited("slow down"), 1)
    assert (script.sent, ledger.attempts, fault) == (3, 3, None)
    assert len(slept) == 2


def test_after_six_attempts_the_last_failure_is_raised() -> None:
    failures = [TransientError(str(number)) for number in range(9)]
    script, _, _, fault = retried(*failures)
    assert (script.sent, fault) == (MAX_ATTEMPTS, failures[MAX_ATTEMPTS - 1])


def test_what_cannot_pass_is_not_tried_again() -> None:
    for fault in (BadRequest("no"), InvalidOutput("no answer"), AuthError("wrong key")):
        assert retried(fault)[0].sent == 1


def test_a_pause_that_the_server_named_is_the_throttles_to_wait_for() -> None:
    assert retried(RateLimited("slow down", 7.0), 1)[2] == [0]
