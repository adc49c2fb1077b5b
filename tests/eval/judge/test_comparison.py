"""`eval` as one library call."""

from __future__ import annotations

import json
from pathlib import Path

from llm_grader.eval.judge.as_json import comparison_as_json
from llm_grader.eval.judge.comparison import compare
from llm_grader.eval.judge.labelled_set import LabelledSet, load_labelled_set
from llm_grader.verdict import Scorecard
from tests.support.eval_commands import card, write_gold, write_rubric

GOLD = ["met", "not_met"] * 30


def desk(folder: Path) -> tuple[LabelledSet, list[Scorecard]]:
    """Sixty greetings that two people labelled alike, and a judge that errs in the first and fails in the last."""
    rubric = write_rubric(folder)
    labelled = load_labelled_set(write_gold(folder, {"greeting": {"eva": GOLD, "jan": GOLD}}), rubric)
    wrong = ["not_met", *GOLD[1:]]
    cards = [card(n, labelled.rubric, {"greeting": label}) for n, label in enumerate(wrong)]
    return labelled, [*cards[:-1], cards[-1].model_copy(update={"status": "error", "verdicts": {}})]


def test_one_call_gives_figures_gates_disagreements_and_what_failed(tmp_path: Path) -> None:
    labelled, cards = desk(tmp_path)
    found = compare(labelled, cards, show=5)
    ((row,),) = (group.rows for group in found.groups)
    assert (row.figures.labelled, row.figures.scored, found.failed) == (60, 59, 1)
    (case,) = found.shown
    assert (case.unit.transcript_id, case.verdict.reason) == ("t0000", "says the judge")
    assert [lean.unit for lean in found.disagreements] == [case.unit]
    (line,) = found.below("green")
    assert line.startswith("greeting: amber, not green: ")
    # κ: observed 58/59, by chance 2·30/59·29/59 = .4999, so (.9831 - .4999) / .5001 = .97.
    assert found.below(0.96) == []
    assert found.below(0.98)[0].startswith("greeting: κ = 0.97")


def test_disagreements_have_their_words_from_an_iterator_too(tmp_path: Path) -> None:
    labelled, cards = desk(tmp_path)
    assert compare(labelled, iter(cards), show=1).shown == compare(labelled, cards, show=1).shown
    assert compare(labelled, iter(cards)).disagreements == ()


def test_as_json_each_item_has_its_disagreements_and_a_grouped_one_its_group(tmp_path: Path) -> None:
    labelled, cards = desk(tmp_path)
    (row,) = comparison_as_json(compare(labelled, cards, show=1, by="language"))
    assert (row["group"], row["disagreements"][0]["judge"]["label"]) == ("en", "not_met")
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    (plain,) = comparison_as_json(compare(labelled, cards))
    assert {"group", "disagreements"}.isdisjoint(plain)
