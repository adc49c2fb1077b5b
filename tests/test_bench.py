from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from llm_grader.checks import check_reply
from llm_grader.eval.bench.workload import VARIANTS, answers, number_in, transcript
from llm_grader.evidence import QuoteFinder
from llm_grader.messages import Prompts
from llm_grader.reply import read_answers, response_model
from llm_grader.rubric_file import load_rubric


def test_the_answers_of_the_workload_pass_every_check() -> None:
    prompts = Prompts(load_rubric("helpdesk_qa"))
    items = prompts.items("chat")
    model = response_model(items)
    for number in range(VARIANTS):
        reply = read_answers(answers(number, items), items, model)
        assert reply.problems == {}
        assert check_reply(reply, items, QuoteFinder(transcript(number))).problems == {}


def test_an_endpoint_can_tell_which_conversation_it_is_asked_about() -> None:
    messages = Prompts(load_rubric("helpdesk_qa")).render(transcript(70))
    assert number_in(json.dumps(messages)) == 70
    assert transcript(70).turns[1:] == transcript(70 - VARIANTS).turns[1:]


def test_the_benchmark_tells_what_a_case_took(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    command = [
        sys.executable,
        "-m",
        "llm_grader.eval.bench",
        "--n",
        "3",
        "--kinds",
        "library, store",
        "--out",
        str(out),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    [case] = json.loads(out.read_text("utf-8"))["cases"]
    assert "library, store" in done.stdout
    assert (case["transcripts"], case["requests"]) == (3, 3)
    assert case["wall_s"] >= 0.1
    assert 0 < case["cpu_ms"] < 1000
    assert 20 < case["peak_mb"] < 1000
