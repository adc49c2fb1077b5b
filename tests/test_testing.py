"""The test doubles that ship: a judge and a server that follow a script."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from typing import Any

import pytest

from llm_grader.asking.answers import response_model
from llm_grader.errors import InvalidOutput
from llm_grader.grader.grader import Grader
from llm_grader.testing import (
    ScriptedJudge,
    ScriptedRequest,
    ScriptedResponse,
    ScriptedServer,
    answer,
    completion,
    failure,
)
from tests.support.command_line import PATIENCE_S, wait_until
from tests.support.scripted import HELLO, answers, item, rubric, transcript

MODEL = response_model([item(), item("thanks")])


def post(server: ScriptedServer, body: Any, **headers: str) -> tuple[int, dict[str, str], bytes]:
    host = server.base_url.removeprefix("http://").partition("/")[0]
    connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def decoded(response: ScriptedResponse) -> Any:
    return json.loads(response.body)


# Answers.


def test_an_answer_is_written_as_a_judge_writes_it() -> None:
    assert answer("met", (0, "Hello"), (2, "Bye"), reason="said") == {
        "evidence": [{"turn": 0, "quote": "Hello"}, {"turn": 2, "quote": "Bye"}],
        "reason": "said",
        "label": "met",
    }


def test_a_completion_carries_its_answer_where_the_mode_has_it() -> None:
    tools = decoded(completion({"a": "é"}))["choices"][0]["message"]
    assert json.loads(tools["tool_calls"][0]["function"]["arguments"]) == {"a": "é"}
    assert tools["content"] is None
    text = decoded(completion({"a": 1}, mode="json_schema"))["choices"][0]["message"]
    assert json.loads(text["content"]) == {"a": 1}
    assert "tool_calls" not in text


def test_a_completion_holds_whatever_else_is_given() -> None:
    body = decoded(completion("raw", usage=None, finish_reason="length", refusal="no", model="x"))
    assert (body["usage"], body["model"]) == (None, "x")
    assert (body["choices"][0]["finish_reason"], body["choices"][0]["message"]["refusal"]) == ("length", "no")


def test_a_failure_has_a_code_and_headers() -> None:
    response = failure(429, "slow", "wait", retry_after="2", x_request_id="1")
    assert (response.status, response.headers) == (429, {"retry-after": "2", "x-request-id": "1"})
    assert decoded(response)["error"] == {"code": "slow", "message": "wait", "type": "slow"}


# The judge.


def test_the_judge_answers_the_items_of_the_request_and_remembers_the_messages() -> None:
    judge = ScriptedJudge(answers("greeting", "thanks", "never_asked"))
    filled, usage = asyncio.run(judge.complete([{"role": "user", "content": "?"}], MODEL))
    assert set(filled.model_dump(by_alias=True)) == {"greeting", "thanks"}
    assert (usage.requests, usage.prompt_tokens, usage.cost) == (1, 0, 0.0)
    assert judge.calls == [[{"role": "user", "content": "?"}]]


def test_the_judges_answers_may_depend_on_the_messages() -> None:
    judge = ScriptedJudge(lambda messages: answers("greeting", thanks=answer(messages[0]["content"])))
    filled, _ = asyncio.run(judge.complete([{"role": "user", "content": "not_met"}], MODEL))
    assert filled.model_dump(by_alias=True)["thanks"]["label"] == "not_met"


@pytest.mark.parametrize("scripted", [{}, {"greeting": answer("met")}, answers("greeting", thanks={"label": 5})])
def test_answers_that_break_the_schema_are_invalid_output_with_their_text(scripted: dict[str, Any]) -> None:
    with pytest.raises(InvalidOutput) as caught:
        asyncio.run(ScriptedJudge(scripted).complete([], MODEL))
    assert json.loads(caught.value.text) == scripted
    assert caught.value.usage.requests == 1


def test_the_example_of_the_module_works() -> None:
    def answers_for(request: ScriptedRequest) -> dict[str, Any]:
        return {item_id: answer("met", (0, HELLO)) for item_id in request.item_ids()}

    with ScriptedServer(lambda request: completion(answers_for(request))) as server:
        card = Grader(rubric(), model="any", base_url=server.base_url).grade(transcript())
        assert len(server.requests) == 1
    assert card.score == 100


# The server.


def test_the_server_remembers_the_requests() -> None:
    began = time.monotonic()
    with ScriptedServer(lambda request: completion({"number": request.number})) as server:
        for number in range(3):
            post(server, {"n": number}, Authorization="Bearer x")
    assert [(request.number, request.body) for request in server.requests] == [(n, {"n": n}) for n in range(3)]
    assert server.requests[0].headers["authorization"] == "Bearer x"
    assert began <= server.requests[0].at <= server.requests[1].at <= server.requests[2].at <= time.monotonic()


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"function": {"parameters": {"properties": {"greeting": {}, "thanks": {}}}}}]},
        {"response_format": {"json_schema": {"schema": {"properties": {"greeting": {}, "thanks": {}}}}}},
    ],
)
def test_a_request_has_the_ids_of_its_items(body: dict[str, Any]) -> None:
    request = ScriptedRequest(0, 0.0, body, {})
    assert request.item_ids() == ["greeting", "thanks"]
    assert ScriptedRequest(0, 0.0, {}, {}).item_ids() == []


def test_status_headers_and_body_are_sent_as_scripted() -> None:
    response = ScriptedResponse(503, b"<html>", {"content-type": "text/html", "retry-after": "9"})
    with ScriptedServer(lambda _request: response) as server:
        status, headers, body = post(server, {})
    assert (status, headers["content-type"], headers["retry-after"], body) == (503, "text/html", "9", b"<html>")


def test_a_cut_answer_ends_early() -> None:
    with ScriptedServer(lambda _request: completion("x")._replace(cut=5)) as server:
        with pytest.raises(http.client.IncompleteRead):
            post(server, {})
        assert len(server.requests) == 1


def test_half_a_request_is_none() -> None:
    with ScriptedServer(lambda request: completion(request.body["messages"])) as server:
        host, port = server.base_url.removeprefix("http://").removesuffix("/v1").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{")
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    assert server.requests == []


def test_a_server_that_is_idle_has_counted_all_that_clients_had_sent_before_they_were_gone() -> None:
    body = b"{}"
    request = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    with ScriptedServer(lambda _request: completion("x")) as server:
        host, port = server.base_url.removeprefix("http://").removesuffix("/v1").split(":")
        assert server.idle
        for _ in range(50):
            with socket.create_connection((host, int(port))) as client:
                assert not server.idle
                client.sendall(request)
        wait_until(lambda: server.idle)
        assert len(server.requests) == 50


def test_a_delay_holds_up_nobody_else() -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return completion("x")._replace(delay=PATIENCE_S if request.body["slow"] else 0)

    with ScriptedServer(respond) as server:
        waiting = threading.Thread(target=lambda: post(server, {"slow": True}), daemon=True)
        waiting.start()
        wait_until(lambda: server.requests)
        post(server, {"slow": False})
        assert waiting.is_alive()


def test_it_listens_on_loopback_only_and_not_after_its_end() -> None:
    with ScriptedServer(lambda _request: completion("x")) as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert server.base_url.endswith("/v1")
        post(server, {})
    with pytest.raises(ConnectionRefusedError):
        post(server, {})


def test_a_mistake_in_the_script_is_raised_in_the_test_that_made_it() -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return completion(request.body["no such key"])

    statuses = []
    with pytest.raises(KeyError, match="no such key"), ScriptedServer(respond) as server:
        statuses.append(post(server, {})[0])
    assert statuses == [400]
