"""Asynchronous code for callers who are not: it runs on an event loop in a thread of its own.

So it also works where a loop is already running, as in a notebook.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

_Value = TypeVar("_Value")


@contextmanager
def loop_of_its_own() -> Iterator[Callable[..., Any]]:
    """A function that runs coroutine functions on an event loop in another thread, and waits for them."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        yield portal.call


def drained(
    values: AsyncGenerator[_Value, None], *, at_once: int, aclose: Callable[[], Awaitable[None]]
) -> Generator[_Value, None, None]:
    """What `values` yields, taken `at_once` at most, and `aclose` on its loop at the end, or when the caller leaves."""
    batches = _Batches(values, at_once)
    with loop_of_its_own() as call:
        try:
            while batch := call(batches.take):
                yield from batch
        finally:
            call(batches.aclose)
            call(aclose)


class _Batches(Generic[_Value]):
    """Takes together what is there already: changing threads for every value takes longer than looking one up."""

    def __init__(self, values: AsyncGenerator[_Value, None], at_once: int) -> None:
        self._values = values
        self._at_once = at_once
        self._next: asyncio.Task[_Value] | None = None

    async def take(self) -> list[_Value]:
        """The next values, at least one; none at the end."""
        batch: list[_Value] = []
        while len(batch) < self._at_once:
            if self._next is None:
                self._next = asyncio.create_task(anext(self._values))
            if batch:
                await asyncio.sleep(0)
                if not self._next.done() or self._next.exception() is not None:
                    break  # an error comes after the values before it
            try:
                batch.append(await self._next)
            except StopAsyncIteration:
                break
            self._next = None
        return batch

    async def aclose(self) -> None:
        """End the generator, whatever it is waiting for."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._values.aclose()
