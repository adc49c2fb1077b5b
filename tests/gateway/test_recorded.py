"""What a real server answers, replayed: recorded from the embedded model's server with `pytest --record-mode=once`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from llm_grader import Grader, Rubric, Transcript, load_rubric
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.privacy.find import find_personal_data

CASSETTES = Path(__file__).parent / "cassettes"
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SECRETS = [
    "authorization", "cookie", "openai-organization", "openai-project", "user-agent", "x-stainless-arch",
    "x-stainless-async", "x-stainless-lang", "x-stainless-os", "x-stainless-package-version",
    "x-stainless-read-timeout", "x-stainless-retry-count", "x-stainless-runtime", "x-stainless-runtime-version",
]  # fmt: skip
TRANSCRIPT = Transcript.model_validate(
    {
        "id": "recorded",
        "channel": "chat",
        "turns": [
            {"role": "agent", "text": "Good afternoon, this is Ines. How can I help?"},
            {"role": "customer", "text": "My lamp „Linde“ arrived broken."},
            {"role": "agent", "text": "I am sorry about that. A new lamp leaves today and is with you on Friday."},
        ],
    }
)


def two_items() -> Rubric:
    full = load_rubric("helpdesk_qa")
    content = full.model_dump(by_alias=True)
    content["sections"] = [
        {"id": "s", "title": "S", "items": [full.item(i).model_dump(by_alias=True) for i in ("greeting", "timeframe")]}
    ]
    return Rubric.model_validate(content)


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return {
        "match_on": ["method", "path", "body"],
        "filter_headers": SECRETS,
        "before_record_response": _without_cookies,
    }


def _without_cookies(response: dict[str, Any]) -> dict[str, Any]:
    kept = {"content-type"}
    response["headers"] = {name: value for name, value in response["headers"].items() if name.lower() in kept}
    return response


@pytest.fixture
def endpoint(record_mode: str) -> Iterator[Endpoint]:
    """The recorded server; when recording, the embedded model's own."""
    if record_mode == "none":
        yield Endpoint(model=MODEL, base_url="http://127.0.0.1:9/v1", api_key=SecretStr("none"), mode="json_schema")
        return
    from llm_grader.local.server import LocalServer

    with LocalServer() as server:
        key = SecretStr(server.api_key)
        yield Endpoint(model=MODEL, base_url=server.base_url, api_key=key, mode="json_schema", timeout=600)


@pytest.mark.vcr
def test_a_real_answer_in_json_schema_mode_becomes_a_card_with_verified_evidence(endpoint: Endpoint) -> None:
    card = Grader(two_items(), endpoint=endpoint).grade(TRANSCRIPT)
    assert list(card.verdicts) == ["greeting", "timeframe"]
    assert card.usage.requests in (1, 2)
    assert card.usage.prompt_tokens
    assert card.usage.completion_tokens
    assert card.provenance.answered_by == MODEL
    for verdict in card.verdicts.values():
        for e in verdict.evidence:
            assert TRANSCRIPT.turns[e.turn].text[e.start : e.end] == e.quote


@pytest.mark.vcr
def test_a_real_choice_has_the_probability_of_each_option(endpoint: Endpoint) -> None:
    async def ask() -> Choice:
        gateway = Gateway(endpoint)
        try:
            question = "Is Tallinn the capital of Estonia? Answer Yes or No."
            return await gateway.choose([{"role": "user", "content": question}], ("Yes", "No"))
        finally:
            await gateway.aclose()

    choice = asyncio.run(ask())
    assert choice.answer == "Yes"
    assert choice.logprobs["Yes"] > choice.logprobs["No"]
    assert choice.usage.requests == 1


@pytest.mark.parametrize("path", sorted(CASSETTES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_a_cassette_holds_no_key_and_no_personal_data(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "uthorization" not in text
    assert "Bearer" not in text
    assert "set-cookie" not in text.lower()
    for interaction in yaml.safe_load(text)["interactions"]:
        body = str(interaction["request"]["body"])
        assert find_personal_data(body, language="en") == []
        assert os.uname().nodename not in body
