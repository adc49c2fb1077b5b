"""`llm-grader eval`: how a judge agrees with people, and whether it stays the same where it should."""

from __future__ import annotations

import gc
import json as json_module
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.commands.counterfactuals import injection, languages, names, repeats
from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.judging import Cards
    from llm_grader.eval.judge.comparison import Group
    from llm_grader.eval.judge.disagreements import Disagreement
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.eval.labels.turns import TurnPieces
    from llm_grader.eval.labels.units import Verdicts

app = typer.Typer(no_args_is_help=True, invoke_without_command=True, rich_markup_mode=None)
for _check in (languages, names, injection, repeats):
    app.command()(_check)

Gold = Annotated[
    Path | None,
    typer.Option("--gold", help="Folder with transcripts.jsonl and labels, a public set's, or a file of labels."),
]
RunNumber = Annotated[int | None, typer.Option("--run", help="Number of the run. [the latest with this rubric]")]
Seed = Annotated[int, typer.Option("--seed", help="Of the resampling: the same seed gives the same intervals.")]


@app.callback()
def compare(
    context: typer.Context,
    gold: Gold = None,
    rubric: options.Rubric = None,
    run: RunNumber = None,
    store: options.StoreFile = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Grade the conversations with it first. [take what is stored]")
    ] = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    language: options.Language = None,
    by: Annotated[
        Literal["language", "channel", "agent", "team"] | None, typer.Option("--by", help="A table for each of them.")
    ] = None,
    annotators: Annotated[
        str | None,
        typer.Option("--annotators", metavar="A,B", help="Compare with the labels of these alone, as in `expert*`."),
    ] = None,
    disagreements: Annotated[
        int, typer.Option("--disagreements", help="Show so many, the gravest first, side by side.", min=0)
    ] = 0,
    fail_under: Annotated[
        str | None,
        typer.Option(
            "--fail-under", metavar="K", help="Exit with 1 when an item's κ, or gate (amber, green), is less."
        ),
    ] = None,
    seed: Seed = 0,
    json: options.Json = False,
) -> None:
    """Compare verdicts with gold labels, item by item: κ and AC, recall of each label, bias, ceiling and gate.

    Verdicts come from the store, or with --model from grading the conversations now; exit code 3 when that failed for
    some. Further settings are taken from the environment and llm-grader.toml, as in `llm-grader grade`.

    Example: llm-grader eval --gold eval/gold --model local

    Example: llm-grader eval --gold labels.csv --rubric helpdesk_qa --run 3 --fail-under amber

    Example: llm-grader eval --gold gold/ --by language --disagreements 20 --json > agreement.jsonl
    """
    from llm_grader.cli.setup.judging import cards_for
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.comparison import compare_with_gold, lean_verdicts, parse_floor
    from llm_grader.eval.judge.labelled_set import load_labelled_set

    if context.invoked_subcommand is not None:
        return
    if gold is None:
        raise UsageError("say with --gold where the labels are")
    floor = None if fail_under is None else parse_floor(fail_under)
    settings = load_settings(model=model, base_url=base_url, allow_http=allow_http, language=language, store=store)
    with _no_garbage():
        labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
        if annotators is not None:
            labelled = labelled.said_by(name.strip() for name in annotators.split(","))
    cards = cards_for(labelled, settings, run=run, grade=model is not None)
    with _no_garbage():
        verdicts = lean_verdicts(cards(), labelled.pieces)
        groups = compare_with_gold(labelled, verdicts, by=by, seed=seed)
    found = _disagreements(labelled, verdicts) if disagreements else []
    shown = _with_words(found[:disagreements], cards, labelled.pieces)
    if json:
        _print_json(groups, shown)
    else:
        _print_tables(groups, labelled, shown, found, asked=disagreements > 0)
    if floor is not None and _misses(groups, floor):
        raise typer.Exit(1)
    if model is not None and any(card.status == "error" for card in cards()):
        raise typer.Exit(3)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """No search for garbage: among labels by the hundred thousand there is none, and it takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _disagreements(labelled: LabelledSet, verdicts: Verdicts) -> list[Disagreement]:
    from llm_grader.eval.judge.comparison import votes_as_repeats
    from llm_grader.eval.judge.disagreements import find_disagreements

    items = list(labelled.rubric.items())
    return list(find_disagreements(labelled.labels, verdicts, items, repeats=votes_as_repeats(verdicts)))


def _with_words(cases: list[Disagreement], cards: Cards, pieces: TurnPieces) -> list[Disagreement]:
    """The cases with the judge's reasons and quotes, which nothing else needs."""
    from dataclasses import replace

    from llm_grader.eval.judge.report import verdicts_of

    wanted = {case.unit for case in cases}
    whole = {unit: said for card in cards() for unit, said in verdicts_of([card], pieces).items() if unit in wanted}
    return [replace(case, verdict=whole[case.unit]) for case in cases]


def _print_json(groups: Iterable[Group], cases: list[Disagreement]) -> None:
    """One object an item, with its disagreements in it where they were asked for."""
    from llm_grader.eval.judge.comparison import case_as_json, row_as_json

    for group in groups:
        for row in group.rows:
            told = row_as_json(row, group.name)
            if cases:
                told["disagreements"] = [case_as_json(c) for c in cases if c.unit.item_id == row.figures.item_id]
            typer.echo(json_module.dumps(told, ensure_ascii=False))


def _print_tables(
    groups: tuple[Group, ...],
    labelled: LabelledSet,
    shown: list[Disagreement],
    found: list[Disagreement],
    *,
    asked: bool,
) -> None:
    from llm_grader.cli.terminal.eval_tables import print_disagreements, print_groups
    from llm_grader.cli.terminal.show import stdout_console

    console = stdout_console()
    print_groups(console, groups, labelled.sources)
    if asked:
        print_disagreements(console, shown, found)


def _misses(groups: Iterable[Group], floor: float | Literal["amber", "green"]) -> bool:
    """Whether an item misses the floor; each that does is told on stderr."""
    from llm_grader.eval.judge.comparison import below

    missed = [(group.name, line) for group in groups for line in below(group.rows, floor)]
    for name, line in missed:
        typer.echo(f"llm-grader: {f'{name}: ' if name is not None else ''}{line}", err=True)
    return bool(missed)
