"""Two other libraries that grade by a rubric, each to be run by the Python of an environment that has it.

`PYTHON peers.py autorubric|rubric FILE URL CONCURRENCY QUESTIONS` grades the transcripts of a file by the questions of
a JSON list and prints what that took as JSON, without imports and a first transcript. It imports nothing of ours.

`autorubric` asks about one criterion at a time. `rubric` leaves the request to its caller, here the bare SDK, which its
environment needs beside it, and is asked about all criteria at once. Neither looks for evidence or keeps results.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[[str], Awaitable[Any]]


def autorubric(url: str, questions: list[str]) -> Ask:
    """One request for each criterion."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network for prices
    from autorubric import Criterion, LLMConfig, Rubric  # type: ignore[import-not-found,unused-ignore]
    from autorubric.graders import CriterionGrader  # type: ignore[import-not-found,unused-ignore]

    rubric = Rubric([Criterion(requirement=question, weight=1.0) for question in questions])
    grader = CriterionGrader(judge_model_config=LLMConfig(model="openai/mock", api_base=f"{url}/v1", api_key="none"))
    return lambda words: rubric.grade(to_grade=words, grader=grader)


def rubric(url: str, questions: list[str]) -> Ask:
    """One request for all criteria, through the bare SDK."""
    import openai
    from rubric import Criterion, OneShotOutput, Rubric  # type: ignore[import-not-found,unused-ignore]
    from rubric.autograders import PerCriterionOneShotGrader  # type: ignore[import-not-found,unused-ignore]

    client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none")

    async def ask(system: str, user: str) -> Any:
        messages: Any = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        answer = await client.chat.completions.create(model="mock", messages=messages, temperature=0)
        return OneShotOutput.model_validate_json(answer.choices[0].message.content or "")

    graded_by = Rubric([Criterion(requirement=question, weight=1.0) for question in questions])
    grader = PerCriterionOneShotGrader(generate_fn=ask)
    return lambda words: graded_by.grade(words, autograder=grader)


async def grade_file(ask: Ask, file: str, concurrency: int) -> int:
    """How many transcripts of a JSONL file got a score, graded so many at a time."""
    with open(file, encoding="utf-8") as lines:  # noqa: PTH123 - read as it is needed
        scores = 0

        async def work() -> None:
            nonlocal scores
            for line in lines:
                turns = json.loads(line)["turns"]
                with contextlib.suppress(Exception):  # one that fails has no score
                    report = await ask("\n".join(f"{turn['role']}: {turn['text']}" for turn in turns))
                    scores += getattr(report, "score", None) is not None

        await asyncio.gather(*(work() for _ in range(concurrency)))
        return scores


async def measure(ask: Ask, file: str, concurrency: int, url: str) -> dict[str, float]:
    """The figures of `contestants.measure`."""
    await ask("agent: Good morning. This is case 1000000000.")
    with urllib.request.urlopen(f"{url}/counts"):  # noqa: S310 - our own loopback address
        began, used = time.perf_counter(), time.process_time()
    graded = await grade_file(ask, file, concurrency)
    return {
        "graded": graded,
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - used,
        "cpu_before_s": used,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    kind, path, address, most, criteria = sys.argv[1:]
    made = {"autorubric": autorubric, "rubric": rubric}[kind](address, json.loads(criteria))
    sys.stdout.write(json.dumps(asyncio.run(measure(made, path, int(most), address))) + "\n")
