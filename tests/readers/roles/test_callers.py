"""A house that calls is no customer, and one that is called and greets is no agent."""

from __future__ import annotations

import pytest

from llm_grader.readers.roles.callers import call_of
from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.roles.roles import RoleMapping, assign_roles
from llm_grader.signals.flags import ROLES_BY_CUES, UNKNOWN_SPEAKER, flags_of
from llm_grader.signals.language import with_languages
from llm_grader.transcript import Transcript, Turn
from tests.support.effort import least_seconds

HOUSES = {
    "en": [
        "Good morning, this is Ines from Kettle. I am calling about the printer you ordered.",
        "hi this is marcus from bright power i'm calling about the meter you asked us to replace",
        "Hello, my name is Ines and I'm calling from Kettle regarding your application.",
        "Hi, is that Mr Cole? Ben here from Arrow. You reported a fault.",
        "Am I speaking with Mrs Cole? Do you have a minute?",
    ],
    "de": [
        "Guten Tag, hier ist Ines Weber von der Firma Kettle, es geht um Ihre Bestellung.",
        "Weber, guten Tag. Spreche ich mit Frau Kern? Haben Sie kurz Zeit?",
    ],
    "cs": ["Dobrý den, tady Ines z Kettle, volám ohledně vaší objednávky.", "Mluvím s paní Novou? Máte chvilku?"],
    "hu": ["Jó napot, Weber Ines vagyok a Kettle-től, az ön rendelése ügyében hívom."],
    "et": ["Tere, siin Ines firmast Kettle, helistan teie tellimuse asjus."],
}
OTHERS = {
    "en": [
        "Good morning, this is Karen from Riverside Clinic. I'm calling about the chairs we ordered.",
        "Hi, I'm calling about my order.",
        "Kettle, Ines speaking, how can I help you?",
        "Thank you for calling Kettle, this is Ines from support. How can I help with your order?",
        "Yes, speaking.",
        "",
    ],
    "de": ["Guten Tag, hier ist Karen von der Praxis Kern, es geht um unsere Bestellung."],
    "cs": ["Dobrý den, potřebuji změnit adresu."],
    "hu": ["Jó napot, két hete rendeltem egy széket."],
    "et": ["Tere, mul on probleem, minu tellimus ei ole kohal."],
}
OPEN = {
    "en": ["Hello, this is Karen from Riverside.", "Hi, it is about your plan. I ordered it last week."],
    "de": ["Guten Tag, hier ist Karen von der Praxis Kern."],
}


def each(texts: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, listed in texts.items() for text in listed]


@pytest.mark.parametrize(("language", "text"), each(HOUSES))
def test_a_house_that_calls_is_known_by_two_signs(language: str, text: str) -> None:
    assert call_of(plain(text), language) == "of_house"
    assert call_of(plain(text), None) == "of_house"


@pytest.mark.parametrize(("language", "text"), each(OTHERS))
def test_a_customer_and_who_is_called_are_no_house_that_calls(language: str, text: str) -> None:
    assert call_of(plain(text), language) == "none"


@pytest.mark.parametrize(("language", "text"), each(OPEN))
def test_one_sign_leaves_it_open(language: str, text: str) -> None:
    assert call_of(plain(text), language) == "open"


def settled(*said: str) -> Transcript:
    turns = tuple(Turn(role="unknown", speaker="AB"[at % 2], text=text) for at, text in enumerate(said))
    return assign_roles(with_languages(Transcript(id="t", channel="call", turns=turns)), RoleMapping())


def roles(transcript: Transcript) -> dict[str | None, str]:
    return {turn.speaker: turn.role for turn in transcript.turns}


OFFICE = "Riverside Clinic, Karen speaking, how can I help you?"


@pytest.mark.parametrize("text", HOUSES["en"][:4])
def test_an_office_that_is_called_is_not_taken_for_the_agent(text: str) -> None:
    call = settled(OFFICE, text, "Yes, what about it?", "It comes on Friday.", "Thank you for calling, goodbye.")
    assert roles(call) == {"A": "customer", "B": "agent"}
    assert ROLES_BY_CUES in flags_of(call)


def test_an_office_that_calls_as_a_customer_is_one() -> None:
    call = settled("Kettle, how can I help you?", OTHERS["en"][0], "Let me check, could you confirm the number?")
    assert roles(call) == {"A": "agent", "B": "customer"}


@pytest.mark.parametrize(
    "text", ["Hello, this is Ines from Kettle, it is about the printer.", "Ines here from Kettle."]
)
def test_below_a_clear_margin_nobody_is_anything(text: str) -> None:
    call = settled(OFFICE, text, "Yes, what about it?", "It comes on Friday.", "Thank you for calling, goodbye.")
    assert roles(call) == {"A": "unknown", "B": "unknown"}
    assert flags_of(call) == (UNKNOWN_SPEAKER,)


def test_an_office_that_sounds_like_the_desk_beside_a_house_that_calls_is_left_open() -> None:
    call = settled(OFFICE, HOUSES["en"][0], "Let me check. Bear with me. May I have your number?", "4711.")
    assert roles(call) == {"A": "unknown", "B": "unknown"}


def test_a_voice_mailbox_is_a_machine_and_who_speaks_of_one_is_none() -> None:
    call = settled("You have reached Kettle. Please leave a message after the tone.", "Hello, please call me back.")
    assert roles(call) == {"A": "bot", "B": "unknown"}
    call = settled(
        "Kettle, how can I help? Let me check.",
        "I have a problem, my order is late.",
        "Leave a message after the tone.",
    )
    assert roles(call) == {"A": "agent", "B": "customer"}


def test_roles_that_the_source_states_are_not_told_by_cues() -> None:
    turns = (Turn(role="agent", text="Hello"), Turn(role="customer", text="Hi"))
    assert ROLES_BY_CUES not in flags_of(assign_roles(Transcript(id="t", channel="call", turns=turns), RoleMapping()))


@pytest.mark.parametrize("piece", ["this is ", "from a ", "about ", "your ", "a", "\n", "vagyok a ", "ihre "])
def test_a_speaker_of_any_length_is_looked_at_in_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert least_seconds(lambda: call_of(text, None), below=1) < 1
