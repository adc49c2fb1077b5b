"""Processes: one run over several processes of one machine, so that it is not held to what one core can do.

Each process grades a part of the conversations, with a grader, connections and a share of the limits of its own; what
they may spend is kept here, for all of them together. With a store they share it: its leases see to it that nothing is
asked twice. A process is sent little more than it has in flight, and the next conversation when it has sent one back:
so however many there are, they take no memory, and one that is quicker does more.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from llm_grader.errors import GraderError, RunStopped
from llm_grader.gateway.budget import Budget, Reservation
from llm_grader.grader.outbox import Outbox
from llm_grader.grader.worker import (
    Assignment,
    Done,
    Ended,
    Finish,
    Granted,
    Notice,
    OpenGrader,
    Ready,
    Reserve,
    Settle,
    holding_ctrl_c,
    work,
)
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import Scorecard

_WINDOW = 2
"""Times what a worker has in flight at most: what it has been sent and has not sent back, at most.

It must not be less. A worker that waits for the next one may have put off as many as it has in flight, and meanwhile
all others in flight, because another process is at them (`GradingRun`): one less than this, so it is sent one more.
"""


class Processes:
    """A run over several processes.

    They are started anew (`spawn`), so a script that uses them needs `if __name__ == "__main__":`, and `open_grader`
    has to be something that can be pickled, such as a `functools.partial` of a module's function.

    Args:
        open_grader: opens a grader in another process, for its part.
        processes: how many.
        concurrency: transcripts in flight at most, in all processes together.
        run_id: the run of the store, see `note_run`; None without a store.
        budget: limits on requests and cost, for all together.
        notify: gets a short line about waits and retries.
    """

    def __init__(
        self,
        open_grader: OpenGrader,
        *,
        processes: int,
        concurrency: int = 64,
        run_id: int | None = None,
        budget: Budget | None = None,
        notify: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._count = processes
        self._budget = budget or Budget()
        self._assignment = Assignment(open_grader, -(-concurrency // processes), run_id, self._budget.limits)
        self._notify = notify
        self._workers: list[_Worker] = []
        self._arrived: asyncio.Queue[tuple[_Worker, Any]] = asyncio.Queue()
        self._asking: set[asyncio.Task[None]] = set()
        self._failures: list[Exception | str] = []
        self._finishing = self._all_sent = False

    @property
    def spent(self) -> Usage:
        """What all requests have taken so far, those that failed too."""
        return sum((worker.spent for worker in self._workers), Usage())

    async def cards(self, transcripts: Iterable[Transcript]) -> AsyncGenerator[Scorecard, None]:
        """The scorecards as they finish; what stops one process lets the others finish what is in flight.

        Raises:
            GraderError: the first thing that stopped a process, one that only stops the run after all others.
            RunStopped: a process has ended by itself; what it was at is left.
        """
        pieces = iter(transcripts)
        try:
            for _ in range(0 if self._finishing else self._count):
                self._workers.append(_Worker(self._assignment, self._arrived))
            while any(not worker.ended for worker in self._workers):
                worker, message = await self._arrived.get()
                if isinstance(message, Done):
                    yield Scorecard.model_validate_json(message.card)
                self._take(worker, message)
                self._feed(pieces)
        finally:
            self._end_all()
        if self._failures:
            raise _first_of(self._failures)

    def finish(self) -> int:
        """Begin no other transcript; returns about how many that were to be graded next were given up."""
        self._finishing = True
        for worker in self._workers:
            worker.send(Finish())
        return sum(max(0, worker.outstanding - self._assignment.concurrency) for worker in self._workers)

    async def aclose(self) -> None:
        """End all processes, whatever they are at."""
        self._end_all()

    def _take(self, worker: _Worker, message: Any) -> None:
        worker.note(message)
        if isinstance(message, Notice):
            self._notify(message.text)
        elif isinstance(message, Reserve):
            task = asyncio.create_task(self._reserve(worker, message))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        elif isinstance(message, Settle):
            self._budget.settle(worker.reserved.pop(message.number), message.cost)
        elif isinstance(message, Ended):
            worker.ended = True
            self._fail(message.error)
        elif isinstance(message, _Gone):
            self._bury(worker)

    def _feed(self, pieces: Iterator[Transcript]) -> None:
        """Fill the windows, the emptiest first, once each worker is ready or gone: the first would get all of a few."""
        workers = [worker for worker in self._workers if not worker.ended]
        if not all(worker.ready for worker in workers):
            return
        while workers and not (self._all_sent or self._finishing):
            emptiest = min(workers, key=lambda worker: worker.outstanding)
            if emptiest.outstanding >= _WINDOW * self._assignment.concurrency:
                return
            self._send_next(emptiest, pieces)

    def _send_next(self, worker: _Worker, pieces: Iterator[Transcript]) -> None:
        """Send the worker the next transcript, or after the last one, all workers that there are no more."""
        try:
            piece = next(pieces, None)
        except Exception as error:  # the source's
            self._fail(error)
            return
        if piece is not None:
            worker.outstanding += 1
            worker.send(piece.model_dump_json(exclude_defaults=True))
            return
        self._all_sent = True
        for fed in self._workers:
            fed.send(None)

    async def _reserve(self, worker: _Worker, wanted: Reserve) -> None:
        answer: Reservation | GraderError
        try:
            answer = await self._budget.reserve(wanted.estimate, wanted.most)
        except GraderError as refused:
            answer = refused
        else:
            worker.reserved[wanted.number] = answer
            if worker.ended:  # meanwhile
                worker.settle_all(self._budget)
        worker.send(Granted(wanted.number, answer))

    def _fail(self, error: Exception | str | None) -> None:
        if error is not None:
            self._failures.append(error)
            if not self._finishing:
                self.finish()

    def _bury(self, worker: _Worker) -> None:
        """Go on without a process that ended by itself: what it had reserved may be spent, what it was at is left."""
        if worker.ended:
            return
        worker.ended = True
        worker.settle_all(self._budget)
        what = "a process that was grading has ended" if worker.ready else "a process has ended before it could begin"
        left = f"{worker.outstanding} conversations are left" if worker.outstanding else "nothing is lost"
        why = f"{what} (exit code {worker.exit_code()}); {left}: run again to go on"
        self._failures.append(RunStopped(why))

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.end()


class _Gone:
    """The other end of a worker's pipe is closed."""


class _Worker:
    """A process as the first one sees it.

    `outstanding` counts the transcripts that it was sent and has not sent back, `reserved` has what its requests that
    are on their way may cost.
    """

    def __init__(self, assignment: Assignment, arrived: asyncio.Queue[tuple[_Worker, Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other_end = context.Pipe()
        self._process = context.Process(target=work, args=(assignment, other_end), name="llm_grader worker")
        with holding_ctrl_c():
            self._process.start()
        other_end.close()  # it is the worker's: when that ends, the pipe does
        self._outbox = Outbox(self._pipe)
        self.send = self._outbox.put
        self.outstanding = 0
        self.spent = Usage()
        self.reserved: dict[int, Reservation] = {}
        self.ready = self.ended = False
        put = asyncio.get_running_loop().call_soon_threadsafe
        arguments = (self._pipe, lambda message: put(arrived.put_nowait, (self, message)))
        self._listener = threading.Thread(target=_listen, args=arguments, name="llm_grader listener", daemon=True)
        self._listener.start()

    def note(self, message: Any) -> None:
        """Keep what a message says of the worker itself."""
        if isinstance(message, Done | Ended):
            self.spent = message.spent
        self.outstanding -= isinstance(message, Done)
        self.ready = self.ready or isinstance(message, Ready)

    def settle_all(self, budget: Budget) -> None:
        """Count what its requests may have cost, where nobody knows any more."""
        while self.reserved:
            budget.settle(self.reserved.popitem()[1], None)

    def exit_code(self) -> int | None:
        """Exit code of the process, which has ended or is about to; minus the signal's number where one ended it."""
        self._process.join()
        return self._process.exitcode

    def end(self) -> None:
        """End the process, whatever it is at."""
        if not self.ended:
            self._process.terminate()
        self._process.join()
        self._outbox.close()
        self._listener.join()
        self._pipe.close()


def _listen(pipe: Connection, take: Callable[[Any], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the event loop has ended
        with contextlib.suppress(OSError, EOFError):
            while True:
                take(pipe.recv())
        take(_Gone())


def _first_of(failures: list[Exception | str]) -> Exception:
    """What is told of several: an error before what only stops the run."""
    first = next((one for one in failures if not isinstance(one, RunStopped)), failures[0])
    return RuntimeError(f"{first} in a process that was grading") if isinstance(first, str) else first
