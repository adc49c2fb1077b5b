"""Asking turn by turn: which messages are asked about, in what order, what their scores come to, and what is cited."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.checking.claims import Reply
from llm_grader.errors import AuthError, BadRequest, ContextTooLong, JudgeError
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.by_choice import ChoiceAsker
from llm_grader.local.fits import FitAgreement, Fits, ItemFit
from llm_grader.local.questions import NO, YES, Conversation
from llm_grader.local.turn_by_turn import TurnScores, score_turns
from llm_grader.rubric.model import Item
from llm_grader.transcript import Segment, Transcript, Turn
from llm_grader.usage import Usage

PLAN, WHY = (
    Item.model_validate({"id": id_, "title": id_, "question": f"Did the agent {id_}?", **cue})
    for id_, cue in (("plan", {}), ("why", {"cue": "sorry"}))
)
QUOTED = "First I check it. Then you get a mail.\n> Why does it take so long?"
TALK = Transcript(
    id="t1",
    channel="email",
    language="en",
    turns=(
        Turn(role="customer", text="Where is it?"),
        Turn(role="agent", text="Hello."),
        Turn(role="agent", text="Ask the depot.", kind="note", visibility="internal"),
        Turn(
            role="agent",
            text=QUOTED,
            segments=(
                Segment(kind="body", start=0, end=QUOTED.index(">")),
                Segment(kind="quoted", start=QUOTED.index(">"), end=len(QUOTED)),
            ),
        ),
    ),
)


class Model:
    """Chooses by a script: what is asked → log-odds of Yes, or an error."""

    def __init__(self, script: Callable[[str], float | JudgeError]) -> None:
        self._script = script
        self.asked: list[str] = []

    async def __call__(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        assert tuple(options) == (YES, NO)
        (message,) = messages  # a message alone, without the conversation
        self.asked.append(message["content"])
        answer = self._script(message["content"])
        if isinstance(answer, JudgeError):
            raise answer
        logprobs = {YES: answer, NO: 0.0}
        return Choice(answer=YES if answer > 0 else NO, logprobs=logprobs, usage=Usage(requests=1, prompt_tokens=10))


def fits(*items: Item, low: float = 0.5, **weights: float) -> Fits:
    """The same fit for each item of the rubric `mine`."""
    agreement = FitAgreement(kappa=low + 0.1, low=low, high=low + 0.2, conversations=60)
    made = {
        one.id: ItemFit(agreement=agreement, policy=one.policy_hash(), **{"intercept": 0.0, **weights}) for one in items
    }
    return Fits(rubrics={"mine": made})


def test_each_message_is_asked_about_alone_and_all_items_of_it_before_the_next() -> None:
    model, places = Model(lambda _: 1.0), list[tuple[int, int]]()
    scores = asyncio.run(
        score_turns(
            model, Conversation(TALK), [PLAN, WHY], language="en", doing=lambda done, of: places.append((done, of))
        )
    )
    assert [("Hello." in asked, "agent plan?" in asked) for asked in model.asked] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert all("depot" not in asked and "Where is it" not in asked for asked in model.asked)
    assert all("so long" not in asked for asked in model.asked)  # what is quoted is not the agent's
    assert scores["plan"].by_turn == {1: 1.0, 3: 1.0}
    assert scores["plan"].usage.requests == 2
    assert places == [(0, 2), (1, 2)]


def test_the_score_is_the_log_of_the_mean_odds() -> None:
    assert TurnScores({1: 0.0, 2: math.log(3)}).score == pytest.approx(math.log(2))  # (1 + 3) / 2
    assert TurnScores({3: -2.0}).score == -2.0
    assert TurnScores().score is None
    assert TurnScores({1: 1e4, 2: -1e4}).score == pytest.approx(1e4 - math.log(2))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30))
def test_the_score_lies_between_the_mean_and_the_most(values: list[float]) -> None:
    score = TurnScores(dict(enumerate(values))).score
    assert score is not None
    assert sum(values) / len(values) - 1e-9 <= score <= max(values) + 1e-9


def test_a_fit_turn_by_turn_judges_and_cites_the_sentence_that_shows_the_cue() -> None:
    sorry = TALK.model_copy(
        update={"turns": (*TALK.turns, Turn(role="agent", text="One moment. I am sorry for that."))}
    )
    model = Model(lambda asked: 4.0 if "sorry" in asked else -9.0)
    asker = ChoiceAsker(model, fits=fits(WHY, intercept=-2.0, turns=1.0), rubric_id="mine")
    claim = asyncio.run(asker.ask(sorry, [WHY])).claims["why"]
    assert claim.label == "met"  # −2 + ln(e⁴ / 3) = .9
    assert claim.confidence == pytest.approx(1 / (1 + math.exp(2 - 4 + math.log(3))), abs=1e-4)
    assert [(quote.turn, quote.quote) for quote in claim.quotes] == [(4, "I am sorry for that.")]
    assert "asked message by message, the model leans to Yes" in claim.reason
    assert len(model.asked) == 3


def test_what_is_not_met_turn_by_turn_has_a_reason_and_no_quote() -> None:
    asker = ChoiceAsker(Model(lambda _: -3.0), fits=fits(WHY, turns=1.0), rubric_id="mine")
    claim = asyncio.run(asker.ask(TALK, [WHY])).claims["why"]
    assert (claim.label, claim.quotes) == ("not_met", ())
    assert "leans to No" in claim.reason


def test_without_words_that_show_it_it_is_left_to_a_larger_model() -> None:
    """Of the sentences that the model chose itself, most showed something else."""
    model = Model(lambda _: 2.0)
    claim = asyncio.run(ChoiceAsker(model, fits=fits(WHY, turns=1.0), rubric_id="mine").ask(TALK, [WHY])).claims["why"]
    assert (claim.label, claim.quotes) == ("cannot_assess", ())
    assert "no words were found that show met" in claim.reason


@pytest.mark.parametrize(
    ("language", "low", "reason"), [("fr", 0.5, "measured in cs, de, en, et, hu only"), ("en", 0.1, "κ 0.20")]
)
def test_where_its_fit_does_not_hold_the_model_is_not_asked(language: str, low: float, reason: str) -> None:
    talk = TALK.model_copy(update={"language": language})
    model = Model(lambda _: 2.0)
    reply = asyncio.run(ChoiceAsker(model, fits=fits(PLAN, low=low, turns=1.0), rubric_id="mine").ask(talk, [PLAN]))
    assert reply.claims["plan"].label == "cannot_assess"
    assert reason in reply.claims["plan"].reason
    assert model.asked == []


def test_a_question_that_fails_leaves_the_other_items_and_counts_what_was_asked() -> None:
    model = Model(lambda asked: 1.0 if "Hello." in asked else BadRequest("no"))
    whole = Item.model_validate({"id": "hello", "title": "h", "question": "Hello?", "cue": "greeting"})
    made = fits(PLAN, turns=1.0)
    by_words = fits(whole, found=4.0).rubrics["mine"]["hello"]
    made = Fits(rubrics={"mine": {**made.rubrics["mine"], "hello": by_words}})
    reply = asyncio.run(ChoiceAsker(model, fits=made, rubric_id="mine").ask(TALK, [PLAN, whole]))
    assert reply.problems == {"plan": "bad_request"}
    assert reply.claims.keys() == {"hello"}
    assert reply.usage.requests == 1


def test_an_endpoint_that_fails_for_all_is_an_error() -> None:
    asker = ChoiceAsker(Model(lambda _: AuthError("no")), fits=fits(PLAN, turns=1.0), rubric_id="mine")
    with pytest.raises(AuthError):
        asyncio.run(asker.ask(TALK, [PLAN]))


def test_only_its_longest_message_has_to_fit_where_no_question_is_about_the_whole() -> None:
    long = TALK.model_copy(update={"turns": (Turn(role="customer", text="Why? " * 100), *TALK.turns)})
    made = fits(WHY, turns=1.0)

    def ask(context_tokens: int) -> Reply:
        asker = ChoiceAsker(
            Model(lambda _: -2.0), fits=made, rubric_id="mine", context_tokens=context_tokens, count_tokens=len
        )
        return asyncio.run(asker.ask(long, [WHY]))

    assert ask(220).claims["why"].label == "not_met"
    with pytest.raises(ContextTooLong):
        ask(180)


def test_words_that_may_mean_it_or_not_leave_it_open_and_nothing_is_asked() -> None:
    """What is asked is paid for and counted: where the answer could change nothing, there is no question."""
    greeting = Item.model_validate({"id": "hello", "title": "h", "question": "Hello?", "cue": "greeting"})
    loose = Transcript(
        id="t2",
        channel="call",
        language="de",
        turns=(Turn(role="agent", text="Meier am Apparat."), Turn(role="customer", text="Ich höre Sie kaum.")),
    )
    model = Model(lambda _: 2.0)
    made = fits(greeting, turns=1.0, found=1.0)
    claim = asyncio.run(ChoiceAsker(model, fits=made, rubric_id="mine").ask(loose, [greeting])).claims["hello"]
    assert claim.label == "cannot_assess"
    assert "may mean it or not" in claim.reason
    assert model.asked == []
