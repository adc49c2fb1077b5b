"""Conversations longer than a model can read: what windows hold, and what they say together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.asking.by_windows import WindowAsker, halve, merge
from llm_grader.checking.claims import Claim, Quote, Reply
from llm_grader.errors import ContextTooLong, Refused
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript, Turn
from llm_grader.usage import Usage
from tests.support.scripted import item, transcript

SPENT = Usage(requests=1, prompt_tokens=10, cached_tokens=0, completion_tokens=5, cost=0.5)


def talk(*lengths: int) -> Transcript:
    return transcript("t1", *(Turn(role="agent", text=f"{n}" + "x" * length) for n, length in enumerate(lengths)))


def claim(label: str, *turns: int) -> Claim:
    return Claim(
        item_id="greeting", label=label, quotes=tuple(Quote(turn=turn, quote=f"turn {turn}") for turn in turns)
    )


def merged(*replies: tuple[int, Reply]) -> Reply:
    return merge(replies, [item()])


def said(found: Claim | None, problem: str = "missing") -> Reply:
    if found is None:
        return Reply(problems={"greeting": problem}, usage=SPENT)
    return Reply(claims={"greeting": found}, usage=SPENT)


@given(st.lists(st.integers(0, 300), min_size=2, max_size=20))
def test_windows_hold_every_turn_share_some_and_are_smaller(lengths: list[int]) -> None:
    whole = talk(*lengths)
    halves = halve(whole)
    assert halves is not None
    (zero, first), (start, second) = halves
    assert zero == 0
    assert first.turns == whole.turns[: len(first.turns)]
    assert second.turns == whole.turns[start:]
    assert start <= len(first.turns)  # nothing between them is lost
    assert 0 < len(first.turns) < len(whole.turns)
    assert 0 < len(second.turns) < len(whole.turns)


def test_windows_are_of_about_the_same_length_and_overlap() -> None:
    halves = halve(talk(*[100] * 10))
    assert halves is not None
    assert [(start, len(window.turns)) for start, window in halves] == [(0, 7), (3, 7)]  # 5 and 5, and 2 more each


@pytest.mark.parametrize("count", [1])
def test_a_single_turn_cannot_be_divided(count: int) -> None:
    assert halve(talk(*[100] * count)) is None


def test_proof_in_one_window_wins_and_names_the_turn_of_the_whole() -> None:
    reply = merged((0, said(claim("not_met"))), (7, said(claim("met", 2))))
    assert reply.claims["greeting"].label == "met"
    assert reply.claims["greeting"].quotes == (Quote(turn=9, quote="turn 2"),)  # 7 + 2
    assert (reply.usage.requests, reply.usage.cost, reply.windows) == (2, 1.0, 2)


@pytest.mark.parametrize(
    ("labels", "label"),
    [
        (("not_applicable", "not_met"), "not_met"),
        (("cannot_assess", "not_applicable"), "not_applicable"),
        (("cannot_assess", "cannot_assess"), "cannot_assess"),
        (("met", "not_met"), "met"),  # both without proof: the first one
    ],
)
def test_without_proof_a_scored_label_comes_before_the_others(labels: tuple[str, str], label: str) -> None:
    assert merged(*((start, said(claim(each))) for start, each in enumerate(labels))).claims["greeting"].label == label


def test_a_window_without_an_answer_leaves_the_item_open() -> None:
    reply = merged((0, said(claim("met", 0))), (5, said(None, "truncated")))
    assert (reply.claims, reply.problems) == ({}, {"greeting": "truncated"})


class Reading:
    """Can read so many turns, and finds the greeting in the turn that begins with `found`."""

    def __init__(self, most: int, found: str = "5") -> None:
        self.most = most
        self.found = found
        self.read: list[int] = []

    async def ask(self, window: Transcript, items: Sequence[Item]) -> Reply:
        del items
        self.read.append(len(window.turns))
        if len(window.turns) > self.most:
            fault = ContextTooLong("long")
            fault.usage = SPENT
            raise fault
        at = [number for number, turn in enumerate(window.turns) if turn.text.startswith(self.found)]
        return said(claim("met", *at) if at else claim("not_met"))

    async def ask_again(self, window: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        del problems
        return await self.ask(window, items)


def test_what_fits_is_read_in_one() -> None:
    asker = Reading(10)
    reply = asyncio.run(WindowAsker(asker).ask(talk(*[50] * 8), [item()]))
    assert (asker.read, reply.windows, reply.usage.requests) == ([8], 1, 1)


def test_what_does_not_fit_is_read_in_windows_and_every_request_counts() -> None:
    asker = Reading(6)
    whole = talk(*[50] * 8)
    reply = asyncio.run(WindowAsker(asker).ask(whole, [item()]))
    assert reply.claims["greeting"].label == "met"
    assert {whole.turns[quote.turn].text[0] for quote in reply.claims["greeting"].quotes} == {"5"}
    assert reply.windows == len([size for size in asker.read if size <= 6]) > 1
    assert (reply.usage.requests, reply.usage.prompt_tokens) == (len(asker.read), 10 * len(asker.read))


def test_a_turn_that_does_not_fit_alone_fails_with_the_usage_of_all() -> None:
    with pytest.raises(ContextTooLong) as caught:
        asyncio.run(WindowAsker(Reading(0)).ask(talk(50, 50, 50, 50), [item()]))
    assert caught.value.usage.requests > 1


def test_a_window_that_fails_otherwise_fails_with_the_usage_of_all() -> None:
    class Refusing(Reading):
        async def ask(self, window: Transcript, items: Sequence[Item]) -> Reply:
            if len(self.read) == 2:
                fault = Refused("no")
                fault.usage = SPENT
                raise fault
            return await super().ask(window, items)

    with pytest.raises(Refused) as caught:
        asyncio.run(WindowAsker(Refusing(5)).ask(talk(*[50] * 6), [item()]))
    assert caught.value.usage.requests == 3  # too long, the first window, and the one that failed
