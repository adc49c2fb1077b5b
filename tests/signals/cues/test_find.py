"""Cues: where an act shows in a conversation, and where its words show nothing."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from pydantic import ValidationError

from llm_grader.signals.cues.find import CueFinder, packaged_finder
from llm_grader.signals.cues.packaged import ActCue, Phrases, load_cues, load_phrases
from llm_grader.transcript import Segment, Transcript, Turn


def talk(*turns: Turn, language: str | None = "en", **fields: Any) -> Transcript:
    return Transcript(id="t", channel="chat", turns=turns, language=language, **fields)


def agent(text: str, speaker: str = "Ana", **fields: Any) -> Turn:
    return Turn(role="agent", speaker=speaker, text=text, **fields)


def customer(text: str, speaker: str = "Customer") -> Turn:
    return Turn(role="customer", speaker=speaker, text=text)


def found(cue: dict[str, Any], transcript: Transcript) -> list[tuple[int, str]]:
    """The turns and sentences that show a cue."""
    settings = {name: value for name, value in cue.items() if name not in ("phrases", "unless")}
    lines = {
        code: {"it": Phrases(phrases=phrases, unless=cue.get("unless", {}).get(code, ()))}
        for code, phrases in cue["phrases"].items()
    }
    finder = CueFinder({"it": ActCue.model_validate({"title": "It", **settings})}, lines)
    places = finder.find(transcript).get("it", ())
    return [(place.turn, transcript.turns[place.turn].text[place.start : place.end]) for place in places]


THANKS = {"phrases": {"en": ["thank you"], "de": ["danke"]}}
NAMED = {"phrases": {"mul": ["@name"]}}


def test_the_sentence_is_shown_not_the_turn() -> None:
    text = "Good morning. I thank you for waiting! It is done."
    assert found(THANKS, talk(agent(text))) == [(0, "I thank you for waiting!")]


def test_only_what_the_agent_under_review_wrote_to_the_customer_counts() -> None:
    quoted = "> thank you\nNo."
    segments = (Segment(kind="quoted", start=0, end=12), Segment(kind="body", start=12, end=len(quoted)))
    transcript = talk(
        customer("thank you"),
        Turn(role="bot", text="thank you"),
        agent("thank you", "Bob"),
        agent("thank you", kind="note", visibility="internal"),
        agent(quoted, segments=segments),
        agent_id="Ana",
    )
    assert found(THANKS, transcript) == []
    assert found({**THANKS, "by": "customer"}, transcript) == [(0, "thank you")]


def test_phrases_are_those_of_the_language_and_all_of_them_where_it_is_unknown() -> None:
    assert found(THANKS, talk(agent("Danke!"), language="en")) == []
    assert found(THANKS, talk(agent("Danke!"), language="de-AT")) == [(0, "Danke!")]
    assert found(THANKS, talk(agent("Danke!"), language=None)) == [(0, "Danke!")]
    assert found(THANKS, talk(agent("Danke!", language="de"))) == [(0, "Danke!")]


def test_a_sentence_that_is_ruled_out_shows_nothing_and_the_next_one_does() -> None:
    cue = {**THANKS, "unless": {"en": ["for the number"]}}
    text = "Thank you for the number. Thank you for waiting."
    assert found(cue, talk(agent(text))) == [(0, "Thank you for waiting.")]


def test_only_the_first_or_last_turns_are_looked_at() -> None:
    turns = (agent("One, thank you."), customer("Yes."), agent("Two, thank you."), agent("Three, thank you."))
    assert [turn for turn, _ in found({**THANKS, "first": 2}, talk(*turns))] == [0, 2]
    assert [turn for turn, _ in found({**THANKS, "last": 1}, talk(*turns))] == [3]
    with pytest.raises(ValidationError, match="either `first` or `last`"):
        ActCue(title="It", first=1, last=1)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Petr Novák", "Ano, pane Nováku.", True),
        ("Petr Novák", "Ano, pane Novotný.", False),
        ("Jana Svobodová", "Tak, paní Svobodová", True),
        ("Marek", "Marku, podívám se.", True),
        ("Kovács Anna", "Rendben, Anna.", True),
        ("Mari Tamm", "Selge, proua Tamme.", True),
        ("Mari Tamm", "Selge, Maria.", True),
        ("Nagy Éva", "Nagyon sajnálom.", False),
        ("Will Smith", "I will check.", False),
        ("Will Smith", "Will do.", False),
        ("Will Smith", "Will, I have checked.", True),
        ("Mark", "It comes in March.", False),
        ("end-user 3f2a-be", "It will be done in the end.", False),
        ("Jana", "Jano, je to hotové.", True),
        ("Hana Hrubešová", "to mě mrzí paní hrubešová", True),
        ("May", "you may go", False),
        ("Ms Reed", "Yes, ms Reed.", True),
        ("Ms Reed", "Yes, Ms Brown.", False),
        ("reed_91", "sure reed_91", False),
        ("Customer", "Dear customer", False),
        ("Customer", "So, Mrs Okafor, it is done.", True),
        ("Customer", "Mind egyezik, Borbála néni.", True),
        ("p.reed@firm.example", "We wrote to p.reed@firm.example.", False),
        ("Reed", "We wrote to reed@firm.example.", False),
        ("Customer", "To je vaše věc, paní. Jízdenku musíte mít platnou.", False),
        ("Kiss Imre", "A másik gép a LENOVO-IMRE.", False),
        ("Anna-Marie Reed", "Of course, Anna-Marie.", True),
    ],
)
def test_a_name_is_known_in_its_forms(name: str, text: str, expected: bool) -> None:
    assert bool(found(NAMED, talk(customer("Hello.", name), agent(text, "Ana")))) is expected


@pytest.mark.parametrize(
    ("language", "introduction"),
    [
        ("en", "Hi, my name is Jo Reed."),
        ("de", "Hier spricht Reed"),
        ("cs", "dobrý den, tady Reed"),
        ("et", "tere, minu nimi on Reed"),
    ],
)
def test_a_name_the_customer_gives_is_known(language: str, introduction: str) -> None:
    transcript = talk(customer(introduction), agent("So, Reed, it is done."), language=language)
    assert found(NAMED, transcript) == [(1, "So, Reed, it is done.")]


@pytest.mark.parametrize(
    "words", ["I AM ANGRY WITH YOU", "tady čekám hodinu", "ich bin über die App gegangen", "It's Monday."]
)
def test_what_only_looks_like_an_introduction_gives_no_name(words: str) -> None:
    transcript = talk(customer(words), agent("Good Monday! With you, Čekám, Über, Angry."), language="en")
    assert found(NAMED, transcript) == []


def test_a_name_that_the_customer_says_and_the_agent_takes_up_is_known() -> None:
    """`miss Friday` was read as a title and a name, and `Maya` as none."""
    transcript = talk(
        agent("Who am I speaking to?"),
        customer("Hi Tom, Maya Okonjo. I leave on Friday."),
        agent("Oh Maya, that's bad."),
        agent("It is express now, so it can't miss Friday."),
        agent("It is done, Maya."),
    )
    assert [turn for turn, _ in found(NAMED, transcript)] == [2, 4]


def test_a_token_in_the_place_of_a_name_is_one() -> None:
    assert found(NAMED, talk(customer("Hello.", "Eva Novak"), agent("So, [NAME_1], it is done."))) != []


def test_accents_that_stand_apart_make_no_difference() -> None:
    text = unicodedata.normalize("NFD", "Köszönöm szépen!")
    assert found({"phrases": {"hu": ["köszön*"]}}, talk(agent(text), language="hu")) == [(0, text)]


def test_the_salutation_does_not_count_for_what_comes_later_but_that_of_the_only_message_does() -> None:
    cue = {**NAMED, "beyond_salutation": True}
    ann = customer("Help.", "Ann")
    assert found(cue, talk(ann, agent("Dear Ann,\nIt is done."), agent("Bye."))) == []
    assert found(cue, talk(ann, agent("Dear Ann,\nAnn, it is done."), agent("Bye."))) == [(1, "Ann, it is done.")]
    assert found(cue, talk(ann, agent("Dear Ann,\nIt is done."))) == [(1, "Dear Ann,")]
    assert found(cue, talk(ann, agent("Hello."), agent("Dear Ann, done."))) == [(2, "Dear Ann, done.")]


def test_a_name_in_a_greeting_is_used_for_nothing_else() -> None:
    finder = packaged_finder()
    call = talk(customer("Hello, Jo here.", "Jo Reed"), agent("Acme, Ana."), agent("Oh, hello Jo."), agent("Bye."))
    assert "uses_name" not in finder.find(call)
    later = call.model_copy(update={"turns": (*call.turns, agent("Hello again, Jo."))})
    assert [place.turn for place in finder.find(later)["uses_name"]] == [4]


def test_the_salutation_of_a_later_letter_uses_the_name() -> None:
    letters = talk(customer("Where is it?", "Jo Reed"), agent("Hello Jo,\nsoon."), agent("Hello Jo,\nit is done."))
    assert "uses_name" not in packaged_finder().find(letters)  # of a chat it is the greeting yet
    mails = letters.model_copy(update={"channel": "email"})
    assert [place.turn for place in packaged_finder().find(mails)["uses_name"]] == [2]


def test_a_conversation_in_several_languages_is_looked_through_in_all_of_them() -> None:
    both = talk(customer("Hallo."), agent("Thank you for your patience. Vielen Dank für Ihre Geduld."), language="mul")
    assert len(packaged_finder().find(both)["thanks"]) == 2


def test_every_packaged_cue_has_phrases_in_five_languages() -> None:
    by_name = {"uses_name", "knows_name"}
    assert set(load_phrases()) == {"cs", "de", "en", "et", "hu", "mul"}
    for language in set(load_phrases()) - {"mul"}:
        assert set(load_phrases()[language]) | by_name == set(load_cues()), language


def test_a_cue_against_another_speaks_for_the_other_label_in_the_same_mouth() -> None:
    cues = load_cues()
    pairs = [(cue, cues[cue.against]) for cue in cues.values() if cue.against]
    assert pairs
    assert all((one.by, other.by) in {("agent", "agent"), ("customer", "customer")} for one, other in pairs)
    assert all({one.shows, other.shows} == {"met", "not_met"} for one, other in pairs)


def test_packaged_phrases_are_those_of_cues_that_there_are() -> None:
    for language, phrases in load_phrases().items():
        assert set(phrases) <= set(load_cues()), language


def test_loose_phrases_are_of_the_same_cues_and_languages_and_none_of_them_is_sure() -> None:
    assert set(load_phrases(loose=True)) == set(load_phrases()) - {"mul"}
    for language, loose in load_phrases(loose=True).items():
        for cue_id, phrases in loose.items():
            assert not set(phrases.phrases) & set(load_phrases()[language][cue_id].phrases), (language, cue_id)


def test_what_an_agent_reads_out_is_no_act_of_theirs() -> None:
    letter = "I have to read this to you: “We are sorry for any trouble and thank you for your patience.” That is all."
    assert found(THANKS, talk(agent(letter))) == []
    assert found(THANKS, talk(agent(f"{letter} Thank you for asking, Maya."))) == [(0, "Thank you for asking, Maya.")]


def test_a_customer_complains_of_an_agent_only_once_that_one_has_spoken() -> None:
    said = {"phrases": {"en": ["said that already"]}, "by": "customer", "after_agent": True}
    to_a_bot = customer("I said that already to your machine.")
    assert found(said, talk(to_a_bot, agent("Good morning."), customer("Hello."))) == []
    assert found(said, talk(to_a_bot, agent("What is it?"), customer("I said that already!"))) == [
        (2, "I said that already!")
    ]
