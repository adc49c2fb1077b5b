"""Agents who say nothing pass nothing, though the judge says yes to everything; and a denial is no proof."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.wordless import is_denied, weight_of
from llm_grader.grader.grader import Grader
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import EvidenceRule
from llm_grader.testing import answer
from llm_grader.transcript import Transcript, Turn
from llm_grader.usage import Usage
from llm_grader.verdict import Evidence

NULL_AGENTS = [
    "", " ", ".", "...", "…", ":", "-", "—", "*", "?", "!", "\u200b", "\u00a0", "\ufeff", "''", "[]", "{}", "<>",
    "Hm.", "Hmm…", "Uh, um.", "Ähm.", "Öö…", "Mhm", "Ééé", "[inaudible]", "[unintelligible 00:12]", "(unverständlich)",
    "[nesrozumitelné]", "[érthetetlen]", "[arusaamatu]", "[silence]", "[music]", "<think>", "<think></think>", "</s>",
    "<|assistant|>", "N/A", "n/a", "None", "null", "NaN", "undefined", "TODO", "a", "Answer:", "Thought process:",
    "Solution", "Ok.", "Yes.", "Sure",
]  # fmt: skip
"""51 kinds of agent."""


class Yes:
    """Says `met` to everything, and cites whatever the agent said."""

    def __init__(self, quote: str) -> None:
        self._quote = quote

    async def complete(self, messages: Sequence[Any], response_model: type[BaseModel]) -> tuple[BaseModel, Usage]:
        """The best label for each item that is asked."""
        del messages
        answers = {}
        for field in response_model.model_fields.values():
            label = field.annotation.model_fields["label"].annotation.__args__[0]  # type: ignore[union-attr]
            answers[str(field.alias)] = answer(label, (0, self._quote))
        return response_model.model_validate(answers), Usage(requests=1)


def test_there_are_51_kinds_of_agents_who_say_nothing() -> None:
    assert len(NULL_AGENTS) == len(set(NULL_AGENTS)) == 51


@pytest.mark.parametrize("said", NULL_AGENTS)
def test_no_agent_who_says_nothing_passes(said: str) -> None:
    rubric = load_rubric("helpdesk_qa")
    turns = (Turn(role="agent", text=said), Turn(role="customer", text="Where is my parcel?"))
    talk = Transcript(id="t", channel="chat", turns=turns)
    card = asyncio.run(Grader(rubric, judge=Yes(said)).agrade(talk))
    assert not card.passed
    assert card.status != "ok" or card.score is None
    to_prove = {item.id for item in rubric.items() if "met" in item.evidence.required_for}
    assert sum(card.verdicts[id_].label == "met" for id_ in to_prove) <= 1 < len(to_prove)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Good morning, this is Ana.", 5),
        ("Hm, good morning [laughter]", 2),  # "good" is half a word: it may be a mere yes
        ("It costs 25 euros (net).", 4),
        ("Ok.", 0.5),
        ("नमस्ते", 1),
        ("こんにちは", 2.5),  # five characters without blanks: two for a word
    ],
)
def test_words_that_say_something_are_counted(text: str, weight: float) -> None:
    assert weight_of(text) == pytest.approx(weight, abs=0.5)


DENIED = [
    "We did not | refund your order",
    "We didn't | refund your order",
    "I will never | refund your order",
    "We cannot simply | refund your order",
    "Wir werden Ihre Bestellung nicht | erstatten können",
    "Es gibt keine | Erstattung für Ihre Bestellung",
    "Objednávku vám nemůžeme | vrátit v hotovosti",
    "Není možné | vrátit objednávku",
    "Nem | térítjük vissza a rendelését",
    "Nem fogjuk | visszatéríteni a rendelését",
    "Me ei | tagasta teie tellimust",
    "Raha ei saa | tagastada enne reedet",
]
AFFIRMED = [
    "Of course, | we refund your order",
    "No problem, | we refund your order",
    "It did not arrive. | We refund your order",
    "We not only | refund your order but also send a new one",
    "Kein Problem, | wir erstatten Ihre Bestellung",
    "Není zač, | objednávku vrátíme",
    "Nem gond, | visszatérítjük a rendelését",
    "Pole probleemi, | tagastame raha",
]


@pytest.mark.parametrize("said", DENIED)
def test_what_is_cut_from_a_denial_is_no_proof(said: str) -> None:
    before, quote = said.split("| ")
    found = QuoteFinder(talk_of(before + quote)).resolve(quote, EvidenceRule())
    assert is_denied(before + quote, len(before))
    assert found is Unverified.QUOTE_DENIED
    assert isinstance(QuoteFinder(talk_of(before + quote)).resolve(before + quote, EvidenceRule()), Evidence)


@pytest.mark.parametrize("said", AFFIRMED)
def test_a_denial_of_something_else_changes_nothing(said: str) -> None:
    before, quote = said.split("| ")
    assert isinstance(QuoteFinder(talk_of(before + quote)).resolve(quote, EvidenceRule()), Evidence)


def test_the_place_where_nothing_is_denied_counts() -> None:
    found = QuoteFinder(talk_of("We did not refund it. Now we refund it.")).resolve("refund it", EvidenceRule())
    assert isinstance(found, Evidence)
    assert found.start == 29


def talk_of(text: str) -> Transcript:
    return Transcript(id="t", channel="chat", turns=(Turn(role="agent", text=text),))
