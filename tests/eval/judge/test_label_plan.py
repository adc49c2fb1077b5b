"""What a set of labels still needs: labels of people, however many a model gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.label_plan import plan_items, plan_numbers
from llm_grader.eval.judge.labelled_set import load_labelled_set
from tests.support.eval_commands import clean_settings, run, write_gold, write_rubric

__all__ = ["clean_settings"]


def test_plan_counts_the_labels_of_people_and_tells_how_many_others_there_are(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    half = ["met", "not_met"] * 60
    gold = write_gold(tmp_path, {"greeting": {"gpt": half, "claude": half}}, source="llm")
    (found,) = run("plan", "--gold", gold, "--rubric", rubric, "--json").lines()
    # At a share of one half it takes 196, none of which is there; models may tell how rare a label is.
    assert (found["labelled"], found["double_labelled"], found["other_labels"]) == (0, 0, 240)
    assert (found["minority"], found["for_kappa"], found["missing"]) == (0.5, 196, 196)
    rows = (gold / "labels.jsonl").read_text("utf-8")
    person = '{"transcript_id":"t0000","item_id":"greeting","label":"met","annotator":"eva","label_source":"human"}\n'
    (gold / "labels.jsonl").write_text(rows + person, "utf-8")
    (found,) = run("plan", "--gold", gold, "--rubric", rubric, "--json").lines()
    assert (found["labelled"], found["other_labels"], found["minority"]) == (1, 240, None)
    assert "not by people" in run("plan", "--gold", gold, "--rubric", rubric).stdout


def test_the_library_plans_from_nothing_and_from_a_set(tmp_path: Path) -> None:
    # z²/d²·(1 - κ)[(1 - κ)(1 - 2κ) + κ(2 - κ)/(2π(1 - π))] at κ = .7, π = .5, d = .1 is 196; ln .05 / ln .9 is 28.4.
    numbers = plan_numbers(prevalences=[0.5])
    assert (numbers.transcripts, numbers.without_error[0.1]) == ({0.5: 196}, 29)
    with pytest.raises(UsageError, match="prevalence"):
        plan_numbers(prevalences=[1.5])
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met", "not_met"] * 60}})
    (item,) = plan_items(load_labelled_set(gold, write_rubric(tmp_path)))
    assert (item.for_kappa, item.missing) == (196, 76)


def test_the_call_of_each_command_is_on_the_face_of_the_package() -> None:
    from llm_grader.eval import judge

    for name in judge.__all__:
        assert getattr(judge, name).__name__ == name
    with pytest.raises(AttributeError, match="nonsense"):
        _ = judge.nonsense
