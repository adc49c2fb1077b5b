"""Limits by the minute: kept for requests and tokens, by all who ask, as a server sees it."""

from __future__ import annotations

import asyncio
import selectors
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.support.client_libraries  # noqa: F401 - no test's time goes into loading them
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.pace import Pace, pace_of
from llm_grader.gateway.throttle import Throttle
from llm_grader.grader.grader import Grader
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion, failure
from tests.support.command_line import Command, grading, judged, run, stored, wait_until, write_cases, write_rubric
from tests.support.scripted import answers, rubric, transcript


def sent_at(pace: Pace, requests: Sequence[tuple[float, float]]) -> list[float]:
    """When requests of so many (estimated, true) tokens are sent, one waiting for the other."""
    now, times = 0.0, []
    for estimated, true in requests:
        while (wait := pace.take(now, estimated)) > 0:
            now += wait
        times.append(now)
        pace.correct(estimated, true)
    return times


def test_requests_are_spread_over_the_minute() -> None:
    """120 a minute are two a second."""
    assert sent_at(Pace(requests_per_minute=120), [(0, 0)] * 5) == [0, 0.5, 1, 1.5, 2]


def test_tokens_are_spread_over_the_minute() -> None:
    """6,000 a minute are 100 a second."""
    assert sent_at(Pace(tokens_per_minute=6000), [(200, 200)] * 3) == [0, 2, 4]


def test_the_tighter_limit_counts() -> None:
    pace = Pace(requests_per_minute=60, tokens_per_minute=6000)
    assert sent_at(pace, [(50, 50), (300, 300), (50, 50)]) == [0, 1, 4]


def test_what_the_server_counted_replaces_the_estimate() -> None:
    assert sent_at(Pace(tokens_per_minute=6000), [(100, 500), (500, 100), (100, 100)]) == [0, 5, 6]


def test_a_turn_that_was_not_used_is_free_for_the_next_one() -> None:
    pace = Pace(requests_per_minute=60, tokens_per_minute=6000)
    assert pace.take(1000.0, 500) == 0
    pace.give_back(500)
    assert pace.take(1000.0, 500) == 0
    assert pace.take(1000.0, 500) == 5


def test_who_was_idle_has_no_credit() -> None:
    pace = Pace(requests_per_minute=60)
    assert pace.take(1000.0, 0) == 0
    assert pace.take(1000.0, 0) == 1


def test_a_request_larger_than_the_limit_is_sent_and_the_next_one_waits() -> None:
    assert sent_at(Pace(tokens_per_minute=60), [(120, 120), (1, 1)]) == [0, 120]


@given(
    tokens=st.lists(st.integers(1, 2000), min_size=2, max_size=60),
    requests_per_minute=st.integers(1, 600),
    tokens_per_minute=st.integers(100, 60_000),
)
def test_no_minute_holds_more_than_is_allowed(
    tokens: list[int], requests_per_minute: int, tokens_per_minute: int
) -> None:
    pace = Pace(requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute)
    times = sent_at(pace, [(count, count) for count in tokens])
    for start in times:
        inside = [number for number, at in enumerate(times) if start <= at < start + 60 - 1e-6]
        assert len(inside) <= requests_per_minute
        assert sum(tokens[number] for number in inside[:-1]) <= tokens_per_minute * (1 + 1e-9)


def test_all_who_ask_one_model_share_a_pace() -> None:
    def pace(clock: object = time.monotonic, **settings: object) -> Pace | None:
        fields = {"model": "m", "base_url": "https://here/v1", "requests_per_minute": 60, **settings}
        return pace_of(Endpoint.model_validate(fields), clock)  # type: ignore[arg-type]

    assert pace() is pace(api_key="another")
    assert pace() is not pace(model="n")
    assert pace() is not pace(base_url="https://there/v1")
    assert pace() is not pace(requests_per_minute=None, tokens_per_minute=60)
    assert pace(requests_per_minute=None) is None


# Exactly, by a clock that passes at once while everybody waits.


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose time passes when there is nothing else to do."""

    def __init__(self) -> None:
        super().__init__(_Skipping(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _Skipping(selectors.SelectSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.now += timeout or 0.0
        return super().select(0)


def sent_by_workers(
    number: int, *, takes: float, pause_asked_by: int | None = None, requests_per_minute: int = 600
) -> list[float]:
    """When eight workers send so many requests that take so many seconds; one may be told to pause for 0.6 s."""
    times: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(requests_per_minute=requests_per_minute)
        throttle = Throttle(8, pace=pace, clock=loop.time)

        async def worker() -> None:
            while len(times) < number:
                async with throttle.slot() as sent:
                    if len(times) == number:
                        return
                    times.append(round(loop.time(), 6))
                    mine = len(times)
                    await asyncio.sleep(takes)
                    if mine == pause_asked_by:
                        throttle.slow_down(0.6, sent)
                    else:
                        throttle.succeeded()

        await asyncio.gather(*(worker() for _ in range(8)))

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        runner.run(run())
    return times


def test_workers_send_when_it_is_their_turn() -> None:
    """600 a minute are one in 0.1 s, however long the answers take."""
    assert sent_by_workers(6, takes=0.01) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert sent_by_workers(6, takes=0.25) == [0, 0.25, 0.35, 0.45, 0.55, 0.65]  # the first goes alone
    assert sent_by_workers(3, takes=0.01, requests_per_minute=1) == [0, 60, 120]


def test_after_a_pause_workers_do_not_send_all_at_once() -> None:
    assert sent_by_workers(9, takes=0.01, pause_asked_by=4) == [0, 0.1, 0.2, 0.3, 0.91, 1.01, 1.11, 1.21, 1.31]


# As a server sees it. From the start of the run, no request can come before its turn, however busy the machine is.


def respond(request: ScriptedRequest) -> ScriptedResponse:
    return completion(answers(*request.item_ids()))


def grade(number: int, *graders: Grader, concurrency: int = 8) -> None:
    for grader in graders:
        about = [transcript(f"t{each}") for each in range(number)]
        assert {card.status for card in grader.grade_many(about, concurrency=concurrency)} == {"ok"}


def test_all_graders_keep_the_limit_on_requests() -> None:
    """600 a minute are one in 0.1 s: twelve take 1.1 s, whatever the concurrency."""
    with ScriptedServer(respond) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, requests_per_minute=600)
        began = time.monotonic()
        grade(6, *(Grader(rubric(), endpoint=endpoint) for _ in range(2)))
    assert len(server.requests) == 12
    assert server.requests[-1].at - began >= 1.1


def test_requests_that_are_tried_again_count() -> None:
    def refused(request: ScriptedRequest) -> ScriptedResponse:
        return failure(429, "rate_limit", retry_after_ms="1") if request.number % 2 == 0 else respond(request)

    with ScriptedServer(refused) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, requests_per_minute=600)
        began = time.monotonic()
        grade(4, Grader(rubric(), endpoint=endpoint))
    assert len(server.requests) == 8
    assert server.requests[-1].at - began >= 0.7


def test_the_limit_on_tokens_goes_by_what_the_server_counts() -> None:
    """The prompt is estimated at some 500 tokens, and the server says 2,000: at 10,000 a second, one in 0.2 s."""
    usage = {"prompt_tokens": 1900, "completion_tokens": 100, "total_tokens": 2000}

    def counted(request: ScriptedRequest) -> ScriptedResponse:
        return completion(answers(*request.item_ids()), usage=usage)

    with ScriptedServer(counted) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, tokens_per_minute=600_000)
        began = time.monotonic()
        grade(6, Grader(rubric(), endpoint=endpoint), concurrency=1)
    assert len(server.requests) == 6
    assert server.requests[-1].at - began >= 1.0


def test_limits_change_no_key() -> None:
    endpoints = [Endpoint(model="m", base_url="http://127.0.0.1:1/v1", requests_per_minute=n) for n in (None, 5)]
    keys = [Grader(rubric(), endpoint=endpoint).provenance(transcript()).key for endpoint in endpoints]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("flags", "settings"),
    [(("--requests-per-minute", "1"), ""), ((), "requests_per_minute = 1"), ((), "tokens_per_minute = 1100")],
)
def test_the_command_line_keeps_limits_from_flags_and_settings(
    tmp_path: Path, flags: tuple[str, ...], settings: str
) -> None:
    """One request, or the 1,100 tokens that the server counts for it, is all for a minute."""
    write_rubric(tmp_path)
    write_cases(tmp_path, 3)
    (tmp_path / "llm-grader.toml").write_text(settings, "utf-8")
    with ScriptedServer(judged) as server:
        command = Command(*grading(tmp_path, server.base_url, *flags), folder=tmp_path)
        wait_until(lambda: len(stored(tmp_path)) == 1)
        time.sleep(0.5)
        command.send(signal.SIGINT)  # nobody waits for a minute to be over
        ended = command.wait()
        assert len(server.requests) == 1
    assert ended.code == 130
    assert "finishing 0 in flight" in ended.stderr


def test_a_limit_of_none_at_all_is_refused(tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_cases(tmp_path, 1)
    wrong = run(*grading(tmp_path, "http://127.0.0.1:1/v1", "--requests-per-minute", "0"), folder=tmp_path)
    assert wrong.code == 2
    assert "Invalid value for '--requests-per-minute'" in wrong.stderr
