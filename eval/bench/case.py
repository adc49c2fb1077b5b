"""One case of the benchmark: a fresh process, what it used, and what the endpoint counted meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from llm_grader.asking.messages import Prompts
from llm_grader.eval.bench.contestants import MODEL, RUBRIC, take_counts
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import wording

BARE = "bare SDK"
COMMAND_LINE = "command line"
PROCESSES = {f"{COMMAND_LINE}, {number} processes": number for number in (2, 4)}
RESUMED = "command line, resumed"
KINDS = (BARE, "library", "library, store", COMMAND_LINE, *PROCESSES, RESUMED)
PEERS = ("autorubric", "rubric")


class Setting(NamedTuple):
    """The setting that all cases of a run share. `latency` is in seconds; `peers` are names and their Pythons."""

    latency: float
    concurrency: int
    faults: bool
    folder: Path
    peers: Mapping[str, str] = {}


class CaseResult(NamedTuple):
    """The cost of one case.

    `graded` is how many have a result, where that is counted. `ideal_s` is transcripts · latency ÷ concurrency.
    `cpu_ms` is processor time, user and system, for each transcript. For the command line, time is that of the whole
    process; for the others, imports and a first transcript are left out. `peak_mb` is the largest resident set.
    """

    kind: str
    faults: bool
    transcripts: int
    graded: int | None
    wall_s: float
    ideal_s: float
    cpu_ms: float
    peak_mb: float
    requests: int
    prompt_tokens: int
    completion_tokens: int


@contextmanager
def endpoint_process(setting: Setting) -> Iterator[str]:
    """The mock endpoint in a process of its own; gives its address."""
    faults = ["faults"] if setting.faults else []
    command = [sys.executable, "-m", "llm_grader.eval.bench.endpoint", RUBRIC, str(setting.latency), *faults]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def run_case(kind: str, file: Path, count: int, setting: Setting, url: str) -> CaseResult:
    """The cost of grading the `count` transcripts of `file` in a fresh process."""
    take_counts(url)
    store = setting.folder / f"{kind}-{count}-{setting.faults}.db"
    if kind.startswith(COMMAND_LINE):
        graded = None
        stem = kind if kind in PROCESSES else COMMAND_LINE  # what is resumed was graded before
        store = store.with_stem(f"{stem}-{count}-{setting.faults}")
        wall, cpu, peak = _command_line(file, store, setting, url, processes=PROCESSES.get(kind, 1))
    else:
        graded, wall, cpu, peak = _contestant(kind, file, store if kind.endswith("store") else None, setting, url)
    ideal = 0.0 if kind == RESUMED else count * setting.latency / setting.concurrency
    return CaseResult(
        kind=kind,
        faults=setting.faults,
        transcripts=count,
        graded=graded,
        wall_s=wall,
        ideal_s=ideal,
        cpu_ms=cpu / count * 1000,
        peak_mb=peak,
        **take_counts(url),
    )


def _contestant(
    kind: str, file: Path, store: Path | None, setting: Setting, url: str
) -> tuple[int, float, float, float]:
    if kind in setting.peers:
        questions = [wording(item.question, "en") for item in Prompts(load_rubric(RUBRIC)).items("chat")]
        arguments = [kind, str(file), url, str(setting.concurrency), json.dumps(questions)]
        command = [setting.peers[kind], str(Path(__file__).with_name("peers.py")), *arguments]
    else:
        name = "bare" if kind == BARE else "grader"
        arguments = [name, str(file), url, str(setting.concurrency), *([] if store is None else [str(store)])]
        command = [sys.executable, "-m", "llm_grader.eval.bench.contestants", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    used = json.loads(done.stdout.splitlines()[-1])
    return used["graded"], used["wall_s"], used["cpu_s"], used["peak_mb"]


def _command_line(file: Path, store: Path, setting: Setting, url: str, *, processes: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in MB of `llm-grader grade --json`.

    Of several processes the seconds are those of all together, and the memory is that of the largest.
    """
    where = ["--base-url", f"{url}/v1", "--model", MODEL, "--rubric", RUBRIC, "--store", str(store)]
    how = ["--concurrency", str(setting.concurrency), "--processes", str(processes)]
    command = ["grade", str(file), *where, *how, "--json"]
    return timed([sys.executable, "-m", "llm_grader", *command])


def timed(command: Sequence[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in MB of a command that may have found some to review."""
    began = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere)  # noqa: S603 - ourselves
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
