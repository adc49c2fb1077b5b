"""Gold labels and verdicts of one item as arrays, one row a unit: the transcript, or one turn of it.

What people and judge answer off the scale (`not_applicable`, `cannot_assess`, nothing at all) is no category of
agreement. It is left out there, shows as coverage, and is compared by itself as a question of applicability.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.units import Unit, Verdicts, items_by_turn
from llm_grader.eval.stats.ratings import FloatArray, IntArray
from llm_grader.rubric.model import Item
from llm_grader.verdict import MET, NOT_MET, UNSCORED, Label, LabelSource

ADJUDICATOR = "adjudicator"


_Labels = tuple[tuple[str, bool], ...]
"""Labels of one unit, each with whether it is the adjudicator's."""


@dataclass(frozen=True)
class ItemAnswers:
    """The answers to one item; k is the number of its levels, rows are units that have a label.

    `gold` says what the label is (units × k): a 1 in one column, equal parts where auditors are split evenly, all 0
    where it is off the scale. `people` counts the auditors per level (units × k), the adjudicator not among them.
    `decided` names the label that gold comes to, which may be one off the scale; None where auditors are split.
    `judge` marks the verdict (units × k), all 0 without one on the scale. `cluster` numbers the transcripts.
    `gold_applies` and `judge_applies` say whether there is an answer on the scale (1), one off it (0), or none (NaN).
    """

    item: Item
    source: LabelSource | None
    units: tuple[Unit, ...]
    gold: FloatArray
    decided: tuple[str | None, ...]
    people: FloatArray
    judge: FloatArray
    cluster: IntArray
    gold_applies: FloatArray
    judge_applies: FloatArray


def collect_answers(
    labels: Iterable[Label], verdicts: Verdicts, item: Item, *, adjudicator: str = ADJUDICATOR
) -> ItemAnswers:
    """The answers to an item, of people and of the judge, unit by unit.

    It is answered turn by turn where an annotator or the judge answered several turns of one transcript; elsewhere a
    label's turn only says where its evidence is.

    Where people labelled it, only their labels count; else those of a single other source, `human` before `synthetic`
    before `llm`. The label of the annotator named `adjudicator` decides. Otherwise most decide: on an ordinal scale the
    median (the level nearest to it, of two the even one; levels that are no whole numbers count from 0), else the most
    frequent label, in equal parts between equals. Off the scale is what more than half put there.

    Raises:
        MalformedInput: a label is none that the item has.
    """
    source, by_unit = _by_unit([label for label in labels if label.item_id == item.id], verdicts, item)
    units = tuple(by_unit)
    answered = [tuple((label.label, label.annotator == adjudicator) for label in by_unit[unit]) for unit in units]
    given = [verdicts[unit].label if unit in verdicts else None for unit in units]
    # Thousands of units hold few different sets of answers: each is worked out once.
    counts_of, gold_of, mark_of = (cache(partial(work, item)) for work in (_counts, _gold, _marked))
    decided_of = cache(partial(_decided, item))
    shape = len(units), len(item.levels)
    gold = np.array([gold_of(answers) for answers in answered]).reshape(shape)
    transcripts = {name: i for i, name in enumerate(dict.fromkeys(unit.transcript_id for unit in units))}
    return ItemAnswers(
        item=item,
        source=source,
        units=units,
        gold=gold,
        decided=tuple(decided_of(answers) for answers in answered),
        people=np.array([counts_of(answers) for answers in answered]).reshape(shape),
        judge=np.array([mark_of((label,)) for label in given]).reshape(shape),
        cluster=np.array([transcripts[unit.transcript_id] for unit in units], dtype=np.int64),
        gold_applies=gold.sum(axis=1),
        judge_applies=np.array([_applies(label, item) for label in given], dtype=np.float64),
    )


def failing_label(item: Item) -> str | None:
    """The label that must not be missed: `not_met`, or `met` of a penalty item; None on a scale."""
    if item.scale != "binary":
        return None
    return MET if item.penalty else NOT_MET


def _by_unit(labels: list[Label], verdicts: Verdicts, item: Item) -> tuple[LabelSource | None, dict[Unit, list[Label]]]:
    for label in labels:
        if label.label not in item.levels and label.label not in UNSCORED:
            raise MalformedInput(
                f"{label.annotator} labelled {label.transcript_id!r} {label.label!r}, expected one of {item.labels}",
                where=f"item {item.id}",
            )
    used = of_best_source(labels)
    source = used[0].label_source if used else None
    by_turn = _about_turns(used, verdicts, item)
    by_unit: dict[Unit, list[Label]] = defaultdict(list)
    for label in used:
        by_unit[Unit(label.transcript_id, item.id, label.turn if by_turn else None)].append(label)
    return source, by_unit


def _about_turns(labels: list[Label], verdicts: Verdicts, item: Item) -> bool:
    of_turns = any(unit.item_id == item.id and unit.turn is not None for unit in verdicts)
    return of_turns or item.id in items_by_turn(labels)


def _marked(item: Item, labels: tuple[str | None, ...]) -> FloatArray:
    return np.array([labels.count(level) for level in item.levels], dtype=np.float64)


def _counts(item: Item, labels: _Labels) -> FloatArray:
    return _marked(item, tuple(label for label, decides in labels if not decides))


def _decisive(labels: _Labels) -> tuple[str, ...]:
    return tuple(label for label, decides in labels if decides) or tuple(label for label, _ in labels)


def _decided(item: Item, labels: _Labels) -> str | None:
    gold = _gold(item, labels)
    if gold.any():
        return item.levels[int(gold.argmax())] if gold.max() == 1 else None
    decisive = _decisive(labels)
    label, count = Counter(decisive).most_common(1)[0]
    return label if count * 2 > len(decisive) else None


def _gold(item: Item, labels: _Labels) -> FloatArray:
    decisive = _decisive(labels)
    counts = _marked(item, decisive)
    if counts.sum() * 2 < len(decisive):
        return np.zeros_like(counts)
    if item.scale != "binary":
        values = _values(item)
        middle = float(np.median(np.repeat(values, counts.astype(np.int64))))
        nearest = min(range(len(values)), key=lambda place: (abs(values[place] - middle), values[place] % 2))
        return np.asarray(np.arange(len(values)) == nearest, dtype=np.float64)
    most = counts == counts.max()
    return np.asarray(most / most.sum(), dtype=np.float64)


def _values(item: Item) -> list[int]:
    """What the levels stand for: whole numbers where all of them are some, else their places from 0."""
    try:
        return [int(level) for level in item.levels]
    except ValueError:
        return list(range(len(item.levels)))


def _applies(label: str | None, item: Item) -> float:
    if label is None:
        return float("nan")
    return float(label in item.levels) if label in item.levels or label in UNSCORED else float("nan")
