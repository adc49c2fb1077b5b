"""One question to an endpoint, against a scripted server that counts requests. No test waits."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import socket
import threading
import traceback
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel, ValidationError

from llm_grader.asking.answers import response_model
from llm_grader.errors import (
    AuthError,
    BadRequest,
    BudgetExceeded,
    ContextTooLong,
    EndpointDown,
    EndpointError,
    Filtered,
    GraderError,
    InvalidOutput,
    JudgeError,
    ModelNotFound,
    QuotaError,
    Refused,
    TransientError,
    Truncated,
    UsageError,
)
from llm_grader.gateway.answer_text import LOGPROB_FLOOR, Filled
from llm_grader.gateway.attempts import MAX_ATTEMPTS
from llm_grader.gateway.bodies import output_limit, render_request
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.gateway.estimates import most_of
from llm_grader.gateway.gateway import Gateway
from llm_grader.gateway.prices import Price
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from llm_grader.usage import Usage
from tests.support.command_line import PATIENCE_S, wait_until
from tests.support.scripted import KEY, Clock, gateway, item

Script = Callable[[ScriptedRequest], ScriptedResponse]
Result = TypeVar("Result")

MODEL = response_model([item(), item("thanks")])
WORDS = "the customer's own words"
MESSAGES = [{"role": "user", "content": WORDS}]
GOOD = {"greeting": answer("met", (0, "Hello")), "thanks": answer("not_met")}
TEXT = json.dumps(GOOD)
MODES: list[Mode] = ["tools", "json_schema", "md_json"]


class Server:
    """A scripted server whose script is set test by test."""

    def __init__(self) -> None:
        self.respond: Script = lambda _request: completion(GOOD)
        self.scripted = ScriptedServer(lambda request: self.respond(request))

    @property
    def url(self) -> str:
        return self.scripted.base_url

    @property
    def requests(self) -> list[ScriptedRequest]:
        return self.scripted.requests

    def say(self, *responses: ScriptedResponse) -> None:
        """These answers, one after the other; the last one again and again."""
        first = len(self.requests)
        self.respond = lambda request: responses[min(request.number - first, len(responses) - 1)]


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    made = Server()
    with made.scripted:
        yield made


@pytest.fixture
def server(shared: Server) -> Server:
    shared.scripted.requests.clear()
    shared.say(completion(GOOD))
    return shared


def use(asked: Gateway, question: Callable[[Gateway], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        try:
            return await question(asked)
        finally:
            await asked.aclose()

    return asyncio.run(run())


def ask(asked: Gateway) -> tuple[BaseModel, Usage]:
    filled = filled_in(asked)
    return filled.answer, filled.usage


def filled_in(asked: Gateway) -> Filled:
    return use(asked, lambda made: made.complete(MESSAGES, MODEL))


def fault(asked: Gateway, kind: type[GraderError]) -> Any:
    with pytest.raises(kind) as caught:
        ask(asked)
    assert type(caught.value) is kind
    return caught.value


class Lasting:
    """Gateways, one for each mode, that stay open: making one takes longer than asking."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._gateways = {mode: gateway(url, mode=mode) for mode in MODES}

    def ask(self, mode: Mode = "tools") -> tuple[BaseModel, Usage]:
        filled = self._runner.run(self._gateways[mode].complete(MESSAGES, MODEL))
        return filled.answer, filled.usage

    def fault(self, kind: type[GraderError], mode: Mode = "tools") -> Any:
        with pytest.raises(kind) as caught:
            self.ask(mode)
        assert type(caught.value) is kind
        return caught.value

    def close(self) -> None:
        for each in self._gateways.values():
            self._runner.run(each.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def lasting(shared: Server) -> Iterator[Lasting]:
    made = Lasting(shared.url)
    yield made
    made.close()


def message(content: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **fields}


def tool_call(arguments: Any = TEXT, name: str = "Verdicts") -> dict[str, Any]:
    return message(tool_calls=[{"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}])


def raw(body: Any, content_type: str = "application/json") -> ScriptedResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ScriptedResponse(body=data, headers={"content-type": content_type})


def said(one: Any = None, **fields: Any) -> ScriptedResponse:
    """A completion with this message, and other fields than usual."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choices = [{"index": 0, "message": tool_call() if one is None else one, "finish_reason": "stop"}]
    return raw(
        {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": choices, "usage": usage}
        | fields
    )


# What is sent.


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_in_any_mode_is_the_response_model_filled_in(server: Server, lasting: Lasting, mode: Mode) -> None:
    server.say(completion(GOOD, mode=mode))
    filled, usage = lasting.ask(mode)
    assert filled.model_dump(by_alias=True) == GOOD
    assert usage == Usage(
        requests=1, prompt_tokens=1000, cached_tokens=None, completion_tokens=100, cost=None, answered_by="scripted-1"
    )


@pytest.mark.parametrize("mode", MODES)
def test_what_is_rendered_is_what_is_sent(server: Server, mode: Mode) -> None:
    server.say(completion(GOOD, mode=mode))
    asked = gateway(server.url, mode=mode, endpoint={"seed": 7, "max_completion_tokens": 900, "temperature": 0.2})
    rendered = render_request(asked.endpoint, MESSAGES, MODEL)
    assert server.requests == []
    ask(asked)
    assert json.loads(json.dumps(rendered)) == server.requests[0].body
    sent = {name: server.requests[0].body[name] for name in ("model", "seed", "max_completion_tokens", "temperature")}
    assert sent == {"model": "m", "seed": 7, "max_completion_tokens": 900, "temperature": 0.2}


def test_the_schema_is_sent_as_the_response_model_tells_it(server: Server, lasting: Lasting) -> None:
    lasting.ask()
    schema = server.requests[0].schema()
    assert server.requests[0].item_ids() == ["greeting", "thanks"]
    assert schema["properties"] == MODEL.model_json_schema()["properties"]


def test_parameters_that_are_not_set_are_not_sent(server: Server) -> None:
    ask(gateway(server.url, endpoint={"temperature": None}))
    assert not {"temperature", "seed", "max_tokens", "logprobs"} & server.requests[0].body.keys()


def test_messages_arrive_letter_by_letter(server: Server) -> None:
    text = '{{ 7*7 }} {% raw %} {# gone? #} ```json\r\n\u00a0\u200d\u202e\x00 \\ " </s> 🙂\u0301\n\n  '
    use(gateway(server.url), lambda made: made.complete([{"role": "user", "content": text}], MODEL))
    assert server.requests[0].body["messages"][-1]["content"] == text


def test_the_key_is_sent_as_bearer_and_nothing_of_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    ask(gateway(server.url))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


# Rows 1–3 and 7: asked to slow down, and servers that fail.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "7"}, 7.0), ({"retry_after_ms": "1500"}, 1.5), ({"retry_after": "119"}, 119.0)],
)
def test_the_pause_that_the_server_asks_for_is_kept(server: Server, headers: dict[str, str], seconds: float) -> None:
    server.say(failure(429, **headers), completion(GOOD))
    clock, told = Clock(), list[str]()
    _, usage = ask(gateway(server.url, clock=clock, notify=told.append))
    assert [wait for wait in clock.slept if wait] == [seconds]
    assert (usage.requests, len(server.requests)) == (2, 2)
    assert told == [f"rate limited: waiting {seconds:.0f} s (server asked), attempt 1/6"]


def test_the_pause_holds_all_workers(server: Server) -> None:
    clock, sent = Clock(), list[float]()

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        sent.append(clock.now)
        return failure(429, retry_after="5") if request.number == 1 else completion(GOOD)

    server.respond = respond

    async def many(made: Gateway) -> None:
        made.start_run(1)
        await made.complete(MESSAGES, MODEL)
        await asyncio.gather(*(made.complete(MESSAGES, MODEL) for _ in range(2)))

    use(gateway(server.url, clock=clock), many)
    assert sent == [1000.0, 1000.0, 1005.0, 1005.0]


@pytest.mark.parametrize(
    "response", [failure(429), failure(429, retry_after="0"), failure(500), failure(503), failure(529)]
)
def test_without_a_pause_it_backs_off_six_times_at_most(server: Server, response: ScriptedResponse) -> None:
    server.say(response)
    clock, told = Clock(), list[str]()
    with pytest.raises(TransientError) as caught:
        ask(gateway(server.url, clock=clock, notify=told.append))
    assert len(server.requests) == MAX_ATTEMPTS == 6
    assert caught.value.usage.requests == 6
    assert len([wait for wait in clock.slept if wait > 0]) == 5
    assert sum(clock.slept) < 16  # at most 0.5 + 1 + 2 + 4 + 8 s
    assert [line[-11:] for line in told] == [f"attempt {n}/6" for n in range(1, 7)]


def test_a_failure_that_passes_costs_one_request_more(server: Server, lasting: Lasting) -> None:
    server.say(failure(502), completion(GOOD))
    assert lasting.ask()[1].requests == len(server.requests) == 2


def test_a_pause_over_two_minutes_stops_everybody_after_one_request(server: Server) -> None:
    server.say(failure(429, retry_after="600"))

    async def many(made: Gateway) -> list[Any]:
        asking = (made.complete(MESSAGES, MODEL) for _ in range(64))
        return await asyncio.gather(*asking, return_exceptions=True)

    found = use(gateway(server.url), many)
    assert {type(each) for each in found} == {EndpointDown}
    assert found[0].exit_code == 75
    assert len(server.requests) == 1


# Rows 4 and 5: nobody can be served.


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (failure(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"), AuthError),
        (failure(403, message=f"The key {KEY} has no permission for this project"), AuthError),
        (failure(429, "insufficient_quota", KEY), QuotaError),
        (failure(404, "model_not_found", KEY), ModelNotFound),
    ],
)
def test_what_no_request_can_pass_costs_one_request_with_64_in_flight(
    server: Server, response: ScriptedResponse, kind: type[GraderError]
) -> None:
    server.say(response)

    async def many(made: Gateway) -> list[Any]:
        asking = (made.complete(MESSAGES, MODEL) for _ in range(64))
        return await asyncio.gather(*asking, return_exceptions=True)

    found = use(gateway(server.url), many)
    assert {type(each) for each in found} == {kind}
    assert found[0].exit_code == 4
    assert len(server.requests) == 1
    assert "\n" not in str(found[0])
    assert KEY not in str(found[0])


def test_a_key_that_ends_while_64_are_in_flight_costs_no_new_requests(server: Server) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return completion(GOOD) if request.number < 1 else failure(401)._replace(delay=0.05)

    server.respond = respond

    async def many(made: Gateway) -> list[Any]:
        asking = (made.complete(MESSAGES, MODEL) for _ in range(200))
        return await asyncio.gather(*asking, return_exceptions=True)

    found = use(gateway(server.url), many)
    assert sum(isinstance(each, AuthError) for each in found) == 199
    assert len(server.requests) <= 65


@pytest.mark.parametrize(
    ("response", "most", "told"),
    [
        (
            failure(400, "invalid_request_error", "Tools are not for this deployment"),
            4,
            "“Tools are not for this deployment”",
        ),
        (failure(400, "invalid_request_error", f"No good: {WORDS}"), 4, "(HTTP 400, invalid_request_error): run"),
        (failure(403), 4, "(HTTP 403): run"),
        (failure(500, "server_error", "Router is out of its mind"), 13, "“Router is out of its mind”"),
        (raw(b"<html></html>", "text/html"), 13, "web page"),
    ],
)
def test_an_endpoint_that_never_answers_rightly_stops_the_run(
    server: Server, response: ScriptedResponse, most: int, told: str
) -> None:
    server.say(response)
    lines = list[str]()

    async def many(made: Gateway) -> list[Any]:
        asking = (made.complete(MESSAGES, MODEL) for _ in range(200))
        return await asyncio.gather(*asking, return_exceptions=True)

    found = use(gateway(server.url, notify=lines.append), many)
    stops = [error for error in found if type(error) is EndpointError]
    assert len(stops) >= 195
    assert stops[0].exit_code == 4
    assert told in str(stops[0])
    assert str(stops[0]).endswith("run `llm-grader doctor`")
    assert WORDS not in str(stops[0])
    assert len(server.requests) <= most
    assert len(lines) <= most


def test_what_one_customer_wrote_is_objected_to_and_the_others_are_graded(server: Server) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        said = request.body["messages"][-1]["content"]
        return failure(403, "forbidden", "Your input was flagged") if "bomb" in said else completion(GOOD)

    server.respond = respond

    async def many(made: Gateway) -> list[Any]:
        said = ("hello", "bomb", "good morning", "bomb", "good evening")
        asking = (made.complete([{"role": "user", "content": words}], MODEL) for words in said)
        return await asyncio.gather(*asking, return_exceptions=True)

    found = use(gateway(server.url), many)
    assert [type(each) for each in found] == [Filtered if each in (1, 3) else Filled for each in range(5)]


@pytest.mark.parametrize("status", [503, 529])
def test_a_pause_that_comes_with_a_failure_is_kept_by_all_workers(server: Server, status: int) -> None:
    server.say(failure(status, retry_after="7"), completion(GOOD))
    clock, told = Clock(), list[str]()
    ask(gateway(server.url, clock=clock, notify=told.append))
    assert [wait for wait in clock.slept if wait] == [7.0]
    assert told == [f"the endpoint failed (HTTP {status}): waiting 7 s (server asked), attempt 1/6"]


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.say(ScriptedResponse(307, b"", {"location": server.url + "/chat/completions"}))
    with pytest.raises(JudgeError, match="--base-url"):
        ask(gateway(server.url))
    assert len(server.requests) == 1


# Row 6 and 16: this transcript cannot be graded.


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (failure(400, "context_length_exceeded"), ContextTooLong),
        (failure(413), ContextTooLong),
        (failure(422, message="prompt is too long"), ContextTooLong),
        (failure(400, "content_filter"), Filtered),
        (failure(400, "invalid_request_error"), BadRequest),
    ],
)
def test_what_this_request_cannot_pass_costs_one_request(
    server: Server, lasting: Lasting, response: ScriptedResponse, kind: type[GraderError]
) -> None:
    server.say(response)
    assert lasting.fault(kind).usage.requests == len(server.requests) == 1


@pytest.mark.parametrize("mode", MODES)
def test_a_refusal_costs_one_request(server: Server, lasting: Lasting, mode: Mode) -> None:
    server.say(completion(GOOD, refusal=WORDS, mode=mode))
    found = lasting.fault(Refused, mode)
    assert (found.usage.requests, found.usage.prompt_tokens, len(server.requests)) == (1, 1000, 1)


@pytest.mark.parametrize("mode", MODES)
def test_a_filtered_answer_costs_one_request(server: Server, lasting: Lasting, mode: Mode) -> None:
    server.say(completion('{"gree', finish_reason="content_filter", mode=mode))
    assert lasting.fault(Filtered, mode).usage.requests == len(server.requests) == 1


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_at_the_token_limit_is_truncated(server: Server, lasting: Lasting, mode: Mode) -> None:
    server.say(completion('{"greeting": {"evid', finish_reason="length", mode=mode))
    assert lasting.fault(Truncated, mode).usage.completion_tokens == 100
    assert len(server.requests) == 1


# Rows 8 and 9: no answer.


def test_a_time_out_is_tried_again(server: Server) -> None:
    server.say(completion(GOOD)._replace(delay=PATIENCE_S), completion(GOOD))
    told = list[str]()
    _, usage = ask(gateway(server.url, endpoint={"timeout": 1.5}, notify=told.append))
    assert told == [f"timed out after 1.5 s, attempt {n}/6" for n in range(1, usage.requests)]
    assert usage.requests >= 2  # more only where the machine is busy
    wait_until(lambda: len(server.requests) == usage.requests)


def test_an_answer_that_drips_in_for_ever_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping: list[asyncio.Task[None] | None] = []

        async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            dripping.append(asyncio.current_task())
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                while not writer.is_closing():
                    writer.write(b"\n")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            writer.close()

        async def test() -> JudgeError:
            serving = await asyncio.start_server(drip, sock=listening)
            made = gateway(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", endpoint={"timeout": 0.1})
            with pytest.raises(TransientError) as caught:
                await asyncio.wait_for(made.complete(MESSAGES, MODEL), timeout=PATIENCE_S)
            await made.aclose()
            serving.close()
            await asyncio.gather(*filter(None, dripping))
            return caught.value

        assert str(asyncio.run(test())) == "timed out after 0.1 s"


@pytest.mark.parametrize("cut", [0, 1, 200])
def test_half_a_body_is_tried_again(server: Server, lasting: Lasting, cut: int) -> None:
    server.say(completion(GOOD)._replace(cut=cut), completion(GOOD))
    assert lasting.ask()[1].requests == len(server.requests) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "https://no-such-host.invalid/v1"])
def test_an_address_where_nobody_answers_is_tried_six_times(url: str) -> None:
    found = fault(gateway(url), TransientError)
    assert found.usage.requests == 6
    assert "--base-url" in str(found)


def test_a_server_that_hangs_up_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        async def test() -> JudgeError:
            def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.transport.abort()

            serving = await asyncio.start_server(hang_up, sock=listening)
            made = gateway(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
            try:
                with pytest.raises(TransientError) as caught:
                    await made.complete(MESSAGES, MODEL)
            finally:
                await made.aclose()
                serving.close()
                await serving.wait_closed()
            return caught.value

        found = asyncio.run(test())
        assert found.usage.requests == 6
        assert "cannot reach the endpoint" in str(found)
        assert isinstance(found, TransientError)
        assert found.in_doubt


@pytest.fixture(params=["aiohttp", "httpx"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The SDK's two clients: the second one stands in where the first is not installed."""

    def missing(**_settings: Any) -> None:
        raise RuntimeError("the extra is not installed")

    if request.param == "httpx":
        import openai

        monkeypatch.setattr(openai, "DefaultAioHttpClient", missing)
    return str(request.param)


@pytest.mark.parametrize(
    ("script", "timeout", "doubt", "told"),
    [
        (completion(GOOD)._replace(delay=PATIENCE_S), 0.3, True, "timed out after 0.3 s"),
        (completion(GOOD)._replace(cut=10), PATIENCE_S, True, "cannot reach the endpoint"),
        (failure(500), PATIENCE_S, False, "500"),
        (None, PATIENCE_S, False, "cannot reach the endpoint"),
    ],
    ids=["time-out", "half a body", "error", "nobody there"],
)
def test_whether_a_request_may_have_been_worked_on_is_told(
    server: Server, transport: str, script: ScriptedResponse | None, timeout: float, doubt: bool, told: str
) -> None:
    del transport
    if script is not None:
        server.say(script)
    url = "http://127.0.0.1:1/v1" if script is None else server.url
    found = fault(gateway(url, endpoint={"timeout": timeout}), TransientError)
    assert isinstance(found, TransientError)
    assert (found.in_doubt, told in str(found)) == (doubt, True), str(found)
    assert found.never_sent == (script is None)


def test_an_endpoint_that_fails_for_a_minute_ends_the_run(server: Server) -> None:
    server.say(failure(502))
    clock = Clock()

    async def one_after_the_other(made: Gateway) -> int:
        for number in range(1000):
            clock.now += 1.0
            try:
                await made.complete(MESSAGES, MODEL)
            except EndpointDown:
                return number
            except TransientError:
                pass
        return 1000

    assert use(gateway(server.url, clock=clock), one_after_the_other) < 60
    assert 1060 <= clock.now < 1092  # noticed with the first failure after a minute: at most 30 s of backoff later


# Row 10: answers that are none.


@pytest.mark.parametrize(
    "response",
    [
        raw(f"<html>{WORDS}</html>".encode(), "text/html"),
        raw(f"<html>{WORDS}</html>".encode()),
        raw(b""),
        raw(b"\xff\xfe"),
        ScriptedResponse(204, b""),
        raw(None),
        raw([]),
        raw(WORDS),
        raw({}),
        raw({"error": {"message": WORDS, "code": 500}}),
        said(choices=[]),
        said(choices=None),
        said(choices={"0": WORDS}),
        said(choices=[None]),
        said(choices=[{}]),
        said(choices=[{"index": 0, "message": None, "finish_reason": "stop"}]),
    ],
)
def test_an_answer_that_is_no_completion_is_tried_again(
    server: Server, lasting: Lasting, response: ScriptedResponse
) -> None:
    server.say(response, completion(GOOD))
    _, usage = lasting.ask()
    assert usage.requests == len(server.requests) == 2


@pytest.mark.parametrize(
    ("response", "found"),
    [
        # 300 MB of zeros in 300 kB: with three gigabytes a process of 2 GB would be gone
        (ScriptedResponse(body=gzip.compress(bytes(300_000_000)), headers={"content-encoding": "gzip"}), "compressed"),
        (ScriptedResponse(body=bytes(65_000_000), cut=0), "65,000,000 bytes"),
    ],
    ids=["bomb", "endless"],
)
def test_an_answer_that_would_fill_the_memory_is_refused_before_it_is_read(
    server: Server, lasting: Lasting, response: ScriptedResponse, found: str
) -> None:
    server.say(response)
    tracemalloc.start()
    fault = lasting.fault(TransientError)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50_000_000
    assert found in str(fault)
    assert {request.headers["accept-encoding"] for request in server.requests} == {"identity"}


def test_a_web_page_says_to_check_the_address(server: Server, lasting: Lasting) -> None:
    server.say(raw(b"<html></html>", "text/html"))
    found = lasting.fault(TransientError)
    assert "web page" in str(found)
    assert "--base-url" in str(found)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("said_of", "left_out"),
    [
        (failure(400, "unsupported_parameter", "Unsupported parameter: 'reasoning_effort'"), "reasoning_effort"),
        (failure(400, "invalid_request_error", "tools.0.function.strict: unknown field `strict`"), "strict"),
    ],
)
def test_a_field_that_the_endpoint_rejects_is_left_out_for_the_rest_of_the_run(
    server: Server, said_of: ScriptedResponse, left_out: str
) -> None:
    server.respond = lambda request: said_of if left_out in json.dumps(request.body) else completion(GOOD)
    asked = gateway(server.url, endpoint={"params": {"reasoning_effort": "low"}})

    async def run() -> None:
        await asked.complete(MESSAGES, MODEL)
        await asked.complete(MESSAGES, MODEL)
        await asked.aclose()

    asyncio.run(run())
    assert [left_out in json.dumps(request.body) for request in server.requests] == [True, False, False]
    assert asked.rejected == {left_out}


def test_headers_of_a_users_own_go_with_each_request(server: Server) -> None:
    server.say(completion(GOOD))
    asked = gateway(server.url, endpoint={"headers": {"x-team": "quality"}})
    assert "quality" not in repr(asked.endpoint)

    async def run() -> None:
        await asked.complete(MESSAGES, MODEL)
        await asked.aclose()

    asyncio.run(run())
    assert server.requests[0].headers["x-team"] == "quality"


# Rows 12–14: answers that break the schema, with what can be saved of them.


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "",
        TEXT[:-30],
        json.dumps({"greeting": GOOD["greeting"]}),
        json.dumps(GOOD | {"thanks": answer("perhaps")}),
        TEXT.replace('"turn": 0', '"turn": NaN'),
        TEXT.replace('"turn": 0', '"turn": "0 or 1"'),
        TEXT.replace('"turn": 0', '"turn": 0, "turn": 1'),
        TEXT[:-1] + ', "thanks": ' + json.dumps(answer("met")) + "}",
        TEXT.replace("because", "\\ud800", 1),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_an_answer_that_breaks_the_schema_is_invalid_and_carries_its_text(
    server: Server, lasting: Lasting, mode: Mode, text: str
) -> None:
    server.say(completion(text, mode=mode))
    found = lasting.fault(InvalidOutput, mode)
    assert found.text == text
    assert found.usage.prompt_tokens == 1000
    assert len(server.requests) == 1  # the caller repairs, item by item


@pytest.mark.parametrize(
    "one",
    [message(WORDS), tool_call({"greeting": 1}), tool_call(None), tool_call(5), message(tool_calls={"a": 1}),
     message(tool_calls=[None]), message(tool_calls=[{"id": "1", "type": "function", "function": None}]), WORDS, []],
)  # fmt: skip
def test_a_message_of_another_shape_is_invalid(server: Server, lasting: Lasting, one: Any) -> None:
    server.say(said(one))
    assert isinstance(lasting.fault(InvalidOutput).text, str)


def test_content_of_another_shape_is_invalid(server: Server, lasting: Lasting) -> None:
    server.say(said(message() | {"content": [{"type": "text", "text": TEXT}]}))
    assert isinstance(lasting.fault(InvalidOutput, "json_schema").text, str)


@pytest.mark.parametrize("text", ["```json\n{}\n```", "Here you are: {} I hope this helps."])
def test_a_fence_around_the_answer_is_part_of_the_mode(server: Server, lasting: Lasting, text: str) -> None:
    server.say(completion(text.format(TEXT).replace("{}", TEXT), mode="md_json"))
    assert lasting.ask("md_json")[0].model_dump(by_alias=True) == GOOD


# Row 17: tokens are what the server reported, and unknown otherwise.


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}, (7, 4, 2)),
        ({"prompt_tokens": 7, "completion_tokens": 2}, (7, None, 2)),
        ({"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": None}}, (7, None, 2)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 0}}, (0, 0, 0)),
        ({"prompt_tokens": 7}, (7, None, None)),
        (None, (None, None, None)),
        ({}, (None, None, None)),
        ({"prompt_tokens": "12", "completion_tokens": -1}, (None, None, None)),
        ({"prompt_tokens": 1.5, "completion_tokens": True}, (None, None, None)),
        ({"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": "x"}, (7, None, 2)),
        ([1], (None, None, None)),
        ("many", (None, None, None)),
    ],
)
def test_tokens_are_what_the_server_reported(
    server: Server, lasting: Lasting, usage: Any, counted: tuple[int | None, ...]
) -> None:
    server.say(said(usage=usage))
    _, found = lasting.ask()
    assert (found.prompt_tokens, found.cached_tokens, found.completion_tokens) == counted
    assert found.requests == 1


def test_every_answered_request_is_counted_once(server: Server, lasting: Lasting) -> None:
    nothing = said(choices=[])  # 10 and 5 tokens for nothing
    server.say(nothing, failure(500), nothing, completion(GOOD))
    _, usage = lasting.ask()
    assert (usage.requests, usage.prompt_tokens, usage.completion_tokens) == (4, 1020, 110)


def test_what_one_answer_does_not_report_is_unknown_in_all(server: Server, lasting: Lasting) -> None:
    server.say(said(choices=[], usage=None), completion(GOOD))
    _, usage = lasting.ask()
    assert (usage.requests, usage.prompt_tokens, usage.cost) == (2, None, None)


def test_cost_is_that_of_the_tokens(server: Server) -> None:
    prices = {"m": Price(input=1.0, output=2.0)}
    _, usage = ask(gateway(server.url, endpoint={"prices": prices}))
    assert usage.cost == pytest.approx(1200e-6)  # 1000 · 1 + 100 · 2 millionths


@pytest.mark.parametrize("name", [5, None, ["m"], {}])
def test_a_model_name_that_is_none_is_not_believed(server: Server, lasting: Lasting, name: Any) -> None:
    server.say(said(model=name))
    assert lasting.ask()[1].answered_by is None


# Optional parameters.


def test_a_parameter_that_the_endpoint_rejects_is_left_out_from_then_on(server: Server) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        for name in ("temperature", "seed"):
            if name in request.body:
                return failure(400, "unsupported_parameter", f"Unsupported parameter: '{name}'")
        return completion(GOOD)

    server.respond = respond

    async def twice(made: Gateway) -> list[int]:
        return [(await made.complete(MESSAGES, MODEL)).usage.requests for _ in range(2)]

    assert use(gateway(server.url, endpoint={"seed": 1}), twice) == [3, 1]
    assert len(server.requests) == 4


def test_a_parameter_that_is_rejected_though_it_is_not_sent_is_a_bad_request(server: Server) -> None:
    server.say(failure(400, "unsupported_parameter", "Unsupported parameter: 'temperature'"))
    assert fault(gateway(server.url), BadRequest).usage.requests == len(server.requests) == 2


def test_requests_that_were_under_way_when_a_parameter_was_rejected_are_sent_again_without_it(server: Server) -> None:
    together = threading.Barrier(4)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if request.number == 0:
            return failure(400, "context_length_exceeded", "too long")  # an answer: from now on several go at once
        if "temperature" in request.body:
            together.wait(PATIENCE_S)
            return failure(400, "unsupported_parameter", "Unsupported parameter: 'temperature'")
        return completion(GOOD)

    server.respond = respond

    async def several(made: Gateway) -> list[int]:
        with pytest.raises(BadRequest):
            await made.complete(MESSAGES, MODEL)
        filled = await asyncio.gather(*(made.complete(MESSAGES, MODEL) for _ in range(4)))
        return [each.usage.requests for each in filled]

    assert use(gateway(server.url), several) == [2, 2, 2, 2]


# What it took.


def test_what_failed_is_counted_too(server: Server) -> None:
    server.say(completion("no answer"), failure(500))
    made = gateway(server.url)

    async def both(made: Gateway) -> None:
        for kind in (InvalidOutput, TransientError):
            with pytest.raises(kind):
                await made.complete(MESSAGES, MODEL)

    use(made, both)
    assert (made.spent.requests, made.spent.prompt_tokens) == (7, 1000)


PRICED = {"prices": {"m": Price(input=1, output=1)}}


def test_what_a_request_without_an_answer_took_is_unknown(server: Server) -> None:
    server.say(completion(GOOD)._replace(cut=10), completion(GOOD))
    _, usage = ask(gateway(server.url, endpoint=PRICED))
    assert usage.requests == 2
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost) == (None, None, None)


def test_a_limit_on_cost_reckons_with_requests_that_got_no_answer(server: Server) -> None:
    server.say(completion(GOOD)._replace(cut=10))
    asked = gateway(server.url, endpoint=PRICED).endpoint
    most = most_of(MESSAGES, MODEL, asked, limit=output_limit(asked, MODEL)).cost
    assert most is not None
    with pytest.raises(BudgetExceeded):
        ask(gateway(server.url, endpoint=PRICED, budget=Budget(max_cost=1.5 * most)))
    assert len(server.requests) == 2


# Limits.


def test_no_request_goes_beyond_the_limit(server: Server) -> None:
    server.say(failure(500))
    with pytest.raises(BudgetExceeded):
        ask(gateway(server.url, budget=Budget(max_requests=3)))
    assert len(server.requests) == 3


def test_asking_again_without_a_parameter_counts_towards_the_limit(server: Server) -> None:
    server.say(failure(400, "unsupported_parameter", "Unsupported parameter: 'temperature'"))
    with pytest.raises(BudgetExceeded):
        ask(gateway(server.url, budget=Budget(max_requests=1)))
    assert len(server.requests) == 1


# Choosing among options.


def choice(*tokens: tuple[str, float], text: str = "Yes", **fields: Any) -> ScriptedResponse:
    top = [{"token": token, "logprob": logprob, "bytes": None} for token, logprob in tokens]
    logprobs = {"content": [{"token": text, "logprob": -0.1, "bytes": None, "top_logprobs": top}]}
    return said(
        choices=[{"index": 0, "message": message(text), "finish_reason": "stop", "logprobs": logprobs} | fields]
    )


def test_a_choice_has_the_probability_of_each_option(server: Server) -> None:
    server.say(choice(("Yes", -0.1), ("No", -2.5), (" No", -2.0), ("Maybe", -3.0)))
    found = use(gateway(server.url), lambda made: made.choose(MESSAGES, ("Yes", "No", "Other")))
    assert found.answer == "Yes"
    assert found.logprobs == {"Yes": -0.1, "No": -2.0, "Other": LOGPROB_FLOOR}
    assert (found.usage.requests, found.usage.prompt_tokens) == (1, 10)
    assert server.requests[0].body["grammar"] == 'root ::= "Yes" | "No" | "Other"'


@pytest.mark.parametrize("logprobs", [None, {}, {"content": None}, {"content": []}])
def test_an_endpoint_without_probabilities_cannot_choose(server: Server, logprobs: Any) -> None:
    server.say(choice(("Yes", -0.1), logprobs=logprobs))
    with pytest.raises(BadRequest, match="probabilities"):
        use(gateway(server.url), lambda made: made.choose(MESSAGES, ("Yes", "No")))


@pytest.mark.parametrize("logprob", [0.0, 1e-6, -0.0, -1e9, 3.0])
def test_a_label_is_never_more_than_certain(server: Server, logprob: float) -> None:
    content = [{"token": TEXT, "logprob": logprob, "bytes": None, "top_logprobs": []}]
    choices = [{"index": 0, "message": message(TEXT), "finish_reason": "stop", "logprobs": {"content": content}}]
    server.say(said(choices=choices))
    filled = filled_in(gateway(server.url, mode="json_schema", endpoint={"logprobs": True}))
    assert filled.confidences.keys() == {"greeting", "thanks"}
    assert all(0 <= confidence <= 1 for confidence in filled.confidences.values())


# Secrets (I7).

_LEAKING = [
    failure(400, WORDS, WORDS),
    failure(500, WORDS, WORDS),
    raw(f"<html>{WORDS} {KEY}</html>".encode(), "text/html"),
    completion(WORDS),
    completion(json.dumps(GOOD | {WORDS: 1})),
    completion(json.dumps(GOOD | {"thanks": answer(WORDS, (0, WORDS))})),
    completion(WORDS, finish_reason="length"),
    completion(WORDS, refusal=WORDS),
    said(usage=[WORDS]),
    said(WORDS),
    said(choices=[WORDS]),
]


@pytest.mark.parametrize("response", _LEAKING)
@pytest.mark.parametrize("mode", MODES)
def test_neither_key_nor_transcript_reaches_messages_tracebacks_or_logs(
    server: Server, lasting: Lasting, response: ScriptedResponse, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.say(response)
    try:
        told = [str(lasting.ask(mode)[1])]
    except GraderError as error:
        told = shown(error)
    seen = "\n".join([*told, caplog.text])
    assert WORDS not in seen
    assert KEY not in seen


def test_a_key_that_the_server_repeats_is_not_told(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server.say(failure(401, KEY, f"Incorrect API key provided: {KEY}. {WORDS}"))
    told = list[str]()
    with pytest.raises(AuthError) as caught:
        ask(gateway(server.url, notify=told.append))
    seen = "\n".join([*told, *shown(caught.value), caplog.text])
    assert WORDS not in seen
    assert KEY not in seen


def shown(error: BaseException) -> list[str]:
    """What a printed traceback tells of an error, but for the lines of source."""
    return [str(error), *map(str, error.args), *traceback.format_exception_only(error), *_causes(error)]


def _causes(error: BaseException) -> list[str]:
    """What a printed traceback would show of the errors behind `error`."""
    shown, behind = list[str](), None if error.__suppress_context__ else error.__context__
    for cause in (error.__cause__, behind):
        if cause is not None:
            shown += [str(cause), *_causes(cause)]
    return shown


def test_whole_requests_are_not_logged_at_info(
    server: Server, lasting: Lasting, caplog: pytest.LogCaptureFixture
) -> None:
    server.say(completion(GOOD))
    caplog.set_level(logging.INFO)
    for name in ("openai", "instructor", "httpx", "httpx2", "httpcore"):
        caplog.set_level(logging.INFO, logger=name)
    lasting.ask()
    assert WORDS not in caplog.text
    assert KEY not in caplog.text


def test_the_key_is_not_part_of_what_an_endpoint_shows() -> None:
    made = Endpoint.model_validate({"model": "m", "api_key": KEY})
    assert KEY not in f"{made!r} {made} {made.model_dump()} {made.model_dump_json()}"


# Addresses.


@pytest.mark.parametrize(
    "url",
    ["http://models.example/v1", "ftp://models.example", "models.example/v1", "", "http://", "http://[", "https://[::1",
     "http://localhost:port/v1", "http://127.0.0.1:99999/v1", "file:///etc/passwd",
     "https://user:s3cret@models.example/v1", "https://s3cret@models.example/v1", "https://models.example/v1?key=s3cret"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(UsageError, match="base_url") as caught:
        gateway(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://models.example/v1", "http://localhost:8000", "http://[::1]:8000/v1", None])
def test_https_and_loopback_are_fine(url: str | None) -> None:
    Endpoint(model="m", base_url=url).check()


def test_plain_http_can_be_allowed() -> None:
    Endpoint(model="m", base_url="http://models.example/v1", allow_http=True).check()


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"max_completion_tokens": 0}, {"mode": "xml"}, {"temprature": 0}])
def test_settings_that_mean_nothing_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Endpoint.model_validate({"model": "m", **wrong})


# Loops.


def test_each_event_loop_has_a_client_of_its_own(server: Server) -> None:
    asked = gateway(server.url)
    assert [ask(asked)[1].requests for _ in range(3)] == [1, 1, 1]


def test_closing_twice_is_fine(server: Server) -> None:
    async def twice(made: Gateway) -> None:
        await made.complete(MESSAGES, MODEL)
        await made.aclose()

    use(gateway(server.url), twice)
