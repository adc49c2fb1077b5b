"""The command line in processes of its own, and a help desk of numbered cases for it to grade.

What a server should answer follows from the case's number alone, so that each result can be checked, whatever happened
on the way. Processes are forked from one that has imported the client libraries: starting one takes no seconds.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from llm_grader.cli.main import main
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, answer, completion
from llm_grader.verdict import Scorecard

RUBRIC = """\
id: desk
version: "1"
title: Desk
channels: [chat]
sections:
  - id: all
    title: All
    items:
      - id: greeting
        title: Greets
        question: Did the agent greet?
        guidance: {met: says hello, not_met: does not}
      - id: number
        title: Names the case
        question: Did the agent name the number of the case?
        guidance: {met: names it, not_met: does not, not_applicable: there is no case}
        evidence: {from: [agent], required_for: [met]}
"""

PATIENCE_S = 600
"""When whoever waits gives up. It tells nothing of speed: other work on a shared machine may halt ours for minutes."""

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.support.client_libraries"])
_NUMBERS = count()


def write_cases(folder: Path, number: int, *, words: Callable[[int], str] = lambda _case: "") -> Path:
    """A file of transcripts `case-0000`, `case-0001`, …; the customer of each adds `words`."""
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(_case(case, words(case))) + "\n" for case in range(number)), "utf-8")
    return path


def _case(number: int, words: str) -> dict[str, Any]:
    turns = [
        {"role": "agent", "text": f"Hello, this is case {number}."},
        {"role": "customer", "text": f"Where is my parcel? {words}".strip()},
    ]
    return {"id": f"case-{number:04}", "channel": "chat", "turns": turns}


def write_rubric(folder: Path, text: str = RUBRIC) -> Path:
    """The rubric that the cases are graded by."""
    path = folder / "desk.yaml"
    path.write_text(text, "utf-8")
    return path


def labels_of(case: int) -> dict[str, str]:
    """The labels that the script gives to a case."""
    return {
        "greeting": "met" if case % 2 else "not_met",
        "number": ("met", "not_met", "not_applicable", "cannot_assess")[case // 2 % 4],
    }


def answers_of(case: int) -> dict[str, Any]:
    """What a judge says about a case: `labels_of` it, with words of the agent where they are needed."""
    quotes = {"greeting": (0, "Hello"), "number": (0, f"this is case {case}")}
    return {item: answer(label, *([quotes[item]] if label == "met" else [])) for item, label in labels_of(case).items()}


def case_of(request: ScriptedRequest) -> int:
    """The case that a request asks about."""
    told = " ".join(message["content"] for message in request.body["messages"] if message["role"] == "user")
    found = re.search(r"this is case (\d+)", told)
    assert found is not None
    return int(found[1])


def judged(request: ScriptedRequest) -> ScriptedResponse:
    """The right answer to a request, also to one that asks again about some of the items."""
    answers = answers_of(case_of(request))
    return completion({item: answers[item] for item in request.item_ids()})


def told_right(card: Scorecard) -> bool:
    """Whether a card says what the script says."""
    case = int(card.transcript_id.removeprefix("case-"))
    return {item: verdict.label for item, verdict in card.verdicts.items()} == labels_of(case)


def stored(folder: Path) -> dict[str, Scorecard]:
    """The finished results in the folder's store, by transcript id; each transcript has one."""
    with Store(folder / "llm-grader.db") as store:
        runs = [store.cards(run.run_id) for run in store.runs()]
        return {card.transcript_id: card for cards in runs for card in cards if card.status == "ok"}


class Finished(NamedTuple):
    """How a command ended; `code` is negative where a signal killed it."""

    code: int
    stdout: str
    stderr: str

    def cards(self) -> list[Scorecard]:
        """What was printed with `--json`; a line that a kill cut off is none."""
        whole, _, _ = self.stdout.rpartition("\n")
        return [Scorecard.model_validate_json(line) for line in whole.split("\n") if line]


class Command:
    """A running `llm-grader`.

    Args:
        arguments: the command line.
        folder: where it runs.
        environment: variables it gets on top; whatever configures llm-grader or its SDKs is taken away.
        file_size: the size in bytes beyond which it can write no file.
        stdin: what it reads; nothing by default.
    """

    def __init__(
        self,
        *arguments: str | Path,
        folder: Path,
        environment: Mapping[str, str] = {},
        file_size: int | None = None,
        stdin: str = "",
    ) -> None:
        number = next(_NUMBERS)
        streams = tuple(folder / f"{stream}-{number}.txt" for stream in ("stdin", "stdout", "stderr"))
        _, self._stdout, self._stderr = streams
        for path, text in zip(streams, (stdin, "", ""), strict=True):
            path.write_text(text, "utf-8")  # it may be killed before it has opened them
        target = (list(map(str, arguments)), folder, streams, dict(environment), file_size)
        self._process = _FORKED.Process(target=_run, args=target)
        self._process.start()

    def stderr(self) -> str:
        """What it has said so far."""
        return self._stderr.read_text("utf-8")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def workers(self) -> list[int]:
        """Process ids of the processes that do its work, as far as they run; on Linux."""
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
        return [int(pid) for pid in children if b"multiprocessing.spawn" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def wait(self) -> Finished:
        """How it ends; when it does not, it is killed, and the test fails."""
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            raise AssertionError(f"still running after {PATIENCE_S} s: {self.stderr()}")
        assert self._process.exitcode is not None
        return Finished(self._process.exitcode, self._stdout.read_text("utf-8"), self.stderr())


def run(
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str] = {},
    file_size: int | None = None,
    stdin: str = "",
) -> Finished:
    """Run a command to its end; see `Command`."""
    return Command(*arguments, folder=folder, environment=environment, file_size=file_size, stdin=stdin).wait()


class Abreast:
    """A script for two processes that begin together: `pair` runs them, each with a key that tells it from the other.

    Neither is answered for its n-th request, n up to `steps`, before the other has sent as many.
    """

    def __init__(self, respond: Callable[[ScriptedRequest], ScriptedResponse], *, steps: int = 1) -> None:
        self._respond = respond
        self._steps = steps
        self._sent: Counter[str] = Counter()
        self._changed = threading.Condition()

    def __call__(self, request: ScriptedRequest) -> ScriptedResponse:
        sender = request.headers["authorization"]
        with self._changed:
            self._sent[sender] += 1
            turn = min(self._sent[sender], self._steps)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._all_sent(turn), PATIENCE_S)
        return self._respond(request)

    def _all_sent(self, turn: int) -> bool:
        return len(self._sent) == 2 and min(self._sent.values()) >= turn

    def pair(self, arguments: list[str], *, folder: Path) -> list[Finished]:
        """How two processes end that run the same command in one folder."""
        settings = [{"LLM_GRADER_API_KEY": key, "LLM_GRADER_TIMEOUT": str(PATIENCE_S)} for key in ("one", "other")]
        processes = [Command(*arguments, folder=folder, environment=each) for each in settings]
        return [process.wait() for process in processes]


def grading(folder: Path, base_url: str, *more: str | float | Path) -> list[str]:
    """The command line that grades the folder's cases through a server."""
    asked = ["--rubric", folder / "desk.yaml", "--model", "scripted", "--base-url", base_url]
    return list(map(str, ["grade", folder / "cases.jsonl", *asked, *more]))


def wait_until(happened: Callable[[], Any]) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, f"it did not happen in {PATIENCE_S} s"
        time.sleep(0.005)


def _run(
    arguments: list[str],
    folder: Path,
    streams: tuple[Path, ...],
    environment: dict[str, str],
    file_size: int | None,
) -> None:
    """The forked process: take its streams, folder and environment, and become the command."""
    os.chdir(folder)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR), number)
    sys.stdin = os.fdopen(0, encoding="utf-8")  # multiprocessing closes it
    for name in _settings(os.environ):
        del os.environ[name]
    os.environ.update(environment)
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    sys.argv = ["llm-grader", *arguments]
    main()


def _settings(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(("LLM_GRADER_", "OPENAI_")) or name.lower().endswith("_proxy")]
