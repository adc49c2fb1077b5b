"""The plugin in a project of somebody else: it fails where the judge agrees too little, and says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llm_grader.errors import UsageError
from llm_grader.grader.grader import Grader
from llm_grader.pytest_plugin import assert_agreement
from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedJudge, answer
from tests.support.eval_commands import HELLO, write_gold, write_rubric

pytest_plugins = ["pytester"]

GOLD = ["met", "not_met"] * 10


def agreeing(wrong: int) -> ScriptedJudge:
    """A judge that is right about the greeting of all conversations but the first `wrong`, and about no solution."""

    def labels(messages: object) -> dict[str, object]:
        number = int(str(messages).split("This is case ")[1].split(".")[0])
        met = (GOLD[number] == "met") != (number < wrong)
        return {
            "greeting": answer("met", (0, HELLO)) if met else answer("not_met"),
            "solution": answer("not_met"),
        }

    return ScriptedJudge(labels)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    return write_gold(tmp_path, {"greeting": {"eva": GOLD}, "solution": {"eva": GOLD}})


def test_enough_agreement_gives_the_figures_and_too_little_an_assertion_with_them(gold: Path) -> None:
    rubric = gold.parent / "desk.yaml"
    (row,) = assert_agreement(rubric, gold, agreeing(1), min_kappa=0.8, item="greeting")
    # One of twenty is wrong: (.95 - .5) / .5 = .9.
    assert row.figures.kappa.estimate == pytest.approx(0.9)
    with pytest.raises(AssertionError, match=r"greeting: κ = 0.60 .* n = 20; expected at least 0.8"):
        assert_agreement(rubric, gold, agreeing(4), min_kappa=0.8, item=["greeting"])


def test_every_labelled_item_counts_unless_one_is_named(gold: Path) -> None:
    with pytest.raises(AssertionError, match=r"solution: κ = 0\.00"):
        assert_agreement(gold.parent / "desk.yaml", gold, agreeing(0), min_kappa=0.5)
    with pytest.raises(UsageError, match="no labels of tone"):
        assert_agreement(gold.parent / "desk.yaml", gold, agreeing(0), min_kappa=0.5, item="tone")


def test_a_grader_may_be_given_if_it_is_for_the_same_rubric(gold: Path) -> None:
    rubric = load_rubric(gold.parent / "desk.yaml")
    grader = Grader(rubric, judge=agreeing(0))
    assert assert_agreement(rubric, gold, grader, min_kappa=0.9, item="greeting")
    with pytest.raises(UsageError, match="the grader is for"):
        assert_agreement(rubric, gold, Grader("helpdesk_qa", judge=agreeing(0)), min_kappa=0.9)


TESTS = """\
from llm_grader.testing import ScriptedJudge, answer

JUDGE = ScriptedJudge({"greeting": answer("not_met"), "solution": answer("not_met")})

def test_agrees(assert_agreement):
    assert_agreement("desk.yaml", "gold", JUDGE, min_kappa=0.7, item="greeting")
"""


def test_the_fixture_fails_a_test_of_another_project_in_words(
    gold: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (gold.parent / "desk.yaml", *gold.iterdir()):
        target = pytester.path / path.relative_to(gold.parent)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text("utf-8"), "utf-8")
    pytester.makepyfile(TESTS)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # whether or not it is installed with its entry point
    result = pytester.runpytest_subprocess("-p", "llm_grader.pytest_plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*greeting: κ = 0.00*expected at least 0.7*"])


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    probe = (
        "import sys, pytest; before = set(sys.modules); import llm_grader.pytest_plugin; "
        "print(sorted(name for name in set(sys.modules) - before))"
    )
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "['llm_grader', 'llm_grader.pytest_plugin']"
