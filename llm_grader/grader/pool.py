"""Many pieces of work with a bound on how many are read ahead, in progress or waiting to be taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

from llm_grader.errors import RunStopped

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


async def run_pool(
    work: Callable[[_Work], Awaitable[_Result]], source: Iterable[_Work], *, workers: int
) -> AsyncGenerator[_Result, None]:
    """Do `work` on each piece of `source` and yield results as they finish.

    Pieces are taken from `source` only when a worker is free: at most one and a half times `workers` of them are in
    progress or wait to be taken. When `work` raises, no new piece is begun, the results in progress are still yielded,
    and the first error is raised at the end, one that only stops the run after all others.
    """
    pieces = iter(source)  # shared by all workers: each takes the next
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


async def _worker(
    work: Callable[[_Work], Awaitable[_Result]],
    pieces: Iterator[_Work],
    done: asyncio.Queue[tuple[_Result] | None],
    failures: list[Exception],
) -> None:
    try:
        for piece in pieces:
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
