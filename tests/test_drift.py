from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from llm_grader.eval.drift import compare_gradings, find_drift
from llm_grader.eval.paired import margins_test, mcnemar_midp, stuart_maxwell
from llm_grader.rubric_file import load_rubric
from llm_grader.verdict import Verdict
from tests.eval_commands import card

BINARY = ("not_met", "met")


def grading(item_id: str, labels: Sequence[str | None]) -> dict[tuple[str, str], str | None]:
    return {(f"t{i}", item_id): label for i, label in enumerate(labels)}


def test_a_one_sided_change_is_drift_and_an_even_one_is_noise() -> None:
    before = grading("greeting", ["met"] * 20) | grading("closing", ["met", "not_met"] * 10)
    after = grading("greeting", ["not_met"] * 8 + ["met"] * 12) | grading("closing", ["not_met", "met"] * 10)
    greeting, closing = find_drift(before, after, scales={"greeting": BINARY, "closing": BINARY})
    # Eight one way, none the other: 2·(1/2)·(1/256); the larger of two adjusted p-values stays.
    assert greeting.p == pytest.approx(1 / 256)
    assert greeting.adjusted == pytest.approx(2 / 256)
    assert greeting.drifted
    assert (closing.n, closing.changed, closing.drifted) == (20, 20, False)


def test_labels_off_the_scale_are_lost_not_changed() -> None:
    before = grading("greeting", ["met", "met", "cannot_assess", None])
    after = grading("greeting", ["met", "not_applicable", "met", None])
    (found,) = find_drift(before, after, scales={"greeting": BINARY})
    assert (found.n, found.changed, found.lost, found.p) == (1, 0, 2, 1.0)


def test_a_judge_that_stops_answering_on_the_scale_has_drifted() -> None:
    # Eight left the scale and none came back: McNemar's mid-p of 8 against 0, 2·(1/2)·(1/256).
    (some,) = find_drift(
        grading("greeting", ["met"] * 20),
        grading("greeting", ["cannot_assess"] * 8 + ["met"] * 12),
        scales={"greeting": BINARY},
    )
    assert (some.n, some.changed, some.lost) == (12, 0, 8)
    assert some.p == pytest.approx(1 / 256)
    assert some.drifted
    (all_,) = find_drift(
        grading("greeting", ["met", "not_met"] * 50), grading("greeting", [None] * 100), scales={"greeting": BINARY}
    )
    assert (all_.n, all_.lost, all_.drifted) == (0, 100, True)


def test_anchors_of_one_grading_alone_and_requests_that_failed_are_not_compared() -> None:
    rubric = load_rubric("helpdesk_qa")
    item_id = next(item.id for item in rubric.items() if item.asks_model)
    before = [card(n, rubric, {item_id: "met"}) for n in range(40)]
    failed = Verdict(item_id=item_id, label=None, status="error", problem="transient")
    after = [before[0], *(one.model_copy(update={"verdicts": {item_id: failed}}) for one in before[1:20])]
    found = {item.item_id: item for item in compare_gradings(before, after, rubric)}
    assert (found[item_id].n, found[item_id].lost, found[item_id].p) == (1, 0, 1.0)


def test_where_two_categories_alone_exchange_cases_the_exact_test_is_taken() -> None:
    assert margins_test([[9, 0, 4], [0, 9, 0], [1, 0, 9]]) == mcnemar_midp(4, 1)
    three = [[9, 4, 4], [0, 9, 0], [1, 0, 9]]
    assert margins_test(three) == stuart_maxwell(three)
    assert margins_test([[5, 0], [0, 5]]).p == 1


def test_ordinal_items_compare_all_margins() -> None:
    before = grading("tone", ["1"] * 10 + ["2"] * 10 + ["3"] * 10)
    after = grading("tone", ["2"] * 10 + ["3"] * 10 + ["3"] * 10)
    (found,) = find_drift(before, after, scales={"tone": ("1", "2", "3")})
    assert found.changed == 20
    assert found.drifted


def test_an_item_without_anchors_has_not_drifted() -> None:
    (found,) = find_drift({}, {}, scales={"tone": ("1", "2", "3")})
    assert (found.n, found.p, found.drifted) == (0, 1.0, False)


def test_items_that_were_not_compared_do_not_weaken_those_that_were() -> None:
    before, after = grading("greeting", ["met"] * 20), grading("greeting", ["not_met"] * 8 + ["met"] * 12)
    others = {f"other{n}": BINARY for n in range(20)}
    unlike = {("t0", "other0"): "met"} | grading("other1", ["not_applicable"] * 20)
    found = find_drift(before | unlike, after | grading("other1", [None] * 20), scales={"greeting": BINARY, **others})
    assert (found[0].adjusted, found[0].drifted) == (pytest.approx(1 / 256), True)
    assert {(item.n, item.p, item.adjusted, item.drifted) for item in found[1:]} == {(0, 1.0, 1.0, False)}


def test_four_hundred_anchors_see_a_change_that_one_hundred_miss() -> None:
    random = np.random.default_rng(0)
    power = {}
    for n in (400, 100):
        flips = random.multinomial(n, [0.08, 0.02, 0.9], size=1000)
        power[n] = float(np.mean([mcnemar_midp(int(b), int(c)).p < 0.05 for b, c, _ in flips]))
    assert power[400] > 0.95
    assert power[100] < 0.55
