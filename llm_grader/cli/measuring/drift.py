"""`llm-grader drift`."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.item_drift import Drift
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard

_SOME_FAILED = 3

Anchors = Annotated[
    list[str] | None, typer.Argument(help="The anchors, to be graded again with --model.", metavar="[INPUT…]")
]


@options.grouped
def drift(
    *,
    inputs: Anchors = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="The anchors are the part of it that `refine` leaves alone.")
    ] = None,
    before: Annotated[
        str, typer.Option("--before", help="The frozen grading: number of a run, or file of scorecards.")
    ] = "",
    after: Annotated[
        str | None, typer.Option("--after", help="The new one, likewise. [grade INPUT now, afresh]")
    ] = None,
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    language: options.Language = None,
    store: options.StoreFile = None,
    level: Annotated[
        float, typer.Option("--level", help="Share of false alarms accepted among alarms.", min=0, max=1)
    ] = 0.05,
    json: options.Json = False,
) -> None:
    """Tell whether a judge has changed: frozen anchors graded again, compared item by item and all items together.

    Without --after, the anchors are graded now, whatever the store has. Exit code 1: an item has drifted, or all
    together; 3: none has, as far as those tell that could be graded.

    Example: llm-grader drift anchors.jsonl --before frozen-cards.jsonl --model gpt-6-luna

    Example: llm-grader drift --gold gold/ --before frozen-cards.jsonl --model gpt-6-luna

    Example: llm-grader drift --before 3 --after 17 --rubric helpdesk_qa
    """
    from llm_grader.cli.setup.judging import grading_of
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.item_drift import drift as compare_gradings
    from llm_grader.eval.judge.item_drift import drift_until_now
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.rubric.load import load_rubric

    if not before:
        raise UsageError("say with --before what the frozen grading is: number of a run, or file of scorecards")
    if [after is not None, bool(inputs), gold is not None].count(True) != 1:
        raise UsageError("give one of them: --after, the anchors to grade now, or the --gold that they are part of")
    settings = load_settings(endpoint, rubric=rubric, language=language, store=store)
    labelled = None if gold is None else load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    loaded = load_rubric(settings.rubric) if labelled is None else labelled.rubric
    frozen = grading_of(before, settings, loaded)
    if after is None:
        anchors, grade = _anchors(inputs, labelled), partial(_graded, settings=settings, rubric=loaded)
        found = drift_until_now(frozen, anchors, grade, loaded, level=level, notify=_notify)
    else:
        found = compare_gradings(frozen, grading_of(after, settings, loaded), loaded, level=level, notify=_notify)
    if json:
        for item in found.items:
            typer.echo(json_module.dumps(asdict(item)))
        power = {"power_of_item": found.power_of_item, "power_of_all": found.power_of_all}
        origin = {"rubric_id": loaded.id, "rubric_hash": loaded.content_hash(), "models": found.models}
        typer.echo(json_module.dumps({"item_id": None, **asdict(found.pooled), **power, **origin}))
    else:
        _print(found)
    raise typer.Exit(1 if found.drifted else _SOME_FAILED if found.failed else 0)


def _anchors(inputs: list[str] | None, labelled: LabelledSet | None) -> list[Transcript]:
    from llm_grader.cli.setup.inputs import read_all
    from llm_grader.eval.judge.item_drift import frozen_anchors

    return read_all(inputs or []) if labelled is None else frozen_anchors(labelled)


def _graded(anchors: Sequence[Transcript], *, settings: Settings, rubric: Rubric) -> list[Scorecard]:
    from llm_grader.cli.setup.judging import Judging

    with Judging(settings, stored=False) as judging:
        return judging.grade(anchors, rubric=rubric)


def _notify(line: str) -> None:
    typer.echo(f"llm-grader: {line}", err=True)


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if part else "0"


def _print(found: Drift) -> None:
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import stdout_console

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "anchors", "changed", "only once", "p", "adjusted", ""):
        table.add_column(heading, justify="left" if heading == "item" else "right")
    for item in found.items:
        shares = _share(item.changed, item.n), _share(item.lost, item.n + item.lost)
        mark = Text("drifted" if item.drifted else "", style="red")
        table.add_row(item.item_id, f"{item.n:,}", *shares, f"{item.p:.3f}", f"{item.adjusted:.3f}", mark)
    console = stdout_console()
    console.print(table)
    console.print(
        "anchors: scored in both gradings; only once: in one of them alone. p: how easily chance moves so many one "
        "way; adjusted: the same, all items considered together.",
        style="dim",
    )
    pooled = found.pooled
    console.print(
        f"All items: {pooled.better:,} verdicts became better for the agent and {pooled.worse:,} worse, "
        f"p = {pooled.p:.3f}, adjusted {pooled.adjusted:.3f}{': drifted' if pooled.drifted else ''}",
        style="red" if pooled.drifted else "",
    )
    console.print(
        f"{pooled.anchors:,} anchors. A change of 8 % one way and 2 % the other would show in "
        f"{found.power_of_item:.0%} of the cases on one item alone, in {found.power_of_all:.0%} on all of them.",
        style="dim",
    )
    before, after = (", ".join(models) or "?" for models in found.models)
    console.print(f"Graded by {before}, and later by {after}.", style="dim", markup=False)
