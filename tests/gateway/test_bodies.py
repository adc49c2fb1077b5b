"""What would be sent, without anything that sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from llm_grader.asking.answers import response_model
from llm_grader.asking.speaker_roles import SpeakerAnswer
from llm_grader.corpus.pairs import PairAnswer
from llm_grader.gateway.bodies import OUTPUT_LIMITS, STRICT, parameters_to_send, render_choice, render_request
from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.rubric.load import load_rubric
from tests.support.scripted import item

MODEL = response_model([item()])
MESSAGES = [{"role": "system", "content": "Grade."}, {"role": "user", "content": "Hello"}]


def endpoint(**fields: Any) -> Endpoint:
    return Endpoint.model_validate({"model": "m", **fields})


def test_parameters_are_those_that_are_set() -> None:
    assert parameters_to_send(endpoint(temperature=None)) == {"model": "m"}
    everything = {"temperature": 0.5, "seed": 7, "max_completion_tokens": 9, "logprobs": True}
    assert parameters_to_send(endpoint(**everything)) == {"model": "m", **everything}


@pytest.mark.parametrize("name", ["temperature", "seed", "logprobs"])
def test_what_an_endpoint_rejects_is_left_out_and_nothing_else(name: str) -> None:
    asked = endpoint(temperature=0.0, seed=7, logprobs=True)
    left = parameters_to_send(asked, {name})
    assert parameters_to_send(asked).keys() - left.keys() == {name}
    assert name not in render_request(asked, MESSAGES, MODEL, without={name})


@pytest.mark.parametrize(("setting", "limit"), [(None, 4096 + 150), (900, 900)])
def test_an_answer_is_limited_by_the_setting_or_by_the_number_of_items(setting: int | None, limit: int) -> None:
    body = render_request(endpoint(max_completion_tokens=setting), MESSAGES, MODEL)
    assert {name: body[name] for name in OUTPUT_LIMITS if name in body} == {"max_completion_tokens": limit}


@pytest.mark.parametrize(
    ("without", "sent"),
    [((), "max_completion_tokens"), (OUTPUT_LIMITS[:1], "max_tokens"), (OUTPUT_LIMITS[1:], "max_completion_tokens"),
     (OUTPUT_LIMITS, None)],
)  # fmt: skip
def test_the_limit_of_an_answer_has_the_first_name_that_is_not_rejected(
    without: tuple[str, ...], sent: str | None
) -> None:
    body = render_request(endpoint(), MESSAGES, MODEL, without=without)
    assert [name for name in OUTPUT_LIMITS if name in body] == ([sent] if sent else [])


@pytest.mark.parametrize(("mode", "adds"), [("tools", "tools"), ("json_schema", "response_format"), ("md_json", None)])
def test_a_mode_adds_the_schema_in_its_own_way_and_keeps_what_people_said(mode: Mode, adds: str | None) -> None:
    body = render_request(endpoint(mode=mode), MESSAGES, MODEL)
    assert {"tools", "response_format"} & body.keys() == ({adds} if adds else set())
    assert body["messages"][1]["content"].startswith("Hello")
    assert MESSAGES == [{"role": "system", "content": "Grade."}, {"role": "user", "content": "Hello"}]


def schema_sent(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["tools"][0]["function"] if "tools" in body else body["response_format"]["json_schema"]
    return found


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
def test_an_answer_is_held_to_its_schema_unless_the_endpoint_rejects_that(mode: Mode) -> None:
    strict = schema_sent(render_request(endpoint(mode=mode), MESSAGES, MODEL))
    plain = schema_sent(render_request(endpoint(mode=mode), MESSAGES, MODEL, without={STRICT}))
    assert strict == {**plain, "strict": True}
    assert "strict" not in plain


@pytest.mark.parametrize("model", [MODEL, PairAnswer, SpeakerAnswer])
def test_every_schema_is_one_that_a_strict_decoder_takes(model: type[BaseModel]) -> None:
    # of an object every property is required and no other allowed
    whole = model.model_json_schema()
    objects = [whole, *whole.get("$defs", {}).values()]
    for schema in objects:
        assert schema["required"] == list(schema["properties"])
        assert schema["additionalProperties"] is False


def test_without_a_mode_of_the_endpoint_the_schema_is_one_line_of_our_own() -> None:
    body = render_request(endpoint(mode="md_json"), MESSAGES, MODEL)
    system, user = body["messages"]
    rules, task, *more = system["content"].split("\n\n")
    assert (rules, more, user) == ("Grade.", [], MESSAGES[1])
    assert "\n" not in task
    assert json.loads(task.partition("schema says: ")[2]) == MODEL.model_json_schema()


def test_the_schema_of_22_items_in_words_is_at_most_600_tokens() -> None:
    items = load_rubric("helpdesk_qa").model_items("email")
    body = render_request(endpoint(mode="md_json"), [{"role": "user", "content": ""}], response_model(items))
    assert len(body["messages"][0]["content"].encode()) / 4 <= 600


# What OpenAI keeps of prompts, and fields of a user's own.

RULES = MESSAGES[0]["content"]


@pytest.mark.parametrize(
    ("model", "marked"),
    [("gpt-5-mini", False), ("gpt-5.5", False), ("gpt-5.6-sol", True), ("gpt-6-luna", True), ("o9", False)],
)
def test_openai_is_told_where_the_prefix_ends_that_is_the_same_for_all(model: str, marked: bool) -> None:
    body = render_request(endpoint(model=model), MESSAGES, MODEL)
    content = body["messages"][0]["content"]
    part = {"type": "text", "text": RULES, "prompt_cache_breakpoint": {"mode": "explicit"}}
    assert content == ([part] if marked else RULES)
    assert body["messages"][1] == MESSAGES[1]
    other = render_request(endpoint(model=model), [MESSAGES[0], {"role": "user", "content": "Bye"}], MODEL)
    assert body["prompt_cache_key"] == other["prompt_cache_key"]
    changed = render_request(endpoint(model=model), [{"role": "system", "content": "?"}, MESSAGES[1]], MODEL)
    assert body["prompt_cache_key"] != changed["prompt_cache_key"]


def test_no_other_endpoint_is_sent_what_is_openais_own() -> None:
    body = render_request(endpoint(model="gpt-6-luna", base_url="https://models.example/v1"), MESSAGES, MODEL)
    assert "prompt_cache_key" not in body
    assert body["messages"] == MESSAGES
    rejected = {"prompt_cache_key", "prompt_cache_breakpoint"}
    plain = render_request(endpoint(model="gpt-6-luna"), MESSAGES, MODEL, without=rejected)
    assert "prompt_cache_key" not in plain
    assert plain["messages"] == MESSAGES


def test_fields_of_a_users_own_go_with_each_request_unless_rejected() -> None:
    asked = endpoint(params={"reasoning_effort": "low", "prompt_cache_key": "mine"})
    body = render_request(asked, MESSAGES, MODEL)
    assert (body["reasoning_effort"], body["prompt_cache_key"]) == ("low", "mine")
    assert "reasoning_effort" not in render_request(asked, MESSAGES, MODEL, without={"reasoning_effort"})


@pytest.mark.parametrize("name", ["temperature", "model", "messages", "tools", "stream"])
def test_what_is_a_setting_or_written_by_us_is_no_field_of_a_users_own(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        endpoint(params={name: 1})


def test_a_choice_is_held_to_its_options_and_asks_for_probabilities() -> None:
    body = render_choice(endpoint(logprobs=False), MESSAGES, ["Yes", "No"], without={"temperature"})
    assert body == {
        "model": "m",
        "messages": MESSAGES,
        "max_tokens": 8,
        "top_logprobs": 20,
        "grammar": 'root ::= "Yes" | "No"',
        "cache_prompt": True,
        "logprobs": True,
    }
