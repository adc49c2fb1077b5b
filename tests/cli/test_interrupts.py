"""What stops a run: signals, a closed stdout, an error; and what is taken and closed all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from llm_grader.cli.terminal.interrupts import Interrupts
from llm_grader.errors import GraderError, Interrupted


class Work:
    """Passes pieces on, and notes what was taken, the messages, and whether it was closed."""

    def __init__(self, *, stored: bool = True, error: Exception | None = None) -> None:
        self.messages: list[str] = []
        self.taken: list[int] = []
        self.closed = False
        self.interrupts = Interrupts(self.messages.append, lambda: 0, stored=stored)
        self._error = error

    def run(self, take: Callable[[int], None] = lambda _piece: None) -> GraderError | None:
        def noted(piece: int) -> None:
            self.taken.append(piece)
            take(piece)

        return self.interrupts.run(self._of(self.interrupts.until_stopped([1, 2, 3])), noted, close=self._close)

    async def _of(self, pieces: Iterator[int]) -> AsyncIterator[int]:
        for piece in pieces:
            await asyncio.sleep(0.01)  # signals are handled between two steps
            yield piece
        if self._error is not None:
            raise self._error

    async def _close(self) -> None:
        self.closed = True


def test_all_results_are_taken_and_then_it_is_closed() -> None:
    work = Work()
    assert work.run() is None
    assert (work.taken, work.closed, work.messages) == ([1, 2, 3], True, [])
    assert (work.interrupts.exit_code, work.interrupts.in_flight) == (None, 0)


@pytest.mark.parametrize(("error", "returned"), [(GraderError("no"), True), (Interrupted("as it was asked to"), False)])
def test_an_error_that_stops_a_run_is_given_back(error: GraderError, returned: bool) -> None:
    work = Work(error=error)
    assert work.run() is (error if returned else None)
    assert (work.taken, work.closed) == ([1, 2, 3], True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_signal_begins_nothing_new(number: signal.Signals, code: int) -> None:
    work = Work()
    assert work.run(lambda piece: os.kill(os.getpid(), number) if piece == 1 else None) is None
    assert work.taken in ([1], [1, 2])  # the second may have begun
    assert (work.closed, work.interrupts.exit_code) == (True, code)
    assert len(work.messages) == 1


@pytest.mark.parametrize(
    ("stored", "message"), [(True, "aborted; what was finished is stored"), (False, "aborted")], ids=["stored", "not"]
)
def test_a_second_signal_gives_up_and_says_what_is_kept(stored: bool, message: str) -> None:
    work = Work(stored=stored)

    def twice(_piece: int) -> None:
        work.interrupts.stop(signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    work.interrupts.until_stopped = iter  # type: ignore[assignment]  # there is always more in flight
    assert work.run(twice) is None
    assert (work.closed, work.messages[-1]) == (True, message)


def test_a_run_exits_with_what_stopped_it_first() -> None:
    work = Work()
    work.interrupts.stop(signal.SIGINT)
    work.interrupts.stop(signal.SIGPIPE)
    assert work.interrupts.exit_code == 130
    assert len(work.messages) == 1
