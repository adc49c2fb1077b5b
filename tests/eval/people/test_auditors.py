"""Auditors beside one another, whole scores, and two judges on one gold set."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.labelled_set import LabelledSet, load_labelled_set
from llm_grader.eval.judge.report import verdicts_from_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.people.auditors import compare_auditors
from llm_grader.eval.people.scores import GOLD, compare_scores
from llm_grader.eval.summary.two_judges import compare_judges
from llm_grader.rubric.load import load_rubric
from tests.support.eval_commands import card, clean_settings, run, write_gold, write_rubric, write_store

__all__ = ["clean_settings"]

EVA = ["met", "not_met"] * 20
JAN = ["met", "not_met"] * 15 + ["met"] * 10
LEA = [*EVA[:20], *[""] * 20]


def people(folder: Path, **given: list[str]) -> LabelledSet:
    gold = write_gold(folder, {"greeting": given})
    return load_labelled_set(gold, write_rubric(folder))


def test_leniency_agreement_and_pairs_by_hand_with_gaps(tmp_path: Path) -> None:
    found = compare_auditors(people(tmp_path, eva=EVA, jan=JAN, lea=LEA))
    rows = {row.name: row for row in found.auditors}
    # Jan passes five that Eva fails, of forty; the others' mean is Eva's where Lea is silent.
    assert rows["jan"].leniency.estimate == pytest.approx(5 / 40)
    assert rows["eva"].leniency.estimate == pytest.approx(-5 / 40)
    assert rows["lea"].leniency.estimate == 0
    assert rows["lea"].labels == 20
    # Eva and Lea agree about twenty; of the others Jan alone tells what the consensus is, and differs on five.
    assert rows["jan"].agreement.estimate == pytest.approx(35 / 40)
    pairs = {(pair.first, pair.second): pair for pair in found.pairs}
    assert (pairs["eva", "lea"].n, pairs["eva", "lea"].kappa) == (20, 1)
    # Observed 35/40; by chance .5·25/40 + .5·15/40 = .5: κ = .75.
    assert pairs["eva", "jan"].kappa == pytest.approx(0.75)
    (item,) = found.items
    assert (item.n, item.difficulty) == (40, None)
    assert item.differing == pytest.approx(5 / 40)
    assert found.alternative is None


def test_severity_is_told_of_a_full_table_and_the_likely_truth_of_three(tmp_path: Path) -> None:
    full = compare_auditors(people(tmp_path, eva=EVA, jan=JAN))
    severity = {row.name: row.severity for row in full.auditors}
    assert severity["eva"] is not None
    assert severity["jan"] is not None
    assert severity["eva"] > 0 > severity["jan"]
    assert {row.likely_right for row in full.auditors} == {None}
    wrong = ["not_met" if label == "met" else "met" for label in EVA[:8]] + EVA[8:]
    three = compare_auditors(people(tmp_path, eva=EVA, jan=EVA, lea=wrong))
    right = {row.name: row.likely_right for row in three.auditors}
    assert right["eva"] == pytest.approx(1, abs=0.01)
    assert right["lea"] == pytest.approx(0.8, abs=0.01)


def test_a_judge_among_three_auditors_is_tested_as_one_who_stands_in(tmp_path: Path) -> None:
    labelled = people(tmp_path, eva=EVA, jan=EVA, lea=EVA)
    verdicts = verdicts_from_labels({Unit(f"t{n:04}", "greeting"): label for n, label in enumerate(EVA)})
    found = compare_auditors(labelled, verdicts)
    assert [row.name for row in found.auditors] == ["eva", "jan", "lea", "(judge)"]
    assert found.alternative is not None
    assert found.alternative.winning_rate == 1


def test_one_auditor_alone_is_compared_with_nobody(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="labelled twice"):
        compare_auditors(people(tmp_path, eva=EVA))


def test_whole_scores_are_compared_over_what_both_answered(tmp_path: Path) -> None:
    # Both items weigh the same. Eva: both met in t0, greeting failed in t1; the judge differs on that one alone:
    # 100 and 50 against 100 and 100.
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met", "not_met"]}, "solution": {"eva": ["met", "met"]}})
    labelled = load_labelled_set(gold, write_rubric(tmp_path))
    labels = {Unit(f"t{n:04}", item): "met" for n in range(2) for item in ("greeting", "solution")}
    found = {(row.first, row.second): row for row in compare_scores(labelled, verdicts_from_labels(labels))}
    row = found[GOLD, "(judge)"]
    assert (row.n, row.items, row.difference.estimate, row.distance) == (2, 2, 25, 25)
    # 80 is the pass mark: the judge passes both, people the first.
    assert (row.decided, row.passed_alike) == (2, 0.5)
    assert found[GOLD, "eva"].distance == 0


def test_two_judges_on_one_gold_set_have_a_paired_difference(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric, gold = load_rubric(path), ["met", "not_met"] * 40
    labelled = load_labelled_set(write_gold(tmp_path, {"greeting": {"eva": gold}}), path)
    better = [card(n, rubric, {"greeting": label}) for n, label in enumerate(gold)]
    worse = [card(n, rubric, {"greeting": "met" if n < 20 else label}) for n, label in enumerate(gold)]
    (item,) = compare_judges(labelled, worse, better).items
    # The first calls ten of forty failures met: po = 70/80, pe = .5·50/80 + .5·30/80 = .5, κ = .75.
    assert (item.n, item.second_kappa) == (80, 1)
    assert item.first_kappa == pytest.approx(0.75)
    assert item.kappa_difference.estimate == pytest.approx(0.25)
    assert 0 < item.kappa_difference.low < 0.25 < item.kappa_difference.high
    assert item.recall_difference is not None
    assert item.recall_difference.estimate == pytest.approx(0.25)
    # Ten became right, none wrong: 2·(1/2)·2⁻¹⁰.
    assert (item.improved, item.worsened) == (10, 0)
    assert item.p == pytest.approx(2**-10)
    with pytest.raises(UsageError, match="graded by both"):
        compare_judges(labelled, worse[:1], better[1:])


def test_the_commands_print_tables_and_json(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric, gold = load_rubric(path), ["met", "not_met"] * 40
    place = write_gold(tmp_path, {"greeting": {"eva": gold, "jan": gold}})
    cards = [card(n, rubric, {"greeting": label, "solution": "met"}) for n, label in enumerate(gold)]
    store = write_store(tmp_path, cards)
    write_store(tmp_path, cards[:40])
    shared = ("--gold", place, "--rubric", path, "--store", store)
    for command in (("auditors", "--run", "1"), ("scores", "--run", "1"), ("compare", "1", "2")):
        shown = run("eval", *command, *shared)
        assert shown.code == 0, shown.stderr
        assert run("eval", *command, *shared, "--json").lines()
    assert "(judge)" in run("eval", "auditors", "--run", "1", *shared).stdout
    (row,) = run("eval", "compare", "1", "2", *shared, "--json").lines()
    assert (row["n"], row["first"]["runs"], row["second"]["runs"]) == (40, [1], [2])  # type: ignore[index]
