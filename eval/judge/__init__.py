"""Judges held against gold: agreement, gates, disagreements, drift, calibration, flips, and plans for labelling.

Each command is one call; labels come from `load_labelled_set`, scorecards from a `Grader`, a `Store` or `read_cards`:

    eval        compare(labelled, cards)
    eval compare, auditors, scores
                compare_judges(labelled, cards, others), compare_auditors(labelled) and compare_scores(labelled)
    audit sample
                draw_sample(cards, rubric, planned_sizes(cards, rubric)), then begin_gold;
                to add to one extend_sample(there, cards), then extend_gold
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
    from llm_grader.eval.people.auditors import compare_auditors
    from llm_grader.eval.people.scores import compare_scores
    from llm_grader.eval.sampling.draw import draw_sample, planned_sizes
    from llm_grader.eval.sampling.extend import extend_sample
    from llm_grader.eval.sampling.folder import begin_gold, extend_gold
    from llm_grader.eval.summary.two_judges import compare_judges

__all__ = [
    "begin_gold",
    "calibrate",
    "check_injection",
    "check_languages",
    "check_names",
    "check_repeats",
    "compare",
    "compare_auditors",
    "compare_judges",
    "compare_scores",
    "draw_sample",
    "drift",
    "drift_until_now",
    "extend_gold",
    "extend_sample",
    "frozen_anchors",
    "load_labelled_set",
    "plan_items",
    "plan_numbers",
    "planned_sizes",
    "read_cards",
]

_HOMES = {
    "begin_gold": "llm_grader.eval.sampling.folder",
    "extend_gold": "llm_grader.eval.sampling.folder",
    "extend_sample": "llm_grader.eval.sampling.extend",
    "calibrate": "calibrating",
    "check_injection": "counterfactual",
    "check_languages": "counterfactual",
    "check_names": "counterfactual",
    "check_repeats": "counterfactual",
    "compare": "comparison",
    "compare_auditors": "llm_grader.eval.people.auditors",
    "compare_judges": "llm_grader.eval.summary.two_judges",
    "compare_scores": "llm_grader.eval.people.scores",
    "draw_sample": "llm_grader.eval.sampling.draw",
    "drift": "item_drift",
    "drift_until_now": "item_drift",
    "frozen_anchors": "item_drift",
    "load_labelled_set": "labelled_set",
    "plan_items": "label_plan",
    "plan_numbers": "label_plan",
    "planned_sizes": "llm_grader.eval.sampling.draw",
    "read_cards": "item_drift",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    return getattr(import_module(home if "." in home else f"{__name__}.{home}"), name)
