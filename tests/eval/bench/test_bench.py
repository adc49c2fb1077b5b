from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llm_grader.asking.answers import read_answers, response_model
from llm_grader.asking.messages import Prompts
from llm_grader.checking.check import check_reply
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.eval.bench.workload import VARIANTS, answers, number_in, peers_completion_parts, transcript
from llm_grader.rubric.load import load_rubric


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
    assert (case["transcripts"], case["graded"], case["requests"]) == (3, 3, 3)
    assert case["wall_s"] >= 0.1
    assert 0 < case["cpu_ms"] < 1000
    assert 20 < case["peak_mb"] < 1000


@pytest.mark.parametrize("wanted", ["criteria_evaluations", "criterion_status"])
def test_an_endpoint_answers_other_libraries_in_their_words(wanted: str) -> None:
    criteria = 22 if wanted == "criteria_evaluations" else None
    before, after = peers_completion_parts(criteria)
    content = json.loads(json.loads(before + b"{}" + after)["choices"][0]["message"]["content"])
    assert wanted in content
    assert criteria is None or len(content["criteria_evaluations"]) == 22


def test_another_library_is_measured_by_a_python_of_its_own(tmp_path: Path) -> None:
    """A stand-in for an environment with `rubric`: two modules with what the benchmark needs of it."""
    (tmp_path / "rubric").mkdir()
    (tmp_path / "rubric" / "__init__.py").write_text(
        "import json\nfrom collections import namedtuple\n"
        "Criterion = namedtuple('Criterion', 'weight requirement')\n"
        "Report = namedtuple('Report', 'score')\n"
        "class OneShotOutput:\n"
        "    @staticmethod\n"
        "    def model_validate_json(text): return json.loads(text)['criteria_evaluations']\n"
        "class Rubric:\n"
        "    def __init__(self, criteria): self.criteria = criteria\n"
        "    async def grade(self, words, autograder):\n"
        "        return Report(len(await autograder('criteria_evaluations', words)) / len(self.criteria))\n",
        "utf-8",
    )
    (tmp_path / "rubric" / "autograders.py").write_text(
        "def PerCriterionOneShotGrader(generate_fn): return generate_fn\n", "utf-8"
    )
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "llm_grader.eval.bench", "--n", "3", "--out", str(out)]
    command += ["--kinds", "library", "--peer", f"rubric={sys.executable}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env=environment)
    cases = json.loads(out.read_text("utf-8"))["cases"]
    assert [(case["kind"], case["graded"], case["requests"]) for case in cases] == [("library", 3, 3), ("rubric", 3, 3)]
