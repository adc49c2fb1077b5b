"""What cues are worth, and the verdicts that they speak against."""

from __future__ import annotations

from llm_grader.signals.cues.packaged import load_cues
from llm_grader.signals.cues.worth import CueWorth, contradictions, load_worth
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Verdict
from tests.support.scripted import item

TALK = Transcript(
    id="t",
    channel="chat",
    language="en",
    turns=(
        Turn(role="customer", text="It is late.", speaker="Ann"),
        Turn(role="agent", text="I am so sorry about the delay.", speaker="Bob"),
        Turn(role="agent", text="You should have read the terms before you ordered.", speaker="Bob"),
    ),
)
SORRY, BLAME = item("regret", cue="sorry"), item("no_blame", cue="blames")
WORTH = {"sorry": CueWorth(right=0.9, found=40), "blames": CueWorth(right=0.9, found=40)}


def against(label: str, *, worth: dict[str, CueWorth] | None = None, of: object = SORRY) -> dict[str, int]:
    one = of if of is BLAME else SORRY
    verdicts = {one.id: Verdict(item_id=one.id, label=label)}
    found = contradictions(TALK, [one], verdicts, worth=WORTH if worth is None else worth)
    return {item_id: what.turn for item_id, what in found.items()}


def test_words_that_show_the_act_speak_against_a_verdict_that_denies_it() -> None:
    assert against("not_met") == {"regret": 1}
    assert against("met") == {}
    assert against("cannot_assess") == {}


def test_words_that_show_a_fault_speak_against_a_verdict_that_sees_none() -> None:
    assert against("met", of=BLAME) == {"no_blame": 2}
    assert against("not_met", of=BLAME) == {}


def test_a_cue_that_was_often_wrong_or_seldom_seen_says_nothing() -> None:
    assert against("not_met", worth={"sorry": CueWorth(right=0.84, found=40)}) == {}
    assert against("not_met", worth={"sorry": CueWorth(right=1, found=19)}) == {}
    assert against("not_met", worth={}) == {}


def test_the_packaged_worth_is_of_cues_that_there_are() -> None:
    assert set(load_worth()) <= set(load_cues())
    assert any(worth.may_contradict for worth in load_worth().values())


def test_of_a_penalty_item_words_speak_for_the_other_label() -> None:
    fault = item("blamed", cue="blames", penalty=True)
    for label, expected in (("not_met", {"blamed"}), ("met", set())):
        verdicts = {"blamed": Verdict(item_id="blamed", label=label)}
        assert set(contradictions(TALK, [fault], verdicts, worth=WORTH)) == expected


def test_the_words_of_the_cue_against_speak_against_what_the_items_own_would_show() -> None:
    left = item("left", cue="satisfied")
    talk = TALK.model_copy(update={"turns": (*TALK.turns, Turn(role="customer", text="Useless, the lot of you."))})
    known = {"displeased": CueWorth(right=0.9, found=40)}
    for label, expected in (("met", {"left": 3}), ("not_met", {})):
        verdicts = {"left": Verdict(item_id="left", label=label)}
        assert {id_: one.turn for id_, one in contradictions(talk, [left], verdicts, worth=known).items()} == expected
