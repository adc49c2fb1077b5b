"""No acknowledged result is lost or doubled: by kill -9, by a second process, by a full disk, by a signal."""

from __future__ import annotations

import random
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llm_grader.store.leases import read_in_doubt
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer
from tests.support.command_line import (
    PATIENCE_S,
    Abreast,
    Command,
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

KILLS = 25
CASES = 1000  # about 8 are graded before a kill: however slowly it comes, something is left for the next one
CONCURRENCY = 8


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    return tmp_path


def judged_slowly(request: ScriptedRequest) -> ScriptedResponse:
    return judged(request)._replace(delay=0.03)


def paid(server: ScriptedServer, *, since: int = 0) -> Counter[str]:
    """Transcript id → number of requests; one that a kill cut off before its end never arrived."""
    return Counter(f"case-{case_of(request):04}" for request in server.requests[since:] if request.body)


class Gate:
    """A server's script that answers the first case at once, and the others when it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def __call__(self, request: ScriptedRequest) -> ScriptedResponse:
        if request.number:
            self.opened.wait(PATIENCE_S)
        return judged(request)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


def test_kill_9_at_random_moments_loses_and_doubles_nothing(desk: Path) -> None:
    write_cases(desk, CASES)
    moments = random.Random(22)  # noqa: S311 - moments, not secrets
    acknowledged: dict[str, str] = {}
    every_case = [f"case-{case:04}" for case in range(CASES)]
    expected = Counter(every_case)
    with ScriptedServer(judged_slowly) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", CONCURRENCY)
        for _ in range(KILLS):
            before = len(server.requests)
            process = Command(*command, folder=desk)
            enough = before + moments.randint(0, 12)
            wait_until(lambda: len(server.requests) >= enough)  # noqa: B023 - called here and now
            time.sleep(moments.uniform(0, 0.1))
            process.send(signal.SIGKILL)
            ended = process.wait()
            assert ended.code == -signal.SIGKILL
            wait_until(lambda: server.idle)  # what it had sent may still be on its way
            kept = stored(desk)
            in_flight = paid(server, since=before).keys() - kept.keys()
            assert len(in_flight) <= CONCURRENCY
            with Store(desk / "llm-grader.db") as store:
                assert len(in_flight) <= len(read_in_doubt(store)) <= CONCURRENCY
            expected.update(in_flight)  # nobody knows whether they were answered: they are asked again
            for card in ended.cards():
                assert kept[card.transcript_id] == card
                first = acknowledged.setdefault(card.transcript_id, card.model_dump_json())
                assert first == card.model_dump_json()
        ended = run(*command, folder=desk)
        assert ended.code == 0
        assert paid(server) == expected
        assert sorted(card.transcript_id for card in ended.cards()) == every_case
        assert all(map(told_right, ended.cards()))
        assert {card.transcript_id: card.model_dump_json() for card in ended.cards()}.items() >= acknowledged.items()
        finished = run(*command, folder=desk)
        assert finished.code == 0
        assert f"resuming: {CASES} done, 0 in doubt, 0 left" in finished.stderr
        assert len(finished.cards()) == CASES
        assert paid(server) == expected


def test_the_next_start_tells_what_is_done_in_doubt_and_left(desk: Path, gate: Gate) -> None:
    write_cases(desk, 20)
    with ScriptedServer(gate) as server:
        command = grading(desk, server.base_url, "--concurrency", 4)
        process = Command(*command, folder=desk)
        wait_until(lambda: len(server.requests) == 5)  # the first was answered, four hang
        process.send(signal.SIGKILL)
        process.wait()
        gate.opened.set()
        again = run(*command, folder=desk)
    assert again.code == 0
    assert "resuming: 1 done, 4 in doubt, 19 left" in again.stderr
    assert len(server.requests) == 20 + 4


def test_two_processes_share_one_store_and_pay_for_each_transcript_once(desk: Path) -> None:
    write_cases(desk, 300)
    script = Abreast(judged_slowly, steps=30)
    with ScriptedServer(script) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", CONCURRENCY)
        ended = script.pair(command, folder=desk)
    assert [end.code for end in ended] == [0, 0]
    assert sorted(map(case_of, server.requests)) == list(range(300))
    for end in ended:
        assert sorted(card.transcript_id for card in end.cards()) == [f"case-{n:04}" for n in range(300)]
        assert all(map(told_right, end.cards()))
    with closing(sqlite3.connect(desk / "llm-grader.db")) as db:
        contributed = [row[0] for row in db.execute("select count(*) from attempts group by run_id")]
        assert db.execute("select count(*) from results").fetchone() == (300,)
        assert db.execute("select count(*) from claims").fetchone() == (0,)
    assert len(contributed) == 2
    assert min(contributed) >= 30  # both worked, not one after the other


def test_a_process_that_was_killed_holds_up_no_other(desk: Path, gate: Gate) -> None:
    write_cases(desk, 12)
    with ScriptedServer(gate) as server:
        command = grading(desk, server.base_url, "--concurrency", 4)
        killed = Command(*command, folder=desk)
        wait_until(lambda: len(server.requests) == 5)
        other = Command(*command, folder=desk)
        wait_until(lambda: len(server.requests) == 5 + 1)  # its first request goes alone
        killed.send(signal.SIGKILL)
        killed.wait()
        gate.opened.set()
        assert other.wait().code == 0
    assert len(stored(desk)) == 12
    assert len(server.requests) == 12 + 4


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_signal_finishes_what_is_in_flight(desk: Path, gate: Gate, number: signal.Signals, code: int) -> None:
    write_cases(desk, 20)
    with ScriptedServer(gate) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", 4)
        process = Command(*command, folder=desk)
        wait_until(lambda: len(server.requests) == 5)
        process.send(number)
        wait_until(lambda: "finishing 4 in flight; again = abort" in process.stderr())
        gate.opened.set()
        ended = process.wait()
        assert ended.code == code
        assert len(server.requests) == 5
        assert len(ended.cards()) == 5
        assert stored(desk) == {card.transcript_id: card for card in ended.cards()}
        again = run(*command, folder=desk)
    assert again.code == 0
    assert "resuming: 5 done, 0 in doubt, 15 left" in again.stderr
    assert len(server.requests) == 20


def aborted(desk: Path, number: signal.Signals, code: int) -> float:
    """Seconds from the second signal to the end of a run whose requests hang."""
    write_rubric(desk)
    write_cases(desk, 20)
    gate = Gate()
    with ScriptedServer(gate) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", 4)
        process = Command(*command, folder=desk)
        wait_until(lambda: len(server.requests) == 5)
        process.send(number)
        wait_until(lambda: "again = abort" in process.stderr())
        process.send(number)
        begun = time.monotonic()
        ended = process.wait()
        took = time.monotonic() - begun
        assert ended.code == code
        assert len(stored(desk)) == len(ended.cards()) == 1
        gate.opened.set()
        again = run(*command, folder=desk)
    assert "resuming: 1 done, 4 in doubt, 19 left" in again.stderr
    assert again.code == 0
    return took


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_leaves_within_a_second_although_requests_hang(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    took = float("inf")
    for busy in range(10):  # other work on the machine may have held one up, but not all
        (desk := tmp_path / str(busy)).mkdir()
        took = aborted(desk, number, code)
        if took < 1:
            break
    assert took < 1


def test_a_full_disk_stops_the_run_and_what_was_stored_stays(desk: Path) -> None:
    write_cases(desk, 200, words=lambda _case: "Please. " * 100)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", CONCURRENCY)
        ended = run(*command, folder=desk, file_size=400_000)
        assert ended.code == 74
        assert "llm-grader.db: cannot write the store" in ended.stderr
        assert "Traceback" not in ended.stderr
        kept = stored(desk)
        assert 0 < len(kept) < 200
        assert all(kept[card.transcript_id] == card for card in ended.cards())
        with closing(sqlite3.connect(desk / "llm-grader.db")) as db:
            assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        paid = len(server.requests)
        assert paid <= len(kept) + CONCURRENCY
        again = run(*command, folder=desk)
    assert again.code == 0
    assert stored(desk).items() >= kept.items()
    assert len(server.requests) == paid + 200 - len(kept)


def test_a_store_that_cannot_be_written_costs_no_request(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url)
        nowhere = run(*command, "--store", desk / "missing" / "results.db", folder=desk)
        no_space = run(*command, "--store", "new.db", folder=desk, file_size=4096)
        Store(desk / "old.db").close()
        full = run(*command, "--store", "old.db", folder=desk, file_size=4096)
    assert [nowhere.code, no_space.code, full.code] == [74, 74, 74]
    assert "missing/results.db: cannot open the store" in nowhere.stderr
    assert "new.db: cannot write the store" in no_space.stderr
    assert "old.db: cannot write the store" in full.stderr
    assert server.requests == []


@pytest.mark.parametrize("kind", ["text", "sqlite", "short", "torn"])
def test_a_foreign_or_damaged_store_keeps_every_byte(desk: Path, kind: str) -> None:
    write_cases(desk, 3)
    path = desk / "results.db"
    if kind == "sqlite":
        with closing(sqlite3.connect(path)) as db:
            db.execute("create table diary(day, entry)")
    elif kind == "torn":
        Store(path).close()
        path.write_bytes(path.read_bytes()[:4096] + b"\0" * 8192)
    else:
        path.write_bytes(b"Dear diary, " * (1 if kind == "short" else 1000))
    before = path.read_bytes()
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--store", path), folder=desk)
    assert ended.code == 65
    assert str(path) in ended.stderr
    assert path.read_bytes() == before
    assert server.requests == []


def outcomes(desk: Path) -> list[tuple[str | None, bool]]:
    """The outcome of each request, and whether it was seen to end."""
    with closing(sqlite3.connect(desk / "llm-grader.db")) as db:
        return db.execute("select outcome, finished_at is not null from attempts order by attempt_id").fetchall()


@pytest.mark.parametrize(
    "lost",
    [ScriptedResponse(delay=PATIENCE_S), ScriptedResponse(body=b"{" * 500, cut=10)],
    ids=["time-out", "half a body"],
)
def test_a_request_that_got_no_answer_is_noted_as_in_doubt(desk: Path, lost: ScriptedResponse) -> None:
    write_cases(desk, 1)
    (desk / "llm-grader.toml").write_text("timeout = 2\n", "utf-8")

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return lost if request.number == 0 else judged(request)

    with ScriptedServer(respond) as server:
        assert run(*grading(desk, server.base_url), folder=desk).code == 0
    assert outcomes(desk)[0] == (None, True)
    assert outcomes(desk)[-1] == ("ok", True)
    assert len(outcomes(desk)) == len(server.requests) >= 2
    with Store(desk / "llm-grader.db") as store:
        assert read_in_doubt(store) == {}  # whatever became of it, the conversation is graded


def test_requests_that_were_given_up_are_in_doubt_at_the_next_start(desk: Path) -> None:
    write_cases(desk, 1)
    (desk / "llm-grader.toml").write_text("timeout = 0.2\n", "utf-8")
    delay = PATIENCE_S

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return judged(request)._replace(delay=delay)

    with ScriptedServer(respond) as server:
        first = run(*grading(desk, server.base_url), folder=desk)
        assert first.code == 3
        assert "timed out after 0.2 s, attempt 6/6" in first.stderr
        assert outcomes(desk) == [(None, True)] * 6
        (desk / "llm-grader.toml").write_text(f"timeout = {PATIENCE_S}\n", "utf-8")
        delay = 0
        second = run(*grading(desk, server.base_url), folder=desk)
    assert second.code == 0
    assert "resuming: 0 done, 1 in doubt, 1 left" in second.stderr


def test_a_request_that_never_left_is_not_in_doubt(desk: Path) -> None:
    write_cases(desk, 1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    assert run(*grading(desk, address), folder=desk).code == 3
    assert set(outcomes(desk)) == set()  # it has reached nobody: there is nothing to pay for, and nothing to doubt


def test_a_run_that_ends_leaves_nothing_in_doubt(desk: Path) -> None:
    write_cases(desk, 5)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return judged(request) if request.number else ScriptedResponse(status=500)

    with ScriptedServer(respond) as server:
        assert run(*grading(desk, server.base_url), folder=desk).code == 0
    assert len(server.requests) == 6
    with Store(desk / "llm-grader.db") as store:
        assert read_in_doubt(store) == {}
