"""Outbox: messages on their way into a pipe, so that whoever has something to say never waits until it is read."""

from __future__ import annotations

import contextlib
import queue
import threading
from multiprocessing.connection import Connection
from typing import Any

_LAST = object()


class Outbox:
    """Messages that a thread of its own sends through a pipe, in their order.

    A pipe holds little: two event loops that both sent by themselves could each wait for the other one to read. Where
    the other end is closed, messages go nowhere: whoever reads from the pipe learns of that.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._send, name="llm_grader outbox", daemon=True)
        self._thread.start()

    def put(self, message: Any) -> None:
        """Send it in its turn; any thread may."""
        self._messages.put(message)

    def close(self) -> None:
        """Wait until what was put has been sent, or the other end is closed."""
        self._messages.put(_LAST)
        self._thread.join()

    def _send(self) -> None:
        with contextlib.suppress(OSError):
            while (message := self._messages.get()) is not _LAST:
                self._pipe.send(message)
