"""Test doubles for users and for our own tests: a judge that follows a script, and a server that speaks OpenAI's API.

with ScriptedServer(lambda request: completion(answers_for(request))) as server:
    Grader(rubric, model="any", base_url=server.base_url).grade(transcript)
    assert len(server.requests) == 1
"""

from __future__ import annotations

import json
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from pydantic import BaseModel

from llm_grader.errors import InvalidOutput
from llm_grader.usage import Usage

Answers = Mapping[str, Any]


def answer(label: str, *quotes: tuple[int, str], reason: str = "because") -> dict[str, Any]:
    """One item's answer as a judge writes it; `quotes` are (turn, words)."""
    return {"evidence": [{"turn": t, "quote": q} for t, q in quotes], "reason": reason, "label": label}


class ScriptedJudge:
    """A judge for `Grader(rubric, judge=...)` that gives prepared answers.

    Args:
        answers: by item id, see `answer`; or a function from the messages to such a mapping. Items of the request
            that have no answer are left out of the reply.
        name: what its results are stored under.
    """

    def __init__(
        self, answers: Answers | Callable[[Sequence[Mapping[str, str]]], Answers], *, name: str = "ScriptedJudge"
    ) -> None:
        self.name = name
        self._answers = answers
        self.calls: list[list[dict[str, str]]] = []

    async def complete(
        self, messages: Sequence[Mapping[str, str]], response_model: type[BaseModel]
    ) -> tuple[BaseModel, Usage]:
        """Answer from the script."""
        self.calls.append([dict(message) for message in messages])
        answers = self._answers(messages) if callable(self._answers) else self._answers
        wanted = {str(field.alias or name) for name, field in response_model.model_fields.items()}
        given = {item_id: value for item_id, value in answers.items() if item_id in wanted}
        usage = Usage(requests=1, prompt_tokens=0, cached_tokens=0, completion_tokens=0, cost=0.0)
        try:
            return response_model.model_validate(given), usage
        except ValueError as error:
            fault = InvalidOutput("the scripted answers do not follow the schema", json.dumps(given, default=str))
            fault.usage = usage
            raise fault from error


class ScriptedRequest(NamedTuple):
    """A request as the server received it. `number` counts from 0; `at` is monotonic seconds."""

    number: int
    at: float
    body: dict[str, Any]
    headers: Mapping[str, str]

    def item_ids(self) -> list[str]:
        """The ids of the items that the response schema of this request asks for, in its order."""
        return list(self.schema().get("properties", {}))

    def questions(self) -> dict[str, dict[str, Any]]:
        """The questions of this request to a decision model by their names, whichever form it has."""
        asked = self.body.get("questions", {})
        return asked if isinstance(asked, dict) else {question["name"]: question for question in asked}

    def options(self, name: str) -> list[str]:
        """The options of a question, or the numbers of its levels from 0."""
        question = self.questions()[name]
        if question["type"] == "score":
            return [str(number) for number in range(len(question.get("levels") or question["criteria"]))]
        return list(question.get("criteria", [])) or [choice["value"] for choice in question["choices"]]

    def schema(self) -> dict[str, Any]:
        """The response schema that came with the request."""
        tools = self.body.get("tools")
        if tools:
            parameters: dict[str, Any] = tools[0]["function"]["parameters"]
            return parameters
        schema: dict[str, Any] = self.body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        return schema


class ScriptedResponse(NamedTuple):
    """What the server sends. `delay` is in seconds; `cut` closes the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    delay: float = 0.0
    cut: int | None = None


def completion(
    answers: Answers | str,
    *,
    usage: Mapping[str, Any] | None = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    finish_reason: str = "stop",
    mode: str = "tools",
    refusal: str | None = None,
    model: str = "scripted-1",
) -> ScriptedResponse:
    """A chat completion whose answer is `answers` (a mapping, or the raw text of one)."""
    text = answers if isinstance(answers, str) else json.dumps(answers, ensure_ascii=False)
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": refusal}
    if mode == "tools" and refusal is None:
        function = {"name": "Verdicts", "arguments": text}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    elif refusal is None:
        message["content"] = text
    choice = {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}
    body = {"id": "c1", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": usage}
    return ScriptedResponse(body=json.dumps(body, ensure_ascii=False).encode())


def decided(
    request: ScriptedRequest,
    chosen: Mapping[str, Mapping[str, float] | str | None],
    *,
    usage: Mapping[str, Any] | None = {"input_tokens": 1000, "output_tokens": 0},
) -> ScriptedResponse:
    """Answers of a decision model, in the form in which it was asked.

    `chosen` has for each question an option, which gets all of the probability, or the probability of each; None is a
    refusal, and a question that is not in it has no answer. Levels are named by their numbers from 0.
    """
    named = {name: _decision(request, name, chosen[name]) for name in request.questions() if name in chosen}
    in_a_list = isinstance(request.body.get("questions"), list)
    answers: Any = [_listed(name, answer) for name, answer in named.items()] if in_a_list else named
    body = {"model": "scripted-1", "answers": answers, "usage": usage}
    return ScriptedResponse(body=json.dumps(body, ensure_ascii=False).encode())


def _listed(name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    probabilities = [
        {"value": int(key) if answer["type"] == "score" else key, "probability": probability}
        for key, probability in answer["probabilities"].items()
    ]
    return {"name": name, **answer, "probabilities": probabilities}


def _decision(request: ScriptedRequest, name: str, chosen: Mapping[str, float] | str | None) -> dict[str, Any]:
    if chosen is None:
        return {"type": "refusal", "probabilities": {}}
    given = {chosen: 1.0} if isinstance(chosen, str) else chosen
    probabilities = {option: given.get(option, 0.0) for option in request.options(name)}
    return {"type": request.questions()[name]["type"], "confidence": 0.0, "probabilities": probabilities}


def failure(status: int, code: str = "", message: str = "", **headers: str) -> ScriptedResponse:
    """An error answer in OpenAI's shape; header names are written with underscores (`retry_after="2"`)."""
    body = json.dumps({"error": {"code": code, "message": message, "type": code}}).encode()
    return ScriptedResponse(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class ScriptedServer:
    """A loopback server that answers chat completions from a script and remembers the requests.

    Args:
        respond: called for each request, also from several threads at once. What it raises is answered with status 400,
            and raised at the end of the `with` block.
    """

    def __init__(self, respond: Callable[[ScriptedRequest], ScriptedResponse]) -> None:
        self.requests: list[ScriptedRequest] = []
        self._respond = respond
        self._mistakes: list[Exception] = []
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = self.rfile.read(length)
                if len(body) < length:  # the client hung up, or was killed
                    self.close_connection = True
                    return
                response = server._answer(body, self.headers)
                if response.delay:
                    time.sleep(response.delay)
                self.close_connection = response.cut is not None
                self.send_response(response.status)
                headers = {"content-type": "application/json", **response.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body[: response.cut])

            do_GET = do_POST  # noqa: N815 - the parent's names

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's signature
                pass

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address to give as `base_url`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def idle(self) -> bool:
        """Whether nobody is connected or waits to be: `requests` has all that was sent by clients that are gone.

        A client may be killed with requests on their way that the server has not read yet.
        """
        return self._http.idle

    def _answer(self, body: bytes, headers: Any) -> ScriptedResponse:
        try:
            return self._respond(self._remember(body, headers))
        except Exception as mistake:
            self._mistakes.append(mistake)
            return failure(400, "mistake_in_the_script")

    def _remember(self, body: bytes, headers: Any) -> ScriptedRequest:
        with self._lock:
            decoded = json.loads(body) if body else {}
            lowered = {str(name).lower(): str(value) for name, value in headers.items()}
            request = ScriptedRequest(len(self.requests), time.monotonic(), decoded, lowered)
            self.requests.append(request)
            return request

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5)
        if self._mistakes:
            raise self._mistakes[0] from error


class _Server(ThreadingHTTPServer):
    """HTTP server with a thread for each client, which knows how many of them there are."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._clients = 0
        self._counting = threading.Lock()

    @property
    def idle(self) -> bool:
        """Whether it has no client, and nobody waits to become one."""
        with self._counting:
            waiting, _, _ = select.select([self], [], [], 0)
            return not waiting and self._clients == 0

    def get_request(self) -> tuple[Any, Any]:
        with self._counting:
            accepted = super().get_request()
            self._clients += 1
            return accepted

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._counting:
            self._clients -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hung up is part of many scripts
