"""Gates of checks whose requests failed: what was not measured has not passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion
from tests.support.eval_commands import card, clean_settings, judge, run, write_gold, write_rubric

__all__ = ["clean_settings"]


def declining(request: ScriptedRequest) -> ScriptedResponse:
    """A judge that answers nothing about the first conversation, and says met of the others."""
    declined = "This is case 0." in str(request.body["messages"])
    return completion({}, refusal="no") if declined else judge(lambda _number, _item: "met")(request)


@pytest.mark.parametrize(("conversations", "over_limit"), [(1, 1), (2, 3)], ids=["none measured", "some measured"])
def test_a_check_with_failed_requests_is_no_success_and_misses_its_limit_where_nothing_was_compared(
    tmp_path: Path, conversations: int, over_limit: int
) -> None:
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * conversations}})
    with ScriptedServer(declining) as server:
        judged = ("--rubric", write_rubric(tmp_path), "--model", "m", "--base-url", server.base_url)
        command = ("eval", "injection", gold / "transcripts.jsonl", *judged)
        assert run(*command).code == 3
        limited = run(*command, "--fail-over", "0.5")
    assert limited.code == over_limit
    assert ("greeting: nothing was compared" in limited.stderr) == (conversations == 1)


def test_drift_that_some_anchors_cannot_tell_is_no_success(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), write_gold(tmp_path, {"greeting": {"eva": ["met"] * 2}})
    frozen = tmp_path / "frozen.jsonl"
    cards = [card(n, load_rubric(rubric), {"greeting": "met", "solution": "met"}) for n in (0, 1)]
    frozen.write_text("".join(one.model_dump_json() + "\n" for one in cards), "utf-8")
    with ScriptedServer(declining) as server:
        judged = ("--rubric", rubric, "--model", "m", "--base-url", server.base_url)
        assert run("drift", gold / "transcripts.jsonl", "--before", frozen, *judged).code == 3


@pytest.mark.parametrize("command", [("eval", "repeats"), ("drift", "--before", "frozen.jsonl")])
def test_without_conversations_there_is_nothing_to_check(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "nothing").mkdir()
    Path("frozen.jsonl").write_text(card(0, load_rubric(write_rubric(tmp_path)), {}).model_dump_json(), "utf-8")
    found = run(*command, "nothing", "--rubric", "desk.yaml", "--model", "m")
    assert found.code == 65
    assert "nothing: no transcript to read" in found.stderr
