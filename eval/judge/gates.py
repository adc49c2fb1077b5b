"""Gates: whether an item may be left to a judge, one colour each, decided by figures that people can check.

GREY   need data             too few labels to tell
BLUE   fix rubric or people  auditors are shown not to agree with one another
RED    human only            the judge is shown to be no better than chance or a constant, or to miss failures
GREEN  auto-grade            it agrees as people do, without bias, answers what people answer, and its quotes are there
AMBER  assist                everything between: it proposes, a person decides

The first that holds, in this order, is the gate; what an interval leaves open is GREY, too, unless κ is shown to be too
low. Labels that are not from people never give a gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isfinite, isnan
from typing import Literal, NamedTuple

from llm_grader.eval.judge.item_figures import ItemFigures
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.stats.bootstrap import Interval
from llm_grader.eval.stats.planning import cases_for_share, labels_needed
from llm_grader.eval.stats.proportions import Proportion
from llm_grader.transcript import Model

KAPPA_ALL = "κ over all answers, also those off the scale,"
MOST_LABELS = 1000
"""As many of one level as people may be asked to give."""
Colour = Literal["grey", "blue", "red", "green", "amber"]


class Reason(Model):
    """A reason for a gate: in words, the figure found (None when not known) and the one it was held against."""

    text: str
    found: float | None
    wanted: float


class Gate(Model):
    """The decision on one item. `colour` is None when the labels are not from people, or no judge is asked.

    `look` counts how often these labels were looked at, as they grew: who looks until it is GREEN sees it by chance.
    """

    item_id: str
    colour: Colour | None
    reasons: tuple[Reason, ...]
    look: int | None = None


class _Doubt(NamedTuple):
    """A condition that is not shown to hold: whether it is shown not to, and the reason."""

    shown: bool
    reason: Reason


def no_judge(item_id: str) -> Gate:
    """What stands in place of a gate where no judge is asked: people alone can know."""
    reason = Reason(text="no judge is asked about it: it takes what no conversation shows", found=None, wanted=1)
    return Gate(item_id=item_id, colour=None, reasons=(reason,))


def decide(figures: ItemFigures, thresholds: Thresholds = DEFAULT) -> Gate:
    """The gate of one item, with every reason of its colour."""
    if figures.source != "human":
        found = f"labels are {figures.source}" if figures.source else "there are no labels"
        reason = Reason(text=f"{found}: only labels from people open a gate", found=0, wanted=1)
        return Gate(item_id=figures.item_id, colour=None, reasons=(reason,))
    doubts = list(_doubts(figures, thresholds))
    hopeless = figures.kappa.high < thresholds.kappa
    steps: tuple[tuple[Colour, Iterator[Reason]], ...] = (
        ("grey", _lacks_data(figures, thresholds)),
        ("blue", _people_differ(figures, thresholds)),
        ("red", (doubt.reason for doubt in doubts if doubt.shown)),
        ("grey", (doubt.reason for doubt in doubts if not hopeless)),
        ("amber", _short_of_green(figures, thresholds)),
    )
    for colour, found_reasons in steps:
        if reasons := tuple(found_reasons):
            return Gate(item_id=figures.item_id, colour=colour, reasons=reasons)
    return Gate(item_id=figures.item_id, colour="green", reasons=tuple(_proofs(figures, thresholds)))


def recall_floor(figures: ItemFigures, level: str, thresholds: Thresholds = DEFAULT) -> float:
    """The least recall of a level: the setting's, but no more than what another person finds less `below_people`."""
    wanted = thresholds.critical_recall if figures.critical and level == figures.failing else thresholds.recall
    people = figures.human_recall.get(level, float("nan"))
    return wanted if isnan(people) else min(wanted, max(0.0, people - thresholds.below_people))


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
    share = figures.minority / figures.graded if figures.graded else 0.0
    if share == 0:
        return f"{missing:g} more are needed: look for transcripts in which the answer differs"
    plan = labels_needed(0.7, share, 0.1)
    return (
        f"{missing:g} more are needed, about {ceil(missing / share)} transcripts at this rate "
        f"(and {plan} in all to know a κ of .7 within .1)"
    )


def _people_differ(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    alpha = figures.human_alpha
    if alpha.high < t.human_alpha:
        text = (
            f"people agree with one another at α = {_shown(alpha)}, below {t.human_alpha:g}{_skew_note(figures)}; "
            "`eval auditors` says who differs"
        )
        yield Reason(text=text, found=alpha.estimate, wanted=t.human_alpha)


def _skew_note(figures: ItemFigures) -> str:
    return "; the labels are skewed, which lowers it" if figures.skewed else ""


def _doubts(figures: ItemFigures, t: Thresholds) -> Iterator[_Doubt]:
    kappa, gain = figures.kappa, figures.over_constant
    if not kappa.low > 0:
        text = f"κ = {_shown(kappa)}: no agreement beyond chance is shown"
        yield _Doubt(kappa.high < t.kappa_low, Reason(text=text, found=_without_nan(kappa.low), wanted=0))
    if not gain.low > 0:
        text = f"{_shown(gain)} better than a judge that always says the same: not shown to be better"
        yield _Doubt(gain.high < t.over_constant, Reason(text=text, found=_without_nan(gain.low), wanted=0))
    for level, recall in figures.recall.items():
        floor = recall_floor(figures, level, t)
        must_be_shown = level == figures.failing
        counts = must_be_shown or (figures.failing is None and recall.n >= t.minority)
        if counts and not (recall.low if must_be_shown else recall.high) >= floor:
            yield _Doubt(recall.high < floor, _too_few_found(figures, level, recall, floor))


def _too_few_found(figures: ItemFigures, level: str, recall: Proportion, floor: float) -> Reason:
    text = (
        f"finds {recall.estimate:.0%} of {recall.n:.0f} {level} ({recall.low:.0%} to {recall.high:.0%}); "
        f"the floor is {floor:.0%}{' for a critical item' if figures.critical else ''}"
        f"{_would_show(recall, floor)}"
    )
    return Reason(text=text, found=_without_nan(recall.low), wanted=floor)


def _would_show(recall: Proportion, floor: float) -> str:
    cases = None if isnan(recall.estimate) else cases_for_share(recall.estimate, floor)
    if not cases:
        return ""
    if cases > MOST_LABELS:
        return "; so near to it that more labels will hardly show whether it is reached"
    return f"; {cases} such labels at this rate would show that it is reached"


def _green_conditions(figures: ItemFigures, t: Thresholds) -> Iterator[tuple[bool, Reason]]:
    gap, bias, quotes = figures.ceiling_gap, figures.bias.estimate, figures.evidence_verified
    kappas = {"κ": figures.kappa}
    if figures.kappa_all != figures.kappa:  # they are one where every answer is on the scale
        kappas[KAPPA_ALL] = figures.kappa_all
    for name, kappa in kappas.items():
        text = f"{name} = {_apart(kappa.estimate, t.kappa)} (GREEN takes {t.kappa:.2f})"
        yield kappa.estimate >= t.kappa, _reason(text, kappa.estimate, t.kappa)
        text = f"{name} may be as low as {_apart(kappa.low, t.kappa_low)} (GREEN takes {t.kappa_low:.2f} at worst)"
        yield kappa.low >= t.kappa_low, _reason(text, kappa.low, t.kappa_low)
    text = f"κ with people less κ among people is {_shown(gap)} (GREEN takes {t.ceiling_gap:.2f} at worst)"
    yield gap.low > t.ceiling_gap, _reason(text, gap.low, t.ceiling_gap)
    more = "more" if bias > 0 else "less"
    text = f"passes {100 * abs(bias):.1f} points {more} often than people (GREEN takes at most {100 * t.bias:g})"
    yield abs(bias) <= t.bias, _reason(text, bias, t.bias)
    yield from _wide_enough(figures, t)
    if quotes is not None:
        text = f"{quotes:.1%} of its quotes are there (GREEN takes {t.evidence_verified:.0%})"
        yield quotes >= t.evidence_verified, _reason(text, quotes, t.evidence_verified)


def _wide_enough(figures: ItemFigures, t: Thresholds) -> Iterator[tuple[bool, Reason]]:
    """Whether people agree, the judge answers what they answer, and finds each level of a scale often enough."""
    alpha, cover, applies = figures.human_alpha.estimate, figures.coverage_low, figures.applicability
    text = f"people agree with one another at α = {_apart(alpha, t.human_alpha)} (GREEN takes {t.human_alpha:.2f})"
    yield alpha >= t.human_alpha, _reason(text, alpha, t.human_alpha)
    scored = f"scores {figures.coverage:.0%} of what people scored, maybe only {_percent_apart(cover, t.coverage)}"
    text = f"{scored} (GREEN takes {t.coverage:.0%} at worst)"
    yield cover >= t.coverage, _reason(text, cover, t.coverage)
    share = _percent_apart(applies, t.applicability)
    text = f"agrees with people on whether it applies in {share} (GREEN takes {t.applicability:.0%})"
    yield isnan(applies) or applies >= t.applicability, _reason(text, applies, t.applicability)
    for level, recall in figures.recall.items() if figures.failing is None else ():
        if recall.n >= t.minority:
            floor = recall_floor(figures, level, t)
            text = f"finds {_percent_apart(recall.estimate, floor)} of {level} (GREEN takes {floor:.0%})"
            yield recall.estimate >= floor, _reason(text, recall.estimate, floor)


def _short_of_green(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    yield from (reason for holds, reason in _green_conditions(figures, t) if not holds)


def _proofs(figures: ItemFigures, t: Thresholds) -> Iterator[Reason]:
    yield from (reason for _, reason in _green_conditions(figures, t))


def _apart(found: float, wanted: float) -> str:
    """Two decimals, or three where by two it would be what is wanted."""
    return f"{found:.3f}" if found != wanted and f"{found:.2f}" == f"{wanted:.2f}" else f"{found:.2f}"


def _percent_apart(found: float, wanted: float) -> str:
    return f"{found:.1%}" if found != wanted and f"{found:.0%}" == f"{wanted:.0%}" else f"{found:.0%}"


def _reason(text: str, found: float, wanted: float) -> Reason:
    return Reason(text=text, found=_without_nan(found), wanted=wanted)


def _without_nan(value: float) -> float | None:
    return value if isfinite(value) else None


def _shown(interval: Interval) -> str:
    if not isfinite(interval.low):
        return f"{interval.estimate:.2f} (no interval)"
    return f"{interval.estimate:.2f} ({interval.low:.2f} to {interval.high:.2f})"
