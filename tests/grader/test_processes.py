"""`Processes`: what each process is sent, and what becomes of the run when one cannot begin or is left alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from llm_grader.errors import RunStopped, StoreError
from llm_grader.gateway.budget import Budget
from llm_grader.grader.grader import Grader
from llm_grader.grader.processes import Processes
from llm_grader.grader.run import note_run
from llm_grader.grader.worker import Assignment, OpenGrader, Ready, Reserve, holding_ctrl_c, work
from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedServer
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard
from tests.support.command_line import PATIENCE_S, judged, told_right, write_rubric

EXIT_CODE = 7


def open_desk(
    rubric: Path, base_url: str, *, store: Path | None = None, notify: Callable[[str], None], budget: Budget
) -> Grader:
    return Grader(
        load_rubric(rubric), "scripted", base_url=base_url, api_key="key", store=store, notify=notify, budget=budget
    )


def open_nothing(**_given: object) -> Grader:
    raise StoreError("desk.db: the disk is gone: mount it")


def open_and_die(**_given: object) -> Grader:
    os._exit(EXIT_CODE)


def open_but_die_first(mark: Path, opened: OpenGrader, *, notify: Callable[[str], None], budget: Budget) -> Grader:
    """Of several processes the first one that comes here dies, and makes the mark that lets the others live."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return opened(notify=notify, budget=budget)
    os._exit(EXIT_CODE)


def case(number: int) -> Transcript:
    turns = [{"role": "agent", "text": f"Hello, this is case {number}."}, {"role": "customer", "text": "Thanks."}]
    return Transcript.model_validate({"id": f"case-{number}", "channel": "chat", "turns": turns})


def grade_all(processes: Processes, transcripts: Iterator[Transcript], take: Callable[[Scorecard], None]) -> None:
    async def run() -> None:
        async for card in processes.cards(transcripts):
            take(card)

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    return write_rubric(tmp_path)


@pytest.mark.parametrize("concurrency", [2, 8])
def test_the_source_is_read_no_further_ahead_than_twice_what_is_in_flight(rubric: Path, concurrency: int) -> None:
    # 2 processes have half of `concurrency` in flight each, and are sent twice that: 2 x concurrency in all
    cards: list[Scorecard] = []
    ahead: list[int] = []

    def read() -> Iterator[Transcript]:
        for number in range(100):
            ahead.append(number + 1 - len(cards))
            yield case(number)

    with ScriptedServer(judged) as server:
        opened = partial(open_desk, rubric, server.base_url)
        grade_all(Processes(opened, processes=2, concurrency=concurrency), read(), cards.append)
        assert len(server.requests) == 100
    assert sorted(int(card.transcript_id.removeprefix("case-")) for card in cards) == list(range(100))
    assert all(map(told_right, cards))
    assert max(ahead) == 2 * concurrency


@pytest.mark.parametrize("concurrency", [2, 6])
def test_a_conversation_that_two_processes_are_at_is_put_off_and_asked_about_once(
    rubric: Path, tmp_path: Path, concurrency: int
) -> None:
    cards: list[Scorecard] = []
    with ScriptedServer(lambda request: judged(request)._replace(delay=0.02)) as server:
        opened = partial(open_desk, rubric, server.base_url, store=tmp_path / "desk.db")
        grader = opened(notify=print, budget=Budget())
        assert grader.store is not None
        run_id = note_run(grader.store, grader.identity.base, grader.rubric)
        grader.store.close()
        processes = Processes(opened, processes=2, concurrency=concurrency, run_id=run_id)
        grade_all(processes, (case(number // 8) for number in range(80)), cards.append)
        assert len(server.requests) == 10
    assert Counter(card.transcript_id for card in cards) == {f"case-{number}": 8 for number in range(10)}


def test_where_every_process_dies_before_it_can_begin_the_run_stops_and_says_so() -> None:
    cards: list[Scorecard] = []
    with pytest.raises(RunStopped, match=rf"ended before it could begin \(exit code {EXIT_CODE}\); nothing is lost"):
        grade_all(Processes(open_and_die, processes=2), map(case, range(9)), cards.append)
    assert cards == []


def test_where_one_process_dies_before_it_can_begin_the_others_grade_everything(rubric: Path, tmp_path: Path) -> None:
    cards: list[Scorecard] = []
    with ScriptedServer(judged) as server:
        opened = partial(open_but_die_first, tmp_path / "mark", partial(open_desk, rubric, server.base_url))
        with pytest.raises(RunStopped, match="run again to go on"):
            grade_all(Processes(opened, processes=2, concurrency=4), map(case, range(30)), cards.append)
        assert len(cards) == len(server.requests) == 30


def test_what_keeps_a_process_from_opening_its_grader_is_what_the_run_raises() -> None:
    with pytest.raises(StoreError, match="the disk is gone"):
        grade_all(Processes(open_nothing, processes=2), map(case, range(9)), lambda _card: None)


def test_a_run_that_is_finished_before_it_begins_grades_nothing_and_ends() -> None:
    cards: list[Scorecard] = []
    processes = Processes(open_nothing, processes=2)  # which would raise
    assert processes.finish() == 0
    grade_all(processes, map(case, range(9)), cards.append)
    assert cards == []


def test_a_source_that_fails_ends_the_run_in_its_error(rubric: Path) -> None:
    def read() -> Iterator[Transcript]:
        yield from map(case, range(20))
        raise ValueError("line 21 is torn")

    with ScriptedServer(judged) as server, pytest.raises(ValueError, match="line 21 is torn"):
        grade_all(
            Processes(partial(open_desk, rubric, server.base_url), processes=2, concurrency=4),
            read(),
            lambda _card: None,
        )


def test_a_process_that_waits_for_a_grant_ends_when_the_first_process_is_gone(rubric: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with ScriptedServer(judged) as server:
        pipe, other_end = context.Pipe()
        assignment = Assignment(partial(open_desk, rubric, server.base_url), 1, None, (5, None))
        process = context.Process(target=work, args=(assignment, other_end))
        process.start()
        other_end.close()
        assert pipe.recv() == Ready()
        pipe.send(case(1).model_dump_json())
        assert isinstance(pipe.recv(), Reserve)
        pipe.close()
        process.join(PATIENCE_S)
        assert process.exitcode == 0
        assert server.requests == []


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back on this system")
def test_a_ctrl_c_that_comes_while_a_process_begins_is_not_lost() -> None:
    done: list[str] = []

    def begin() -> None:
        with holding_ctrl_c():
            signal.raise_signal(signal.SIGINT)
            done.append("begun")
        done.append("went on")

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert done == ["begun"]
