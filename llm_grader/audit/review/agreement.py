"""Agreement so far: per item among people and between people and the judge, per person, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from llm_grader.audit.labelling.answers import AnnotatorAnswers
from llm_grader.audit.queue import queue_of
from llm_grader.audit.review.results import AuditResults
from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers
from llm_grader.eval.judge.item_figures import item_figures
from llm_grader.eval.judge.label_plan import ItemPlan, plan_items
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.eval.stats.bootstrap import Interval, percentile_interval, replicates, wider
from llm_grader.eval.stats.many_raters import ac_of_tables
from llm_grader.eval.stats.ratings import FloatArray, agreement_weights
from llm_grader.eval.stats.reliability import Level, alpha_of_coincidences, coincidences
from llm_grader.eval.stats.severity import auditor_severity
from llm_grader.eval.stats.two_raters import kappa_of_tables
from llm_grader.rubric.model import Item
from llm_grader.verdict import MET, Label

LEAST_COMPARED = 10
"""From fewer conversations no figure beyond chance is shown: its interval is nearly all there is, and looks exact."""


@dataclass(frozen=True)
class ItemAgreement:
    """An item: how many conversations two people labelled, how they agree, and how the judge agrees with gold.

    The figures of people are over pairs of them; `judge_kappa` is the one that `llm-grader eval` gives, over
    `judge_scored` conversations. `missing` labels are still to come, None while that cannot be told.
    """

    item_id: str
    labelled: int
    double: int
    agreement: Interval
    kappa: Interval
    ac: Interval
    alpha: Interval
    judge_kappa: Interval | None
    judge_scored: int
    missing: int | None


@dataclass(frozen=True)
class RaterRow:
    """A person, or the judge: how much is done, and how often the others' common label was theirs.

    `compared` cells had a common label of others. `severity` is in log-odds above the average, where everybody labelled
    everything. `seconds` is the median time a conversation was looked at. `changed` answers are others than those
    given blind, after the model's or others' were shown; they count nowhere.
    """

    name: str
    is_model: bool
    assigned: int
    submitted: int
    skipped: int
    seconds: float | None
    compared: int
    agreement: float | None
    severity: float | None
    changed: int = 0


@dataclass(frozen=True)
class AgreementTable:
    """What a lead sees while people label."""

    items: tuple[ItemAgreement, ...]
    raters: tuple[RaterRow, ...]


def agreement_so_far(results: AuditResults, verdicts: Verdicts, *, seed: int = 0, n: int = 2000) -> AgreementTable:
    """Agreement over everything that is submitted.

    Args:
        results: what people submitted.
        verdicts: the judge's; those on other conversations count for nothing.
        seed: of the resampling; the same seed gives the same intervals as `llm-grader eval`.
        n: how many replicates.
    """
    labels = results.labels()
    labelled = LabelledSet("", results.folder.rubric, results.folder.transcripts, tuple(labels))
    plans = {plan.item_id: plan for plan in plan_items(labelled)}
    items = [
        _item(labels, verdicts, results.folder.rubric.item(item_id), plan, seed, n) for item_id, plan in plans.items()
    ]
    return AgreementTable(tuple(items), tuple(_raters(results, verdicts)))


def _item(labels: list[Label], verdicts: Verdicts, item: Item, plan: ItemPlan, seed: int, n: int) -> ItemAgreement:
    answers = collect_answers(labels, verdicts, item)
    people = _people(answers, seed, n)
    figures = item_figures(answers, verdicts, seed=seed, n=n) if answers.judge.any() else None
    return ItemAgreement(
        item_id=item.id,
        labelled=plan.labelled,
        double=int((answers.people.sum(axis=1) > 1).sum()),
        agreement=people["agreement"],
        kappa=people["kappa"],
        ac=people["ac"],
        alpha=people["alpha"],
        judge_kappa=None if figures is None else figures.kappa,
        judge_scored=0 if figures is None else figures.scored,
        missing=plan.missing,
    )


def _people(answers: ItemAnswers, seed: int, n: int) -> dict[str, Interval]:
    """Figures over pairs of people, by conversation: each pair counts both ways, so that order plays no part."""
    k = len(answers.item.levels)
    binary = answers.item.scale == "binary"
    weights = np.eye(k) if binary else agreement_weights("quadratic", list(range(k)))
    level: Level = "nominal" if binary else "ordinal"
    tables = coincidences(answers.people)
    double = tables.sum(axis=(1, 2)) > 0

    def statistics(sums: FloatArray) -> FloatArray:
        total = np.maximum(sums.sum(axis=(-2, -1)), 1e-12)
        agreement = np.where(total > 1e-9, (sums * weights).sum(axis=(-2, -1)) / total, np.nan)
        alpha = alpha_of_coincidences(sums, level, np.arange(k, dtype=np.float64))
        return np.stack([agreement, kappa_of_tables(sums, weights), ac_of_tables(sums, weights), alpha], axis=1)

    names = ("agreement", "kappa", "ac", "alpha")
    if not double.any():
        return dict.fromkeys(names, Interval(np.nan, np.nan, np.nan, 0, 0.0))
    shown = tables[double] * double.sum() / tables[double].sum()  # a conversation weighs one, however many labelled it
    estimates = statistics(shown.sum(axis=0)[None])[0]
    # As in `eval`: a conversation more, spread over the cells, keeps intervals from being points where all agree.
    plain = replicates(statistics, shown, n=n, seed=seed)
    smooth = replicates(statistics, shown, n=n, seed=seed, prior=np.full((k, k), 1 / k**2))
    return {
        name: wider(*(percentile_interval(float(estimates[i]), draws[:, i], len(shown)) for draws in (plain, smooth)))
        for i, name in enumerate(names)
    }


def _raters(results: AuditResults, verdicts: Verdicts) -> list[RaterRow]:
    cells = {unit: {name: cell.label for name, cell in by.items()} for unit, by in results.cells().items()}
    severities = _severities(results, cells)
    rows = [
        _person(results, name, results.by_annotator.get(name, AnnotatorAnswers(name)), cells, severities)
        for name in sorted({*results.by_annotator, *results.auditors})
    ]
    rows = [row for row in rows if row.assigned]
    judged = {unit: verdicts[unit].label for unit in cells if unit in verdicts and verdicts[unit].label}
    if judged:
        agreed, compared = _with_others({unit: {**cells[unit], "": label} for unit, label in judged.items()}, "")
        transcripts = len({unit.transcript_id for unit in judged})
        rows.append(RaterRow("", True, transcripts, transcripts, 0, None, compared, agreed, None))
    return rows


def _person(
    results: AuditResults,
    name: str,
    answers: AnnotatorAnswers,
    cells: Mapping[Unit, Mapping[str, str | None]],
    severities: Mapping[str, float],
) -> RaterRow:
    agreed, compared = _with_others(cells, name)
    times = [
        one.active_ms / 1000 for one in answers.conversations.values() if one.active_ms and one.state == "submitted"
    ]
    skipped = sum(one.state == "skipped" for one in answers.conversations.values())
    in_sessions = {id_ for one in results.sessions if name in one.participants for id_ in one.transcripts}
    begun = {id_ for id_, one in answers.conversations.items() if one.state != "new"}
    assigned = {*queue_of(results.folder.sample, results.auditors, name), *in_sessions, *begun}
    return RaterRow(
        name=name,
        is_model=False,
        assigned=len(assigned),
        submitted=len(answers.submitted()),
        skipped=skipped,
        seconds=median(times) if times else None,
        compared=compared,
        agreement=agreed,
        severity=severities.get(name),
        changed=sum(len(one.changed_later) for one in answers.conversations.values()),
    )


def _with_others(cells: Mapping[Unit, Mapping[str, str | None]], name: str) -> tuple[float | None, int]:
    """How often somebody said what all others agreed on, and in how many cells others did."""
    pairs = [(by[name], {label for other, label in by.items() if other != name}) for by in cells.values() if name in by]
    compared = [(own, others) for own, others in pairs if len(others) == 1]
    if not compared:
        return None, 0
    return sum(own in others for own, others in compared) / len(compared), len(compared)


def _severities(results: AuditResults, cells: Mapping[Unit, Mapping[str, str | None]]) -> dict[str, float]:
    """Severities where every auditor answered every yes-or-no item of the conversations that all of them have."""
    names = [name for name in results.auditors if name in results.by_annotator]
    crossed = {unit for unit, by in cells.items() if all(name in by for name in names)}
    transcripts = sorted({unit.transcript_id for unit in crossed})
    items = [
        item.id
        for item in results.folder.rubric.items()
        if item.scale == "binary"
        and transcripts
        and all(
            by_name in item.levels
            for id_ in transcripts
            for by_name in cells.get(Unit(id_, item.id), {"": None}).values()
        )
        and all(Unit(id_, item.id) in crossed for id_ in transcripts)
    ]
    if len(names) < 2 or not items:
        return {}
    met = [[[float(cells[Unit(id_, item)][name] == MET) for item in items] for id_ in transcripts] for name in names]
    return dict(zip(names, auditor_severity(met).estimate, strict=True))
