"""Work: what requests are sent for, and the log that notes them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from llm_grader.usage import Usage


class AttemptLog(Protocol):
    """A log that notes each request before it is sent and when it has ended; the store's journal has one."""

    async def begin(self, prompt_bytes: int, items: int) -> int:
        """Note that a request of so many bytes about so many items is about to be sent; returns its number.

        Raises:
            LeasedElsewhere: somebody else does the same work.
        """
        ...

    def end(self, attempt: int, outcome: str | None, usage: Usage) -> None:
        """Note how request number `attempt` ended: ok, the code of an error, or None where nobody knows."""
        ...


class Work:
    """What requests are sent for, such as a transcript. Once the first was sent, it is `begun`.

    Args:
        log: notes the attempts, where they are noted.
    """

    def __init__(self, log: AttemptLog | None = None) -> None:
        self.begun = False
        self.log = log


BEGUN = Work()
BEGUN.begun = True
current_work: ContextVar[Work | None] = ContextVar("current_work", default=None)
"""What the requests of the current task are for; without it, each is taken for one of some work that has begun."""

attempt_log: ContextVar[AttemptLog | None] = ContextVar("attempt_log", default=None)
"""Where the requests of the current task are noted; the gateway looks here before it sends."""
