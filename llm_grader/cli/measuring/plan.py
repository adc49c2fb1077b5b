"""`llm-grader plan`."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from rich.table import Table

    from llm_grader.eval.judge.label_plan import ItemPlan, LabelNumbers


def plan(
    gold: Annotated[
        Path | None, typer.Option("--gold", help="Labels there are already: says what each item still needs.")
    ] = None,
    rubric: options.Rubric = None,
    kappa: Annotated[float, typer.Option("--kappa", help="The agreement expected.", min=0, max=1)] = 0.7,
    half_width: Annotated[
        float, typer.Option("--half-width", help="How close κ is to be known.", min=0.001, max=1)
    ] = 0.1,
    prevalence: Annotated[
        list[float] | None, typer.Option("--prevalence", help="Share of the rarer label; may be given several times.")
    ] = None,
    people_kappa: Annotated[
        float,
        typer.Option(
            "--people-kappa", help="Agreement of two auditors, where their labels do not tell.", min=0.01, max=0.99
        ),
    ] = 0.8,
    json: options.Json = False,
) -> None:
    """Say how many labels it takes to know how well a judge agrees with people, and to see it GREEN.

    GREEN is counted for a judge as good as the auditors are among each other, in four of five cases; the thresholds
    are those of llm-grader.toml.

    Example: llm-grader plan

    Example: llm-grader plan --prevalence 0.08 --half-width 0.05

    Example: llm-grader plan --gold gold/ --rubric helpdesk_qa
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.label_plan import PREVALENCES, plan_items, plan_numbers
    from llm_grader.eval.judge.labelled_set import load_labelled_set

    settings = load_settings()
    wanted = {"kappa": kappa, "half_width": half_width, "people_kappa": people_kappa}
    if gold is None:
        numbers = plan_numbers(**wanted, prevalences=prevalence or PREVALENCES, thresholds=settings.thresholds)
        _print_numbers(numbers, as_json=json)
    else:
        labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
        _print_items(plan_items(labelled, **wanted, thresholds=settings.thresholds), gold, as_json=json)


def _print_items(plans: tuple[ItemPlan, ...], gold: Path, *, as_json: bool) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    if as_json:
        for item in plans:
            typer.echo(json_module.dumps(asdict(item)))
        return
    console = stdout_console()
    console.print(_table_of_items(plans))
    for item in plans:
        if item.green is not None and item.green.transcripts is None:
            console.print(f"{item.item_id} is never GREEN: {item.green.condition}", style="red", highlight=False)
    console.print(" ".join(_LEGEND.split()), style="dim", markup=False, highlight=False)
    planned = [item for item in plans if item.missing_for_green]
    if planned:
        most = max(planned, key=lambda item: item.missing_for_green or 0)
        console.print(_next_sample(most, gold), highlight=False, markup=False, soft_wrap=True)


_LEGEND = """\
rarer: the share of labels that are not the most common one; nothing can be planned while no label differs. for κ: so
many, each labelled by a person and judged, bring κ within the half-width. GREEN: so many, each labelled by two people
and judged, until a judge as good as your auditors is GREEN in four of five cases, or never, where they agree too little
with one another. missing: of these."""


def _next_sample(item: ItemPlan, gold: Path) -> str:
    """What to draw for the item that lacks most: one sample serves all items."""
    from llm_grader.eval.labels.sample import FILE

    green = item.green.transcripts if item.green is not None else None
    folder = f"{gold} --extend" if (gold / FILE).exists() else "FOLDER"
    return (
        f"{item.item_id} lacks most; one sample serves all of them:\n"
        f"llm-grader audit sample --gold {folder} --random {green} --overlap {green}"
    )


def _print_numbers(numbers: LabelNumbers, *, as_json: bool) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    if as_json:
        keyed = {"transcripts": numbers.transcripts, "without_error": numbers.without_error}
        plain = {**asdict(numbers), **{name: _keyed(counts) for name, counts in keyed.items()}}
        green = {f"{share:g}": asdict(of_share) for share, of_share in numbers.until_green.items()}
        typer.echo(json_module.dumps({**plain, "until_green": green}))
        return
    console = stdout_console()
    kappa, half_width = numbers.kappa, numbers.half_width
    console.print(
        f"Transcripts, each labelled by people and judged, that bring a κ of {kappa:g} within {half_width:g}:"
    )
    console.print(_table_of_numbers("share of the rarer label", "transcripts", numbers.transcripts))
    console.print("Transcripts without a single error that show the error rate to be at most, with 95 % confidence:")
    console.print(_table_of_numbers("error rate", "transcripts", numbers.without_error))
    console.print(
        "Transcripts, labelled by two people, until a judge as good as they are is GREEN in four of five cases:"
    )
    found = {share: of_share.transcripts for share, of_share in numbers.until_green.items()}
    console.print(_table_of_numbers("share of failures", "transcripts", found))
    known = [number for number in found.values() if number is not None]
    if known:
        console.print(
            "Draw them, such as for the most common of these failures:\n"
            f"llm-grader audit sample --gold gold/ --random {min(known)} --overlap {min(known)} --annotators anna,ben",
            highlight=False,
        )


def _keyed(numbers: dict[float, int]) -> dict[str, int]:
    return {f"{share:g}": number for share, number in numbers.items()}


def _table_of_items(plans: tuple[ItemPlan, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    others = any(item.other_labels for item in plans)
    headings = ["item", "labelled", "by two", *(["not by people"] if others else []), "rarer", "for κ", "missing"]
    for heading in (*headings, "GREEN", "missing"):
        is_item = heading == "item"
        table.add_column(heading, justify="left" if is_item else "right", overflow="fold", no_wrap=not is_item)
    for item in plans:
        counts = [f"{item.labelled:,}", f"{item.double_labelled:,}", *([f"{item.other_labels:,}"] if others else [])]
        needed = None if item.for_kappa is None else max(item.for_kappa, item.for_minority or 0)
        rarer = "none" if item.minority is None else f"{item.minority:.0%}"
        table.add_row(item.item_id, *counts, rarer, _count(needed), _count(item.missing), *_until_green(item))
    return table


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _until_green(item: ItemPlan) -> tuple[str, str]:
    if item.green is None:
        return "–", "–"
    if item.green.transcripts is None:
        return "never", "–"
    return f"{item.green.transcripts:,}", _count(item.missing_for_green)


def _table_of_numbers(name: str, count: str, numbers: Mapping[float, int | None]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    table.add_column(name, justify="right")
    table.add_column(count, justify="right")
    for share, number in numbers.items():
        table.add_row(f"{share:.1%}", "never" if number is None else f"{number:,}")
    return table
