"""Gold labels and verdicts of one item as arrays, one row a unit: the transcript, or one turn of it.

What people and judge answer off the scale (`not_applicable`, `cannot_assess`, nothing at all) is no category of
agreement. It is left out there, shows as coverage, and is compared by itself as a question of applicability.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.units import ADJUDICATOR as ADJUDICATOR  # others take it from here
from llm_grader.eval.labels.units import Unit, Verdicts, items_by_turn
from llm_grader.eval.stats.ratings import BoolArray, FloatArray, IntArray
from llm_grader.rubric.model import Item
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, UNSCORED, Label, LabelSource

OFF_SCALE = (NOT_APPLICABLE, CANNOT_ASSESS, None)
"""The answers after the levels of the scale, None for a verdict without a label."""
NO_CONTENTS: Mapping[str, str] = {}
"""Nothing known of what was said: each id is a conversation of its own."""

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
    `graded` says whether the judge was asked at all, whatever became of it. `gold_of_all` and `judge_of_all` mark the
    answers among the levels and `OFF_SCALE` (units × (k + 3)). One conversation under several ids is one cluster, and
    each of its units has a `share` of one.
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
    graded: BoolArray
    gold_of_all: FloatArray
    judge_of_all: FloatArray
    share: FloatArray


def collect_answers(
    labels: Iterable[Label], verdicts: Verdicts, item: Item, *, contents: Mapping[str, str] = NO_CONTENTS
) -> ItemAnswers:
    """The answers to an item, of people and of the judge, unit by unit.

    It is answered turn by turn where an annotator or the judge answered several turns of one transcript; elsewhere a
    label's turn only says where its evidence is.

    Where people labelled it, only their labels count; else those of a single other source, `human` before `synthetic`
    before `llm`. The label of the annotator `ADJUDICATOR` decides. Otherwise most decide: on an ordinal scale the
    median (the level nearest to it, of two the even one; levels that are no whole numbers count from 0), else the most
    frequent label, in equal parts between equals. Off the scale is what more than half put there.

    Args:
        labels: the gold labels, of any number of annotators and items.
        verdicts: the judge's.
        item: the item.
        contents: transcript id → hash of what was said, where that is known.

    Raises:
        MalformedInput: a label is none that the item has.
    """
    source, by_unit = _by_unit([label for label in labels if label.item_id == item.id], verdicts, item)
    units = tuple(by_unit)
    answered = [tuple((label.label, label.annotator == ADJUDICATOR) for label in by_unit[unit]) for unit in units]
    given = [verdicts[unit].label if unit in verdicts else None for unit in units]
    # Thousands of units hold few different sets of answers: each is worked out once.
    counts_of, gold_of, mark_of = (cache(partial(work, item)) for work in (_counts, _gold, _marked))
    decided_of = cache(partial(_decided, item))
    gold_of_all, judge_of_all = cache(partial(_gold_of_all, item)), cache(partial(_answer_of_all, item))
    shape = len(units), len(item.levels)
    wide = len(units), len(item.levels) + len(OFF_SCALE)
    gold = np.array([gold_of(answers) for answers in answered]).reshape(shape)
    cluster, share = _clusters(units, contents)
    graded = np.array([unit in verdicts for unit in units], dtype=np.bool_)
    asked = [judge_of_all(label) if known else np.zeros(wide[1]) for label, known in zip(given, graded, strict=True)]
    return ItemAnswers(
        item=item,
        source=source,
        units=units,
        gold=gold,
        decided=tuple(decided_of(answers) for answers in answered),
        people=np.array([counts_of(answers) for answers in answered]).reshape(shape),
        judge=np.array([mark_of((label,)) for label in given]).reshape(shape),
        cluster=cluster,
        gold_applies=gold.sum(axis=1),
        judge_applies=np.array([_applies(label, item) for label in given], dtype=np.float64),
        graded=graded,
        gold_of_all=np.array([gold_of_all(answers) for answers in answered]).reshape(wide),
        judge_of_all=np.array(asked).reshape(wide),
        share=share,
    )


def _clusters(units: tuple[Unit, ...], contents: Mapping[str, str]) -> tuple[IntArray, FloatArray]:
    """The number of each unit's conversation, and what part each is of the units that stand in the same place of it."""
    texts = [contents.get(unit.transcript_id, f"id {unit.transcript_id}") for unit in units]
    number = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    places = [(text, unit.turn) for text, unit in zip(texts, units, strict=True)]
    copies = Counter(places)
    cluster = np.array([number[text] for text in texts], dtype=np.int64)
    return cluster, np.array([1 / copies[place] for place in places], dtype=np.float64)


def is_judged(item: Item) -> bool:
    """Whether a conversation can show an item to a judge: a model, or what computes it from times and tickets."""
    return item.asks_model or item.judged in ("signal", "ticket")


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


def _gold_of_all(item: Item, labels: _Labels) -> FloatArray:
    """Gold among all answers: on the scale as `_gold` has it, else in the parts in which it is off it."""
    gold = _gold(item, labels)
    if gold.any():
        return np.concatenate([gold, np.zeros(len(OFF_SCALE))])
    off = np.array([_answer_of_all(item, label) for label in _decisive(labels) if label not in item.levels])
    return np.asarray(off.mean(axis=0), dtype=np.float64)


def _answer_of_all(item: Item, label: str | None) -> FloatArray:
    """One answer among all; what the item does not have counts as none."""
    places = (*item.levels, *OFF_SCALE)
    marked = np.zeros(len(places))
    marked[places.index(label) if label in places else -1] = 1
    return marked


def _applies(label: str | None, item: Item) -> float:
    if label is None:
        return float("nan")
    return float(label in item.levels) if label in item.levels or label in UNSCORED else float("nan")
