"""Drift of a judge: a frozen grading of anchors against a later one, item by item and over all items together.

Where 8 % of the anchors flip one way and 2 % the other on one item, four hundred of them show it with power .98, one
hundred in less than half of the cases; among 24 items, 400 have power .78. What moves all items one way shows earlier,
in the pooled test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.eval.judge.counterfactual import Grade
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.stats.paired import (
    benjamini_hochberg,
    margins_test,
    mcnemar_power,
    paired_table,
    signed_test,
)
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard

_OFF = "(off the scale)"
_CHANGE = (0.08, 0.02)
_MOST_PAIRS = 2000  # beyond, the power is 1
_NOTHING = "nothing to compare: expected two gradings of the same conversations by the same rubric"

Labels = Mapping[tuple[str, str], str | None]
Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """One item's change over the anchors.

    Of the anchors that were answered both times, `n` have a label on the scale both times, of which `changed` moved,
    and `lost` have one only once. `p` is the p-value of all of them, `adjusted` the one adjusted over items, and
    `drifted` whether that is at most the level.
    A judge that changes at random, as often one way as the other, shows in `changed` and not in `p`.
    """

    item_id: str
    n: int
    changed: int
    lost: int
    p: float
    adjusted: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class PooledDrift:
    """All items together: how many verdicts became `better` and `worse` for the agent, over `anchors` conversations.

    `p` is that of the signed test over conversations, whose verdicts stand and fall together; `adjusted` and `drifted`
    as of an item, among which it counts as one more test.
    """

    anchors: int
    better: int
    worse: int
    p: float
    adjusted: float
    drifted: bool


@dataclass(frozen=True)
class Drift:
    """A judge's change between two gradings: of each item that a model is asked, in the rubric's order, and of all.

    `failed` counts the anchors whose later grading is an error: they say nothing. `power_of_item` is the chance of
    seeing a change of 8 % one way and 2 % the other on one item alone, `power_of_all` that of the same on every item.
    `models` are those of the frozen grading, and of the later one.
    """

    items: tuple[ItemDrift, ...]
    pooled: PooledDrift
    failed: int
    power_of_item: float
    power_of_all: float
    models: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def drifted(self) -> bool:
        """Whether at least one item has, or all together."""
        return self.pooled.drifted or any(item.drifted for item in self.items)


def drift(
    before: Iterable[Scorecard],
    after: Iterable[Scorecard],
    rubric: Rubric,
    *,
    level: float = 0.05,
    notify: Notify = lambda _line: None,
) -> Drift:
    """The drift between two gradings of the same anchors; what only one of them has is left out.

    Args:
        before: the frozen grading.
        after: the later one.
        rubric: of both.
        level: the share of false alarms accepted among alarms.
        notify: gets a line where more than time lies between the two, and where one has other conversations.

    Raises:
        UsageError: they have nothing in common.
    """
    old, new = list(before), list(after)
    for line in _reservations(old, new):
        notify(line)
    asked = [item for item in rubric.items() if item.asks_model]
    scales = {item.id: item.levels[::-1] if item.penalty else item.levels for item in asked}
    items, pooled = find_drift(_labels(old), _labels(new), scales=scales, q=level)
    of_item, of_all = _powers(items, level)
    failed = sum(card.status == "error" for card in new)
    models = tuple(sorted({card.provenance.model for card in old})), tuple(sorted({c.provenance.model for c in new}))
    found = Drift(items, pooled, failed, of_item, of_all, models)
    if not found.failed and not any(item.n or item.lost for item in found.items):
        raise UsageError(f"{_NOTHING}, {rubric.id}")
    return found


def drift_until_now(
    before: Iterable[Scorecard],
    anchors: Iterable[Transcript],
    grade: Grade,
    rubric: Rubric,
    *,
    level: float = 0.05,
    notify: Notify = lambda _line: None,
) -> Drift:
    """The drift since a frozen grading: the anchors that it has are graded again, and compared.

    Args:
        before: the frozen grading.
        anchors: the conversations, of which those count that have a card in it; `frozen_anchors` are such.
        grade: grades by the rubric, afresh: results of a store tell nothing of the judge of today.
        rubric: of both.
        level: the share of false alarms accepted among alarms.
        notify: as in `drift`.

    Raises:
        UsageError: no anchor has a card in the frozen grading.
    """
    frozen = {card.transcript_id: card for card in before}
    again = [transcript for transcript in anchors if transcript.id in frozen]
    if not again:
        raise UsageError(_NOTHING)
    old = [frozen[transcript.id] for transcript in again]
    return drift(old, grade(again), rubric, level=level, notify=notify)


def frozen_anchors(labelled: LabelledSet) -> list[Transcript]:
    """The anchors that a labelled set keeps from `refine`: conversations, and turns labelled singly.

    Raises:
        UsageError: the set has labels alone.
    """
    labelled.need_transcripts("drift")
    kept, origins = split_transcripts(labelled.transcripts).frozen, labelled.pieces.origins
    parts = [*labelled.transcripts.values(), *labelled.pieces.transcripts.values()]
    return [part for part in parts if origins.get(part.id, (part.id,))[0] in kept]


def _reservations(old: Sequence[Scorecard], new: Sequence[Scorecard]) -> Iterator[str]:
    """Why a change need not be drift, and what is not compared."""
    for name in ("rubric_hash", "prompt_hash", "model"):
        first, second = ({getattr(card.provenance, name) for card in cards} for cards in (old, new))
        if first and second and first != second:
            models = f": {', '.join(sorted(first))}, now {', '.join(sorted(second))}" if name == "model" else ""
            yield f"the two were graded with another {name.removesuffix('_hash')}{models}: not drift alone"
    if alone := {card.transcript_id for card in old} ^ {card.transcript_id for card in new}:
        yield f"{len(alone):,} conversations are in one of the gradings alone: left out"


def find_drift(
    before: Labels, after: Labels, *, scales: Mapping[str, Sequence[str]], q: float = 0.05
) -> tuple[tuple[ItemDrift, ...], PooledDrift]:
    """The drift of labels: McNemar's mid-p test, or Stuart–Maxwell's among more than two of them; and of all items.

    Off the scale is a category of its own: a judge that stops answering has changed as one that answers otherwise.

    Args:
        before: (transcript id, item id) → label of the frozen grading.
        after: the same of the later one; what only one of them has is not compared.
        scales: item id → its labels, the best for the agent last. Others, such as `cannot_assess`, and None are off
            the scale.
        q: the false discovery rate over the items that were compared (Benjamini and Hochberg).

    Returns:
        One result an item of `scales`, in its order, and the pooled one. Without common anchors p is 1.
    """
    pooled = _pooled(before, after, scales)
    compared = [_compare(item_id, scale, before, after) for item_id, scale in scales.items()]
    # What was not compared is no test, and takes nothing away from those that were.
    tested = [item for item in compared if item.n or item.lost]
    adjusted = benjamini_hochberg([*(item.p for item in tested), pooled.p], q=q)
    found = {
        item.item_id: replace(item, adjusted=p, drifted=drifted)
        for item, p, drifted in zip(tested, adjusted.p, adjusted.rejected, strict=False)
    }
    together = replace(pooled, adjusted=adjusted.p[-1], drifted=adjusted.rejected[-1])
    return tuple(found.get(item.item_id, item) for item in compared), together


def _pooled(before: Labels, after: Labels, scales: Mapping[str, Sequence[str]]) -> PooledDrift:
    """The signed test over the anchors: each counts by how many of its verdicts became better less how many worse."""
    moves: dict[str, list[int]] = defaultdict(list)
    for key in before:
        scale = scales.get(key[1], ())
        old, new = before[key], after.get(key)
        if old in scale and new in scale:
            moved = scale.index(new) - scale.index(old)
            moves[key[0]].append((moved > 0) - (moved < 0))
    signs = [sign for of_anchor in moves.values() for sign in of_anchor]
    p = signed_test([sum(of_anchor) for of_anchor in moves.values()])
    return PooledDrift(len(moves), signs.count(1), signs.count(-1), p, adjusted=1.0, drifted=False)


def _powers(items: Sequence[ItemDrift], level: float) -> tuple[float, float]:
    """The chances of seeing 8 % one way and 2 % the other: on one item among these, and on all of them."""
    tested = [item for item in items if item.n]
    if not tested:
        return 0.0, 0.0
    each = max(item.n for item in tested)
    of_item = mcnemar_power(each, *_CHANGE, level=level / (len(tested) + 1))
    together = min(sum(item.n for item in tested), _MOST_PAIRS)
    return of_item, mcnemar_power(together, *_CHANGE, level=level / (len(tested) + 1))


def _labels(cards: Iterable[Scorecard]) -> dict[tuple[str, str], str | None]:
    """The labels of cards; a request that failed says nothing of the judge."""
    return {
        (card.transcript_id, item_id): verdict.label
        for card in cards
        for item_id, verdict in card.verdicts.items()
        if verdict.status != "error"
    }


def _compare(item_id: str, scale: Sequence[str], before: Labels, after: Labels) -> ItemDrift:
    both = [key for key in before if key[1] == item_id and key in after]
    old, new = ([_category(labels[key], scale) for key in both] for labels in (before, after))
    table = paired_table(old, new, (*scale, _OFF))
    table[-1, -1] = 0  # off the scale both times: neither is an answer
    test, on_scale = margins_test(table), table[:-1, :-1]
    n = int(on_scale.sum())
    changed, lost = n - int(np.trace(on_scale)), int(table.sum()) - n
    return ItemDrift(item_id, n, changed, lost, p=test.p, adjusted=1.0, drifted=False)


def _category(label: str | None, scale: Sequence[str]) -> str:
    return label if label is not None and label in scale else _OFF


def load_grading(path: Path, rubric: Rubric) -> list[Scorecard]:
    """A grading by `rubric` that was written to a file, to compare with.

    Raises:
        MalformedInput: a line is no scorecard; names the file and the line.
        InputError: the file cannot be read.
        UsageError: it is of another rubric.
    """
    cards = list(read_cards(path))
    if other := {card.provenance.rubric_id for card in cards} - {rubric.id}:
        raise UsageError(f"{path} is of the rubric {', '.join(sorted(other))}, expected {rubric.id}: --rubric?")
    return cards


def read_cards(path: Path) -> Iterator[Scorecard]:
    """The scorecards of a file, one a line, as `llm-grader grade --json` and `results show --json` write them.

    Raises:
        MalformedInput: a line is no scorecard; names the file and the line.
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _card(line, path, number)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error


def _card(line: bytes, path: Path, number: int) -> Scorecard:
    try:
        return Scorecard.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise MalformedInput(
            f"expected a scorecard, as `llm-grader grade --json` prints it: {place}: {first['msg']}",
            path=path,
            where=f"line {number}",
        ) from None
