"""Gates: whether an item may be left to a judge, one colour each, decided by figures that people can check.

GREY   need data             too few labels to tell
BLUE   fix rubric or people  auditors do not agree with one another
RED    human only            the judge is no better than chance or a constant, or misses failures
GREEN  auto-grade            it agrees as people do, without bias, and its quotes are there
AMBER  assist                everything between: it proposes, a person decides

The first that holds, in this order, is the gate. Labels that are not from people never give one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isfinite
from typing import Literal

from llm_grader.eval.judge.item_figures import ItemFigures
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.bootstrap import Interval
from llm_grader.eval.stats.planning import cases_for_share, labels_needed
from llm_grader.transcript import Model

Colour = Literal["grey", "blue", "red", "green", "amber"]


class Reason(Model):
    """A reason for a gate: in words, the figure found (None when not known) and the one it was held against."""

    text: str
    found: float | None
    wanted: float


class Gate(Model):
    """The decision on one item. `colour` is None when the labels are not from people."""

    item_id: str
    colour: Colour | None
    reasons: tuple[Reason, ...]


def decide(figures: ItemFigures, thresholds: Thresholds = DEFAULT) -> Gate:
    """The gate of one item, with every reason of its colour."""
    if figures.source != "human":
        found = f"labels are {figures.source}" if figures.source else "there are no labels"
        reason = Reason(text=f"{found}: only labels from people open a gate", found=0, wanted=1)
        return Gate(item_id=figures.item_id, colour=None, reasons=(reason,))
    steps: tuple[tuple[Colour, Iterator[Reason]], ...] = (
        ("grey", _lacks_data(figures, thresholds)),
        ("blue", _people_differ(figures, thresholds)),
        ("red", _unsafe(figures, thresholds)),
        ("amber", _short_of_green(figures, thresholds)),
    )
    for colour, found_reasons in steps:
        if reasons := tuple(found_reasons):
            return Gate(item_id=figures.item_id, colour=colour, reasons=reasons)
    return Gate(item_id=figures.item_id, colour="green", reasons=tuple(_proofs(figures, thresholds)))


def _lacks_data(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    if figures.double_scored < t.double_scored:
        more = t.double_scored - figures.double_scored
        text = f"{figures.double_scored} double-scored, by two people and the judge; {more} more are needed"
        yield Reason(text=text, found=figures.double_scored, wanted=t.double_scored)
    if figures.minority < t.minority:
        text = f"{figures.minority:g} gold labels off the most common one; {_needed(figures, t)}"
        yield Reason(text=text, found=figures.minority, wanted=t.minority)


def _needed(figures: ItemFigures, t: Thresholds) -> str:
    missing = t.minority - figures.minority
    share = figures.minority / figures.scored if figures.scored else 0.0
    if share == 0:
        return f"{missing:g} more are needed: look for transcripts in which the answer differs"
    plan = labels_needed(0.7, share, 0.1)
    return (
        f"{missing:g} more are needed, about {ceil(missing / share)} transcripts at this rate "
        f"(and {plan} in all to know a κ of .7 within .1)"
    )


def _people_differ(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    alpha = figures.human_alpha.estimate
    if alpha < t.human_alpha:
        text = f"people agree with one another at α = {alpha:.2f}, below {t.human_alpha:g}{_skew_note(figures)}"
        yield Reason(text=text, found=alpha, wanted=t.human_alpha)


def _skew_note(figures: ItemFigures) -> str:
    return "; the labels are skewed, which lowers it" if figures.skewed else ""


def _unsafe(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    if not figures.kappa.low > 0:
        text = f"κ = {_shown(figures.kappa)}: no agreement beyond chance is shown"
        yield Reason(text=text, found=_without_nan(figures.kappa.low), wanted=0)
    if not figures.over_constant.low > 0:
        text = f"{_shown(figures.over_constant)} better than a judge that always says the same: not shown to be better"
        yield Reason(text=text, found=_without_nan(figures.over_constant.low), wanted=0)
    if figures.failing is not None:
        recall = figures.recall[figures.failing]
        floor = t.critical_recall if figures.critical else t.recall
        if not recall.low >= floor:
            text = (
                f"finds {recall.estimate:.0%} of {recall.n:g} {figures.failing}, at least {recall.low:.0%}; "
                f"the floor is {floor:.0%}{' for a critical item' if figures.critical else ''}"
                f"{_would_show(recall.estimate, floor)}"
            )
            yield Reason(text=text, found=_without_nan(recall.low), wanted=floor)


def _would_show(share: float, floor: float) -> str:
    cases = cases_for_share(share, floor)
    return f"; {cases} such labels at this rate would show that it is reached" if cases else ""


def _green_conditions(figures: ItemFigures, t: Thresholds) -> Iterator[tuple[bool, Reason]]:
    kappa, gap, bias, quotes = figures.kappa, figures.ceiling_gap, figures.bias.estimate, figures.evidence_verified
    yield kappa.estimate >= t.kappa, _reason(f"κ = {kappa.estimate:.2f}", kappa.estimate, t.kappa)
    yield kappa.low >= t.kappa_low, _reason(f"κ is at least {kappa.low:.2f}", kappa.low, t.kappa_low)
    yield (
        gap.low > t.ceiling_gap,
        _reason(f"κ with people minus κ among people = {_shown(gap)}", gap.low, t.ceiling_gap),
    )
    yield abs(bias) <= t.bias, _reason(f"pass rate {bias:+.1%} off that of people", bias, t.bias)
    if quotes is not None:
        yield quotes >= t.evidence_verified, _reason(f"{quotes:.1%} of the quotes found", quotes, t.evidence_verified)


def _short_of_green(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    yield from (reason for holds, reason in _green_conditions(figures, t) if not holds)


def _proofs(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    yield from (reason for _, reason in _green_conditions(figures, t))


def _reason(text: str, found: float, wanted: float) -> Reason:
    return Reason(text=f"{text} (wanted: {wanted:g})", found=_without_nan(found), wanted=wanted)


def _without_nan(value: float) -> float | None:
    return value if isfinite(value) else None


def _shown(interval: Interval) -> str:
    if not isfinite(interval.low):
        return f"{interval.estimate:.2f} (no interval)"
    return f"{interval.estimate:.2f} ({interval.low:.2f} to {interval.high:.2f})"
