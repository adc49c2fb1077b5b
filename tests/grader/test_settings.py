"""Settings of a grader: one declaration for the library, the command line and type checkers."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest

from llm_grader.errors import UsageError
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.grader.grader import Grader
from llm_grader.grader.settings import GraderKeywords, GraderSettings
from tests.support.scripted import KEY, rubric, transcript


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"samples": 0}, "samples: expected at least 1, found the number 0"),
        ({"items_per_call": 0}, "items_per_call: expected at least 1 or 'all', found the number 0"),
        ({"items_per_call": "some"}, "items_per_call: expected a whole number or 'all', found 'some'"),
        ({"timeout": 0}, "timeout: expected more than 0, found the number 0"),
        (
            {"mode": "telepathy"},
            "mode: expected 'tools', 'json_schema', 'md_json', 'decisions' or 'systemone', found 'telepathy'",
        ),
        ({"prices": {"m": {"input": -1, "output": 1}}}, "prices.m.input: expected at least 0, found the number -1"),
        ({"sampels": 2}, "sampels: unknown key; did you mean 'samples'?"),
        ({"samples": 0, "timeout": 0}, "timeout: .*; samples: "),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        Grader(rubric(), **settings)


@pytest.mark.parametrize("name", ["mistyped.gguf", "models/own.GGUF"])
def test_a_model_file_is_never_looked_for_at_a_server(name: str) -> None:
    assert Endpoint(model=name).is_local
    assert str(Endpoint(model=name).weights_file) == name
    named_by_a_server = Endpoint(model=name, base_url="http://127.0.0.1:1/v1")
    assert not named_by_a_server.is_local
    assert named_by_a_server.weights_file is None


def test_a_wrong_key_is_never_shown() -> None:
    wrong: Any = [KEY]
    with pytest.raises(UsageError) as caught:
        Grader(rubric(), api_key=wrong)
    assert str(caught.value) == "api_key: expected text"
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_grader_takes_every_setting_as_a_keyword() -> None:
    made = Grader(rubric(), "m", base_url="https://models.example/v1", seed=7, mode="md_json", timeout=5, windows=True)
    assert (made.settings.seed, made.settings.mode, made.settings.timeout, made.settings.windows) == (
        7,
        "md_json",
        5,
        True,
    )
    assert made.identity.base.parameters["seed"] == 7


def test_an_endpoint_replaces_what_keywords_tell_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://models.example/v1")
    made = Grader(rubric(), "other", endpoint=Endpoint(model="m"), samples=3)
    assert (made.settings.model, made.settings.base_url, made.settings.samples) == ("m", None, 3)


def test_samples_are_drawn_at_a_temperature_unless_one_is_set() -> None:
    temperatures = [
        Grader(rubric(), samples=2).settings.temperature,  # answers at 0 would all be one
        Grader(rubric(), samples=2, temperature=0.2).settings.temperature,
        Grader(rubric(), samples=2, temperature=None).settings.temperature,
        Grader(rubric()).settings.temperature,
    ]
    assert temperatures == [0.7, 0.2, None, 0.0]


def test_type_checkers_see_the_keywords_that_there_are() -> None:
    declared, keywords = get_type_hints(GraderSettings), get_type_hints(GraderKeywords)
    fields = {name: declared[name] for name in GraderSettings.model_fields if name != "model"}  # that one is positional
    assert fields.pop("api_key") | str == keywords.pop("api_key")  # which becomes a secret
    assert fields == keywords
    assert not keywords.keys() & inspect.signature(Grader).parameters.keys()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in GraderSettings.model_fields.items() if not field.description] == []


def test_fields_of_a_request_are_part_of_the_key_and_none_is_none() -> None:
    def key(**fields: Any) -> str:
        return Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1", **fields).identity.key(transcript())

    assert key() == key(params={}) == key(headers={"x-team": "quality"})
    assert len({key(), key(params={"reasoning_effort": "low"}), key(params={"reasoning_effort": "high"})}) == 3
    assert key(params={"a": 1, "b": [2]}) == key(params={"b": [2], "a": 1})
