"""Ctrl-C and SIGTERM: once finishes what is in flight, twice aborts. A closed or full stdout counts as once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

from llm_grader.errors import DiskError, GraderError, Interrupted

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")
_SIGPIPE = 13  # `signal` has the name only where there are pipes to break
NOBODY_READS = 128 + _SIGPIPE
"""The exit code where stdout was closed by whoever read it."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Numbers of the errors that say that nothing more can be written."""


class Interrupts:
    """The two signals, watched for while a run is on.

    Args:
        notify: called with a line for people when a signal comes.
        finish: lets nothing new begin, and returns how many pieces that had not begun were given up.
        stored: whether what was finished is kept in a store.
    """

    def __init__(self, notify: Callable[[str], None], finish: Callable[[], int], *, stored: bool) -> None:
        self._notify = notify
        self._finish = finish
        self._stored = stored
        self._full: OSError | None = None
        self.received: int | None = None
        self.in_flight = 0

    @property
    def exit_code(self) -> int | None:
        """128 + the signal's number, None when there was none."""
        return None if self.received is None else 128 + self.received

    def until_stopped(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        """The pieces, until the first signal."""
        for piece in pieces:
            if self.received is not None or self._full is not None:
                return
            self.in_flight += 1
            yield piece

    def run(
        self,
        results: AsyncIterator[_Result],
        take: Callable[[_Result], None],
        *,
        close: Callable[[], Awaitable[None]],
    ) -> GraderError | None:
        """Take the results of the pieces as they come, in an event loop of their own, and close in any case.

        Returns:
            What stopped it; None where it came to its end, or was interrupted.
        """

        async def run() -> None:
            async with self._watched():
                try:
                    async for result in results:
                        self.in_flight -= 1
                        with self.read_on():
                            take(result)
                finally:
                    await close()

        try:
            asyncio.run(run())
        except asyncio.CancelledError:
            self._notify("aborted; what was finished is stored" if self._stored else "aborted")
        except Interrupted:
            pass
        except GraderError as error:
            return error
        return None if self._full is None else no_room(self._full)

    def stop(self, number: int) -> None:
        """Do what the first signal does; whatever comes after it changes nothing."""
        if self.received is not None:
            return
        self.received = number
        self._finish_in_flight()

    def _finish_in_flight(self) -> None:
        self.in_flight -= self._finish()
        self._notify(f"finishing {self.in_flight} in flight; again = abort")

    @contextlib.contextmanager
    def read_on(self) -> Iterator[None]:
        """Stop where stdout takes nothing more; what is paid for is stored all the same."""
        try:
            yield
        except BrokenPipeError:
            self.stop(_SIGPIPE)
            discard_stdout()
        except OSError as error:
            if error.errno not in NO_ROOM or error.filename is not None:
                raise
            discard_stdout()
            if self._full is None and self.received is None:
                self._full = error
                self._finish_in_flight()

    @contextlib.asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Handle the signals inside; the second one cancels the task that entered."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        handled = (signal.SIGINT, signal.SIGTERM)
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers: Ctrl-C aborts there
            for number in handled:
                loop.add_signal_handler(number, self._handle, number, task)
        try:
            yield
        finally:
            with contextlib.suppress(NotImplementedError):
                for number in handled:
                    loop.remove_signal_handler(number)

    def _handle(self, number: signal.Signals, task: asyncio.Task[object] | None) -> None:
        if self.received is None:
            self.stop(number)
        elif task is not None:
            task.cancel()


def no_room(error: OSError) -> DiskError:
    """Error for a stdout that takes nothing more."""
    return DiskError(f"output cannot be written ({error.strerror}): make room, or send it elsewhere")


def discard_stdout() -> None:
    """Send what is still printed nowhere, so that no later flush fails."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
