"""How many requests are in flight, and when nobody sends; no test waits, the clock is a test's own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.errors import (
    AuthError,
    BadRequest,
    EndpointDown,
    EndpointError,
    Interrupted,
    JudgeError,
    TransientError,
)
from llm_grader.gateway.pace import Pace
from llm_grader.gateway.throttle import DOWN_AFTER, LONGEST_PAUSE, Throttle
from llm_grader.gateway.work import Work, current_work
from tests.support.command_line import PATIENCE_S
from tests.support.scripted import Clock


def throttle(limit: int, clock: Clock | None = None) -> Throttle:
    clock = clock or Clock()
    return Throttle(limit, clock=clock, sleep=clock.sleep)


def proven(limit: int, clock: Clock | None = None) -> Throttle:
    """One whose first request was answered."""
    made = throttle(limit, clock)
    made.succeeded()
    return made


async def never_over(_seconds: float) -> None:
    """A sleep that does not end by itself."""
    await asyncio.Event().wait()


class Requests:
    """Requests that stay in flight until they are told to end."""

    def __init__(self, made: Throttle) -> None:
        self.throttle = made
        self.tasks: list[asyncio.Task[None]] = []
        self.in_flight = 0
        self._end = asyncio.Event()

    async def start(self, count: int) -> None:
        self.tasks += [asyncio.create_task(self._request()) for _ in range(count)]
        await self.settle()

    async def _request(self) -> None:
        async with self.throttle.slot():
            self.in_flight += 1
            try:
                await self._end.wait()
            finally:
                self.in_flight -= 1

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def end(self) -> None:
        self._end.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


def test_the_first_request_goes_alone_until_it_is_answered() -> None:
    async def test() -> None:
        requests = Requests(throttle(8))
        await requests.start(20)
        assert requests.in_flight == 1
        requests.throttle.succeeded()
        await requests.end()

    run(test)


def test_after_the_first_answer_all_that_are_allowed_go() -> None:
    async def test() -> None:
        requests = Requests(proven(8))
        await requests.start(20)
        assert requests.in_flight == 8
        await requests.end()

    run(test)


def test_as_long_as_nothing_is_answered_one_goes_at_a_time() -> None:
    made = throttle(8)
    made.failed()
    made.slow_down(None)
    assert made.allowed == 1


def test_when_it_is_stopped_nobody_sends_any_more() -> None:
    async def test() -> None:
        requests = Requests(throttle(8))
        await requests.start(20)
        fault = AuthError("no")
        requests.throttle.stop(fault)
        await requests.end()  # the one in flight ends, and the 19 that waited get the error
        assert [task.exception() for task in requests.tasks] == [None, *[fault] * 19]
        with pytest.raises(AuthError):
            async with requests.throttle.slot():
                pytest.fail("sent all the same")

    run(test)


def test_a_pause_holds_everybody_until_it_is_over() -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        made.slow_down(7.0)
        sent = []
        for _ in range(3):
            async with made.slot():
                sent.append(clock.now)
        assert sent == [1007.0] * 3
        assert clock.slept == [7.0]

    run(test)


def test_a_longer_pause_that_is_asked_for_meanwhile_is_kept() -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        made.slow_down(10.0)
        made.slow_down(2.0)
        async with made.slot():
            assert clock.now == 1010.0

    run(test)


@pytest.mark.parametrize(("answered", "goes_at"), [("the earlier one", 1007.0), ("the later one", 1000.0)])
def test_an_answer_to_what_was_sent_after_the_refused_one_ends_the_pause_for_others(
    answered: str, goes_at: float
) -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        async with made.slot() as earlier, made.slot() as refused, made.slot() as later:
            made.slow_down(7.0, refused)
            made.succeeded(earlier if answered == "the earlier one" else later)
            async with made.slot():
                assert clock.now == goes_at

    run(test)


def test_who_waits_for_the_end_of_a_pause_goes_on_when_it_ends_early() -> None:
    async def test() -> None:
        made = Throttle(4, clock=Clock(), sleep=never_over)
        made.succeeded()
        async with made.slot() as refused, made.slot() as later:
            made.slow_down(7.0, refused)
            waiting = Requests(made)
            await waiting.start(2)
            assert waiting.in_flight == 0
            made.succeeded(later)
            await waiting.settle()
            assert waiting.in_flight == 2
            await waiting.end()

    run(test)


def test_the_refused_one_waits_until_its_pause_is_over_though_others_go_on() -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        async with made.slot() as refused, made.slot() as later:
            made.slow_down(7.0, refused)
            made.succeeded(later)
        async with made.slot(not_before=1007.0):
            assert clock.now == 1007.0

    run(test)


def test_who_waits_for_the_end_of_a_pause_does_not_send_when_it_is_stopped() -> None:
    async def test() -> None:
        clock = Clock()

        async def stop_meanwhile(seconds: float) -> None:
            made.stop(AuthError("no"))
            await clock.sleep(seconds)

        made = Throttle(4, clock=clock, sleep=stop_meanwhile)
        made.succeeded()
        made.slow_down(5.0)
        with pytest.raises(AuthError):
            async with made.slot():
                pytest.fail("sent all the same")

    run(test)


@pytest.mark.parametrize("seconds", [LONGEST_PAUSE + 0.1, 600.0, 1e9])
def test_a_pause_longer_than_we_wait_ends_the_run_for_everybody(seconds: float) -> None:
    async def test() -> None:
        made = proven(4)
        with pytest.raises(EndpointDown, match=f"{seconds:.0f} s"):
            made.slow_down(seconds)
        with pytest.raises(EndpointDown):
            async with made.slot():
                pytest.fail("sent all the same")

    run(test)


def test_the_longest_pause_is_waited_for() -> None:
    proven(4).slow_down(LONGEST_PAUSE)


# As much as the endpoint accepts.


def one_round(made: Throttle, refused: int, outcomes: int) -> int:
    """What is allowed after so many outcomes of requests that were sent together, of which some were refused."""
    for number in range(outcomes):
        if number < refused:
            made.slow_down(None)
        else:
            made.succeeded()
    return made.allowed


def test_a_burst_of_refusals_halves_once() -> None:
    async def test() -> None:
        made = proven(64)
        made.succeeded()  # the 64 are counted with it: a round of 64 outcomes, and one left over
        together = asyncio.Barrier(64)

        async def request() -> None:
            async with made.slot() as sent:
                await together.wait()
                made.slow_down(None, sent)

        await asyncio.gather(*(request() for _ in range(64)))
        assert made.allowed == 32

    run(test)


@pytest.mark.parametrize(
    ("refused", "allowed"),
    [
        (0, 64),
        (6, 64),  # 58 ÷ .85 = 68.2, and no more than the limit
        (10, 64),  # 54 ÷ .85 = 63.5
        (16, 57),  # 48 ÷ .85 = 56.5
        (40, 32),  # 24 ÷ .85 = 28.2, and half at least
        (64, 32),
    ],
)
def test_what_was_accepted_is_allowed_and_a_little_more(refused: int, allowed: int) -> None:
    made = throttle(64)
    made.succeeded()
    one_round(made, 0, 63)
    assert one_round(made, refused, 64) == allowed


def test_an_endpoint_that_takes_twenty_at_a_time_gets_as_many_and_a_little_more() -> None:
    made = throttle(64)
    made.succeeded()
    one_round(made, 0, 63)
    history = [one_round(made, max(0, made.allowed - 20), made.allowed) for _ in range(12)]
    assert history[:3] == [32, 24, 24]  # 20 ÷ .85 = 23.5
    assert set(history[1:]) == {24}


def test_refusals_at_random_do_not_hold_it_down() -> None:
    chance = random.Random(7)  # noqa: S311 - made-up refusals
    made = throttle(64)
    made.succeeded()
    allowed = []
    for _ in range(2000):
        made.slow_down(None) if chance.random() < 0.1 else made.succeeded()
        allowed.append(made.allowed)
    assert sum(allowed) / len(allowed) > 60


def test_it_recovers_by_a_sixth_each_round() -> None:
    made = throttle(64)
    made.succeeded()
    made.allowed = 4
    assert [one_round(made, 0, made.allowed) for _ in range(6)] == [5, 6, 8, 10, 12, 15]


def test_a_refusal_before_anything_was_answered_keeps_it_to_one() -> None:
    made = throttle(64)
    assert one_round(made, 9, 9) == 1


# Nothing but one fault.


def met(made: Throttle, fault: JudgeError, times: int) -> None:
    """Another conversation meets a fault so many times."""
    token = current_work.set(Work())
    try:
        for _ in range(times):
            made.refused(fault)
    finally:
        current_work.reset(token)


def rejection(sentence: str = "Tools are not supported.") -> BadRequest:
    fault = BadRequest("the endpoint rejects the request (HTTP 400)")
    fault.sentence = sentence
    return fault


def test_the_same_rejection_of_three_conversations_and_nothing_else_stops_the_run() -> None:
    made = throttle(64)
    met(made, rejection(), 1)
    met(made, rejection(), 1)
    assert made.allowed == 2
    with pytest.raises(EndpointError, match=r"“Tools are not supported.”: run `llm-grader doctor`") as caught:
        met(made, rejection(), 1)
    assert caught.value.exit_code == 4


def test_the_same_failure_of_two_conversations_in_all_their_attempts_stops_the_run() -> None:
    made = throttle(64)
    met(made, TransientError("the endpoint failed (HTTP 500)"), 11)
    with pytest.raises(EndpointError):
        met(made, TransientError("the endpoint failed (HTTP 500)"), 1)


def test_what_one_conversation_meets_again_and_again_does_not_stop_the_others() -> None:
    made = throttle(64)
    met(made, TransientError("the endpoint failed (HTTP 500)"), 50)


def test_different_faults_do_not_stop_the_run() -> None:
    made = throttle(64)
    for number in range(20):
        met(made, rejection(f"No {number % 2}"), 1)


def test_an_endpoint_that_has_answered_once_is_set_up_rightly() -> None:
    made = proven(64)
    for _ in range(20):
        met(made, rejection(), 1)
    assert made.allowed == 64


def test_a_lowered_limit_holds_for_what_is_in_flight_already() -> None:
    async def test() -> None:
        requests = Requests(proven(8))
        await requests.start(8)
        one_round(requests.throttle, 8, 8)
        assert requests.throttle.allowed == 4
        await requests.start(8)
        assert requests.in_flight == 8  # nothing is called back, and nothing new goes
        await requests.end()

    run(test)


# An endpoint that does not answer.


def test_an_endpoint_that_fails_for_a_minute_is_down() -> None:
    clock = Clock()
    made = proven(4, clock)
    made.failed()
    clock.now += DOWN_AFTER - 1
    made.failed()
    clock.now += 1
    with pytest.raises(EndpointDown, match="run again later"):
        made.failed()


@pytest.mark.parametrize("answered", [lambda made: made.succeeded(), lambda made: made.slow_down(None)])
def test_any_answer_shows_that_it_is_not_down(answered: Callable[[Throttle], None]) -> None:
    clock = Clock()
    made = proven(4, clock)
    made.failed()
    clock.now += DOWN_AFTER
    answered(made)
    made.failed()
    clock.now += DOWN_AFTER - 1
    made.failed()


# No slot is lost.


def test_whoever_gives_up_waiting_takes_no_slot() -> None:
    async def test() -> None:
        requests = Requests(proven(2))
        await requests.start(6)
        for task in requests.tasks[:5]:
            task.cancel()
        await requests.settle()
        assert requests.in_flight == 1
        await requests.start(4)
        assert requests.in_flight == 2
        await requests.end()

    run(test)


def test_whoever_gives_up_in_a_pause_returns_the_slot() -> None:
    async def test() -> None:
        clock = Clock()
        made = Throttle(1, clock=clock, sleep=never_over)
        made.succeeded()
        made.slow_down(5.0)
        requests = Requests(made)
        await requests.start(1)
        requests.tasks[0].cancel()
        await requests.settle()
        clock.now += 5
        await requests.start(1)
        assert requests.in_flight == 1
        await requests.end()

    run(test)


@given(st.integers(1, 6), st.lists(st.sampled_from(["ok", "slow", "wait", "fail"]), max_size=40))
def test_never_more_in_flight_than_allowed(limit: int, script: list[str]) -> None:
    async def test() -> None:
        clock = Clock()
        made = throttle(limit, clock)
        in_flight, outcomes = 0, iter(script)

        async def worker() -> None:
            nonlocal in_flight
            for outcome in outcomes:
                async with made.slot() as sent:
                    in_flight += 1
                    assert in_flight <= limit
                    await asyncio.sleep(0)
                    in_flight -= 1
                    if outcome == "ok":
                        made.succeeded()
                    elif outcome == "fail":
                        made.failed()
                    else:
                        made.slow_down(None if outcome == "slow" else 1.0, sent)
                    assert 1 <= made.allowed <= limit

        await asyncio.wait_for(asyncio.gather(*(worker() for _ in range(8))), timeout=PATIENCE_S)

    run(test)


def test_one_conversation_that_is_never_answered_does_not_stop_the_others() -> None:
    async def fail(made: Throttle, clock: Clock, times: int) -> None:
        current_work.set(Work())
        for _ in range(times):
            clock.now += DOWN_AFTER
            made.failed()

    async def test() -> None:
        clock = Clock()
        made = throttle(8, clock)
        await asyncio.create_task(fail(made, clock, 6))
        assert made.allowed == 2  # whether it is the endpoint, another one shows
        made.succeeded()
        await asyncio.create_task(fail(made, clock, 6))
        with pytest.raises(EndpointDown):
            await asyncio.create_task(fail(made, clock, 1))

    run(test)


# Asked to finish.


def test_who_waits_with_new_work_gives_up_when_the_run_is_to_finish() -> None:
    async def test() -> None:
        made = Throttle(4, pace=Pace(requests_per_minute=1), clock=Clock(), sleep=never_over)
        made.succeeded()

        async def grade(*, begun: bool) -> None:
            work = Work()
            work.begun = begun
            current_work.set(work)
            async with made.slot():
                await asyncio.Event().wait()

        first = asyncio.create_task(grade(begun=False))
        await asyncio.sleep(0.01)
        begun = asyncio.create_task(grade(begun=True))
        new = [asyncio.create_task(grade(begun=False)) for _ in range(6)]  # some wait for their turn, some behind
        await asyncio.sleep(0.01)
        assert made.finish() == 6
        for task in new:
            with pytest.raises(Interrupted):
                await task
        with pytest.raises(Interrupted):
            await asyncio.create_task(grade(begun=False))
        assert not first.done()
        assert not begun.done()  # it waits for its turn
        made.stop(AuthError("no"))
        with pytest.raises(AuthError):
            await begun
        first.cancel()

    run(test)


def test_work_that_has_begun_is_finished() -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        current_work.set(Work())
        async with made.slot():
            assert made.finish() == 0
        made.slow_down(3.0)
        async with made.slot():
            assert clock.now == 1003.0
        made.restart(4)
        current_work.set(Work())
        async with made.slot():
            pass

    run(test)


# One run after the other.


def test_a_new_run_begins_though_the_last_one_was_stopped() -> None:
    async def test() -> None:
        clock = Clock()
        made = proven(4, clock)
        made.failed()
        made.stop(AuthError("no"))
        made.restart(4)
        async with made.slot():
            assert made.allowed == 4
        clock.now += DOWN_AFTER
        made.failed()  # the first one of this run

    run(test)


@pytest.mark.parametrize(("limit", "allowed"), [(64, 64), (2, 2), (8, 8)])
def test_a_new_run_has_a_limit_of_its_own(limit: int, allowed: int) -> None:
    made = proven(8)
    made.restart(limit)
    assert (made.limit, made.allowed) == (limit, allowed)


def test_a_new_run_is_as_careful_as_the_last_one_had_to_be() -> None:
    made = proven(8)
    one_round(made, 8, 9)
    made.restart(64)
    assert made.allowed == 4
    fresh = throttle(8)
    fresh.restart(64)
    assert fresh.allowed == 1  # nothing was answered yet
