"""The rate of each item over all conversations: as judged, by people or corrected, and which items pass least often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from llm_grader.eval.judge.gates import Colour
from llm_grader.eval.judge.report import ItemRow
from llm_grader.eval.stats.pass_rates import Corrected, rogan_gladen
from llm_grader.eval.stats.proportions import wilson
from llm_grader.report.checked.people_rates import PeopleRate, people_rate
from llm_grader.report.figures import FEWEST, Mean, Share, mean_of, share_of
from llm_grader.report.gather import Gathered
from llm_grader.report.people import earned, is_pass
from llm_grader.report.rows import FAILED_CHECK, level_of
from llm_grader.rubric.model import Item

_MOST_ITEMS = 3
WIDEST = 0.4
"""A corrected rate whose interval is wider orders no items."""
_COLOURS: tuple[Colour | None, ...] = ("green", "amber", "red", "blue", "grey", None)


@dataclass(frozen=True)
class ItemSummary:
    """One item over all conversations: the rate as judged, corrected where that can be, and what people make of it.

    `passed` is the share of scored conversations with the best label (of a penalty item: without the fault); `points`,
    for a scale, the mean share of its points. `people` is their own share, where they labelled nearly all; elsewhere
    `corrected` is the share without the judge's errors. `row` is the agreement with people. `counts` has the model's
    labels, and of checks that failed those that still wait for a person.
    """

    item: Item
    section: str
    passed: Share
    points: Mean | None
    counts: dict[str, int]
    corrected: Corrected | None
    row: ItemRow | None
    people: PeopleRate | None = None

    @property
    def best(self) -> Share | Mean | Corrected:
        """The best estimate of its rate: people's own, else the corrected one where it says enough, else as judged."""
        if self.people is not None:
            return self.people.mean
        says_enough = self.corrected is not None and self.corrected.high - self.corrected.low <= WIDEST
        return self.corrected if self.corrected is not None and says_enough else self.passed

    @property
    def scored(self) -> bool:
        """Whether it was scored in any conversation, or waits for it."""
        return bool(self.passed.n or self.counts["needs_review"] or self.people)


def summarise_items(found: Gathered, gates: Sequence[ItemRow] = (), *, seed: int = 0) -> tuple[ItemSummary, ...]:
    """Each item, in the rubric's order; as judged means before people changed anything."""
    by_id = {row.figures.item_id: row for row in gates if row.figures.labelled}
    sections = [(section.id, item) for section in found.rubric.sections for item in section.items]
    return tuple(
        _item(found, item, section, by_id.get(item.id), Counter(row.judged[at] for row in found.rows), seed)
        for at, (section, item) in enumerate(sections)
    )


def _item(
    found: Gathered, item: Item, section: str, row: ItemRow | None, codes: Counter[str], seed: int
) -> ItemSummary:
    levels = {item.levels[at]: n for code, n in sorted(codes.items()) if (at := level_of(code)) is not None}
    points = None
    if item.scale != "binary":
        points = mean_of([earned(item, level) or 0.0 for level, n in levels.items() for _ in range(n)], seed=seed)
    passes = sum(n for level, n in levels.items() if is_pass(item, level))
    names = {"n": "not_applicable", "c": "cannot_assess", "r": "needs_review", "-": "not_asked"}
    place = [one.id for one in found.rubric.items()].index(item.id)
    counts = {**levels, **{name: codes[code] for code, name in names.items()}}
    counts["needs_review"] = sum(row.labels[place] == FAILED_CHECK for row in found.rows)
    passed = share_of(passes, sum(levels.values()))
    people = people_rate(found.people_passes.get(item.id, {}), found.rows, place)
    corrected = None if people else _corrected(found, item, passed, row)
    return ItemSummary(item, section, passed, points, counts, corrected, row, people)


def _corrected(found: Gathered, item: Item, passed: Share, row: ItemRow | None) -> Corrected | None:
    """The share of passes without the judge's errors: by a random sample, the calibration, else all labels."""
    if item.id in found.sampled:
        return found.sampled[item.id].corrected
    if item.id in found.rates:
        corrected = found.rates[item.id].corrected
    elif row is not None and row.figures.source == "human" and row.figures.failing is not None and passed.n:
        failing = row.figures.failing
        (passing,) = (level for level in item.levels if level != failing)
        judged = wilson(passed.count, passed.n)
        recall = row.figures.recall
        corrected = rogan_gladen(judged, specificity=recall[failing], sensitivity=recall[passing])
    else:
        return None
    return None if isnan(corrected.estimate) else corrected


def weakest_items(items: Sequence[ItemSummary]) -> list[ItemSummary]:
    """The items that pass least often, the lowest rate first; one that always passes is none of them."""
    rated = [(_rate(item), place) for place, item in enumerate(items) if _n(item) >= FEWEST]
    return [items[place] for rate, place in sorted(rated)[:_MOST_ITEMS] if rate < 1]


def order_is_open(items: Sequence[ItemSummary], weakest: Sequence[ItemSummary]) -> bool:
    """Whether an item that is not among the weakest may well pass less often than one that is: intervals overlap."""
    others = [one.best.low for one in items if one not in weakest and _n(one) >= FEWEST and one.best.low is not None]
    highs = [one.best.high for one in weakest if one.best.high is not None]
    return bool(others and highs) and min(others) < max(highs)


def _n(item: ItemSummary) -> int:
    """Of how many conversations the rate of an item is."""
    return item.people.mean.n if item.people else item.passed.n


def _rate(item: ItemSummary) -> float:
    return item.best.estimate or 0.0


def gate_counts(items: Sequence[ItemSummary]) -> list[tuple[Colour | None, int]]:
    """How many of the items that were scored have each colour, the most trusted first; None is unchecked."""
    counts = Counter(item.row.gate.colour if item.row else None for item in items if item.scored)
    return [(colour, counts[colour]) for colour in _COLOURS if counts[colour]]
