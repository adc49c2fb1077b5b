"""What was not graded is counted apart: in the last line, in the tables, in JSON and by the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from llm_grader.cli.terminal.show import print_summary
from llm_grader.store.stored import Brief
from llm_grader.testing import ScriptedServer
from tests.support.command_line import grading, judged, run, write_cases, write_rubric

BOTS = [{"role": "customer", "text": "hello?"}, {"role": "bot", "text": "Hi! I am the assistant."}]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Two cases that are graded, one that met only a bot, and one whose agent nobody knows."""
    write_rubric(tmp_path)
    cases = write_cases(tmp_path, 3)
    lines: list[dict[str, Any]] = [json.loads(line) for line in cases.read_text("utf-8").splitlines()]
    lines[1] |= {"id": "bots", "turns": BOTS}
    lines[2] |= {"id": "whose", "agent_id": "Zoe", "turns": [{**lines[2]["turns"][0], "speaker": "Ana"}]}
    cases.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return tmp_path


def test_the_last_line_the_json_and_the_exit_code_tell_what_was_not_graded(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--json"), folder=desk)
        again = run(*grading(desk, server.base_url), folder=desk)
    assert len(server.requests) == 1
    assert (ended.code, again.code) == (3, 3)
    cards = {card["transcript_id"]: card for card in map(json.loads, ended.stdout.splitlines())}
    assert {id_: card["status"] for id_, card in cards.items()} == {
        "case-0000": "ok",
        "bots": "not_graded",
        "whose": "needs_review",
    }
    assert cards["bots"]["failure"]["code"] == "only_bots"
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("2 graded: 1 ok, 1 needs_review, 0 error; 1 not_graded; 1 without a score, as too little")
    assert "; 2 with warnings; 1 requests" in last
    assert last.endswith("1 to review")
    assert "bots: no score (0% of the weight scored, not_graded)" in again.stdout
    assert "not graded: only machines answered" in again.stdout
    assert "unknown_agent" in again.stdout


def test_the_list_of_runs_counts_them_apart(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        run(*grading(desk, server.base_url), folder=desk)
    (listed,) = map(json.loads, run("results", "list", "--json", folder=desk).stdout.splitlines())
    assert [listed[name] for name in ("ok", "needs_review", "errors", "not_graded")] == [1, 1, 0, 1]
    assert "not graded" in run("results", "list", folder=desk).stdout
    assert "not_graded" in run("results", "show", folder=desk).stdout


def test_what_was_not_graded_is_below_no_threshold(desk: Path) -> None:
    lines = (desk / "cases.jsonl").read_text("utf-8").splitlines()
    (desk / "cases.jsonl").write_text("\n".join(lines[:2]), "utf-8")
    with ScriptedServer(judged) as server:
        # the one that is graded has 50 of 100: greeting not_met, number met
        assert run(*grading(desk, server.base_url, "--fail-under", 50), folder=desk).code == 3
        assert run(*grading(desk, server.base_url, "--fail-under", 51), folder=desk).code == 1


def test_a_score_that_somebody_has_to_look_at_stands_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [Brief("a", 100, True, 1, "ok", (), (), ()), Brief("b", 100, None, 0.9, "needs_review", (), (), ())]
    print_summary(Console(width=100), rows)
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown[1][:3] == ["a", "100", "yes"]
    assert shown[2][:3] == ["b", "(100)", "–"]
