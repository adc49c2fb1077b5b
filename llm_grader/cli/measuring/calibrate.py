"""`llm-grader calibrate`."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from rich.console import Console

    from llm_grader.eval.judge.calibrating import CalibrationFit


_SOME_FAILED = 3


@options.grouped
def calibrate(
    *,
    gold: Annotated[Path, typer.Option("--gold", help="Labels from people: as for `llm-grader eval`.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("calibration.json"),
    max_error: Annotated[
        float,
        typer.Option(
            "--max-error", help="Share of wrong ones promised among verdicts that may stand.", min=0.001, max=0.5
        ),
    ] = 0.05,
    rubric: options.Rubric = None,
    run: Annotated[
        int | None, typer.Option("--run", help="Number of the run. [the latest result of each conversation]")
    ] = None,
    store: options.StoreFile = None,
    endpoint: options.NewGradingFlags,
    language: options.Language = None,
    json: options.Json = False,
) -> None:
    """Measure on labels from people what a judge's confidence is worth and how often it errs, and keep it in a file.

    `llm-grader grade --calibration FILE` then gives calibrated confidences and corrected pass rates. The file holds for
    this rubric, model and settings only. Labels that are not from people are refused. Exit code 3: grading with --model
    failed for some, and the rest was measured.

    Example: llm-grader calibrate --gold gold/ --run 3 --out calibration.json
    """
    from llm_grader.cli.setup.judging import cards_for
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.outputs import need_writable, write_text
    from llm_grader.eval.judge.as_json import without_nan
    from llm_grader.eval.judge.calibrating import calibrate as calibrate_judge
    from llm_grader.eval.judge.labelled_set import load_labelled_set

    settings = load_settings(endpoint, language=language, store=store)
    labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    need_writable(out)
    cards = cards_for(labelled, settings, run=run, grade=endpoint.model is not None)
    fit = calibrate_judge(labelled, cards(), max_error=max_error)
    write_text(out, fit.calibration.model_dump_json(indent=1) + "\n")
    if json:
        by_kind = {"before": fit.before, "after": fit.after}
        plain = {when: {kind: asdict(quality) for kind, quality in by.items()} for when, by in by_kind.items()}
        routes = {item_id: without_nan(asdict(route)) for item_id, route in fit.routes.items()}
        typer.echo(json_module.dumps({**plain, "refused": fit.refused, "routes": routes}))
    else:
        _print(fit, out)
    if endpoint.model is not None and fit.failed:
        raise typer.Exit(_SOME_FAILED)


def _print(fit: CalibrationFit, out: Path) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    console, calibration = stdout_console(), fit.calibration
    _print_quality(console, fit)
    for item_id, route in fit.routes.items():
        console.print(f"{item_id}: {route.reason}", markup=False)
    if fit.refused:
        console.print(
            f"No better than the judge's own on conversations left out: {', '.join(fit.refused)}", markup=False
        )
    elif not calibration.lines:
        console.print(
            "No confidences are calibrated: too few verdicts have one; `logprobs = true` or samples give them."
        )
    console.print(
        f"{out}: calibrated confidences for {len(calibration.lines)} items, known errors for "
        f"{len(calibration.error_rates)}, from {calibration.fitted.transcripts:,} conversations",
        markup=False,
    )


def _print_quality(console: Console, fit: CalibrationFit) -> None:
    """How good the confidences are, before and after, in transcripts that were left out of the fit."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    for heading in ("items", "labels", "ECE", "calibrated", "Brier", "calibrated", "AUROC", "calibrated"):
        table.add_column(heading, justify="left" if heading == "items" else "right")
    for kind, before in fit.before.items():
        after = fit.after[kind]
        pairs = ((before.ece, after.ece), (before.brier, after.brier), (before.auroc, after.auroc))
        table.add_row(kind, f"{before.labels:,}", *(f"{value:.3f}" for pair in pairs for value in pair))
    if fit.before:
        console.print(table)
