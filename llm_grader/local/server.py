"""The embedded model's server: it speaks the OpenAI protocol on 127.0.0.1, from a process of this machine."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

from llm_grader.errors import LocalModelError, UsageError
from llm_grader.local.weights import INSTALL, Progress, find_weights, read_sha256

_PATIENCE_SECONDS = 5


@dataclass
class _Running:
    """The one server of this process, and how many have opened it."""

    weights: Path
    context_tokens: int
    base_url: str
    model_name: str
    sha256: str
    api_key: str = field(repr=False)
    process: subprocess.Popen[str] = field(repr=False)
    users: int = 0


_lock = threading.Lock()
_running: _Running | None = None


class LocalServer:
    """The embedded model behind an address, from `open` (or `with`) to `close`.

    A process has one such server: who opens it a second time gets the same, and the last one to close it stops it. It
    listens on 127.0.0.1, answers only to `api_key`, which is made anew at every start, and ends with this process.

    Args:
        weights: a GGUF file; by default the one that `weights.find_weights` finds.
        context_tokens: the most tokens that a request may have. 8192 take 2 GB of memory altogether.
        threads: how many cores to use; by default all that this process may use.
        verbosity: how much llama.cpp writes to standard error: 0 nothing, 3 what it does, more for more.
        progress: called with (bytes done, bytes in all) while the weights are put together for the first time.
    """

    def __init__(
        self,
        weights: Path | None = None,
        *,
        context_tokens: int = 8192,
        threads: int | None = None,
        verbosity: int = 0,
        progress: Progress | None = None,
    ) -> None:
        self._weights = weights
        self._context_tokens = context_tokens
        self._threads = threads or _count_cores()
        self._verbosity = verbosity
        self._progress = progress
        self._opened: _Running | None = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> Self:
        """Start the server, or join the one that runs.

        Raises:
            LocalModelError: the extra `local` or the weights are missing, or the server does not start.
            UsageError: this process already runs it with other weights or another context size.
            DiskError: the weights cannot be written into the cache folder.
        """
        global _running
        with _lock:
            if self._opened is None:
                _running = _running or self._start()
                self._check_same(_running)
                _running.users += 1
                self._opened = _running
        return self

    def close(self) -> None:
        """Stop the server, unless somebody else in this process still has it open. Closing twice is fine."""
        global _running
        with _lock:
            opened, self._opened = self._opened, None
            if opened is None:
                return
            opened.users -= 1
            if opened.users == 0 and opened is _running:
                _running = None
                _stop(opened.process)

    @property
    def base_url(self) -> str:
        """The address for an OpenAI client, such as `http://127.0.0.1:40123/v1`."""
        return self._state().base_url

    @property
    def model_name(self) -> str:
        """The model's name on the server: that of the weights' file."""
        return self._state().model_name

    @property
    def api_key(self) -> str:
        """The key to send; no other program on this machine has it."""
        return self._state().api_key

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights: what fits are made for."""
        return self._state().sha256

    @property
    def context_tokens(self) -> int:
        """The most tokens that a request may have, prompt and answer together."""
        return self._state().context_tokens

    def count_tokens(self, text: str) -> int:
        """The number of tokens that the model reads `text` as; takes milliseconds.

        Raises:
            LocalModelError: the server does not answer.
        """
        state = self._state()
        request = Request(  # noqa: S310 - our own address
            f"{state.base_url.removesuffix('/v1')}/tokenize",
            json.dumps({"content": text}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {state.api_key}"},
        )
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=60) as response:
                return len(json.load(response)["tokens"])
        except OSError as error:
            raise LocalModelError(f"the embedded model does not answer: {error}") from error

    def _state(self) -> _Running:
        if self._opened is None:
            raise LocalModelError("the embedded model is not running: use LocalServer in a with statement")
        return self._opened

    def _check_same(self, running: _Running) -> None:
        other_weights = self._weights is not None and self._weights.resolve() != running.weights.resolve()
        if other_weights or self._context_tokens != running.context_tokens:
            raise UsageError(
                f"the embedded model already runs in this process with {running.weights} and a context of "
                f"{running.context_tokens} tokens: close it before opening it differently"
            )

    def _start(self) -> _Running:
        if importlib.util.find_spec("xllamacpp") is None:
            raise LocalModelError(f"--model local needs the extra 'local': {INSTALL}")
        weights = find_weights(self._weights, progress=self._progress)
        settings = {
            "weights": str(weights),
            "model_name": weights.stem,
            "api_key": secrets.token_urlsafe(24),
            "context_tokens": self._context_tokens,
            "threads": self._threads,
            "verbosity": self._verbosity,
        }
        process, address = _start_process(settings)
        return _Running(
            weights=weights,
            context_tokens=self._context_tokens,
            base_url=f"{address}/v1",
            model_name=weights.stem,
            sha256=read_sha256(weights),
            api_key=str(settings["api_key"]),
            process=process,
        )


def _start_process(settings: dict[str, Any]) -> tuple[subprocess.Popen[str], str]:
    """The process that serves, and the address where it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "llm_grader.local.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if settings["verbosity"] else subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        # Read when OpenMP is loaded: threads that wait actively slow each other down on a busy machine.
        env={"OMP_WAIT_POLICY": "passive", **os.environ},
    )
    try:
        process.stdin.write(json.dumps(settings) + "\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        answer = json.loads(process.stdout.readline() or "{}")  # type: ignore[union-attr]
    except BaseException:
        _stop(process)
        raise
    if "address" in answer:
        return process, answer["address"]
    _stop(process)
    reason = answer.get("error", f"it ended with code {process.returncode}")
    raise LocalModelError(
        f"{settings['weights']}: the embedded model does not start with a context of {settings['context_tokens']} "
        f"tokens ({reason}). Is it a GGUF model, and is there enough memory (2 GB for 8192 tokens)? "
        f"verbosity=3 shows what llama.cpp says"
    )


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process: the end of its input is enough, unless it hangs."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@atexit.register
def _stop_at_exit() -> None:
    global _running
    running, _running = _running, None
    if running is not None:
        _stop(running.process)
