"""Disagreements of judge and auditors, case by case, with the likely cause.

evidence     the judge's claim failed its check: the words it cites are not there
gold_error   the adjudicator sides with the judge against all auditors
auditor      only an auditor differs without whom all others agree clearly better
rubric       the auditors differ among themselves: the wording leaves it open
noise        the judge answers differently when asked again
model        the auditors agree, the judge stays with another answer
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from llm_grader.checking.check import UNVERIFIED
from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.units import ADJUDICATOR, Unit, Verdicts
from llm_grader.eval.stats.reliability import krippendorff_alpha
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, Verdict

Cause = Literal["evidence", "gold_error", "auditor", "rubric", "noise", "model"]

BETTER_WITHOUT = 0.10
"""By how much α has to rise when an auditor is left out for that auditor to be the likely cause."""


@dataclass(frozen=True)
class Disagreement:
    """One case: labels of auditors and adjudicator (with reasons and quotes), the verdict, and the likely cause.

    `severity` is the weight of the item times the points between the judge's label and the auditors' (the greatest
    distance where they differ); cases are ordered by it times the judge's confidence, critical items first.
    """

    unit: Unit
    critical: bool
    auditors: tuple[Label, ...]
    adjudicator: Label | None
    verdict: Verdict
    severity: float
    cause: Cause


def find_disagreements(
    labels: Iterable[Label], verdicts: Verdicts, items: Sequence[Item], *, repeats: Sequence[Verdicts] = ()
) -> tuple[Disagreement, ...]:
    """The cases in which the judge differs from an auditor, or its claim failed the check of its evidence.

    Args:
        labels: the gold labels, of which only those of an item's best source count. One with a turn is compared with
            the verdict on that turn, else with the one on the whole transcript.
        verdicts: the judge's.
        items: those to look at.
        repeats: what the same judge said when asked again.

    Returns:
        The gravest and surest first. A verdict without confidence counts as sure.
    """
    by_item: dict[str, dict[Unit, list[Label]]] = defaultdict(lambda: defaultdict(list))
    for label in of_best_source(labels):
        unit = Unit(label.transcript_id, label.item_id, label.turn)
        by_item[label.item_id][unit if unit in verdicts else unit._replace(turn=None)].append(label)
    cases = []
    for item in items:
        suspects = _suspects(by_item[item.id], item)
        for unit, given in by_item[item.id].items():
            if unit in verdicts and _differs(given, verdicts[unit]):
                again = [repeat[unit].label for repeat in repeats if unit in repeat]
                cases.append(_case(item, unit, given, verdicts[unit], (suspects, again)))
    return tuple(sorted(cases, key=_gravity))


def _gravity(case: Disagreement) -> tuple[bool, float]:
    confidence = 1.0 if case.verdict.confidence is None else case.verdict.confidence
    return not case.critical, -case.severity * confidence


def _differs(given: list[Label], verdict: Verdict) -> bool:
    if verdict.label is None:
        return verdict.problem == UNVERIFIED
    return any(label.label != verdict.label for label in given)


def _case(
    item: Item, unit: Unit, given: list[Label], verdict: Verdict, doubts: tuple[set[str], list[str | None]]
) -> Disagreement:
    adjudicator = next((label for label in given if label.annotator == ADJUDICATOR), None)
    auditors = tuple(label for label in given if label.annotator != ADJUDICATOR)
    claimed = verdict.label or verdict.claimed
    return Disagreement(
        unit=unit,
        critical=item.critical,
        auditors=auditors,
        adjudicator=adjudicator,
        verdict=verdict,
        severity=item.weight * max((_distance(item, label.label, claimed) for label in given), default=0.0),
        cause=_cause(auditors, adjudicator, verdict, doubts),
    )


def _distance(item: Item, label: str, claimed: str | None) -> float:
    """Points between two labels, 0–1; 1 when one of them is off the scale."""
    if label == claimed:
        return 0.0
    if claimed not in item.levels or label not in item.levels:
        return 1.0
    return abs(item.points(label) - item.points(claimed))


def _cause(
    auditors: tuple[Label, ...],
    adjudicator: Label | None,
    verdict: Verdict,
    doubts: tuple[set[str], list[str | None]],
) -> Cause:
    suspects, again = doubts
    said = {label.label for label in auditors}
    others = {label.label for label in auditors if label.annotator not in suspects}
    if verdict.label is None:
        return "evidence"
    if adjudicator is not None and adjudicator.label == verdict.label and adjudicator.label not in said:
        return "gold_error"
    if others == {verdict.label}:
        return "auditor"
    if len(said) > 1:
        return "rubric"
    return "noise" if any(label != verdict.label for label in again) else "model"


def _suspects(by_unit: dict[Unit, list[Label]], item: Item) -> set[str]:
    """The auditors without whom the others agree better by `BETTER_WITHOUT`; of three or more alone."""
    by_annotator: dict[str, dict[Unit, str]] = defaultdict(dict)
    for unit, given in by_unit.items():
        for label in given:
            if label.annotator != ADJUDICATOR and label.label in item.levels:
                by_annotator[label.annotator][unit] = label.label
    if len(by_annotator) < 3:
        return set()
    units = list(by_unit)

    def alpha(names: list[str]) -> float:
        ratings = [[by_annotator[name].get(unit) for unit in units] for name in names]
        level: Literal["nominal", "ordinal"] = "nominal" if item.scale == "binary" else "ordinal"
        return krippendorff_alpha(ratings, level=level, labels=item.levels).estimate

    together = alpha(list(by_annotator))
    return {
        name
        for name in by_annotator
        if alpha([other for other in by_annotator if other != name]) - together >= BETTER_WITHOUT
    }
