"""Auditors: how lenient each is, how they agree with the others, and which items are hard for people.

Gaps are allowed: two people are compared where both answered, one with the others where they did. What needs a full
table (severity in log-odds) or three people (the alternative annotator test, the likely truth) is left out elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import nan

import numpy as np

from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_tables import scale_of
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.eval.people.given import JUDGE, GivenLabels, answers_given, summed
from llm_grader.eval.stats.alternative_annotator import AltTest, alt_test
from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.difficulty import item_difficulty
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.reliability import krippendorff_alpha
from llm_grader.eval.stats.severity import auditor_severity, dawid_skene

ENOUGH_FOR_DIFFICULTY = 100


@dataclass(frozen=True)
class AuditorRow:
    """One auditor, or the judge among them.

    `leniency` is the mean points given above those that the others gave to the same, 0 where alike. `agreement` is the
    share of answers that are the consensus of the others, or the adjudicator's. `severity` is how much stricter than
    the average in log-odds, in a full table alone; `likely_right` the share right by the likely truth (Dawid–Skene).
    """

    name: str
    labels: int
    leniency: Interval
    agreement: Proportion
    severity: float | None
    likely_right: float | None


@dataclass(frozen=True)
class PairRow:
    """Two who answered the same `n` units: their agreement, and κ with chance counted item by item."""

    first: str
    second: str
    n: int
    agreement: float
    kappa: float


@dataclass(frozen=True)
class HardItem:
    """An item as people find it: of `n` units labelled by two, the share on which they differ, and α.

    `difficulty` is the quality of a conversation at which the item is met in half of the cases, 0 the average one; None
    with fewer than a hundred conversations.
    """

    item_id: str
    n: int
    differing: float
    alpha: float
    difficulty: float | None


@dataclass(frozen=True)
class AuditorReport:
    """The auditors by name, the pairs, the items that people differ on most first, and the alternative annotator test.

    `alternative` is None without a judge or with fewer than three auditors.
    """

    auditors: tuple[AuditorRow, ...]
    pairs: tuple[PairRow, ...]
    items: tuple[HardItem, ...]
    alternative: AltTest | None


def compare_auditors(labelled: LabelledSet, verdicts: Verdicts | None = None, *, seed: int = 0) -> AuditorReport:
    """The auditors of a labelled set beside one another, and beside a judge.

    Args:
        labelled: labels of people, of whom two or more answered the same.
        verdicts: a judge's, which makes it one of them.
        seed: of the resampling; the same seed gives the same intervals.

    Raises:
        UsageError: no two people answered the same.
    """
    given = answers_given(labelled, verdicts)
    people = [name for name in given.names if name != JUDGE]
    if not any(len(answers.keys() - {JUDGE}) > 1 for answers in given.by_unit.values()):
        raise UsageError(f"{labelled.name}: no two people labelled the same: have some conversations labelled twice")
    severities, right = _severities(given, people), _likely_right(given, people)
    rows = tuple(_row(given, name, seed, (severities, right)) for name in given.names)
    pairs = tuple(pair for two in combinations(given.names, 2) if (pair := _pair(given, *two)).n)
    hard = sorted((_hard(given, item_id, people) for item_id in given.items), key=lambda item: -item.differing)
    return AuditorReport(rows, pairs, tuple(item for item in hard if item.n), _alternative(given, people))


def _row(given: GivenLabels, name: str, seed: int, known: tuple[dict[str, float], dict[str, float]]) -> AuditorRow:
    own = [(unit, answers[name]) for unit, answers in given.by_unit.items() if name in answers]
    against = [(label, given.consensus(unit, name)) for unit, label in own]
    compared = [(label, other) for label, other in against if other is not None]
    agreement = wilson(sum(label == other for label, other in compared), len(compared))
    severities, right = known
    return AuditorRow(name, len(own), _leniency(given, name, seed), agreement, severities.get(name), right.get(name))


def _leniency(given: GivenLabels, name: str, seed: int) -> Interval:
    rows = []
    for unit, answers in given.by_unit.items():
        others = [given.points(unit.item_id, label) for other, label in answers.items() if other not in (name, JUDGE)]
        if name in answers and others:
            difference = given.points(unit.item_id, answers[name]) - float(np.mean(others))
            rows.append((given.cluster(unit), (difference, 1.0)))
    return cluster_bootstrap(lambda sums: sums[:, 0] / sums[:, 1], summed(rows, 2), seed=seed)


def _pair(given: GivenLabels, first: str, second: str) -> PairRow:
    """κ = (Σ agreed - Σ by chance) / (n - Σ by chance), chance within each item."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for unit, one, other in given.pairs(first, second):
        tables.setdefault(unit.item_id, []).append((one, other))
    n = sum(map(len, tables.values()))
    agreed = chance = 0.0
    for item_id, answers in tables.items():
        scale = scale_of(given.items[item_id])
        codes = np.array([[scale.levels.index(label) for label in pair] for pair in answers])
        counts = np.zeros((len(scale.levels),) * 2)
        np.add.at(counts, (codes[:, 0], codes[:, 1]), 1)
        agreed += float((counts * scale.weights).sum())
        chance += float(counts.sum(axis=1) @ scale.weights @ counts.sum(axis=0)) / len(answers)
    same = sum(one == other for answers in tables.values() for one, other in answers)
    kappa = (agreed - chance) / (n - chance) if n - chance > 1e-9 else nan
    return PairRow(first, second, n, same / n if n else nan, kappa)


def _hard(given: GivenLabels, item_id: str, people: list[str]) -> HardItem:
    item = given.items[item_id]
    units = [unit for unit in given.by_unit if unit.item_id == item_id]
    answered = [[given.by_unit[unit].get(name) for unit in units] for name in people]
    level = "nominal" if item.scale == "binary" else "ordinal"
    alpha = krippendorff_alpha(answered, level=level, labels=item.levels).estimate if units else nan  # type: ignore[arg-type]
    twice = [[label for label in column if label is not None] for column in zip(*answered, strict=True)]
    twice = [labels for labels in twice if len(labels) > 1]
    differing = sum(len(set(labels)) > 1 for labels in twice) / len(twice) if twice else nan
    return HardItem(item_id, len(twice), differing, alpha, _difficulties(given).get(item_id))


def _difficulties(given: GivenLabels) -> dict[str, float]:
    """The difficulty of binary items, from what most said of each conversation; nothing where there are too few."""
    items = [item.id for item in given.items.values() if item.scale == "binary"]
    ids = sorted({unit.transcript_id for unit in given.by_unit if unit.turn is None})
    said = [
        [given.consensus(unit, "") if (unit := Unit(id_, item)) in given.by_unit else None for item in items]
        for id_ in ids
    ]
    points = [
        [nan if label is None else given.points(item, label) for item, label in zip(items, row, strict=True)]
        for row in said
    ]
    met = np.array(points).reshape(len(ids), len(items))
    varied = [j for j in range(len(items)) if len(set(met[~np.isnan(met[:, j]), j].tolist())) == 2]
    if len(ids) < ENOUGH_FOR_DIFFICULTY or len(varied) < 2:
        return {}
    found = item_difficulty(met[:, varied])
    return {items[j]: value for j, value in zip(varied, found.difficulty, strict=True)}


def _severities(given: GivenLabels, people: list[str]) -> dict[str, float]:
    """Of a set in which everybody answered every binary item of every conversation."""
    units = [unit for unit in given.by_unit if given.items[unit.item_id].scale == "binary" and unit.turn is None]
    ids, items = sorted({u.transcript_id for u in units}), sorted({u.item_id for u in units})
    full = len(units) == len(ids) * len(items) and all(set(people) <= given.by_unit[unit].keys() for unit in units)
    if not (full and units and len(people) > 1):
        return {}
    met = [[[given.points(j, given.by_unit[Unit(i, j)][name]) for j in items] for i in ids] for name in people]
    return dict(zip(people, auditor_severity(met).estimate, strict=True))


def _likely_right(given: GivenLabels, people: list[str]) -> dict[str, float]:
    """The share of each person's answers on binary items that are right by the likely truth; of three or more alone."""
    units = [unit for unit in given.by_unit if given.items[unit.item_id].scale == "binary"]
    units = [unit for unit in units if given.by_unit[unit].keys() - {JUDGE}]
    if len(people) < 3 or given.decided or not units:
        return {}
    counts = np.zeros((len(units), len(people), 2))
    for row, unit in enumerate(units):
        for column, name in enumerate(people):
            if name in given.by_unit[unit]:
                counts[row, column, int(given.points(unit.item_id, given.by_unit[unit][name]))] = 1
    found = dawid_skene(counts)
    right = (found.prevalence * np.diagonal(found.confusion, axis1=1, axis2=2)).sum(axis=1)
    return dict(zip(people, right.tolist(), strict=True))


def _alternative(given: GivenLabels, people: Iterable[str]) -> AltTest | None:
    """The alternative annotator test over all items; answers are told apart by their item."""
    by_person = {
        name: {unit: f"{unit.item_id} {answers[name]}" for unit, answers in given.by_unit.items() if name in answers}
        for name in [*people, JUDGE]
    }
    judge = by_person.pop(JUDGE)
    if not judge or len(by_person) < 3:
        return None
    humans = {name: {str(unit): label for unit, label in of_person.items()} for name, of_person in by_person.items()}
    return alt_test(humans, {str(unit): label for unit, label in judge.items()})
