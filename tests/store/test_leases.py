"""Who is grading what right now: leases in the store, so that nobody pays for what another one is at."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llm_grader.asking.answers import response_model
from llm_grader.errors import LeasedElsewhere, StoreError
from llm_grader.gateway.work import Work, current_work
from llm_grader.grader.grader import Grader
from llm_grader.rubric.load import load_rubric
from llm_grader.store.journal import Journal, JournalLog
from llm_grader.store.leases import drop_stale_leases
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import About
from tests.support.command_line import Abreast, case_of, grading, judged, wait_until, write_cases, write_rubric
from tests.support.scripted import Clock, gateway, item


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "llm-grader.db") as opened:
        yield opened


@pytest.fixture
def grader(tmp_path: Path, store: Store) -> Grader:
    return Grader(load_rubric(write_rubric(tmp_path)), model="scripted", store=store)


def lease(store: Store, owner: str, *, minutes_ago: float) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("insert into claims values (?, ?, ?)", ("k1", owner, at.isoformat(timespec="milliseconds")))


def leases(store: Store) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("select key, claimed_at from claims").fetchall()


HERE = socket.gethostname()


@pytest.mark.parametrize(
    ("owner", "minutes_ago", "stays"),
    [
        (f"{HERE}:{os.getpid()}:7", 1, True),
        (f"{HERE}:{os.getpid()}:7", 4, False),  # a process that is gone had this number before
        (f"{HERE}:4194305:7", 0, False),  # above what Linux numbers processes with
        ("elsewhere:1:7", 1, True),
        ("elsewhere:1:7", 4, False),
    ],
)
def test_a_lease_ends_with_its_process_or_when_nobody_renews_it(
    store: Store, owner: str, minutes_ago: float, *, stays: bool
) -> None:
    lease(store, owner, minutes_ago=minutes_ago)
    drop_stale_leases(store)
    assert len(leases(store)) == stays


def test_a_lease_is_renewed_while_its_request_hangs(store: Store) -> None:
    writing = Journal(store, 1, seconds_between_renewals=0.05)
    asyncio.run(JournalLog(writing, "k1", "t1").begin(100, 2))
    [(_, first)] = leases(store)
    wait_until(lambda: leases(store)[0][1] > first)
    writing.close()
    assert leases(store) == []


def test_what_could_not_be_noted_is_an_error_at_the_end(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("create trigger full before insert on run_items begin select raise(abort, 'no more room'); end")
    writing = Journal(store, 1)
    writing.note(StoredResult("t1", "k1", (), About(channel="chat"), "0" * 64))
    with pytest.raises(StoreError, match="no more room"):
        writing.close()


def test_two_transcripts_of_one_run_cannot_lease_the_same_text(store: Store) -> None:
    writing = Journal(store, 1)
    first, second = JournalLog(writing, "k1", "t1"), JournalLog(writing, "k1", "t2")

    async def begin_both() -> None:
        await first.begin(100, 2)
        await first.begin(100, 2)  # a repair of the same transcript
        with pytest.raises(LeasedElsewhere):
            await second.begin(100, 2)

    asyncio.run(begin_both())
    writing.close()


@pytest.mark.parametrize("status", ["ok", "needs_review", "error"])
def test_the_same_text_under_several_ids_is_paid_once_a_run(grader: Grader, status: str) -> None:
    turns = (Turn(role="agent", text="Hello, this is case 1."), Turn(role="customer", text="Hm."))
    transcripts = [Transcript(id=f"t{n}", channel="chat", turns=turns) for n in range(8)]

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if status == "error":
            return failure(400, "bad")
        return judged(request)._replace(delay=0.1) if status == "ok" else completion({})

    with ScriptedServer(respond) as server:
        served = Grader(grader.rubric, model="m", base_url=server.base_url, store=grader.store)
        cards = list(served.grade_many(transcripts))
        once = len(server.requests)
        again = list(served.grade_many(transcripts[:1]))
    assert sorted(card.transcript_id for card in cards) == [f"t{n}" for n in range(8)]
    assert {card.status for card in cards} == {status}
    assert once == (2 if status == "needs_review" else 1)  # one of them asks again about what failed a check
    assert len(server.requests) == (once if status == "ok" else 2 * once)  # another run tries again
    assert again[0].status == status


def test_who_finds_a_lease_of_somebody_else_takes_no_turn_of_the_limit(store: Store) -> None:
    lease(store, "elsewhere:1:7", minutes_ago=1)
    clock, schema = Clock(), response_model([item()])
    response = completion({"greeting": answer("met", (0, "Hello"))})
    about: list[dict[str, str]] = [{"role": "user", "content": "Hello"}]
    with ScriptedServer(lambda _request: response) as server:
        made = gateway(server.base_url, clock=clock, endpoint={"requests_per_minute": 1, "tokens_per_minute": 100})
        writing = Journal(store, 1)

        async def ask() -> None:
            current_work.set(Work(JournalLog(writing, "k1", "t1")))
            for _ in range(3):
                with pytest.raises(LeasedElsewhere):
                    await made.complete(about, schema)
            current_work.set(Work(JournalLog(writing, "k2", "t2")))
            await made.complete(about, schema)
            await made.aclose()

        asyncio.run(ask())
        writing.close()
        assert len(server.requests) == 1
    assert clock.slept == []


def test_two_processes_pay_once_for_what_needs_review(tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_cases(tmp_path, 60)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if case_of(request) % 2:
            return completion({})._replace(delay=0.01)
        return judged(request)._replace(delay=0.02)

    script = Abreast(respond)  # who began after a result that needs review would rightly ask again
    with ScriptedServer(script) as server:
        ended = script.pair(grading(tmp_path, server.base_url, "--json", "--concurrency", 4), folder=tmp_path)
    assert [end.code for end in ended] == [3, 3]
    assert [len(end.cards()) for end in ended] == [60, 60]
    assert len(server.requests) == 30 + 30 * 2
