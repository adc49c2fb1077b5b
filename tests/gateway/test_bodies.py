"""What would be sent, without anything that sends."""

from __future__ import annotations

from typing import Any

import pytest

from llm_grader.asking.answers import response_model
from llm_grader.gateway.bodies import OPTIONAL, OUTPUT_LIMITS, parameters_to_send, render_choice, render_request
from llm_grader.gateway.endpoint import Endpoint, Mode
from tests.support.scripted import item

MODEL = response_model([item()])
MESSAGES = [{"role": "system", "content": "Grade."}, {"role": "user", "content": "Hello"}]


def endpoint(**fields: Any) -> Endpoint:
    return Endpoint.model_validate({"model": "m", **fields})


def test_parameters_are_those_that_are_set() -> None:
    assert parameters_to_send(endpoint(temperature=None)) == {"model": "m"}
    everything = {"temperature": 0.5, "seed": 7, "max_completion_tokens": 9, "logprobs": True}
    assert parameters_to_send(endpoint(**everything)) == {"model": "m", **everything}


@pytest.mark.parametrize("name", sorted({*OPTIONAL} - {"top_logprobs", *OUTPUT_LIMITS}))  # top_logprobs: choices only
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
