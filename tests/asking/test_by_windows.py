"""Conversations longer than a model can read: what windows hold, and what they say together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from llm_grader.asking.by_prompt import PromptAsker
from llm_grader.asking.by_windows import WindowAsker, halve, merge
from llm_grader.asking.messages import Prompts
from llm_grader.checking.claims import Claim, Failed, Quote, Reply
from llm_grader.errors import ContextTooLong, Refused
from llm_grader.rubric.model import Item
from llm_grader.testing import ScriptedJudge, answer
from llm_grader.transcript import Transcript, Turn
from llm_grader.usage import Usage
from tests.support.scripted import item, rubric, transcript

SPENT = Usage(requests=1, prompt_tokens=10, cached_tokens=0, completion_tokens=5, cost=0.5)


def talk(*lengths: int) -> Transcript:
    return transcript("t1", *(Turn(role="agent", text=f"{n}" + "x" * length) for n, length in enumerate(lengths)))


def claim(label: str, *turns: int) -> Claim:
    return Claim(
        item_id="greeting", label=label, quotes=tuple(Quote(turn=turn, quote=f"turn {turn}") for turn in turns)
    )


def merged(*replies: Reply, **fields: Any) -> Reply:
    return merge(replies, [item(**fields)])


def said(found: Claim | None, problem: str = "missing") -> Reply:
    if found is None:
        return Reply(problems={"greeting": problem}, usage=SPENT)
    return Reply(claims={"greeting": found}, usage=SPENT)


@given(st.lists(st.integers(0, 300), min_size=2, max_size=20))
def test_windows_hold_every_turn_share_some_and_are_smaller(lengths: list[int]) -> None:
    halves = halve(talk(*lengths), range(len(lengths)))
    assert halves is not None
    first, second = halves
    assert (first.start, second.stop) == (0, len(lengths))
    assert second.start <= first.stop  # nothing between them is lost
    assert 0 < len(first) < len(lengths)
    assert 0 < len(second) < len(lengths)


def test_windows_are_of_about_the_same_length_and_overlap() -> None:
    # 5 and 5 turns, and 2 more each; then the second of them alone: 7 turns are 4 and 3, and 2 more each
    assert halve(talk(*[100] * 10), range(10)) == (range(7), range(3, 10))
    assert halve(talk(*[100] * 10), range(3, 10)) == (range(3, 9), range(5, 10))


def test_a_single_turn_cannot_be_divided() -> None:
    assert halve(talk(100, 100), range(1, 2)) is None


# What windows say together.


def test_met_in_one_window_decides_an_item_over_any_and_not_met_one_over_every() -> None:
    proof, against = said(claim("met", 2)), said(claim("not_met", 9))
    for replies in ((proof, against), (against, proof)):
        assert merged(*replies, over="any").claims["greeting"] == claim("met", 2)
        assert merged(*replies, over="every").claims["greeting"] == claim("not_met", 9)
        # an item that says neither: one of them is wrong, and a person looks which
        assert merged(*replies).problems["greeting"] == "windows_disagree: " + ", ".join(
            reply.claims["greeting"].label for reply in replies
        )
    both = merged(proof, against, over="any")
    assert (both.usage.requests, both.usage.cost, both.windows) == (2, 1.0, 2)


def test_words_to_show_for_a_label_win_over_a_window_that_only_lacks_it() -> None:
    assert merged(said(claim("not_met")), said(claim("met", 2))).claims["greeting"].label == "met"
    assert merged(said(claim("not_met", 4)), said(claim("met"))).claims["greeting"].label == "not_met"


def test_a_label_without_the_words_it_needs_decides_nothing() -> None:
    replies = said(claim("met")), said(claim("not_met", 3))
    assert merged(*replies, over="any").claims["greeting"].label == "not_met"


@pytest.mark.parametrize(
    ("labels", "label"),
    [
        (("not_applicable", "not_met"), "not_met"),
        (("cannot_assess", "not_applicable"), "not_applicable"),
        (("cannot_assess", "cannot_assess"), "cannot_assess"),
        (("not_met", "cannot_assess"), "not_met"),
    ],
)
def test_a_window_that_shows_nothing_of_the_matter_says_nothing_against_others(
    labels: tuple[str, str], label: str
) -> None:
    assert merged(*(said(claim(each)) for each in labels)).claims["greeting"].label == label


def test_levels_that_differ_are_left_to_people() -> None:
    levels = [{"value": v, "points": p, "anchor": v} for v, p in (("low", 0), ("high", 1))]
    scaled = {"scale": {"levels": levels}, "evidence": {"required_for": ()}, "over": "any"}
    assert merged(said(claim("low")), said(claim("high")), **scaled).problems == {
        "greeting": "windows_disagree: low, high"
    }


def test_a_window_without_an_answer_leaves_the_item_open_unless_another_decides_it() -> None:
    replies = said(claim("met", 0)), said(None, "truncated")
    assert (merged(*replies).claims, merged(*replies).problems) == ({}, {"greeting": "truncated"})
    assert merged(*replies, over="any").claims["greeting"].label == "met"
    assert merged(*replies, over="every").problems == {"greeting": "truncated"}


class Reading:
    """Can read so many turns, and finds the greeting in the turn that begins with `found`."""

    def __init__(self, most: int, found: str = "5") -> None:
        self.most = most
        self.found = found
        self.read: list[int] = []

    async def ask(self, transcript: Transcript, items: Sequence[Item], *, turns: range | None = None) -> Reply:
        del items
        window = range(len(transcript.turns)) if turns is None else turns
        self.read.append(len(window))
        if len(window) > self.most:
            fault = ContextTooLong("long")
            fault.usage = SPENT
            raise fault
        at = [number for number in window if transcript.turns[number].text.startswith(self.found)]
        return said(claim("met", *at) if at else claim("not_met"))

    async def ask_again(
        self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed], *, turns: range | None = None
    ) -> Reply:
        del failed
        return await self.ask(transcript, items, turns=turns)


class Narrow(ScriptedJudge):
    """Finds what is too long where more than so many turns are shown."""

    async def complete(self, messages: Any, response_model: type[BaseModel]) -> tuple[BaseModel, Usage]:
        if messages[-1]["content"].count(" turn ") > 5:
            raise ContextTooLong("long")
        return await super().complete(messages, response_model)


def test_a_window_is_told_which_part_it_is_and_keeps_the_numbers_of_the_whole() -> None:
    found = {"greeting": answer("met", (6, "words of turn 6"))}
    judge = Narrow(lambda messages: found if "words of turn 6" in messages[-1]["content"] else {"greeting": NOT_MET})
    turns = [Turn(role="agent", text=f"words of turn {n}") for n in range(8)]
    small = rubric(item())
    asker = WindowAsker(PromptAsker(judge, Prompts(small)))
    reply = asyncio.run(asker.ask(transcript("t1", *turns), small.model_items("chat")))
    assert reply.claims["greeting"].quotes == (Quote(turn=6, quote="words of turn 6"),)
    first, last = (judge.calls[n][-1]["content"] for n in (0, -1))
    assert re.search(r"\[\w+ a part of the conversation, turns 0 to \d of 0 to 7: answer by this part alone", first)
    assert re.search(r"\[\w+ a part of the conversation, turns \d to 7 of 0 to 7: ", last)
    assert "turn 7: agent]\nwords of turn 7" in last
    assert "end of this part]" in last


NOT_MET = answer("not_met")


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
        async def ask(self, transcript: Transcript, items: Sequence[Item], *, turns: range | None = None) -> Reply:
            if len(self.read) == 2:
                fault = Refused("no")
                fault.usage = SPENT
                raise fault
            return await super().ask(transcript, items, turns=turns)

    with pytest.raises(Refused) as caught:
        asyncio.run(WindowAsker(Refusing(5)).ask(talk(*[50] * 6), [item()]))
    assert caught.value.usage.requests == 3  # too long, the first window, and the one that failed
