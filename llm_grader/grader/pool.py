"""Many pieces of work with a bound on how many are read ahead, in progress or waiting to be taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from llm_grader.errors import RunStopped

_Work = TypeVar("_Work")
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Mapped(Generic[_Given, _Work]):
    """What `function` makes of each piece of a source, one at a time; the source may be one that is waited for."""

    def __init__(self, function: Callable[[_Given], _Work], source: Iterable[_Given] | AsyncIterable[_Given]) -> None:
        self._function = function
        self._there = None if isinstance(source, AsyncIterable) else iter(source)
        self._waited_for = aiter(source) if isinstance(source, AsyncIterable) else None

    def __aiter__(self) -> AsyncIterator[_Work]:
        return self

    async def __anext__(self) -> _Work:
        if self._waited_for is not None:
            return self._function(await anext(self._waited_for))
        for piece in self._there or ():
            return self._function(piece)
        raise StopAsyncIteration


async def run_pool(
    work: Callable[[_Work], Awaitable[_Result]], source: Iterable[_Work] | AsyncIterable[_Work], *, workers: int
) -> AsyncGenerator[_Result, None]:
    """Do `work` on each piece of `source` and yield results as they finish.

    Pieces are taken from `source` only when a worker is free: at most one and a half times `workers` of them are in
    progress or wait to be taken. When `work` raises, no new piece is begun, the results in progress are still yielded,
    and the first error is raised at the end, one that only stops the run after all others.
    """
    pieces = _Shared(source)
    done: asyncio.Queue[tuple[_Result] | None] = asyncio.Queue(maxsize=workers - workers // 2)
    failures: list[Exception] = []

    tasks = [asyncio.create_task(_worker(work, pieces, done, failures)) for _ in range(workers)]
    try:
        for _ in tasks:
            while (result := await done.get()) is not None:
                yield result[0]
        if failures:
            raise next((error for error in failures if not isinstance(error, RunStopped)), failures[0])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Shared(Generic[_Work]):
    """A source of which each worker takes the next piece: while one waits for it, the others wait for that one."""

    def __init__(self, source: Iterable[_Work] | AsyncIterable[_Work]) -> None:
        self._pieces: Mapped[_Work, _Work] = Mapped(lambda piece: piece, source)
        self._turn = asyncio.Lock()

    def __aiter__(self) -> AsyncIterator[_Work]:
        return self

    async def __anext__(self) -> _Work:
        async with self._turn:
            return await anext(self._pieces)


async def _worker(
    work: Callable[[_Work], Awaitable[_Result]],
    pieces: _Shared[_Work],
    done: asyncio.Queue[tuple[_Result] | None],
    failures: list[Exception],
) -> None:
    try:
        async for piece in pieces:
            if failures:  # while it waited for the piece
                break
            await done.put((await work(piece),))
            if failures:
                break
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        failures.append(RuntimeError("the work cancelled itself"))  # raised, it would leave everybody waiting
    except Exception as error:
        failures.append(error)
    await done.put(None)
