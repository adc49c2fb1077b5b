"""Calls made up to measure how roles are told: a house that calls, and a house that is called, in five languages.

The sentences were written apart from the cues that they measure. By those of the half `seen` cues may be improved; of
the half `kept` only the figures are looked at. What people say first is written for each half; of the rest, every other
sentence belongs to each.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from llm_grader.eval.measured.made_sentences import kept_sentences, seen_sentences
from llm_grader.transcript import Role, Transcript, Turn

Direction = Literal["inbound", "inbound_business", "outbound", "outbound_office"]
Half = Literal["seen", "kept"]

DIRECTIONS: tuple[Direction, ...] = ("inbound", "inbound_business", "outbound", "outbound_office")
LANGUAGES = tuple(seen_sentences())

# Who says what, in order: the house (agent) or the other side, and the kind of sentence.
_COURSE: dict[Direction, tuple[tuple[Role, str], ...]] = {
    "inbound": (
        ("agent", "desk_greets"),
        ("customer", "private_calls"),
        ("agent", "desk_helps"),
        ("customer", "answers"),
        ("agent", "desk_settles"),
        ("customer", "private_ends"),
    ),
    "inbound_business": (
        ("agent", "desk_greets"),
        ("customer", "business_calls"),
        ("agent", "desk_helps"),
        ("customer", "answers"),
        ("agent", "desk_settles"),
        ("customer", "private_ends"),
    ),
    "outbound": (
        ("customer", "private_picks_up"),
        ("agent", "desk_calls"),
        ("customer", "answers"),
        ("agent", "desk_offers"),
        ("customer", "called_ends"),
    ),
    "outbound_office": (
        ("customer", "office_greets"),
        ("agent", "desk_calls"),
        ("customer", "office_looks"),
        ("agent", "desk_offers"),
        ("customer", "called_ends"),
    ),
}


class MadeCall(NamedTuple):
    """A call without roles, and the roles that its speakers have."""

    transcript: Transcript
    truth: dict[str, Role]


def make_calls(language: str, direction: Direction, half: Half, *, count: int, seed: int = 0) -> Iterator[MadeCall]:
    """`count` different courses of a call; the same seed makes the same ones."""
    chance = random.Random(f"{language} {direction} {half} {seed}")  # noqa: S311 - nothing is kept secret by it
    for number in range(count):
        first = chance.random() < 0.5  # nobody is known by being the first of an export's speakers
        names = {"agent": "S1" if first else "S2", "customer": "S2" if first else "S1"}
        turns = [
            Turn(role="unknown", speaker=names[role], text=chance.choice(_sentences(language, kind, half)))
            for role, kind in _COURSE[direction]
        ]
        call = Transcript(id=f"{language}-{direction}-{number}", channel="call", turns=tuple(turns), language=language)
        yield MadeCall(call, {names["agent"]: "agent", names["customer"]: "customer"})


def _sentences(language: str, kind: str, half: Half) -> Sequence[str]:
    lines, kept = (texts[language].get(kind, []) for texts in (seen_sentences(), kept_sentences()))
    if kept:
        return kept if half == "kept" else lines
    return lines[1::2] if half == "kept" else lines[0::2]
