"""`llm-grader eval compare`: two runs, or two judges, on one gold set."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict, replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.eval.stats.bootstrap import Interval
    from llm_grader.eval.summary.two_judges import TwoJudges


def two_runs(
    first: Annotated[str, typer.Argument(help="Number of a run, or file of scorecards.", metavar="RUN")],
    second: Annotated[str, typer.Argument(help="The other one.", metavar="RUN")],
    gold: Annotated[Path, typer.Option("--gold", help="Labels, as for `llm-grader eval`.")],
    rubric: options.Rubric = None,
    store: options.StoreFile = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the resampling.")] = 0,
    json: options.Json = False,
) -> None:
    """Compare two runs with the same labels: which of two judges agrees better with people, item by item.

    Example: llm-grader eval compare 16 17 --gold gold/
    """
    from llm_grader.cli.setup.judging import grading_of
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.as_json import without_nan
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.eval.summary.two_judges import compare_judges

    settings = load_settings(store=store)
    labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    cards = (grading_of(which, settings, labelled.rubric) for which in (first, second))
    found = compare_judges(labelled, *cards, seed=seed)
    numbers = [(int(which),) if which.isdecimal() else () for which in (first, second)]
    first_origin, second_origin = (
        replace(origin, runs=runs) for origin, runs in zip((found.first, found.second), numbers, strict=True)
    )
    found = replace(found, first=first_origin, second=second_origin)
    if json:
        origins = {"first": asdict(found.first), "second": asdict(found.second)}
        for item in found.items:
            typer.echo(json_module.dumps(without_nan({**asdict(item), **origins}), ensure_ascii=False))
    else:
        _print(found)


def _print(found: TwoJudges) -> None:
    from rich.table import Table

    from llm_grader.cli.terminal.show import stdout_console
    from llm_grader.eval.summary.origin import describe

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "n", "κ first", "second", "difference", "in recall", "better", "worse", "p"):
        table.add_column(heading, justify="left" if heading == "item" else "right", overflow="fold")
    for item in found.items:
        kappas = [_figure(item.first_kappa), _figure(item.second_kappa)]
        differences = [_interval(item.kappa_difference), _interval(item.recall_difference)]
        counts = [f"{item.improved:,}", f"{item.worsened:,}", f"{item.adjusted:.3f}"]
        table.add_row(item.item_id, f"{item.n:,}", *kappas, *differences, *counts)
    console = stdout_console()
    console.print(table)
    console.print(" ".join(_LEGEND.split()), style="dim", markup=False, highlight=False)
    for name, origin in (("first", found.first), ("second", found.second)):
        console.print(f"{name}: {describe(origin)}", style="dim", markup=False, highlight=False)


_LEGEND = """\
κ is over all answers: what a judge leaves open disagrees. difference: κ of the second less that of the first; in
recall: how many more of the failures it finds; in brackets where it lies in 95 of 100 cases. better, worse:
conversations that the second alone, or the first alone, answers as people do. p: how easily chance brings such a
difference about, all items considered together; below .05 it is hardly chance."""


def _figure(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}"


def _interval(found: Interval | None) -> str:
    if found is None or isnan(found.estimate):
        return "–"
    return f"{found.estimate:+.2f} ({found.low:+.2f} to {found.high:+.2f})"
