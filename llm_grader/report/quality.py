"""Quality figures of results: mean score, pass rate, critical failures and each item, over all or group by group.

They stand beside the performance figures of `llm_grader.figures` and have the same form, with a 95 % interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from llm_grader.figures.case import UNKNOWN
from llm_grader.figures.catalogue import Unit
from llm_grader.figures.figures import Figure
from llm_grader.report.figures import Mean, Share, mean_of, share_of
from llm_grader.report.people import is_pass
from llm_grader.report.rows import week_of
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import About, Scorecard

QualityGrouping = Literal["agent", "team", "channel", "week"]

_NO_SCORE = "no conversation was scored"
_NO_ITEM = "the item was not scored in any conversation"


@dataclass
class _QualityTally:
    """What one group adds up to."""

    conversations: int = 0
    scores: list[float] = field(default_factory=list)
    passed: int = 0
    decided: int = 0
    critical: int = 0
    items: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def compute_quality(
    cards: Iterable[Scorecard], rubric: Rubric, *, by: QualityGrouping | None = None, zone: tzinfo = UTC, seed: int = 0
) -> list[Figure]:
    """The quality figures of cards by one rubric: `quality_score`, `quality_pass_rate` and so on, groups by name.

    Intervals: Wilson's for shares; for mean scores a bootstrap over conversations. As everywhere, a rate of a model is
    its opinion until people have checked the item.

    Args:
        cards: gone through once.
        rubric: whose items have a figure each, `quality_item:<id>`.
        by: what to group by; None is one group of all.
        zone: of weeks.
        seed: of the bootstrap.
    """
    groups: defaultdict[str | None, _QualityTally] = defaultdict(_QualityTally)
    if by is None:
        groups[None] = _QualityTally()
    items = list(rubric.items())
    for card in cards:
        _add(groups[None if by is None else _group(card.about, by, zone)], card, items)
    names = sorted(groups, key=lambda name: name or "")
    return [figure for make in _figures(items, seed) for figure in (make(name, groups[name]) for name in names)]


def _group(about: About | None, by: QualityGrouping, zone: tzinfo) -> str:
    if about is None:
        return UNKNOWN
    if by == "week":
        return week_of(about.started_at, zone) or UNKNOWN
    return getattr(about, by) or UNKNOWN


def _add(tally: _QualityTally, card: Scorecard, items: Iterable[Item]) -> None:
    tally.conversations += 1
    if card.score is not None:
        tally.scores.append(card.score)
        tally.critical += bool(card.critical_failures)
    if card.passed is not None:
        tally.passed += card.passed
        tally.decided += 1
    for item in items:
        label = card.verdicts[item.id].label if item.id in card.verdicts else None
        if label in item.levels:
            tally.items[item.id][0] += is_pass(item, str(label))
            tally.items[item.id][1] += 1


_Make = Callable[[str | None, _QualityTally], Figure]


def _figures(items: Iterable[Item], seed: int) -> Iterator[_Make]:
    """What makes each figure out of a group's name and tally, in their order."""
    yield lambda name, tally: _figure("quality_score", name, tally, _mean(tally, seed))
    yield lambda name, tally: _figure("quality_pass_rate", name, tally, share_of(tally.passed, tally.decided))
    yield lambda name, tally: _figure("quality_critical", name, tally, share_of(tally.critical, len(tally.scores)))
    for item in items:
        yield _of_item(item)


def _of_item(item: Item) -> _Make:
    def make(name: str | None, tally: _QualityTally) -> Figure:
        return _figure(f"quality_item:{item.id}", name, tally, share_of(*tally.items[item.id]))

    return make


def _mean(tally: _QualityTally, seed: int) -> Mean:
    return mean_of(tally.scores, seed=seed)


_WORDS: Mapping[str, tuple[Unit, str]] = {
    "quality_score": ("points", "mean score of the conversations that have one"),
    "quality_pass_rate": ("share", "conversations that reach the pass mark ÷ those of which it is decided"),
    "quality_critical": ("share", "conversations with a critical failure ÷ those that have a score"),
    "quality_item": ("share", "conversations that pass the item, as judged ÷ those in which it was scored"),
}


def _figure(id_: str, group: str | None, tally: _QualityTally, found: Mean | Share) -> Figure:
    unit, words = _WORDS[id_.partition(":")[0]]
    reason = _NO_ITEM if id_.startswith("quality_item") else _NO_SCORE
    return Figure(
        id=id_,
        group=group,
        value=found.estimate,
        unit=unit,
        n=found.n,
        conversations=tally.conversations,
        definition=words,
        low=found.low,
        high=found.high,
        reason=None if found.estimate is not None else reason,
    )
