"""What a set of labels still needs: labels of people, however many a model gave."""

from __future__ import annotations

from pathlib import Path

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
