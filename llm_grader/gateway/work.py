"""Work: what requests are sent for, and the log that notes them."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from llm_grader.usage import Usage


class AttemptLog(Protocol):
    """Log that notes each request before it is sent and when it has ended; the store's journal has one."""

    async def begin(self, prompt_bytes: int, items: int) -> int:
        """Number under which a request is noted that is about to be sent.

        Args:
            prompt_bytes: those of the prompt and the schema.
            items: how many items it asks about.

        Raises:
            LeasedElsewhere: somebody else does the same work.
        """
        ...

    def drop(self, attempt: int) -> None:
        """Take back request number `attempt`: it was not sent after all."""
        ...

    def end(self, attempt: int, outcome: str | None, usage: Usage) -> None:
        """Note how request number `attempt` ended: ok, the code of an error, or None where nobody knows."""
        ...


@dataclass(eq=False)
class Work:
    """What requests are sent for, such as a transcript. Once the first was sent, it is `begun`.

    Args:
        log: notes the requests, where they are noted.
        begun: whether one was sent.
    """

    log: AttemptLog | None = None
    begun: bool = False


BEGUN = Work(begun=True)
"""Work of requests that belong to none."""
current_work: ContextVar[Work | None] = ContextVar("current_work", default=None)
"""Work of the requests that the current task sends; without it, each is taken for one of some work that has begun."""
