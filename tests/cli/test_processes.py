"""`grade --processes`: several processes do one run, and whatever becomes of one, nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, failure
from tests.support.command_line import (
    Command,
    Finished,
    case_of,
    grading,
    judged,
    run,
    stored,
    told_right,
    wait_until,
    write_cases,
    write_rubric,
)

CASES = 60
IN_FLIGHT = 8
PRICED = 'model = "scripted"\n[prices.scripted]\ninput = 1.0\noutput = 10.0\n'

DIES_AT_ONCE = """\
import os, sys
if any("spawn_main" in argument for argument in sys.orig_argv):
    os._exit(7)
"""
"""Module that Python begins with: a process of a run ends before it has begun."""

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    write_cases(tmp_path, CASES)
    return tmp_path


def command(desk: Path, server: ScriptedServer, *more: str | int) -> list[str]:
    return grading(desk, server.base_url, "--processes", 2, "--concurrency", IN_FLIGHT, *more)


def slowly(request: ScriptedRequest) -> ScriptedResponse:
    return judged(request)._replace(delay=0.2)


def paid(server: ScriptedServer) -> Counter[int]:
    return Counter(case_of(request) for request in server.requests if request.body)


def totals(ended: Finished) -> list[str]:
    return [line for line in ended.stderr.splitlines() if " graded: " in line]


def test_two_processes_grade_each_conversation_once_and_speak_as_one(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        ended = run(*command(desk, server, "--json"), folder=desk)
        assert ended.code == 0, ended.stderr
        assert paid(server) == Counter(range(CASES))
        assert sorted(card.transcript_id for card in ended.cards()) == [f"case-{case:04}" for case in range(CASES)]
        assert all(map(told_right, ended.cards()))
        (line,) = totals(ended)
        assert line.startswith(f"{CASES} graded: {CASES} ok, 0 needs_review, 0 error; {CASES} requests")
        with Store(desk / "llm-grader.db") as store:
            (once,) = store.runs()
        assert once.ok == CASES
        again = run(*grading(desk, server.base_url), folder=desk)
        assert (again.code, len(server.requests)) == (0, CASES)


def test_many_long_conversations_are_each_graded_once(desk: Path) -> None:
    # what two processes are sent ahead, 2 x 64 conversations of 10 kB, is more than their pipes hold
    number = 2000
    write_cases(desk, number, words=lambda case: f"I ask about parcel {case} again. " * 300)
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--processes", 2), folder=desk)
        assert ended.code == 0, ended.stderr
        assert paid(server) == Counter(range(number))
    assert stored(desk).keys() == {f"case-{case:04}" for case in range(number)}
    (line,) = totals(ended)
    assert line.startswith("2000 graded: 2000 ok, 0 needs_review, 0 error;")
    assert "2,000 requests, 2,000,000 + 200,000 tokens" in line  # 1,000 + 100 each


def test_processes_that_die_before_they_can_begin_stop_the_run(desk: Path) -> None:
    (desk / "sitecustomize.py").write_text(DIES_AT_ONCE, "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*command(desk, server), folder=desk, environment={"PYTHONPATH": str(desk)})
        assert ended.code == 75
        assert "a process has ended before it could begin (exit code 7); nothing is lost: run again" in ended.stderr
        assert server.requests == []
        assert run(*command(desk, server), folder=desk).code == 0
    assert len(stored(desk)) == CASES


def test_without_a_store_they_work_all_the_same(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        ended = run(*command(desk, server, "--no-store", "--json"), folder=desk)
    assert (ended.code, len(ended.cards()), len(server.requests)) == (0, CASES, CASES)
    assert not (desk / "llm-grader.db").exists()


def test_no_transcripts_holds_in_every_process(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        assert run(*command(desk, server, "--no-transcripts"), folder=desk).code == 0
    with Store(desk / "llm-grader.db") as store, store.locked() as db:
        assert db.execute("select count(*) from texts").fetchone() == (0,)


def test_requests_are_limited_over_all_processes_together(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        ended = run(*command(desk, server, "--max-requests", 25), folder=desk)
        assert (ended.code, len(server.requests)) == (75, 25)
        assert ended.stderr.count("the limit of 25 requests is reached") == 1
        rest = run(*grading(desk, server.base_url), folder=desk)
    assert (rest.code, len(stored(desk))) == (0, CASES)
    assert paid(server) == Counter(range(CASES))


def test_cost_is_limited_over_all_processes_together(desk: Path) -> None:
    # a request takes 1,000 + 100 tokens, at $1 and $10 a million: $.002; so $.05 are 25 requests, and one more may pass
    (desk / "llm-grader.toml").write_text(PRICED, "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*command(desk, server, "--max-cost", "0.05"), folder=desk)
    assert ended.code == 75
    assert len(server.requests) <= 26
    assert len(stored(desk)) == len(server.requests)


def test_a_wrong_key_is_told_once_and_costs_a_request_a_process(desk: Path) -> None:
    with ScriptedServer(lambda _request: failure(401, "invalid_api_key")) as server:
        ended = run(*command(desk, server), folder=desk)
    assert ended.code == 4
    assert len([line for line in ended.stderr.splitlines() if line.startswith("llm-grader:")]) == 1
    assert 1 <= len(server.requests) <= 2


@needs_proc
def test_a_process_that_is_killed_loses_nothing(desk: Path) -> None:
    with ScriptedServer(slowly) as server:
        process = Command(*command(desk, server), folder=desk)
        wait_until(lambda: len(server.requests) >= 2 * IN_FLIGHT)
        victim, _other = process.workers()
        os.kill(victim, signal.SIGKILL)
        ended = process.wait()
        assert ended.code == 75
        assert "a process that was grading has ended (exit code -9)" in ended.stderr
        wait_until(lambda: server.idle)
        kept = {int(id_.removeprefix("case-")) for id_ in stored(desk)}
        lost = paid(server).keys() - kept
        assert len(lost) <= IN_FLIGHT // 2  # what the victim had in flight
        assert CASES - len(kept) <= IN_FLIGHT  # what the victim was sent ahead: the other one did all else
        rest = run(*grading(desk, server.base_url), folder=desk)
        assert (rest.code, len(stored(desk))) == (0, CASES)
        assert paid(server) == Counter(range(CASES)) + Counter(lost)


@needs_proc
def test_when_the_first_process_is_killed_the_others_keep_what_is_in_flight_and_end(desk: Path) -> None:
    with ScriptedServer(slowly) as server:
        process = Command(*command(desk, server), folder=desk)
        wait_until(lambda: len(server.requests) >= 2 * IN_FLIGHT)
        workers = process.workers()
        process.send(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers))
        assert {f"case-{case:04}" for case in paid(server)} == stored(desk).keys()
        rest = run(*grading(desk, server.base_url), folder=desk)
        assert (rest.code, len(stored(desk))) == (0, CASES)
        assert paid(server) == Counter(range(CASES))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_all_processes_finish_what_is_in_flight(desk: Path, number: signal.Signals, code: int) -> None:
    with ScriptedServer(slowly) as server:
        process = Command(*command(desk, server), folder=desk)
        wait_until(lambda: len(server.requests) >= 2 * IN_FLIGHT)
        process.send(number)
        ended = process.wait()
        assert ended.code == code
        assert "Traceback" not in ended.stderr
        assert len(totals(ended)) == 1
        assert {f"case-{case:04}" for case in paid(server)} == stored(desk).keys()
        assert len(server.requests) < CASES
        rest = run(*grading(desk, server.base_url), folder=desk)
        assert rest.code == 0
        assert paid(server) == Counter(range(CASES))


@needs_proc
def test_a_signal_before_they_can_begin_ends_them_without_a_request(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        process = Command(*command(desk, server), folder=desk)
        wait_until(process.workers)
        process.send(signal.SIGINT)
        ended = process.wait()
        assert (ended.code, "Traceback" in ended.stderr) == (130, False), ended.stderr
        assert server.requests == []


def test_a_second_signal_ends_them_at_once(desk: Path) -> None:
    with ScriptedServer(lambda request: judged(request)._replace(delay=30.0)) as server:
        process = Command(*command(desk, server), folder=desk)
        wait_until(lambda: len(server.requests) >= 2)
        process.send(signal.SIGINT)
        wait_until(lambda: "again = abort" in process.stderr())
        process.send(signal.SIGINT)
        ended = process.wait()
    assert ended.code == 130
    assert "aborted; what was finished is stored" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_embedded_model_is_not_spread_over_processes(desk: Path) -> None:
    local = ["grade", str(desk / "cases.jsonl"), "--rubric", str(desk / "desk.yaml"), "--model", "local"]
    ended = run(*local, "--processes", "2", folder=desk)
    assert ended.code == 2
    assert "the embedded model already uses all cores" in ended.stderr
