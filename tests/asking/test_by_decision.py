"""Decision models: an item is a question with its labels as options, whichever form the server speaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from llm_grader.errors import UsageError
from llm_grader.gateway.bodies import Question
from llm_grader.gateway.client import read_decisions
from llm_grader.gateway.endpoint import Mode
from llm_grader.grader.grader import Grader
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, decided, failure
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard
from tests.support.scripted import HELLO, KEY, item, rubric, transcript

MODES: tuple[Mode, ...] = ("decisions", "systemone")
GREETED = {"label_greeting": "met", "turn_0_met_greeting": "0"}
LEVELS = [
    {"value": v, "points": p, "anchor": a}
    for v, p, a in (("low", 0, "curt"), ("mid", 0.5, "fair"), ("high", 1, "warm"))
]
SCALED = item("tone", scale={"levels": LEVELS}, evidence={"required_for": ()})


def graded(
    chosen: Mapping[str, Any] | Callable[[ScriptedRequest], ScriptedResponse],
    checklist: Rubric | None = None,
    talk: Transcript | None = None,
    *,
    mode: Mode = "decisions",
    **settings: Any,
) -> tuple[Scorecard, list[ScriptedRequest]]:
    """The card where each question is answered as in `chosen`, or by it; and the requests."""
    respond = chosen if callable(chosen) else lambda request: decided(request, chosen)
    with ScriptedServer(respond) as server:
        made = Grader(checklist or rubric(item()), "m", base_url=server.base_url, api_key=KEY, mode=mode, **settings)
        return made.grade(talk or transcript()), server.requests


@pytest.mark.parametrize("mode", MODES)
def test_the_likeliest_label_counts_with_its_probability_and_a_turns_own_words(mode: Mode) -> None:
    chosen = {"label_greeting": {"met": 0.7, "not_met": 0.2, "cannot_assess": 0.1}, "turn_0_met_greeting": "0"}
    card, (request,) = graded(chosen, mode=mode)
    verdict = card.verdicts["greeting"]
    assert (card.status, verdict.label, verdict.reason) == ("ok", "met", "")
    assert verdict.confidence == 0.7  # and not what the server calls its confidence, which is 0
    assert [(one.turn, one.quote) for one in verdict.evidence] == [(0, HELLO)]
    assert (card.usage.requests, card.usage.prompt_tokens, card.usage.completion_tokens) == (1, 1000, 0)
    assert request.options("label_greeting") == ["met", "not_met", "cannot_assess"]
    assert request.options("turn_0_met_greeting") == ["0", "2", "none"]  # the agent's turns
    assert card.provenance.parameters["mode"] == mode


def test_the_two_forms_ask_the_same() -> None:
    policy = {"met": "it greets", "not_met": "it does not", "not_applicable": "cut off"}
    checklist = rubric(item(guidance=policy), SCALED)
    chosen = {**GREETED, "label_tone": "1"}
    (openai,), (typesafe,) = (graded(chosen, checklist, mode=mode)[1] for mode in MODES)
    assert openai.body["input"] == typesafe.body["state"]
    assert HELLO in openai.body["input"]
    first, *_, last = openai.body["questions"]
    meanings = {choice["value"]: choice.get("description") for choice in first["choices"]}
    assert meanings == typesafe.body["questions"]["label_greeting"]["criteria"]
    assert meanings["not_applicable"] == "cut off"
    assert [level["label"] for level in last["levels"]] == ["low", "mid", "high"]
    assert typesafe.body["questions"]["label_tone"]["criteria"] == ["low: curt", "mid: fair", "high: warm"]
    assert {q["name"]: q["instructions"] for q in openai.body["questions"]} == {
        name: question["instructions"] for name, question in typesafe.body["questions"].items()
    }


@pytest.mark.parametrize("mode", MODES)
def test_a_scale_is_a_score_whose_likeliest_level_counts(mode: Mode) -> None:
    card, (request,) = graded({"label_tone": {"0": 0.1, "1": 0.3, "2": 0.6}}, rubric(SCALED), mode=mode)
    assert (card.verdicts["tone"].label, card.verdicts["tone"].confidence) == ("high", 0.6)
    assert request.questions()["label_tone"]["type"] == "score"


# 150 words: a quote proves two items a word
WORDY = transcript("t1", Turn(role="agent", text=" ".join(f"word{number}" for number in range(150))))


def helpdesk() -> Rubric:
    return load_rubric("helpdesk_qa")


def answered(request: ScriptedRequest, refused: str = "") -> dict[str, Any]:
    """Met, or the highest level, and the first turn, for each question but the one that is refused."""
    first = {name: request.options(name)[0 if name.startswith("turn") else -1] for name in request.questions()}
    labels = {name: "met" for name in request.questions() if "met" in request.options(name)}
    return {**first, **labels} | ({refused: None} if refused else {})


@pytest.mark.parametrize("mode", MODES)
def test_one_refusal_leaves_all_others(mode: Mode) -> None:
    card, _ = graded(
        lambda request: decided(request, answered(request, "label_greeting")), helpdesk(), WORDY, mode=mode
    )
    open_items = {id_: verdict.problem for id_, verdict in card.verdicts.items() if verdict.status != "ok"}
    assert open_items == {"greeting": "refused"}


def test_permuted_answers_and_items_give_the_same_verdicts() -> None:
    def shuffled(request: ScriptedRequest) -> ScriptedResponse:
        response = decided(request, answered(request))
        body = json.loads(response.body)
        body["answers"] = body["answers"][::-1]
        return response._replace(body=json.dumps(body).encode())

    items = [item(id_) for id_ in ("greeting", "thanks", "solution")]
    plain, _ = graded(lambda request: decided(request, answered(request)), rubric(*items))
    mixed, _ = graded(shuffled, rubric(*reversed(items)))
    assert dict(plain.verdicts) == {id_: mixed.verdicts[id_] for id_ in plain.verdicts}


def test_a_chat_of_300_turns_is_asked_in_parts_and_the_likeliest_turn_of_all_is_cited() -> None:
    # 300 turns of the agent are two questions: 254 and none, 46 and none
    talk = transcript("t1", *(Turn(role="agent", text=f"Words of turn {n}.") for n in range(300)))
    chosen = {
        "label_greeting": "met",
        "turn_0_met_greeting": {"3": 0.6, "none": 0.4},
        "turn_1_met_greeting": {"290": 0.9},
    }
    card, (request,) = graded(chosen, talk=talk)
    assert [len(request.options(f"turn_{n}_met_greeting")) for n in (0, 1)] == [255, 47]
    assert [one.quote for one in card.verdicts["greeting"].evidence] == ["Words of turn 290."]


def test_more_than_400_questions_are_several_requests() -> None:
    # 250 items with two questions each: 500 questions; ten turns of 15 words prove 30 items each, and are to prove 25
    checklist = rubric(*(item(f"i{number}") for number in range(250)))
    words = (" ".join(f"turn{turn}word{word}" for word in range(15)) for turn in range(10))
    talk = transcript("t1", *(Turn(role="agent", text=text) for text in words))

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        turns = {name: name[-1] for name in request.questions() if name.startswith("turn")}  # i37 is shown by turn 7
        return decided(request, answered(request) | turns)

    card, requests = graded(respond, checklist, talk)
    assert [len(request.questions()) for request in requests] == [400, 100]
    assert (card.status, card.usage.requests) == ("ok", 2)


@pytest.mark.parametrize("turn", ["none", None])
def test_a_label_that_needs_words_and_has_none_needs_review_and_is_not_asked_again(turn: str | None) -> None:
    card, requests = graded({"label_greeting": "met", "turn_0_met_greeting": turn})
    assert (card.verdicts["greeting"].problem, len(requests)) == ("unverified_evidence", 1)


@pytest.mark.parametrize(
    "answers",
    [None, [], {}, {"q": 5}, [{"name": "q"}], [{"name": "q", "probabilities": [{"value": "a", "probability": 1}]}],
     [{"name": "q", "probabilities": [{"value": "a", "probability": 2}, {"value": "b", "probability": 0}]}],
     {"q": {"probabilities": {"a": "0.5", "b": 0.5}}}, {"q": {"probabilities": {"a": float("nan"), "b": 1}}}],
)  # fmt: skip
def test_an_answer_that_is_not_sound_is_missing_and_never_a_label(answers: Any) -> None:
    read = read_decisions({"answers": answers}, [Question("q", "?", {"a": "", "b": ""})])
    assert (read.probabilities, read.problems) == ({}, {"q": "missing"})


def test_what_is_no_decision_is_a_fault_of_the_endpoint() -> None:
    card, requests = graded(
        lambda _request: failure(400, "invalid_request_error", "questions of this kind are not served")
    )
    assert (card.status, len(requests)) == ("error", 1)


@pytest.mark.parametrize("setting", [{"samples": 3}, {"windows": True}, {"ask_roles": True}])
def test_settings_that_such_a_model_cannot_follow_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="not in mode decisions"):
        Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1", mode="decisions", **setting)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_rendered_is_what_is_sent_and_the_estimate_has_every_request(mode: Mode) -> None:
    with ScriptedServer(lambda request: decided(request, GREETED)) as server:
        made = Grader(rubric(item()), "m", base_url=server.base_url, api_key=KEY, mode=mode)
        rendered = list(made.render_requests(transcript()))
        assert (made.estimate(transcript()).requests, server.requests) == (1, [])
        made.grade(transcript())
        assert [request.body for request in server.requests] == rendered


def test_the_mode_is_part_of_the_key() -> None:
    keys = {
        Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1", mode=mode).identity.key(transcript())
        for mode in (*MODES, "tools")
    }
    assert len(keys) == 3
