"""The workload: conversations of twenty turns, and true answers of the length that models give. Deterministic."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript, Turn

VARIANTS = 64
TURNS = 20

_WORDS = (
    *("account", "address", "already", "answer", "arrived", "because", "before", "booking", "carrier", "charged"),
    *("checked", "confirm", "customer", "delivery", "details", "discount", "e-mail", "finally", "happened", "invoice"),
    *("kitchen", "letter", "moment", "morning", "number", "office", "order", "parcel", "payment", "possible"),
    *("problem", "received", "refund", "return", "signature", "solution", "sorry", "support", "thank", "tomorrow"),
    *("tracking", "usually", "voucher", "waiting", "warehouse", "Wednesday", "which", "within", "wrong", "yesterday"),
)
_CASE = re.compile(r"This is case (\d+)\.")


def transcript(number: int) -> Transcript:
    """A chat of 20 turns and about 2,000 characters; only the words of its first turn name the number."""
    chance = random.Random(number % VARIANTS)  # noqa: S311 - made-up words
    turns = [Turn(role="agent", text=f"Good morning, you are talking to Ana. This is case {number}.")]
    for position in range(1, TURNS):
        words = " ".join(chance.choices(_WORDS, k=chance.randint(8, 22)))
        turns.append(Turn(role="agent" if position % 2 == 0 else "customer", text=f"{words.capitalize()}."))
    return Transcript(id=f"case-{number:06}", channel="chat", turns=tuple(turns))


def write_transcripts(path: Path, count: int) -> None:
    """The first `count` conversations as JSONL."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(transcript(number).model_dump_json(exclude_defaults=True) + "\n")


def number_in(body: str) -> int:
    """The number of the conversation that a request is about."""
    found = _CASE.search(body)
    if found is None:
        raise ValueError("the request holds no conversation of this workload")
    return int(found[1])


def answers(number: int, items: Sequence[Item]) -> dict[str, Any]:
    """A judge's answers about a conversation: a label for each item, a reason, and quotes that can be verified."""
    chance = random.Random(number % VARIANTS)  # noqa: S311 - made-up verdicts
    turns = transcript(number % VARIANTS).turns
    return {item.id: _answer(item, turns, chance) for item in items}


def _answer(item: Item, turns: Sequence[Turn], chance: random.Random) -> dict[str, Any]:
    label = item.labels[0] if chance.random() < 0.7 else chance.choice(item.labels)
    speakers = item.evidence.speakers(label) if label in item.evidence.required_for else ()
    cited = list(_quotes(speakers, turns, chance)) if speakers else []
    reason = " ".join(chance.choices(_WORDS, k=chance.randint(6, 15)))
    return {"evidence": cited, "reason": reason, "label": label}


def _quotes(speakers: Collection[str], turns: Sequence[Turn], chance: random.Random) -> Iterator[dict[str, Any]]:
    allowed = [number for number, turn in enumerate(turns) if number and turn.role in speakers]
    for number in chance.sample(allowed, k=chance.randint(1, 2)):
        words = turns[number].text.split()
        start = chance.randrange(len(words) - 3)
        yield {"turn": number, "quote": " ".join(words[start : start + chance.randint(3, 8)])}


def completion_parts(number: int, items: Sequence[Item]) -> tuple[bytes, bytes]:
    """A chat completion with the answers, in two parts: the usage stands between them."""
    function = {"name": "Verdicts", "arguments": json.dumps(answers(number, items))}
    return _parts({"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]})


def peers_completion_parts(criteria: int | None) -> tuple[bytes, bytes]:
    """The same in the words of other libraries: on one criterion, or on so many of them at once."""
    verdict = {"criterion_status": "MET", "explanation": " ".join(_WORDS[:10])}
    peer: dict[str, Any] = {**verdict, "reasoning": ""}
    if criteria is not None:
        peer = {"criteria_evaluations": [{"criterion_number": n + 1, **verdict} for n in range(criteria)]}
    return _parts({"role": "assistant", "content": json.dumps(peer)})


def _parts(message: dict[str, Any]) -> tuple[bytes, bytes]:
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 0, "model": "mock", "choices": [choice], "usage": None}
    before, _, after = json.dumps(body).rpartition("null")
    return before.encode(), after.encode()
