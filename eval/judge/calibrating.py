"""Calibration of a judge on labels from people: what its confidences are worth, and how often it errs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from llm_grader.content import content_hash
from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers, failing_label
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import verdicts_of
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.stats.pass_rates import Corrected, rogan_gladen
from llm_grader.eval.stats.probabilities import PLATT_FROM
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.routing import Route
from llm_grader.eval.summary.confidence_lines import (
    OWN_FROM,
    Kind,
    Pairs,
    Quality,
    choose_lines,
    pairs_of,
    quality_of,
    route_of,
)
from llm_grader.grading.confidence import (
    APPLIED,
    Calibration,
    ErrorRates,
    Fitted,
    judge_of,
)
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import MET, NOT_MET, Label, Provenance, Scorecard
from llm_grader.version import __version__


@dataclass(frozen=True)
class CalibrationFit:
    """A calibration; and, by kind of item, how good the judge's own confidences are and the calibrated ones.

    The latter are those of transcripts left out of the fit, in five folds; `refused` are the items for which that is no
    better than the judge's own, so that they have no line. `routes` say by item from which calibrated confidence on
    verdicts may stand. `failed` counts the cards in error.
    """

    calibration: Calibration
    before: dict[Kind, Quality]
    after: dict[Kind, Quality]
    refused: tuple[str, ...]
    routes: dict[str, Route]
    failed: int


@dataclass(frozen=True)
class ItemRate:
    """The pass rate of one item: as judged, and corrected for the judge's errors."""

    item_id: str
    judged: Proportion
    corrected: Corrected


def calibrate(
    labelled: LabelledSet, cards: Iterable[Scorecard], *, max_error: float = 0.05, now: datetime | None = None
) -> CalibrationFit:
    """The calibration of the judge that made the cards: a line through the log-odds of each item, and its error rates.

    A line is a temperature below 300 labels and Platt's from there on; an item with enough labels has one of its own
    where that is better on conversations left out, and none where it is worse than the judge's own confidences. Only
    labels from people are used, and only where they decide on a label of the scale.

    Args:
        labelled: gold labels.
        cards: of one judge; of which only those about labelled conversations count.
        max_error: the share of wrong verdicts promised for those that may stand, see `find_route`.
        now: the time of the fit, for the provenance.

    Raises:
        UsageError: no label is from people, no card meets one, or the cards are of several judges or calibrated ones.
    """
    labels = [label for label in labelled.labels if label.label_source == "human"]
    if not labels:
        raise UsageError(f"labels are {' and '.join(labelled.sources)}: only labels from people can calibrate a judge")
    ids = {label.transcript_id for label in labels} | labelled.pieces.transcripts.keys()
    met, failed = list[Scorecard](), 0
    for card in cards:
        failed += card.status == "error"
        if card.transcript_id in ids:
            met.append(card)
    provenance, verdicts = _one_judge(met), verdicts_of(met, labelled.pieces)
    answers = [collect_answers(own, verdicts, item) for item, own in _by_item(labels, labelled.rubric)]
    pairs = {found.item.id: pairs_of(found, verdicts) for found in answers}
    chosen = choose_lines(pairs)
    calibration = Calibration(
        lines=chosen.lines,
        error_rates={found.item.id: rates for found in answers if (rates := _error_rates(found)) is not None},
        fitted=_fitted(labelled, answers, provenance, pairs, now),
    )
    routes = {item_id: route_of(chosen.held_out[item_id], max_error) for item_id in chosen.lines}
    before, after = quality_of(pairs), quality_of(chosen.held_out)
    return CalibrationFit(calibration, before, after, chosen.refused, routes, failed)


def _by_item(labels: Iterable[Label], rubric: Rubric) -> list[tuple[Item, list[Label]]]:
    by_item: dict[str, list[Label]] = {}
    for label in labels:
        by_item.setdefault(label.item_id, []).append(label)
    return [(item, by_item[item.id]) for item in rubric.items() if item.id in by_item]


def _one_judge(cards: Iterable[Scorecard]) -> Provenance:
    """What made the cards.

    Raises:
        UsageError: there is no card, they are of several judges, or calibrated already.
    """
    judges = {content_hash(judge_of(card.provenance)): card.provenance for card in cards}
    if not judges:
        raise UsageError("no verdict is about a labelled conversation: grade those first, or name the run with --run")
    if len(judges) > 1:
        raise UsageError("the cards are of several judges (rubric, prompt, model or parameters differ): name one run")
    (provenance,) = judges.values()
    if APPLIED in provenance.parameters:
        raise UsageError("the cards are calibrated already: take those of the store, or grade without --calibration")
    return provenance


def _error_rates(answers: ItemAnswers) -> ErrorRates | None:
    """None for an item with a scale, and where a class is missing: of it the judge's errors are not known."""
    failing = failing_label(answers.item)
    if failing is None:
        return None
    table = answers.gold.T @ answers.judge
    bad = answers.item.levels.index(failing)
    good = 1 - bad
    passes, failures = float(table[good].sum()), float(table[bad].sum())
    if not (passes and failures):
        return None
    return ErrorRates(
        sensitivity=table[good, good] / passes, passes=passes, specificity=table[bad, bad] / failures, failures=failures
    )


def _measured(answers: ItemAnswers) -> list[Unit]:
    """What has both a label and a verdict on the scale."""
    return [answers.units[row] for row in np.flatnonzero(answers.gold.any(axis=1) & answers.judge.any(axis=1))]


def _fitted(
    labelled: LabelledSet,
    answers: Sequence[ItemAnswers],
    judge: Provenance,
    pairs: Mapping[str, Pairs],
    now: datetime | None,
) -> Fitted:
    method = f"temperature below {PLATT_FROM} labels, Platt from there on; an item's own from {OWN_FROM} on if better"
    return Fitted(
        **{name: getattr(judge, name) for name in ("rubric_id", "rubric_version", "rubric_hash", "prompt_hash")},
        model=judge.model,
        endpoint=judge.endpoint,
        parameters=judge.parameters,
        data=labelled.name,
        data_hash=labelled.data_hash,
        label_source="human",
        transcripts=len({unit.transcript_id for found in answers for unit in _measured(found)}),
        labels=sum(found.y.size for found in pairs.values()),
        method=method,
        fitted_at=now or datetime.now(UTC),
        library_version=__version__,
    )


def corrected_rates(cards: Iterable[Scorecard], calibration: Calibration, rubric: Rubric) -> tuple[ItemRate, ...]:
    """The pass rate of each item over these cards, corrected for the errors that the calibration measured.

    Rogan and Gladen's correction, see `rogan_gladen`. Items whose errors are not known are left out.
    """
    labels: dict[str, list[str]] = {item_id: [] for item_id in calibration.error_rates}
    for card in cards:
        for item_id, of_item in labels.items():
            label = card.verdicts[item_id].label if item_id in card.verdicts else None
            if label in (MET, NOT_MET):
                of_item.append(label)
    rates = []
    for item_id, of_item in labels.items():
        errors = calibration.error_rates[item_id]
        passed = sum(label != failing_label(rubric.item(item_id)) for label in of_item)
        judged = wilson(passed, len(of_item))
        corrected = rogan_gladen(
            judged,
            specificity=Proportion(errors.specificity, np.nan, np.nan, errors.failures),
            sensitivity=Proportion(errors.sensitivity, np.nan, np.nan, errors.passes),
        )
        rates.append(ItemRate(item_id, judged, corrected))
    return tuple(rates)
