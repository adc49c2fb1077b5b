"""Worker: a process that grades what the first process sends it, and sends the cards back.

Between the two goes a pipe. The first sends transcripts, and answers to requests for money; the worker sends cards,
lines for people, and what it wants to spend. What a worker has finished is in the store before its card is sent.
Neither event loop ever waits for the pipe: a thread reads it, another one writes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Protocol

from llm_grader.errors import GraderError, RunStopped
from llm_grader.gateway.budget import Budget, Reservation
from llm_grader.grader.grader import Grader
from llm_grader.grader.outbox import Outbox
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage

_OBJECTS_BETWEEN_LOOKS = 20_000
"""Objects until garbage is looked for: those of a hundred conversations, of which hardly any is garbage."""


class OpenGrader(Protocol):
    """Function that opens a grader in another process; it can be pickled."""

    def __call__(self, *, notify: Callable[[str], None], budget: Budget) -> Grader:
        """The grader, with a budget that is kept in the first process."""
        ...


class Assignment(NamedTuple):
    """What one worker is given to do its part with.

    `run_id` is the run of the store that all parts belong to, None without a store; `limits` are those of the budget.
    """

    open_grader: OpenGrader
    concurrency: int
    run_id: int | None
    limits: tuple[int | None, float | None]


class Ready(NamedTuple):
    """The worker can take transcripts."""


class Done(NamedTuple):
    """A scorecard, as JSON, and what the worker has spent so far."""

    card: str
    spent: Usage


class Notice(NamedTuple):
    """A line for people."""

    text: str


class Reserve(NamedTuple):
    """The worker wants to send a request that costs so much, see `Budget.reserve`."""

    number: int
    estimate: float | None
    most: float | None


class Settle(NamedTuple):
    """What the request with this number did cost, see `Budget.settle`."""

    number: int
    cost: float | None


class Ended(NamedTuple):
    """The worker is done: with everything, or for this error; the name of one that is none of ours."""

    spent: Usage
    error: GraderError | str | None = None


class Granted(NamedTuple):
    """Answer to `Reserve`: what is reserved, or why nothing is."""

    number: int
    answer: Reservation | GraderError


class Finish(NamedTuple):
    """Begin no other transcript; what is in flight goes on."""


def collect_rarely() -> None:
    """Look for garbage less often, in a process that does nothing but grade: looking takes a sixth of the time.

    What was imported stays, and what a conversation leaves behind is freed without looking.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 20, 20)


@contextlib.contextmanager
def holding_ctrl_c() -> Iterator[None]:
    """Hold a Ctrl-C back, here and in the processes that begin meanwhile; none is lost, it comes afterwards.

    A terminal sends it to all of them, and one that has only begun would end with a traceback. On Windows, where
    signals cannot be held back, nothing is done.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # `multiprocessing` would begin it inside, and let the signal through after that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(assignment: Assignment, pipe: Connection) -> None:
    """Grade what comes through the pipe until its end; if the first process is gone, what is in flight is kept.

    Ctrl-C, held back since the process began, is ignored: the first process says what to do.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    asyncio.run(_AssignedWork(assignment, pipe).run())


class _AssignedWork:
    def __init__(self, assignment: Assignment, pipe: Connection) -> None:
        self._assignment = assignment
        self._pipe = pipe
        self._outbox = Outbox(pipe)
        self._say = self._outbox.put
        self._budget = _BudgetElsewhere(assignment.limits, self._say)
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self._spent = Usage()

    async def run(self) -> None:
        """Do it, and say how it ended, even where no grader could be opened."""
        error: GraderError | str | None = None
        try:
            with self._assignment.open_grader(
                notify=lambda line: self._say(Notice(line)), budget=self._budget
            ) as grader:
                await self._take_part(grader)
        except GraderError as fault:
            error = fault
        except Exception as unexpected:  # its text may quote a transcript
            error = type(unexpected).__name__
        self._say(Ended(self._spent, error))
        self._outbox.close()

    async def _take_part(self, grader: Grader) -> None:
        arguments = (asyncio.get_running_loop(), grader)
        threading.Thread(target=self._listen, args=arguments, name="llm_grader worker", daemon=True).start()
        collect_rarely()
        self._say(Ready())
        try:
            await self._grade(grader)
        finally:
            self._spent = grader.spent
            await grader.aclose()

    async def _grade(self, grader: Grader) -> None:
        cards = grader.agrade_many(
            self._transcripts(), concurrency=self._assignment.concurrency, run_id=self._assignment.run_id
        )
        async with contextlib.aclosing(cards):
            async for card in cards:
                self._say(Done(card.model_dump_json(), grader.spent))

    async def _transcripts(self) -> AsyncIterator[Transcript]:
        """What was sent; while the next one is waited for, those in flight go on and finished cards are sent."""
        while (piece := await self._pieces.get()) is not None:
            yield Transcript.model_validate_json(piece)

    def _listen(self, loop: asyncio.AbstractEventLoop, grader: Grader) -> None:
        """Take what comes, on a thread of its own; when the first process is gone, nothing new is begun."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            with contextlib.suppress(OSError, EOFError):
                while True:
                    loop.call_soon_threadsafe(self._take, self._pipe.recv(), grader)
            loop.call_soon_threadsafe(self._take, Finish(), grader)
            loop.call_soon_threadsafe(self._budget.close)

    def _take(self, message: Any, grader: Grader) -> None:
        if isinstance(message, Granted):
            self._budget.answer(message)
        elif isinstance(message, Finish):
            grader.finish()
            self._pieces.put_nowait(None)
        else:
            self._pieces.put_nowait(message)


class _BudgetElsewhere(Budget):
    """Budget that is kept in the first process, for all workers together."""

    def __init__(self, limits: tuple[int | None, float | None], say: Callable[[Any], None]) -> None:
        super().__init__(max_requests=limits[0], max_cost=limits[1])
        self._limited = limits != (None, None)
        self._say = say
        self._numbers = count()
        self._waiting_for: dict[int, asyncio.Future[Reservation]] = {}
        self._closed = False

    async def reserve(self, estimate: float | None, most: float | None = None) -> Reservation:
        """Ask the first process; see `Budget`."""
        if not self._limited:
            return await super().reserve(estimate, most)
        if self._closed:
            raise _nobody_grants()
        number = next(self._numbers)
        self._waiting_for[number] = asyncio.get_running_loop().create_future()
        self._say(Reserve(number, estimate, most))
        return await self._waiting_for[number]

    def settle(self, reserved: Reservation, cost: float | None) -> None:
        """Tell the first process; see `Budget`."""
        if self._limited:
            self._say(Settle(reserved.number, cost))
        else:
            super().settle(reserved, cost)

    def answer(self, granted: Granted) -> None:
        """Give whoever waits for it what the first process says."""
        waiter = self._waiting_for.pop(granted.number)
        if waiter.done():  # given up meanwhile
            self._say(Settle(granted.number, 0.0))
        elif isinstance(granted.answer, GraderError):
            waiter.set_exception(granted.answer)
        else:
            waiter.set_result(granted.answer._replace(number=granted.number))

    def close(self) -> None:
        """Let nobody wait for an answer: the first process is gone."""
        self._closed = True
        while self._waiting_for:
            _, waiter = self._waiting_for.popitem()
            if not waiter.done():
                waiter.set_exception(_nobody_grants())


def _nobody_grants() -> RunStopped:
    return RunStopped("the process that keeps the budget has ended: run again to go on")
