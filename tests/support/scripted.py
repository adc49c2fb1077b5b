"""Small rubrics and conversations, and a gateway that never waits: what the tests against scripted judges share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.gateway.gateway import Gateway
from llm_grader.rubric.model import Item, Rubric
from llm_grader.testing import answer
from llm_grader.transcript import Transcript, Turn

KEY = "sk-test-5ecr3t-0123456789"
HELLO = "Hello, you are talking to Ana."
TALK = (
    Turn(role="agent", text=HELLO),
    Turn(role="customer", text="My parcel has not come yet."),
    Turn(role="agent", text="It leaves our house on Friday."),
)


def item(id_: str = "greeting", **fields: Any) -> Item:
    """An item that a model is asked: `met` needs the agent's words."""
    return Item.model_validate({"id": id_, "title": id_, "question": f"Did the agent do {id_}?", **fields})


def rubric(*items: Item, **fields: Any) -> Rubric:
    """One section with these items, by default greeting, thanks and solution."""
    told = items or (item(), item("thanks"), item("solution"))
    sections = [{"id": "all_items", "title": "All items", "items": [dict(each) for each in told]}]
    return Rubric.model_validate({"id": "small", "version": "1", "title": "Small", "sections": sections, **fields})


def transcript(id_: str = "t1", *turns: Turn, **fields: Any) -> Transcript:
    """A chat of three turns, or of these."""
    return Transcript.model_validate({"id": id_, "channel": "chat", "turns": turns or TALK, **fields})


def answers(*ids: str, **given: Mapping[str, Any]) -> dict[str, Any]:
    """`met` with the agent's greeting for each id, but for those that are given."""
    return {id_: answer("met", (0, HELLO)) for id_ in ids or ("greeting", "thanks", "solution")} | given


class Clock:
    """Monotonic seconds that only pass when somebody sleeps; `slept` lists how long."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def gateway(base_url: str, *, clock: Clock | None = None, mode: Mode = "tools", **settings: Any) -> Gateway:
    """A gateway to a scripted server with a secret key, on a clock that passes at once."""
    clock = clock or Clock()
    endpoint = {"model": "m", "base_url": base_url, "api_key": KEY, "mode": mode, **settings.pop("endpoint", {})}
    return Gateway(Endpoint.model_validate(endpoint), sleep=clock.sleep, clock=clock, **settings)
