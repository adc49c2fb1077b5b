"""Limits by the minute: kept for requests and tokens, by all who ask, as a server sees it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from llm_grader.endpoint import Endpoint
from llm_grader.grader import Grader
from llm_grader.pace import Pace, pace_of
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion, failure
from tests.command_line import grading, judged, run, write_cases, write_rubric
from tests.scripted import answers, rubric, transcript


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


# As a server sees it. The first request may arrive late on a busy machine, so that what follows seems early.

_LATE = 0.15


def span(server: ScriptedServer) -> float:
    """Seconds from the first request to the last."""
    times = [request.at for request in server.requests]
    return max(times) - min(times) + _LATE


def respond(request: ScriptedRequest) -> ScriptedResponse:
    return completion(answers(*request.asked()))


def test_all_workers_keep_the_limit_on_requests() -> None:
    """600 a minute are one in 0.1 s: eleven take a second, whatever the concurrency."""
    with ScriptedServer(respond) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, requests_per_minute=600)
        graders = [Grader(rubric(), endpoint=endpoint) for _ in range(2)]
        for grader, count in zip(graders, (6, 5), strict=True):
            about = [transcript(f"t{number}") for number in range(count)]
            assert {card.status for card in grader.grade_many(about, concurrency=8)} == {"ok"}
    assert len(server.requests) == 11
    assert span(server) >= 0.6  # of 1.0, as the first request may arrive late; without turns all come at once


def test_requests_that_are_tried_again_count() -> None:
    def refused(request: ScriptedRequest) -> ScriptedResponse:
        return failure(500) if request.number % 2 == 0 else respond(request)

    with ScriptedServer(refused) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, requests_per_minute=600)
        cards = list(Grader(rubric(), endpoint=endpoint).grade_many(transcript(f"t{n}") for n in range(4)))
    assert {card.status for card in cards} == {"ok"}
    assert len(server.requests) == 8
    assert span(server) >= 0.4


def test_the_limit_on_tokens_goes_by_what_the_server_counts() -> None:
    """The prompt is estimated at some 500 tokens, and the server says 2,000: at 10,000 a second, one in 0.2 s."""
    usage = {"prompt_tokens": 1900, "completion_tokens": 100, "total_tokens": 2000}

    def counted(request: ScriptedRequest) -> ScriptedResponse:
        return completion(answers(*request.asked()), usage=usage)

    with ScriptedServer(counted) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, tokens_per_minute=600_000)
        about = [transcript(f"t{number}") for number in range(6)]
        list(Grader(rubric(), endpoint=endpoint).grade_many(about, concurrency=1))
    assert len(server.requests) == 6
    assert span(server) >= 0.6


def test_after_a_pause_requests_do_not_come_all_at_once() -> None:
    def paused(request: ScriptedRequest) -> ScriptedResponse:
        return failure(429, "rate_limit", retry_after_ms="600") if request.number == 3 else respond(request)

    with ScriptedServer(paused) as server:
        endpoint = Endpoint(model="m", base_url=server.base_url, requests_per_minute=600)
        about = [transcript(f"t{number}") for number in range(8)]
        cards = list(Grader(rubric(), endpoint=endpoint).grade_many(about, concurrency=8))
    assert {card.status for card in cards} == {"ok"}
    assert len(server.requests) == 9
    assert span(server) >= 1.0  # of 1.3: four, the pause, five; without turns after it .9


def test_limits_change_no_key() -> None:
    keys = [
        Grader(rubric(), endpoint=Endpoint(model="m", base_url="http://127.0.0.1:1/v1", requests_per_minute=limit)).key(
            transcript()
        )
        for limit in (None, 5)
    ]
    assert keys[0] == keys[1]


def test_the_command_line_keeps_limits_from_flags_and_settings(tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_cases(tmp_path, 6)
    with ScriptedServer(judged) as server:
        command = grading(tmp_path, server.base_url, "--no-store", "--json")
        assert run(*command, "--requests-per-minute", "600", folder=tmp_path).code == 0
        assert span(server) >= 0.5
        server.requests.clear()
        # 1,100 tokens as the server counts them: at 300,000 a minute one in 0.22 s.
        (tmp_path / "llm-grader.toml").write_text("tokens_per_minute = 300000\n", "utf-8")
        assert run(*command, "--limit", "4", "--concurrency", "1", folder=tmp_path).code == 0
        assert span(server) >= 0.66
        wrong = run(*command, "--requests-per-minute", "0", folder=tmp_path)
    assert wrong.code == 2
