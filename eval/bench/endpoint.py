"""The mock endpoint, to be run as a process: OpenAI's chat completions with a fixed latency and true answers.

`python -m llm_grader.eval.bench.endpoint RUBRIC LATENCY [FAULTS]` prints its address and serves until it is stopped.
`GET /counts` says how many requests and tokens there were since it was asked last.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import NamedTuple

from aiohttp import web

from llm_grader.asking.messages import Prompts
from llm_grader.eval.bench.workload import VARIANTS, completion_parts, number_in, peers_completion_parts
from llm_grader.rubric.load import load_rubric

_BYTES_A_TOKEN = 4
_BROKEN = b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "I would say'


class Faults(NamedTuple):
    """Shares of the requests, 0–1, that are refused (429 with a pause of 50 ms), failed (500) and cut off."""

    refused: float = 0.0
    failed: float = 0.0
    cut_off: float = 0.0


NONE = Faults()
SOME = Faults(refused=0.10, failed=0.05, cut_off=0.02)


class MockEndpoint:
    """A mock endpoint that answers questions about the benchmark's conversations, and counts them.

    Args:
        rubric: id of the rubric that is asked about.
        latency: seconds from the request to the answer.
        faults: what goes wrong.
    """

    def __init__(self, rubric: str, latency: float, faults: Faults = NONE) -> None:
        items = Prompts(load_rubric(rubric)).items("chat")
        self._answers = [completion_parts(number, items) for number in range(VARIANTS)]
        self._of_peers = {b"criteria_evaluations": peers_completion_parts(len(items))}
        self._of_peers[b"criterion_status"] = peers_completion_parts(None)
        self._latency = latency
        self._faults = faults
        self._chance = random.Random(1)  # noqa: S311 - made-up faults
        self._counts = {"requests": 0, "prompt_tokens": 0, "completion_tokens": 0}

    def application(self) -> web.Application:
        """The application that aiohttp serves."""
        application = web.Application()
        application.router.add_post("/v1/chat/completions", self.complete)
        application.router.add_get("/counts", self.counts)
        return application

    async def complete(self, request: web.Request) -> web.Response:
        """One chat completion, or a fault."""
        body = await request.read()
        self._counts["requests"] += 1
        await asyncio.sleep(self._latency)
        drawn = self._chance.random()
        if drawn < self._faults.refused:
            return web.json_response({"error": {"code": "rate_limit"}}, status=429, headers={"retry-after-ms": "50"})
        if drawn < self._faults.refused + self._faults.failed:
            return web.json_response({"error": {"code": "server_error"}}, status=500)
        if drawn < sum(self._faults):
            return web.Response(body=_BROKEN, content_type="application/json")
        return web.Response(body=self._completion(body), content_type="application/json")

    def _completion(self, body: bytes) -> bytes:
        peers = (parts for shape, parts in self._of_peers.items() if shape in body)
        before, after = next(peers, None) or self._answers[number_in(body.decode()) % VARIANTS]
        prompt, completion = len(body) // _BYTES_A_TOKEN, (len(before) + len(after)) // _BYTES_A_TOKEN
        self._counts["prompt_tokens"] += prompt
        self._counts["completion_tokens"] += completion
        usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        return before + json.dumps(usage).encode() + after

    async def counts(self, _request: web.Request) -> web.Response:
        """The counts since the last call; what follows meets the same faults from their beginning."""
        self._chance = random.Random(1)  # noqa: S311 - made-up faults
        counts, self._counts = self._counts, dict.fromkeys(self._counts, 0)
        return web.json_response(counts)


async def serve(endpoint: MockEndpoint) -> None:
    """The server: prints its address, a free loopback port, and serves until cancelled."""
    runner = web.AppRunner(endpoint.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    rubric, latency, *more = sys.argv[1:]
    asyncio.run(serve(MockEndpoint(rubric, float(latency), SOME if more == ["faults"] else NONE)))
