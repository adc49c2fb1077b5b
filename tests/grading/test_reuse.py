"""An edit of the rubric pays for what it touches, and for nothing else; what was said before stays where it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llm_grader.grader.grader import Grader
from llm_grader.grader.identity import Identity
from llm_grader.grading.reuse import items_to_ask_anew
from llm_grader.rubric.model import Item, Rubric
from llm_grader.store.past_runs import read_other_versions
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from llm_grader.transcript import Ticket, Transcript, Turn
from llm_grader.verdict import Scorecard
from tests.support.scripted import HELLO, answers, item, rubric, transcript

THANKED = item("thanks", weight=3)
ITEMS = (item("greeting"), THANKED, item("solution"))
GIVEN = {"thanks": answer("not_met"), "mail_address": answer("met", (0, "Hello, write to [EMAIL_1]."))}


class Desk:
    """A server that answers what it is asked, and a store; `questions` lists the items of each request."""

    def __init__(self, server: ScriptedServer, store: Store) -> None:
        self.server = server
        self.store = store

    @property
    def questions(self) -> list[list[str]]:
        return [request.item_ids() for request in self.server.requests]

    def grader(self, graded_by: Rubric, **settings: Any) -> Grader:
        return Grader(graded_by, "m", base_url=self.server.base_url, api_key="k", store=self.store, **settings)

    def grade(self, graded_by: Rubric, about: Transcript | None = None, **settings: Any) -> Scorecard:
        return self.grader(graded_by, **settings).grade(about or transcript())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        given = answers(*request.item_ids(), **GIVEN)
        return completion({item_id: given[item_id] for item_id in request.item_ids()})

    with ScriptedServer(respond) as server, Store(tmp_path / "llm-grader.db") as store:
        yield Desk(server, store)


def edited(*items: Item, **fields: Any) -> Rubric:
    return rubric(*(items or ITEMS), version="2", **fields)


def prompt_of(request: ScriptedRequest) -> str:
    return "\n".join(message["content"] for message in request.body["messages"])


def test_another_weight_costs_nothing_and_changes_the_score(desk: Desk) -> None:
    before = desk.grade(rubric(*ITEMS))
    after = desk.grade(edited(ITEMS[0], item("thanks", weight=1), ITEMS[2]))
    assert len(desk.server.requests) == 1
    # Met are greeting and solution, 1 each; not met is thanks: 2 of 5, then 2 of 3.
    assert before.score == 40
    assert after.score == pytest.approx(200 / 3)
    assert {id_: one.label for id_, one in after.verdicts.items()} == {
        id_: one.label for id_, one in before.verdicts.items()
    }
    assert {one.taken_from for one in after.verdicts.values()} == {before.provenance.key}
    assert {one.taken_from for one in before.verdicts.values()} == {None}
    assert after.usage.requests == 0
    assert after.provenance.answered_by == before.provenance.answered_by == "scripted-1"
    assert after.provenance.rubric_version == "2"


UNSEEN: dict[str, Rubric] = {
    "title": edited(item("greeting", title={"en": "Other", "de": "Anders"}), *ITEMS[1:]),
    "wording in another language": edited(
        item("greeting", question={"en": "Did the agent do greeting?", "de": "Neu?"}), *ITEMS[1:]
    ),
    "pass mark": edited(pass_mark=10),
    "source": edited(source="another document"),
    "critical": edited(item("greeting", critical=True), *ITEMS[1:]),
    "penalty": edited(item("greeting", penalty=True), *ITEMS[1:]),
    "order": edited(*reversed(ITEMS)),
    "an item of another channel": edited(*ITEMS, item("mail_only", channels=("email",))),
    "an item that is gone": edited(*ITEMS[:2]),
    "a condition": edited(item("greeting", applies_when={"item": "thanks", "label": "met"}), *ITEMS[1:]),
}


@pytest.mark.parametrize("after", UNSEEN.values(), ids=UNSEEN)
def test_what_the_judge_is_not_told_costs_nothing(desk: Desk, after: Rubric) -> None:
    desk.grade(rubric(*ITEMS))
    card = desk.grade(after)
    assert len(desk.server.requests) == 1
    assert card.status == "ok"
    assert list(card.verdicts) == [one.id for one in after.items()]


def test_a_condition_that_is_new_applies_to_what_was_said_before(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    card = desk.grade(UNSEEN["a condition"])
    assert card.verdicts["greeting"].label == "not_applicable"
    assert card.verdicts["greeting"].reason == "applies only when thanks is met; it is not_met"


TOLD: dict[str, Item] = {
    "question": item("greeting", question="Did the agent say hello first?"),
    "guidance": item("greeting", guidance={"met": "says hello"}),
    "whose words count": item("greeting", evidence={"from": ["agent", "customer"]}),
    "what needs proof": item("greeting", evidence={"from": ["agent"], "required_for": ["met", "not_met"]}),
    "labels": item("greeting", guidance={"not_applicable": "nobody was there"}),
    "an example": item("greeting", examples=[{"quote": "Hi", "label": "met"}]),
}


@pytest.mark.parametrize("greeting", TOLD.values(), ids=TOLD)
def test_an_item_of_which_the_judge_is_told_something_else_is_asked_alone(desk: Desk, greeting: Item) -> None:
    first = desk.grade(rubric(*ITEMS))
    second = desk.grade(edited(greeting, *ITEMS[1:]))
    assert desk.questions == [["greeting", "thanks", "solution"], ["greeting"]]
    prompt = prompt_of(desk.server.requests[1])
    assert "## greeting" in prompt
    assert "thanks" not in prompt
    assert "solution" not in prompt
    assert HELLO in prompt
    assert second.verdicts["greeting"].taken_from is None
    assert second.verdicts["thanks"].taken_from == first.provenance.key
    assert second.usage.requests == 1


def test_a_new_item_is_asked_alone(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    card = desk.grade(edited(*ITEMS, item("farewell")))
    assert desk.questions[1:] == [["farewell"]]
    assert list(card.verdicts) == ["greeting", "thanks", "solution", "farewell"]


def test_the_results_of_the_version_before_stay_and_are_named(desk: Desk) -> None:
    first = desk.grade(rubric(*ITEMS))
    after = desk.grader(edited(item("greeting", weight=2), *ITEMS[1:]))
    second = after.grade(transcript())
    assert desk.store.find(first.provenance.key) == first
    assert desk.store.find(second.provenance.key) == second
    assert [run.rubric_version for run in desk.store.runs()] == ["2", "1"]
    assert next(iter(desk.store.cards(1))) == first
    assert read_other_versions(desk.store, after.identity.base) == [("1", rubric(*ITEMS).content_hash(), 1)]
    assert desk.grade(rubric(*ITEMS)) == first
    assert len(desk.server.requests) == 1


def test_a_verdict_names_the_result_it_was_given_in_through_several_edits(desk: Desk) -> None:
    first = desk.grade(rubric(*ITEMS))
    second = desk.grade(edited(TOLD["question"], *ITEMS[1:]))
    third = desk.grade(rubric(TOLD["question"], item("thanks", weight=9), ITEMS[2], version="3"))
    assert len(desk.server.requests) == 2
    assert third.verdicts["thanks"].taken_from == first.provenance.key
    assert third.verdicts["greeting"].taken_from == second.provenance.key


def test_what_is_told_of_all_items_asks_all_anew(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    after = edited(item("greeting", weight=2), *ITEMS[1:])
    desk.grade(after, reason_language="de")
    later = desk.grader(after)
    base = later.identity.base.model_copy(update={"prompt_hash": "templates of another version"})
    later.identity = Identity(base, later.endpoint.path)
    later.grade(transcript())
    assert desk.questions == [["greeting", "thanks", "solution"]] * 3


@pytest.mark.parametrize("settings", [{"samples": 2}, {"items_per_call": 2}, {"language": "de"}, {"redact": True}])
def test_verdicts_of_another_judge_or_way_of_asking_are_not_taken(desk: Desk, settings: dict[str, Any]) -> None:
    desk.grade(rubric(*ITEMS))
    card = desk.grade(edited(item("greeting", weight=2), *ITEMS[1:]), **settings)
    assert {one.taken_from for one in card.verdicts.values()} == {None}


def test_another_conversation_is_asked_about_in_full(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    other = transcript("t2", Turn(role="agent", text=HELLO), Turn(role="customer", text="Something else."))
    desk.grade(edited(item("greeting", weight=2), *ITEMS[1:]), other)
    assert desk.questions[1] == ["greeting", "thanks", "solution"]


def test_without_reuse_everything_is_asked_together(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    card = desk.grade(edited(item("greeting", weight=2), *ITEMS[1:]), reuse=False)
    assert desk.questions[1] == ["greeting", "thanks", "solution"]
    assert {one.taken_from for one in card.verdicts.values()} == {None}


def test_what_failed_a_check_is_asked_again(tmp_path: Path) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        reply = answers(*request.item_ids())
        if request.number < 2:  # the answer and its repair
            reply["thanks"] = answer("met", (0, "words that nobody said"))
        return completion({item_id: reply[item_id] for item_id in request.item_ids()})

    with ScriptedServer(respond) as server, Store(tmp_path / "llm-grader.db") as store:
        made = Desk(server, store)
        assert made.grade(rubric(*ITEMS)).status == "needs_review"
        card = made.grade(edited(item("greeting", weight=2), *ITEMS[1:]))
        assert made.questions == [["greeting", "thanks", "solution"], ["thanks"], ["thanks"]]
    assert card.status == "ok"
    assert card.verdicts["thanks"].taken_from is None


# Conditions: what an item was told before its condition came in is not kept.

LATE = item("solution", applies_when={"item": "thanks", "label": "met"})


def test_an_item_that_did_not_apply_and_does_not_now_costs_nothing(desk: Desk) -> None:
    first = desk.grade(rubric(*ITEMS[:2], LATE))
    assert first.verdicts["solution"].label == "not_applicable"
    second = desk.grade(edited(item("greeting", weight=5), THANKED, LATE))
    assert len(desk.server.requests) == 1
    assert second.verdicts["solution"] == first.verdicts["solution"]


def test_an_item_that_did_not_apply_and_does_now_is_asked(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS[:2], LATE))
    card = desk.grade(edited(*ITEMS))
    assert desk.questions[1:] == [["solution"]]
    assert card.verdicts["solution"].label == "met"


def test_an_item_whose_condition_waits_for_an_edited_one_is_asked_with_it(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS[:2], LATE))
    desk.grade(edited(ITEMS[0], item("thanks", question="Were there thanks?"), LATE))
    assert desk.questions[1:] == [["thanks", "solution"]]


def test_an_item_that_applied_keeps_its_verdict_when_its_condition_is_asked_again(desk: Desk) -> None:
    late = item("solution", applies_when={"item": "greeting", "label": "met"})
    desk.grade(rubric(*ITEMS[:2], late))
    card = desk.grade(edited(TOLD["question"], ITEMS[1], late))
    assert desk.questions[1:] == [["greeting"]]
    assert card.verdicts["solution"].label == "met"


def test_a_condition_on_the_ticket_is_looked_at_anew(desk: Desk) -> None:
    about = transcript(ticket=Ticket(status="open"))
    closed = item("solution", applies_when={"ticket": "status", "is": ["closed"]})
    assert desk.grade(rubric(*ITEMS[:2], closed), about).verdicts["solution"].label == "not_applicable"
    either = item("solution", applies_when={"ticket": "status", "is": ["closed", "open"]})
    assert desk.grade(edited(*ITEMS[:2], either), about).verdicts["solution"].label == "met"
    assert desk.questions[1:] == [["solution"]]


# Where else it matters.


def test_quotes_are_the_original_words_where_personal_data_was_replaced(desk: Desk) -> None:
    words = "Hello, write to ana@example.com."
    about = transcript("t1", Turn(role="agent", text=words), Turn(role="customer", text="I will."))
    desk.grade(rubric(item("mail_address")), about, redact=True)
    card = desk.grade(edited(item("mail_address", weight=2), item("thanks")), about, redact=True)
    assert desk.questions == [["mail_address"], ["thanks"]]
    [found] = card.verdicts["mail_address"].evidence
    assert found.quote == about.turns[0].text[found.start : found.end] == words


def test_an_estimate_counts_only_what_will_be_asked(desk: Desk) -> None:
    desk.grade(rubric(*ITEMS))
    assert desk.grader(edited(pass_mark=1)).estimate(transcript()).requests == 0
    one = desk.grader(edited(TOLD["question"], *ITEMS[1:])).estimate(transcript())
    everything = desk.grader(edited(*ITEMS), reuse=False).estimate(transcript())
    assert one.requests == everything.requests == 1
    assert one.completion_tokens is not None
    assert everything.completion_tokens is not None
    assert one.completion_tokens < everything.completion_tokens


def test_which_items_an_edit_asks_anew_can_be_told_beforehand() -> None:
    old = rubric(*ITEMS)
    assert items_to_ask_anew(old, edited(pass_mark=3)) == ()
    assert items_to_ask_anew(old, edited(TOLD["question"], ITEMS[1], item("farewell"))) == ("greeting", "farewell")
