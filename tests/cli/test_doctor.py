"""What `llm-grader doctor` finds out of an endpoint, how much it asks for that, and what it exits with."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from llm_grader.cli.commands.doctor import doctor
from llm_grader.errors import EndpointError, UsageError
from llm_grader.gateway.attempts import MAX_ATTEMPTS
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, decided, failure

app = typer.Typer()
app.command()(doctor)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and no waiting between two attempts."""
    monkeypatch.setattr("tenacity.wait_random_exponential", lambda **_limits: lambda _state: 0)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def refused() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--model", "m", *arguments])


def works(request: ScriptedRequest) -> ScriptedResponse:
    answers = {item_id: answer("met", (0, "Good morning")) for item_id in request.item_ids() or ["greeting"]}
    return completion(answers, mode="tools" if "tools" in request.body else "json")


def test_an_endpoint_that_works_takes_one_request_for_each_mode_and_one_for_probabilities() -> None:
    with ScriptedServer(works) as server:
        result = run("--base-url", server.base_url)
    assert result.exit_code == 0
    assert [f"mode {mode}  works" in result.stdout for mode in ("tools", "json_schema", "md_json")] == [True] * 3
    assert len(server.requests) == 4


def test_an_endpoint_that_cannot_be_reached_is_wrong_and_each_attempt_is_told(refused: str) -> None:
    result = run("--base-url", refused)
    assert isinstance(result.exception, EndpointError)
    assert result.exception.exit_code == 4
    assert "cannot reach the endpoint" in str(result.exception)
    attempts = [line for line in result.stderr.splitlines() if f"/{MAX_ATTEMPTS}" in line]
    assert len(attempts) == MAX_ATTEMPTS  # of one request: no mode works where a plain question has no answer


@pytest.mark.parametrize("rejection", [failure(500), failure(400)])
def test_a_mode_that_the_endpoint_does_not_have_is_told_with_one_that_it_has(rejection: ScriptedResponse) -> None:
    with ScriptedServer(lambda request: rejection if "tools" in request.body else works(request)) as server:
        result = run("--base-url", server.base_url)
        assert isinstance(result.exception, EndpointError)
        assert "mode tools does not work here: set --mode json_schema" in result.stderr
        assert run("--base-url", server.base_url, "--mode", "json_schema").exit_code == 0


@pytest.mark.parametrize("url", ["https://user:s3cret@h.example/v1", "https://h.example/v1?key=s3cret"])
def test_a_secret_in_an_address_is_not_shown(url: str) -> None:
    ended = run("--base-url", url)
    assert isinstance(ended.exception, UsageError)
    assert "h.example/v1" in ended.output
    assert "s3cret" not in ended.output + str(ended.exception)


def test_the_endpoints_own_sentence_is_shown() -> None:
    with ScriptedServer(lambda _request: failure(400, "bad", "Only odd requests are served on Mondays")) as server:
        ended = run("--base-url", server.base_url)
    assert "“Only odd requests are served on Mondays”" in ended.output


def test_what_the_endpoint_does_not_take_and_an_unknown_price_are_told() -> None:
    def plain(request: ScriptedRequest) -> ScriptedResponse:
        if "strict" in str(request.body):
            return failure(400, "unsupported_parameter", "Unsupported parameter: strict")
        return works(request)

    with ScriptedServer(plain) as server:
        result = run("--base-url", server.base_url, "--param", "reasoning_effort=low")
        assert all(request.body["reasoning_effort"] == "low" for request in server.requests)
    assert "not taken: strict" in result.stdout
    assert "no price of m is known" in result.stdout


def test_each_mode_is_tried_with_messages_of_the_shape_that_grading_sends() -> None:
    with ScriptedServer(works) as server:
        run("--base-url", server.base_url)
    assert [message["role"] for message in server.requests[0].body["messages"]] == ["system", "user"]


@pytest.mark.parametrize("mode", ["decisions", "systemone"])
def test_a_model_that_only_chooses_is_asked_to_choose(mode: str) -> None:
    with ScriptedServer(lambda request: decided(request, {"greeted": "yes"})) as server:
        result = run("--base-url", server.base_url, "--mode", mode)
        assert (result.exit_code, len(server.requests)) == (0, 1)
    assert f"mode {mode}  works" in result.stdout
    with ScriptedServer(lambda _request: failure(404)) as server:
        assert isinstance(run("--base-url", server.base_url, "--mode", mode).exception, EndpointError)
