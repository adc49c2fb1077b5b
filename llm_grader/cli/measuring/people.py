"""`llm-grader eval auditors` and `llm-grader eval scores`."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from rich.table import Table

    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.eval.labels.units import Verdicts
    from llm_grader.eval.people.auditors import AuditorReport
    from llm_grader.eval.people.scores import ScoreAgreement
    from llm_grader.eval.stats.bootstrap import Interval
    from llm_grader.eval.stats.proportions import Proportion

Gold = Annotated[Path, typer.Option("--gold", help="Labels, as for `llm-grader eval`.")]
Run = Annotated[int | None, typer.Option("--run", help="Put the judge of this run among the people.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the resampling.")]


def auditors(
    gold: Gold,
    rubric: options.Rubric = None,
    run: Run = None,
    store: options.StoreFile = None,
    seed: Seed = 0,
    json: options.Json = False,
) -> None:
    """Compare auditors: how lenient each is, how they agree with the others and in pairs, which items are hard.

    With --run the judge of that run is one of them, and with three auditors or more the alternative annotator test says
    for how many of them it could stand in. That test is no gate: where nearly everything is met, a judge that always
    says so passes it.

    Example: llm-grader eval auditors --gold gold/ --run 17
    """
    from llm_grader.eval.people.auditors import compare_auditors

    labelled, verdicts = _labelled(gold, rubric, run, store)
    found = compare_auditors(labelled, verdicts, seed=seed)
    if json:
        _print_json([("auditor", row) for row in found.auditors])
        _print_json([("pair", row) for row in found.pairs])
        _print_json([("item", row) for row in found.items])
        _print_json([("alternative", row) for row in [found.alternative] if row is not None])
    else:
        _print_auditors(found)
    _print_origin(labelled, run, seed, json=json)


def scores(
    gold: Gold,
    rubric: options.Rubric = None,
    run: Run = None,
    store: options.StoreFile = None,
    seed: Seed = 0,
    json: options.Json = False,
) -> None:
    """Compare whole scores: those of people, those of the judge, and whether both pass the same conversations.

    Each two are compared over the items that both answered.

    Example: llm-grader eval scores --gold gold/ --run 17
    """
    from llm_grader.eval.people.scores import compare_scores

    labelled, verdicts = _labelled(gold, rubric, run, store)
    found = compare_scores(labelled, verdicts, seed=seed)
    if json:
        _print_json([("scores", row) for row in found])
    else:
        _print_scores(found)
    _print_origin(labelled, run, seed, json=json)


def _labelled(
    gold: Path, rubric: str | None, run: int | None, store: Path | None
) -> tuple[LabelledSet, Verdicts | None]:
    """The labels, and the verdicts of the run that is named, or of the latest results where the store has any."""
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.labelled_set import load_labelled_set

    settings = load_settings(store=store)
    labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    for note in labelled.notes:
        typer.echo(f"llm-grader: {note}", err=True)
    if run is None and store is None:
        return labelled, None
    return labelled, _verdicts(labelled, settings, run)


def _verdicts(labelled: LabelledSet, settings: Settings, run: int | None) -> Verdicts:
    from llm_grader.cli.setup.judging import stored_cards
    from llm_grader.eval.judge.comparison import lean_verdicts

    return lean_verdicts(stored_cards(settings, run, labelled.rubric), labelled.pieces)


def _print_json(rows: Iterable[tuple[str, object]]) -> None:
    from llm_grader.eval.judge.as_json import without_nan

    for kind, row in rows:
        typer.echo(json_module.dumps({"kind": kind, **without_nan(asdict(row))}, ensure_ascii=False))  # type: ignore[call-overload]


def _print_origin(labelled: LabelledSet, run: int | None, seed: int, *, json: bool) -> None:
    """Of which labels, and of which run, it was."""
    from llm_grader.cli.terminal.show import stdout_console
    from llm_grader.eval.summary.origin import describe, origin_of

    origin = origin_of(labelled, [], seed=seed, runs=[] if run is None else [run])
    if json:
        _print_json([("origin", origin)])
    else:
        stdout_console().print(describe(origin), style="dim", markup=False, highlight=False)


def _print_auditors(found: AuditorReport) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    console = stdout_console()
    people = _table("auditor", "labels", "leniency", "with the others", "severity", "likely right")
    for row in found.auditors:
        severity, right = (_figure(x, signed=x is row.severity) for x in (row.severity, row.likely_right))
        people.add_row(row.name, f"{row.labels:,}", _points(row.leniency), _share(row.agreement), severity, right)
    pairs = _table("two of them", "n", "agree", "κ")
    for pair in found.pairs:
        pairs.add_row(f"{pair.first}, {pair.second}", f"{pair.n:,}", f"{pair.agreement:.0%}", _figure(pair.kappa))
    items = _table("item", "labelled twice", "differ", "α", "difficulty")
    for item in found.items:
        hard = _figure(item.difficulty, signed=True)
        items.add_row(item.item_id, f"{item.n:,}", f"{item.differing:.0%}", _figure(item.alpha), hard)
    for table in (people, pairs, items):
        console.print(table)
    console.print(
        "leniency: points given above those of the others, of 100. severity: how much stricter than the average, in "
        "log-odds, where all labelled the same. likely right: share of right answers if what most careful people say "
        "is true, from three people on. difficulty: how good a conversation has to be until the item is met in half of "
        "the cases, 0 an average one.",
        style="dim",
    )
    if (test := found.alternative) is not None:
        console.print(
            f"Alternative annotator test: the judge may stand in for {test.winning_rate:.0%} of the auditors; one that "
            f"always says the same for {test.constant_winning_rate:.0%}.",
            markup=False,
        )


def _print_scores(found: Sequence[ScoreAgreement]) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    table = _table("two of them", "n", "items", "difference", "apart", "ICC", "pass alike", "κ")
    for row in found:
        low, high = row.difference.low, row.difference.high
        difference = f"{row.difference.estimate:+.1f} ({low:+.1f} to {high:+.1f})"
        alike = "–" if isnan(row.passed_alike) else f"{row.passed_alike:.0%}"
        cells = (f"{row.n:,}", f"{row.items:.1f}", difference, f"{row.distance:.1f}", _figure(row.icc), alike)
        table.add_row(f"{row.first}, {row.second}", *cells, _figure(row.passed_kappa))
    console = stdout_console()
    console.print(table)
    console.print(
        "Scores of 0 to 100 over the items that both answered. difference: the second's less the first's; apart: how "
        "far on average, whichever way. ICC: 1 where scores are the same, 0 where they have nothing in common. "
        "pass alike: both pass, or both fail; κ: the same beyond chance.",
        style="dim",
    )


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    return table


def _figure(value: float | None, *, signed: bool = False) -> str:
    if value is None or isnan(value):
        return "–"
    return f"{value:+.2f}" if signed else f"{value:.2f}"


def _points(found: Interval) -> str:
    if isnan(found.estimate):
        return "–"
    return f"{100 * found.estimate:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _share(found: Proportion) -> str:
    return "–" if isnan(found.estimate) else f"{found.estimate:.0%} ({found.low:.0%} to {found.high:.0%})"
