"""Judges held against gold: agreement, gates, disagreements, drift, calibration, flips, and plans for labelling.

Each command is one call; labels come from `load_labelled_set`, scorecards from a `Grader`, a `Store` or `read_cards`:

    eval        compare(labelled, cards)
    drift       drift(before, after, rubric), or drift_until_now(before, anchors, grade, rubric)
    calibrate   calibrate(labelled, cards)
    plan        plan_numbers(), or plan_items(labelled)
    eval languages, names, injection, repeats
                check_languages, check_names, check_injection and check_repeats(transcripts, grade, rubric)

where `grade` makes cards of conversations: `lambda transcripts: list(grader.grade_many(transcripts))`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_grader.eval.judge.calibrating import calibrate
    from llm_grader.eval.judge.comparison import compare
    from llm_grader.eval.judge.counterfactual import check_injection, check_languages, check_names, check_repeats
    from llm_grader.eval.judge.item_drift import drift, drift_until_now, frozen_anchors, read_cards
    from llm_grader.eval.judge.label_plan import plan_items, plan_numbers
    from llm_grader.eval.judge.labelled_set import load_labelled_set

__all__ = [
    "calibrate",
    "check_injection",
    "check_languages",
    "check_names",
    "check_repeats",
    "compare",
    "drift",
    "drift_until_now",
    "frozen_anchors",
    "load_labelled_set",
    "plan_items",
    "plan_numbers",
    "read_cards",
]

_HOMES = {
    "calibrate": "calibrating",
    "check_injection": "counterfactual",
    "check_languages": "counterfactual",
    "check_names": "counterfactual",
    "check_repeats": "counterfactual",
    "compare": "comparison",
    "drift": "item_drift",
    "drift_until_now": "item_drift",
    "frozen_anchors": "item_drift",
    "load_labelled_set": "labelled_set",
    "plan_items": "label_plan",
    "plan_numbers": "label_plan",
    "read_cards": "item_drift",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
