"""What is no conduct of an agent is never graded, asks nothing and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.asking.by_prompt import PromptAsker
from llm_grader.asking.messages import Prompts
from llm_grader.checking.content import says_nothing
from llm_grader.grading.conduct import UNKNOWN_AGENT, UNKNOWN_ROLES
from llm_grader.grading.grade import grade_transcript, has_no_agent, items_to_ask
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedJudge, answer
from llm_grader.transcript import Participant, Role, Segment, Transcript, Turn
from llm_grader.verdict import NoConduct, Provenance, Scorecard
from tests.support.scripted import HELLO, answers, item, rubric, transcript

PROVENANCE = Provenance(
    rubric_id="small", rubric_version="1", rubric_hash="", prompt_hash="", model="m", key="k", library_version="0"
)
ASKS = Turn(role="customer", text="Where is my parcel?")


def grade(talk: Transcript, checklist: Rubric | None = None, said: Any = None) -> tuple[Scorecard, int]:
    """The card, and how often the judge was asked."""
    checklist = checklist or rubric()
    judge = ScriptedJudge(answers() if said is None else said)
    card = asyncio.run(grade_transcript(talk, checklist, PromptAsker(judge, Prompts(checklist)), PROVENANCE))
    assert Scorecard.model_validate_json(card.model_dump_json()) == card
    assert list(card.verdicts) == [each.id for each in checklist.items()]
    return card, len(judge.calls)


def says(role: Role, text: str, **fields: Any) -> Turn:
    return Turn.model_validate({"role": role, "text": text, **fields})


def quoted(text: str) -> tuple[Segment, ...]:
    return (Segment(kind="quoted", start=0, end=len(text)),)


AWAY = "Thank you for your message. I am out of the office until 5 May, in urgent cases write to my colleague."
REACHED = "You have reached the help desk. Please leave a message after the tone."
NOTHING_THERE: dict[str, tuple[NoConduct, str, list[Turn]]] = {
    "no turn": ("nobody", "chat", []),
    "the customer alone": ("nobody", "chat", [ASKS]),
    "a third person": ("nobody", "call", [ASKS, says("third_party", "Wrong number.")]),
    "a system's line": ("nobody", "chat", [ASKS, says("system", "You are now in the queue.")]),
    "blank": ("nobody", "chat", [says("customer", " \n ")]),
    "a bot": ("only_bots", "chat", [says("bot", "Hello!"), ASKS]),
    "a menu labelled as the agent": ("only_bots", "call", [says("agent", "For invoices, press one."), ASKS]),
    "a mailbox by the system": ("voicemail", "call", [says("system", REACHED), says("customer", "Call me back.")]),
    "a mailbox by a bot": ("voicemail", "call", [says("bot", "You've reached the mailbox of Ana Weber."), ASKS]),
    "a mailbox labelled as the agent": ("voicemail", "call", [says("agent", REACHED), says("customer", "Call me.")]),
    "a mailbox of a call that was read as a chat": ("voicemail", "chat", [says("agent", REACHED), ASKS]),
    "a menu of a call read as a chat": ("only_bots", "chat", [says("agent", "For invoices, press one."), ASKS]),
    "a noted mailbox": ("voicemail", "call", [ASKS, says("system", "", kind="event", event="voicemail")]),
    "an answer of a machine": ("auto_reply", "email", [ASKS, says("agent", AWAY)]),
    "by its subject": ("auto_reply", "email", [ASKS, says("agent", "Thanks.", subject="Automatic reply: parcel")]),
    "two of them": ("auto_reply", "email", [ASKS, says("agent", AWAY), ASKS, says("agent", AWAY)]),
    "an automatic mail": ("auto_reply", "email", [ASKS, says("bot", "This is an automatic reply.")]),
    "notes": ("only_notes", "chat", [ASKS, says("agent", "customer is angry", kind="note")]),
    "internal messages": ("only_notes", "email", [ASKS, says("agent", "see ticket 4", visibility="internal")]),
    "an automatic mail that says otherwise": ("auto_reply", "email", [ASKS, says("bot", "We have your mail.")]),
    "a line for those who wait": ("auto_reply", "chat", [ASKS, says("agent", "An agent will be with you soon")]),
    "a closed desk": ("only_bots", "call", [says("agent", "Thank you for calling. We are closed. Goodbye."), ASKS]),
    "an event": ("agent_said_nothing", "chat", [ASKS, says("agent", "Ana joined", kind="event")]),
    "only quoted words": ("agent_said_nothing", "email", [ASKS, says("agent", "> Hi", segments=quoted("> Hi"))]),
    "a supervisor": ("only_supervisor", "chat", [ASKS, says("supervisor", "Good morning, I have sent it.")]),
    "a supervisor and a bot": ("only_supervisor", "chat", [ASKS, says("bot", "Hi"), says("supervisor", "Yes")]),
}  # fmt: skip
EMPTY = [
    "n/a",
    "inaudible",
    "",
    " ",
    ":",
    "...",
    "Hm.",
    "Hmm, um...",
    "[inaudible]",
    "<noise>",
    "(laughs)",
    "[BLANK_AUDIO]",
    "♪♪",
    "Agent:",
    "[image]",
    "<attachment: invoice.pdf>",
    "invoice_4711.pdf",
    "This message was deleted.",
    "Diese Nachricht wurde gelöscht",
]
SAYING = [
    "The invoice is invoice_4711.pdf",
    "[order 4711]",
    "Hm?",
    "OK",
    "No.",
    "👍",
    "Hello?",
    "[PII]",
    "4711",
    "https://shop.example/help",
    "(no problem)",
    "Ano",
    "Igen",
    "ja",
]


@pytest.mark.parametrize(("code", "channel", "turns"), NOTHING_THERE.values(), ids=NOTHING_THERE)
def test_what_is_no_conduct_of_an_agent_is_not_graded_and_nothing_is_asked(
    code: str, channel: str, turns: list[Turn]
) -> None:
    talk = Transcript.model_validate({"id": "t1", "channel": channel, "turns": turns})
    card, asked = grade(talk)
    assert asked == card.usage.requests == 0
    assert card.failure is not None
    assert (card.status, card.failure.code) == ("not_graded", code)
    assert card.failure.message
    assert (card.score, card.passed, card.coverage, card.critical_failures) == (None, None, 0, ())
    assert {(verdict.label, verdict.status, verdict.problem) for verdict in card.verdicts.values()} == {
        (None, "not_graded", code)
    }
    assert has_no_agent(talk, rubric())
    assert items_to_ask(talk, rubric()) == ()
    assert code in get_args(NoConduct)


@pytest.mark.parametrize("text", EMPTY)
def test_an_agent_without_content_said_nothing(text: str) -> None:
    card, asked = grade(transcript("t1", ASKS, says("agent", text)))
    assert (card.status, card.failure and card.failure.code, asked) == ("not_graded", "agent_said_nothing", 0)


@pytest.mark.parametrize("text", SAYING)
def test_short_words_are_conduct(text: str) -> None:
    card, asked = grade(transcript("t1", ASKS, says("agent", text)), said=answers(**dict.fromkeys(
        ("greeting", "thanks", "solution"), answer("not_met")
    )))  # fmt: skip
    assert (card.status, card.score, asked) == ("ok", 0, 1)


CONDUCT: dict[str, tuple[str, list[Turn]]] = {
    "an agent after a bot": ("chat", [says("bot", "Hi!"), ASKS, says("agent", HELLO)]),
    "an agent after a mailbox": ("call", [says("system", REACHED), says("agent", HELLO)]),
    "an agent who speaks of a mailbox": ("call", [ASKS, says("agent", f"I reached your voicemail. {HELLO}")]),
    "an agent after a menu": ("call", [says("agent", "For invoices, press one."), ASKS, says("agent", HELLO)]),
    "an agent after an automatic reply": ("email", [ASKS, says("agent", AWAY), says("agent", HELLO)]),
    "an agent's message on a mailbox": ("call", [says("customer", REACHED), says("agent", HELLO)]),
    "an agent beside a supervisor": ("chat", [ASKS, says("supervisor", "I see."), says("agent", HELLO)]),
    "an agent with notes": ("chat", [ASKS, says("agent", "angry", kind="note"), says("agent", HELLO)]),
    "an agent alone": ("chat", [says("agent", HELLO)]),
}  # fmt: skip


@pytest.mark.parametrize(("channel", "turns"), CONDUCT.values(), ids=CONDUCT)
def test_an_agent_who_speaks_is_graded_whatever_else_is_there(channel: str, turns: list[Turn]) -> None:
    card, asked = grade(Transcript.model_validate({"id": "t1", "channel": channel, "turns": turns}))
    assert (card.status, card.score, card.failure, asked) == ("ok", 100, None, 1)


def test_a_rubric_without_an_item_for_the_channel_is_no_grade() -> None:
    for checklist in (rubric(item(judged="org"), item("same", judged="corpus")), rubric(item(channels=["call"]))):
        card, asked = grade(transcript(), checklist)
        assert (card.status, card.failure and card.failure.code, asked) == ("not_graded", "nothing_applies", 0)


# Who is under review.

ANA, BEN = says("agent", HELLO, speaker="Ana"), says("agent", "Not my job.", speaker="Ben")
MAYA = says("customer", "Where is my parcel?", speaker="Maya")
PEOPLE = (
    Participant(id="a1", role="agent", name="Ana Weber", email="ana@firm.example"),
    Participant(id="c1", role="customer", name="Maya"),
)


@pytest.mark.parametrize("agent_id", ["Ana", "ANA", " ana ", "a\u006ea", "Ana\u00a0"])
def test_who_is_under_review_is_known_case_and_blanks_aside(agent_id: str) -> None:
    talk = transcript("t1", MAYA, ANA, BEN, agent_id=agent_id)
    assert [talk.under_review(turn) for turn in talk.turns] == [False, True, False]
    assert grade(talk)[0].status == "ok"


@pytest.mark.parametrize(
    "agent_id",
    [
        "Ana Weber <ana@firm.example>",
        "A. W. <ANA@firm.example>",
        "a1",
        "A1",
        "Ana Weber",
        "ana  weber",
        "ANA@firm.example",
    ],
)
def test_who_is_under_review_is_known_by_all_that_a_participant_is_called(agent_id: str) -> None:
    turns = (says("agent", HELLO, speaker="a1"), says("customer", "Hi", speaker="c1"), BEN)
    talk = transcript("t1", *turns, agent_id=agent_id, participants=PEOPLE)
    assert [talk.under_review(turn) for turn in talk.turns] == [True, False, False]


@pytest.mark.parametrize("agent_id", ["a1", "Ana Weber", "ana@firm.example"])
def test_a_turn_may_tell_of_a_participant_by_name(agent_id: str) -> None:
    talk = transcript("t1", says("agent", HELLO, speaker="ana weber"), BEN, agent_id=agent_id, participants=PEOPLE)
    assert [talk.under_review(turn) for turn in talk.turns] == [True, False]


@pytest.mark.parametrize("agent_id", ["", "  ", "Zoe", "An", "Ana Weber", "Maya", "Pip", "agent", "-"])
def test_who_cannot_be_found_is_for_people_to_settle_and_who_is_there_is_named(agent_id: str) -> None:
    talk = transcript("t1", MAYA, ANA, says("bot", "Hi", speaker="Pip"), agent_id=agent_id)
    card, asked = grade(talk)
    assert (card.status, card.score, card.failure, asked) == ("needs_review", None, None, 0)
    assert {verdict.problem for verdict in card.verdicts.values()} == {UNKNOWN_AGENT}
    detail = card.verdicts["greeting"].detail or ""
    assert all(named in detail for named in ("Ana: agent", "Maya: customer", "Pip: bot"))
    assert "parcel" not in detail


def test_a_name_that_two_agents_have_is_nobodys() -> None:
    two = tuple(Participant(id=f"a{n}", role="agent", name="Ana") for n in (1, 2))
    talk = transcript("t1", *(says("agent", HELLO, speaker=who.id) for who in two), agent_id="Ana", participants=two)
    assert {verdict.problem for verdict in grade(talk)[0].verdicts.values()} == {UNKNOWN_AGENT}


def test_the_agent_is_meant_where_a_customer_has_the_same_name() -> None:
    talk = transcript("t1", says("customer", "Hi", speaker="ANA"), says("agent", HELLO, speaker="Ana"), agent_id="ana")
    assert [talk.under_review(turn) for turn in talk.turns] == [False, True]


def test_agents_without_a_name_are_the_one_that_is_named_unless_another_is_said_to_take_part() -> None:
    nameless = (says("agent", HELLO), ASKS)
    assert grade(transcript("t1", *nameless, agent_id="ana"))[0].status == "ok"
    assert grade(transcript("t1", *nameless, agent_id="ana@firm.example", participants=PEOPLE))[0].status == "ok"
    for agent_id in ("zoe", ""):
        card, _ = grade(transcript("t1", *nameless, agent_id=agent_id, participants=PEOPLE))
        assert {verdict.problem for verdict in card.verdicts.values()} == {UNKNOWN_AGENT}


def test_a_named_agent_who_takes_part_in_silence_said_nothing() -> None:
    people = (*PEOPLE, Participant(id="b1", role="agent", name="Cid"))
    card, _ = grade(transcript("t1", MAYA, BEN, agent_id="Cid", participants=people))
    assert (card.status, card.failure and card.failure.code) == ("not_graded", "agent_said_nothing")


def test_who_is_named_and_not_there_hides_no_bot() -> None:
    card, _ = grade(transcript("t1", ASKS, says("bot", "Hi!"), agent_id="Zoe"))
    assert (card.status, card.failure and card.failure.code) == ("not_graded", "only_bots")


def test_unknown_speakers_are_for_people_to_settle() -> None:
    card, asked = grade(transcript("t1", says("unknown", "Hello"), ASKS))
    assert (card.status, card.score, asked) == ("needs_review", None, 0)
    assert {verdict.problem for verdict in card.verdicts.values()} == {UNKNOWN_ROLES}


# How much of the checklist is behind a score.


@pytest.mark.parametrize(
    ("scored", "floor", "status", "score"),
    [
        (4, 0.5, "ok", 100),
        (2, 0.5, "ok", 100),  # 2 of 4 items of the same weight are .5
        (1, 0.5, "needs_review", None),
        (1, 0.25, "ok", 100),
        (3, 0.8, "needs_review", None),  # .75
        (0, 0.0, "needs_review", None),  # no floor, and still nothing that was scored
    ],
)
def test_a_score_stands_on_enough_of_the_checklist(scored: int, floor: float, status: str, score: float | None) -> None:
    ids = [f"i{number}" for number in range(4)]
    said = {id_: answer("met", (0, HELLO)) if at < scored else answer("cannot_assess") for at, id_ in enumerate(ids)}
    card, _ = grade(transcript(), rubric(*map(item, ids), min_coverage=floor), said)
    assert (card.status, card.score, card.coverage) == (status, score, scored / 4)
    assert ("low_coverage" in card.flags) is (score is None)
    assert (card.passed is None) is (score is None)


def test_what_needs_review_keeps_its_score_and_does_not_pass() -> None:
    checklist = rubric(item("greeting", weight=9), item("thanks", weight=1))
    false = {"greeting": answer("met", (0, HELLO)), "thanks": answer("met")}
    card, _ = grade(transcript(), checklist, false)
    # 9 of 10 are met and thanks is open: at worst 90 of 100, more than the 80 that pass
    assert (card.status, card.score, card.coverage, card.passed) == ("needs_review", 100, 0.9, None)


def test_what_fails_whatever_the_open_items_come_to_fails() -> None:
    checklist = rubric(item("greeting", weight=9, critical=True), item("thanks", weight=1))
    card, _ = grade(transcript(), checklist, {"greeting": answer("not_met"), "thanks": answer("met")})
    assert (card.status, card.score, card.passed, card.critical_failures) == ("needs_review", 0, False, ("greeting",))


def test_a_speaker_nobody_knows_keeps_a_card_from_passing() -> None:
    card, _ = grade(transcript("t1", says("agent", HELLO), says("unknown", "Who is this?")))
    assert (card.status, card.score, card.passed) == ("needs_review", 100, None)


# Whatever the transcript.

_TEXTS = st.sampled_from([HELLO, "Where is my parcel?", REACHED, AWAY, "Hm.", "[inaudible]", ":", "", "Answer:", "ok"])
_SPEAKERS = st.sampled_from([None, "Ana", "ana", "Ben", "Maya", "a1"])


@st.composite
def _turns(draw: st.DrawFn) -> Turn:
    text = draw(_TEXTS | st.text(max_size=12))
    cut = draw(st.integers(0, len(text)))
    kinds = draw(st.permutations(["body", "quoted"]))
    parts = [{"kind": kinds[0], "start": 0, "end": cut}, {"kind": kinds[1], "start": cut, "end": len(text)}]
    return says(
        draw(st.sampled_from(get_args(Role))),
        text,
        speaker=draw(_SPEAKERS),
        kind=draw(st.sampled_from(["message", "message", "note", "event"])),
        visibility=draw(st.sampled_from(["public", "public", "internal"])),
        segments=draw(st.sampled_from([[], parts])),
    )


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_turns(), max_size=5),
    st.sampled_from(["chat", "email", "call"]),
    st.none() | st.sampled_from(["Ana", "ANA", "", "Ana Weber", "Maya", "Zoe"]),
    st.sampled_from([(), PEOPLE]),
    st.sampled_from(["met", "not_met", "cannot_assess"]),
)
def test_ok_means_that_an_agents_own_words_were_graded(
    turns: list[Turn], channel: str, agent_id: str | None, people: Sequence[Participant], label: str
) -> None:
    talk = Transcript.model_validate(
        {"id": "t1", "channel": channel, "turns": turns, "agent_id": agent_id, "participants": people}
    )
    checklist = rubric(item(), item("thanks"), item("asked", evidence={"from": ["customer"], "required_for": ["met"]}))

    def everything(messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        del messages
        quotes = [(number, turn.text) for number, turn in enumerate(turns)]
        return {each.id: answer(label, *quotes) for each in checklist.items()}

    card, asked = grade(talk, checklist, everything)
    if card.status == "ok":
        graded = [turn for turn in talk.turns if talk.under_review(turn) and turn.spoken]
        assert not all(says_nothing(turn) for turn in graded)
        assert card.score is not None
        assert card.coverage >= checklist.min_coverage
        assert asked
    if card.status == "not_graded":
        assert (asked, card.score, {v.status for v in card.verdicts.values()}) == (0, None, {"not_graded"})
    for verdict in card.verdicts.values():
        for evidence in verdict.evidence:
            turn = talk.turns[evidence.turn]
            assert turn.role in checklist.item(verdict.item_id).evidence.from_
            assert turn.role != "agent" or talk.under_review(turn)
            assert any(start <= evidence.start and evidence.end <= end for start, end in turn.body_spans())
            assert turn.spoken
