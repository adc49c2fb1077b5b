"""What the command line does to the streams it is given: pipes that close early, terminals, neither of them."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from llm_grader.store.store import Store
from llm_grader.testing import ScriptedServer
from tests.support.command_line import PATIENCE_S, grading, judged, run, stored, write_cases, write_rubric

COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m")
CLEAN = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    return tmp_path


def on_a_terminal(arguments: list[str], folder: Path, **environment: str) -> str:
    """What a terminal gets to see."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "llm_grader", *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env={**CLEAN, **environment}
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # Linux answers with an error when the last one closes its end
        while part := os.read(ours, 65536):
            seen += part
    os.close(ours)
    assert process.wait(timeout=PATIENCE_S) == 0, seen
    return seen.decode()


def with_stdout(
    file: IO[str] | int, arguments: Iterable[str], folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """How a command ends whose stdout is that file."""
    return subprocess.run(
        [sys.executable, "-m", "llm_grader", *arguments],
        cwd=folder,
        env={**CLEAN, **environment},
        stdout=file,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_reader_that_leaves_early_sees_no_traceback_and_loses_no_result(desk: Path) -> None:
    write_cases(desk, 30)
    with ScriptedServer(judged) as server:
        command = [sys.executable, "-m", "llm_grader", *grading(desk, server.base_url, "--json")]
        process = subprocess.Popen(
            command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pipesize=4096
        )  # pipes so small that it cannot have printed everything, however late the reader leaves
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.stderr.close()
        assert process.wait(timeout=PATIENCE_S) == 128 + signal.SIGPIPE
        assert '"transcript_id":"case-' in line
        assert [word for word in ("Traceback", "Exception ignored", "unexpected") if word in told] == []
        paid, kept = len(server.requests), len(stored(desk))
        assert kept == paid
        assert run(*grading(desk, server.base_url), folder=desk).code == 0
    assert len(server.requests) == paid + 30 - kept


def test_every_command_bears_a_reader_that_leaves_early(desk: Path) -> None:
    write_cases(desk, 2000)  # more than a pipe holds
    command = [sys.executable, "-m", "llm_grader", "read", "cases.jsonl"]
    process = subprocess.Popen(command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=PATIENCE_S) == 128 + signal.SIGPIPE


@pytest.mark.parametrize("command", [("read", "cases.jsonl"), ("results", "list"), ("rubric", "list"), ("--help",)])
def test_a_reader_that_was_never_there_is_told_by_the_code(desk: Path, command: tuple[str, ...]) -> None:
    write_cases(desk, 3)
    Store(desk / "llm-grader.db").close()
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "w") as nobody:  # noqa: PTH123 - a descriptor, not a path
        ended = with_stdout(nobody, command, desk)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command",
    [("read", "cases.jsonl"), ("rubric", "show", "desk.yaml"), ("results", "list"), ("results", "show", "--json")],
)
def test_an_output_that_takes_no_more_is_told_as_a_full_disk(
    desk: Path, command: tuple[str, ...], unbuffered: str
) -> None:
    write_cases(desk, 3)
    Store(desk / "llm-grader.db").close()
    if command[-1] == "--json":
        with ScriptedServer(judged) as server:
            assert run(*grading(desk, server.base_url), folder=desk).code == 0
    with Path("/dev/full").open("w") as full:
        ended = with_stdout(full, command, desk, PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 74
    assert ended.stderr == (
        "llm-grader: output cannot be written (No space left on device): make room, or send it elsewhere\n"
    )


def test_results_that_cannot_be_printed_are_told_as_a_full_disk_and_stay_in_the_store(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server, Path("/dev/full").open("w") as full:
        for flags in ([], ["--json"]):
            ended = with_stdout(full, grading(desk, server.base_url, *flags, "--concurrency", 1), desk)
            assert ended.returncode == 74
            assert "llm-grader: output cannot be written (No space left on device)" in ended.stderr
            assert "Exception ignored" not in ended.stderr
    assert len(stored(desk)) == 3
    assert len(server.requests) == 3


def test_what_is_in_flight_when_the_output_is_full_is_stored(desk: Path) -> None:
    write_cases(desk, 40)
    with ScriptedServer(lambda request: judged(request)._replace(delay=0.05)) as server:
        with Path("/dev/full").open("w") as full:
            ended = with_stdout(full, grading(desk, server.base_url, "--json", "--concurrency", 8), desk)
        assert ended.returncode == 74
        assert [word for word in ("Traceback", "Exception ignored", "unexpected") if word in ended.stderr] == []
        assert len(stored(desk)) == len(server.requests) < 40


@pytest.mark.parametrize(
    "command", [("read", "cases.jsonl", "--check"), ("render", "cases.jsonl", "--rubric", "desk.yaml")]
)
def test_letters_that_the_output_cannot_spell_are_escaped(desk: Path, command: tuple[str, ...]) -> None:
    write_cases(desk, 1, words=lambda _case: "Děkuji!")
    with (desk / "shown.txt").open("w", encoding="cp1252") as shown:
        ended = with_stdout(shown, command, desk, PYTHONIOENCODING="cp1252")
    assert (ended.returncode, ended.stderr) == (0, "")
    said = (desk / "shown.txt").read_text("cp1252")
    assert command[0] == "read" or r"D\u011bkuji!" in said


ATTACK = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp"


@pytest.mark.parametrize(
    "command",
    [
        ("read", "cases.jsonl"),
        ("read", "cases.jsonl", "--check"),
        ("render", "cases.jsonl", "--rubric", "desk.yaml"),
        ("read", f"{ATTACK}.jsonl", "--check"),
    ],
)
def test_nothing_that_somebody_wrote_commands_the_terminal(desk: Path, command: tuple[str, ...]) -> None:
    write_cases(desk, 1, words=lambda _case: ATTACK)
    (desk / f"{ATTACK}.jsonl").write_text((desk / "cases.jsonl").read_text("utf-8"), "utf-8")
    seen = on_a_terminal(list(command), desk, TERM="xterm-256color")
    assert not re.search("[\x1b\x07\x9b\u202e]", seen), seen


def test_a_file_name_in_an_error_commands_no_terminal(desk: Path) -> None:
    ended = run("read", f"{ATTACK}.jsonl", folder=desk)
    assert ended.code != 0
    assert not re.search("[\x1b\x07\x9b\u202e]", ended.stderr), ended.stderr


def test_a_closed_stdout_is_told_before_anything_is_paid_for(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        words = [sys.executable, "-m", "llm_grader", *grading(desk, server.base_url, "--json")]
        command = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *words]
        ended = subprocess.run(
            command, cwd=desk, env=CLEAN, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False
        )
    assert ended.returncode == 74
    assert ended.stderr == "llm-grader: stdout is closed: send it somewhere, such as to /dev/null\n"
    assert server.requests == []


def test_no_escape_code_reaches_a_file(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url), folder=desk, environment={"TERM": "xterm-256color"})
        listed = run("results", "list", folder=desk)
    for finished in (ended, listed):
        assert finished.code == 0
        assert "\x1b" not in finished.stdout + finished.stderr


def test_a_terminal_gets_colour_unless_no_color_says_otherwise(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url)
        coloured = on_a_terminal(command, desk, TERM="xterm-256color")
        plain = on_a_terminal(command, desk, TERM="xterm-256color", NO_COLOR="1")
        dumb = on_a_terminal(command, desk, TERM="dumb")
    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)
    assert "\x1b" not in dumb
