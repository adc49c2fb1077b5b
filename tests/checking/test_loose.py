"""Quotes in other writing than was said: the same words are found, and nothing else is."""

from __future__ import annotations

import pytest

from llm_grader.checking.check import check_reply
from llm_grader.checking.claims import Claim, Quote, Reply
from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.loose import find_places
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Evidence
from tests.support.effort import least_seconds
from tests.support.scripted import item

ANA = "Hello, I'm Ana; how may I help? We don't close before 6 pm. I can't refund 1,50 EUR, but you'll get a voucher."
TALK = Transcript(
    id="t",
    channel="chat",
    turns=(
        Turn(role="agent", speaker="Ana", text=ANA),
        Turn(role="customer", speaker="Bo", text="That is fine, thank you."),
        Turn(role="agent", speaker="Ana", text="I have checked your order"),
        Turn(role="agent", speaker="Ana", text="and it leaves on Friday."),
        Turn(role="agent", speaker="Cy", text="I am the supervisor here."),
    ),
)


def places(quote: str, turn: int | None = None, rule: EvidenceRule | None = None) -> tuple[Evidence, ...] | Unverified:
    finder = QuoteFinder(TALK)
    return find_places(quote, turn, TALK, lambda words, at: finder.resolve(words, rule or EvidenceRule(), turn=at))


def own_words(quote: str, turn: int | None = None) -> list[tuple[int, str]]:
    found = places(quote, turn)
    assert not isinstance(found, Unverified), found
    for place in found:
        assert TALK.turns[place.turn].text[place.start : place.end] == place.quote
        assert place.match == "normalised"
    return [(place.turn, place.quote) for place in found]


@pytest.mark.parametrize(
    ("quote", "own"),
    [
        ("Hello I'm Ana how may I help", "Hello, I'm Ana; how may I help"),
        ("Hello, I am Ana", "Hello, I'm Ana"),
        ("We do not close before 6pm", "We don't close before 6 pm"),
        ("I cannot refund 1,50", "I can't refund 1,50"),
        ("you will get a voucher!", "you'll get a voucher"),
        ("agent: We don't close", "We don't close"),
        ("Ana: We do not close", "We don't close"),
        ("turn 0: how may I help", "how may I help"),
    ],
)
def test_the_same_words_in_other_writing_are_the_transcripts_own(quote: str, own: str) -> None:
    assert own_words(quote) == [(0, own)]


def test_an_ellipsis_joins_words_of_one_turn_in_their_order() -> None:
    assert own_words("Hello, I'm Ana … don't close before 6 pm") == [
        (0, "Hello, I'm Ana"),
        (0, "don't close before 6 pm"),
    ]
    assert own_words("we do not close [...] get a voucher") == [(0, "We don't close"), (0, "get a voucher")]
    assert places("get a voucher ... I'm Ana") is Unverified.QUOTE_NOT_FOUND
    assert places("I'm Ana … on Friday") is Unverified.QUOTE_NOT_FOUND
    assert places("help … voucher") is Unverified.QUOTE_NOT_FOUND  # two words far apart prove nothing


def test_two_turns_in_a_row_of_one_speaker_are_one_thing_said() -> None:
    assert own_words("checked your order and it leaves", 2) == [(2, "checked your order"), (3, "and it leaves")]
    assert places("thank you. I have checked") is Unverified.QUOTE_NOT_FOUND  # of two people
    assert places("leaves on Friday. I am the supervisor") is Unverified.QUOTE_NOT_FOUND  # of two agents


@pytest.mark.parametrize(
    "quote",
    [
        "I can",  # of "can't"
        "Ana we can refund",
        "I refund 1,50 EUR",  # a word is missing
        "refund 1",  # of 1,50
        "do close before 6pm",
        "Bo: I have refunded it",
        "checked order",
    ],
)
def test_what_was_not_said_in_these_words_is_not_found(quote: str) -> None:
    assert places(quote) is Unverified.QUOTE_NOT_FOUND


def test_whose_words_count_holds_for_other_writing_too() -> None:
    assert places("that's fine thank you") is Unverified.QUOTE_OF_WRONG_ROLE
    customer = EvidenceRule.model_validate({"from": ["customer"]})
    found = places("that's fine thank you", rule=customer)
    assert not isinstance(found, Unverified)
    assert [place.role for place in found] == ["customer"]


def test_a_claim_keeps_all_places_of_a_quote() -> None:
    quote = Quote(turn=2, quote="checked your order, and it leaves")
    reply = Reply(claims={"greeting": Claim(item_id="greeting", label="met", quotes=(quote,))})
    verdict = check_reply(reply, [item()], QuoteFinder(TALK)).verdicts["greeting"]
    assert [(one.turn, one.quote) for one in verdict.evidence] == [(2, "checked your order"), (3, "and it leaves")]


def test_twenty_fabricated_quotes_against_a_long_turn_take_less_than_a_second() -> None:
    long = Transcript(id="t", channel="chat", turns=(Turn(role="agent", text="we are happy to help you. " * 4000),))
    finder = QuoteFinder(long)

    def look() -> None:
        for number in range(20):
            found = find_places(
                f"we are happy to help {number} … you all",
                0,
                long,
                lambda w, at: finder.resolve(w, EvidenceRule(), turn=at),
            )
            assert isinstance(found, Unverified)

    assert least_seconds(look, below=1) < 1
