"""How many labels until GREEN."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.eval.judge.label_plan import plan_items, plan_numbers
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.judge.thresholds import Thresholds
from llm_grader.eval.summary.green_plan import error_rate, labels_for_green
from tests.support.eval_commands import clean_settings, run, write_gold, write_rubric

__all__ = ["clean_settings"]


def test_two_people_who_err_so_often_agree_so_well() -> None:
    # Half fail: two agree when both are right or both wrong, κ = 2·((1 - e)² + e²) - 1 = (1 - 2e)²; .8 at e = .0528.
    assert error_rate(0.5, 0.8) == pytest.approx((1 - 0.8**0.5) / 2)


def test_rare_failures_and_critical_items_take_more_labels() -> None:
    half, tenth = (labels_for_green(share).transcripts for share in (0.5, 0.1))
    critical = labels_for_green(0.1, critical=True).transcripts
    assert half is not None
    assert tenth is not None
    assert critical is not None
    assert 150 < half < tenth < critical < 2000


def test_more_power_takes_more_and_laxer_thresholds_less() -> None:
    usual = labels_for_green(0.3).transcripts or 0
    assert (labels_for_green(0.3, power=0.95).transcripts or 0) > usual
    lax = Thresholds(ceiling_gap=-0.3, bias=0.1, kappa=0.5, kappa_low=0.4)
    assert (labels_for_green(0.3, thresholds=lax).transcripts or 0) < usual


def test_where_people_agree_too_little_no_number_of_labels_does() -> None:
    plan = labels_for_green(0.3, people_kappa=0.65)
    assert plan.transcripts is None
    assert plan.condition in ("κ", "α among people")
    with pytest.raises(ValueError, match="between 0 and 1"):
        labels_for_green(0.0)


def test_a_plan_says_what_is_missing_until_green_for_each_item(tmp_path: Path) -> None:
    eva = ["met", "not_met"] * 60
    jan = [*eva[:114], *("met" if label == "not_met" else "not_met" for label in eva[114:])]
    gold = write_gold(tmp_path, {"greeting": {"eva": eva, "jan": jan}})
    labelled = load_labelled_set(gold, write_rubric(tmp_path))
    (item,) = plan_items(labelled)
    assert item.green is not None
    # Of 120 two people agree on 114, half of each: κ = 2·.95 - 1.
    assert item.green.people_kappa == pytest.approx(0.9)
    assert item.green.transcripts is not None
    assert item.missing_for_green == max(0, item.green.transcripts - 120)
    printed = run("plan", "--gold", gold, "--rubric", tmp_path / "desk.yaml").stdout
    assert f" {item.green.transcripts} {item.missing_for_green:>7} " in printed
    size = item.green.transcripts
    assert f"llm-grader audit sample --gold FOLDER --random {size} --overlap {size}" in printed
    assert set(plan_numbers(prevalences=[0.2]).until_green) == {0.2}
    assert "GREEN in four of five" in run("plan").stdout
