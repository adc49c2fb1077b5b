"""The tables of a results page, as Markdown: how each judge agrees with people on one labelled set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import ItemRow, report_items
from llm_grader.eval.labels.units import Verdicts
from llm_grader.eval.public.sets import PublicSet
from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.rank_correlation import spearman
from llm_grader.eval.stats.ratings import FloatArray, agreement_weights
from llm_grader.eval.stats.two_raters import kappa_of_tables
from llm_grader.rubric.model import Item
from llm_grader.verdict import MET, Label

_SEED = 20_26


class Judged(NamedTuple):
    """The verdicts of one judge on a set."""

    judge: str
    verdicts: Verdicts


def mean_kappa(labels: Sequence[Label], verdicts: Verdicts, items: Sequence[Item]) -> Interval:
    """κ averaged over the items, quadratic on a scale; its interval resamples transcripts for all items at once."""
    answers = [collect_answers(labels, verdicts, item) for item in items]
    names = sorted({unit.transcript_id for found in answers for unit in found.units})
    tables = [_tables(found, names) for found in answers]
    ends = np.cumsum([table.shape[1] for table in tables])[:-1]

    def statistic(sums: FloatArray) -> FloatArray:
        found = zip(np.split(sums, ends, axis=1), items, strict=True)
        return np.asarray(np.mean([_kappas(part, item) for part, item in found], axis=0), dtype=np.float64)

    return cluster_bootstrap(statistic, np.concatenate(tables, axis=1), seed=_SEED)


def _kappas(tables: FloatArray, item: Item) -> FloatArray:
    k = len(item.levels)
    weights = agreement_weights("quadratic" if item.scale != "binary" else None, list(range(k)))
    return kappa_of_tables(tables.reshape(-1, k, k), weights)


def _tables(found: ItemAnswers, names: Sequence[str]) -> FloatArray:
    """Gold × judge for each of `names`, flat."""
    index = {name: i for i, name in enumerate(names)}
    sums = np.zeros((len(names), len(found.item.levels) ** 2))
    crossed = (found.gold[:, :, None] * found.judge[:, None, :]).reshape(len(found.units), -1)
    np.add.at(sums, [index[unit.transcript_id] for unit in found.units], crossed)
    return sums


def render_set(read: PublicSet, labelled: LabelledSet, judges: Iterable[Judged]) -> str:
    """The tables of one set: a line for each item of each judge."""
    lines = [f"### {read.name}", ""]
    for judge, verdicts in judges:
        if labelled.labels:
            lines += [*_agreement_table(labelled, judge, verdicts), ""]
        if read.values:
            lines += [*_order(read, judge, verdicts), ""]
    return "\n".join(lines)


def _agreement_table(labelled: LabelledSet, judge: str, verdicts: Verdicts) -> list[str]:
    items = [item for item in labelled.rubric.items() if any(label.item_id == item.id for label in labelled.labels)]
    rows = report_items(labelled.labels, verdicts, items, seed=_SEED)
    mean = mean_kappa(labelled.labels, verdicts, items)
    return [
        f"**{judge}**, mean κ {_interval(mean)} over {len(items)} items, {mean.n} conversations:",
        "",
        "| item | n | gold | κ | AC | bias | α of people | κ of people |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_line(row, item) for row, item in zip(rows, items, strict=True)),
    ]


def _line(row: ItemRow, item: Item) -> str:
    found = row.figures
    most = max(range(len(found.levels)), key=lambda i: found.prevalence[i])
    named = found.levels.index(MET) if item.scale == "binary" else most
    share = f"{found.prevalence[named]:.0%} `{found.levels[named]}`"
    source = "" if found.source == "human" else f" ({found.source})"
    cells = (
        f"`{found.item_id}`{source}",
        str(found.scored),
        share,
        _interval(found.kappa),
        _interval(found.ac),
        _interval(found.bias),
        _figure(found.human_alpha.estimate),
        _figure(found.human_kappa.estimate),
    )
    return f"| {' | '.join(cells)} |"


def _order(read: PublicSet, judge: str, verdicts: Verdicts) -> list[str]:
    lines = []
    for item in read.rubric.items() if read.rubric else ():
        units = [u for u in read.values if u.item_id == item.id and (v := verdicts.get(u)) and v.label in item.levels]
        judged = [float(item.levels.index(str(verdicts[unit].label))) for unit in units]
        found = spearman([read.values[u] for u in units], judged, clusters=[u.transcript_id for u in units], seed=_SEED)
        lines.append(f"**{judge}**, `{item.id}`: ρ with the mean of people {_interval(found)}, n = {len(units)}.")
    return lines


def _interval(found: Interval) -> str:
    if isnan(found.estimate):
        return "–"
    return f"{_figure(found.estimate)} ({_figure(found.low)} to {_figure(found.high)})"


def _figure(value: float) -> str:
    return "–" if isnan(value) else f"{value + 0.0:z.2f}".replace("-", "−").replace("0.", ".", 1)
