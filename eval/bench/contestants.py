"""The two ways of grading that are compared, each to be run as a process of its own.

`python -m llm_grader.eval.bench.contestants bare|grader FILE URL CONCURRENCY [STORE]` grades the transcripts of a file
and prints what that took as JSON. Imports, the client and its first request are not part of it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

from llm_grader.asking.answers import response_model
from llm_grader.asking.messages import Prompts
from llm_grader.eval.bench.workload import transcript
from llm_grader.grader.grader import Grader
from llm_grader.grader.pool import run_pool
from llm_grader.readers.read import read_transcripts
from llm_grader.rubric.load import load_rubric
from llm_grader.transcript import Transcript

RUBRIC = "helpdesk_qa"
MODEL = "mock"
_FIRST = 10**9  # a number that no file has
Work = Callable[[Iterator[Transcript]], Coroutine[Any, Any, int]]


def bare(url: str, concurrency: int) -> Work:
    """The same requests through the bare SDK: the answer is parsed as JSON, and nothing is checked or kept."""
    import openai

    prompts = Prompts(load_rubric(RUBRIC))
    schema = response_model(prompts.items("chat")).model_json_schema()
    tool = {"type": "function", "function": {"name": "Verdicts", "parameters": schema}}
    choice = {"type": "function", "function": {"name": "Verdicts"}}

    async def work(transcripts: Iterator[Transcript]) -> int:
        async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:
            create: Any = client.chat.completions.create

            async def ask(one: Transcript) -> bool:
                messages = prompts.render(one)
                try:
                    reply = await create(
                        model=MODEL, messages=messages, tools=[tool], tool_choice=choice, temperature=0
                    )
                    return bool(json.loads(reply.choices[0].message.tool_calls[0].function.arguments))
                except Exception:  # it fails, however it does
                    return False

            return sum([graded async for graded in run_pool(ask, transcripts, workers=concurrency)])

    return work


def grader(url: str, concurrency: int, store: str | None) -> Work:
    """The library, without a store or with one."""

    async def work(transcripts: Iterator[Transcript]) -> int:
        library = Grader(RUBRIC, MODEL, base_url=url, api_key="none", store=store)
        graded = sum([card.status == "ok" async for card in library.agrade_many(transcripts, concurrency=concurrency)])
        await library.aclose()
        if library.store is not None:
            library.store.close()
        return graded

    return work


def take_counts(url: str) -> dict[str, int]:
    """Requests and tokens that the endpoint has counted since it was last read."""
    with urllib.request.urlopen(f"{url}/counts") as answer:  # noqa: S310 - our own loopback address
        counts: dict[str, int] = json.load(answer)
    return counts


def measure(work: Work, file: Path, url: str) -> dict[str, float]:
    """Wall-clock and processor seconds of grading a file, after a first conversation that is not counted."""
    asyncio.run(work(iter([transcript(_FIRST)])))
    take_counts(url)
    began, used = time.perf_counter(), time.process_time()
    graded = asyncio.run(work(read_transcripts(file)))
    return {
        "graded": graded,
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - used,
        "cpu_before_s": used,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    kind, file, url, concurrency, *more = sys.argv[1:]
    at, most = f"{url}/v1", int(concurrency)
    chosen = bare(at, most) if kind == "bare" else grader(at, most, next(iter(more), None))
    sys.stdout.write(json.dumps(measure(chosen, Path(file), url)) + "\n")
