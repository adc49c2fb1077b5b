"""`llm-grader eval`: how a judge agrees with people, and whether it stays the same where it should."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.measuring.counterfactuals import injection, languages, names, repeats
from llm_grader.cli.measuring.people import auditors, scores
from llm_grader.cli.measuring.two_runs import two_runs
from llm_grader.cli.setup import options
from llm_grader.errors import UsageError
from llm_grader.readers.garbage import no_search

if TYPE_CHECKING:
    from llm_grader.cli.setup.judging import Cards
    from llm_grader.eval.judge.comparison import Comparison
    from llm_grader.verdict import Scorecard

_SOME_FAILED = 3
_NOTHING = "no verdict meets a label: the results are of other conversations or items; see `llm-grader results list`"

app = typer.Typer(no_args_is_help=True, invoke_without_command=True, rich_markup_mode=None)
for _check in (languages, names, injection, repeats, auditors, scores):
    app.command()(_check)
app.command("compare")(two_runs)

Gold = Annotated[
    Path | None,
    typer.Option("--gold", help="Folder with transcripts.jsonl and labels, a public set's, or a file of labels."),
]
RunNumber = Annotated[
    int | None, typer.Option("--run", help="Number of the run. [the latest result of each conversation]")
]
Seed = Annotated[int, typer.Option("--seed", help="Of the resampling: the same seed gives the same intervals.")]


@app.callback()
@options.grouped
def compare(
    *,
    context: typer.Context,
    gold: Gold = None,
    rubric: options.Rubric = None,
    run: RunNumber = None,
    store: options.StoreFile = None,
    endpoint: options.NewGradingFlags,
    language: options.Language = None,
    by: Annotated[
        Literal["language", "channel", "agent", "team", "week", "section"] | None,
        typer.Option("--by", help="A table for each of them."),
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
    some, or no verdict meets a label. Looks at gates are counted beside the store. Further settings, among them the
    thresholds of the gates, are taken from the environment and llm-grader.toml, as in `llm-grader grade`.

    Example: llm-grader eval --gold eval/gold --model local

    Example: llm-grader eval --gold labels.csv --rubric helpdesk_qa --run 3 --fail-under amber

    Example: llm-grader eval --gold gold/ --by language --disagreements 20 --json > agreement.jsonl
    """
    from llm_grader.cli.setup.judging import cards_for, run_numbers
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.comparison import compare as compare_judge
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.eval.summary.floors import parse_floor
    from llm_grader.eval.summary.gate_log import GateLog

    if context.invoked_subcommand is not None:
        return
    if gold is None:
        raise UsageError("say with --gold where the labels are")
    floor = None if fail_under is None else parse_floor(fail_under)
    settings = load_settings(endpoint, language=language, store=store)
    with no_search():
        labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
        if annotators is not None:
            labelled = labelled.by_annotators(name.strip() for name in annotators.split(","))
    cards = cards_for(labelled, settings, run=run, grade=endpoint.model is not None)
    with no_search():
        found = compare_judge(
            labelled,
            _Reread(cards),
            by=by,
            show=disagreements,
            seed=seed,
            thresholds=settings.thresholds,
            log=GateLog(settings.store.with_name(f"{settings.store.name}.looks.jsonl")),
        )
    found = replace(found, origin=replace(found.origin, runs=run_numbers(settings, found.keys)))
    if json:
        _print_json(found)
    else:
        _print_tables(found, labelled.sources, disagreements=disagreements > 0)
    missed = [] if floor is None else found.below(floor)
    for line in (*found.notes, *missed, *([] if found.compared else [_NOTHING])):
        typer.echo(f"llm-grader: {line}", err=True)
    incomplete = not found.compared or (endpoint.model is not None and found.failed)
    raise typer.Exit(1 if missed else _SOME_FAILED if incomplete else 0)


class _Reread:
    """Cards that are read anew each time they are gone through.

    Args:
        read: reads them.
    """

    def __init__(self, read: Cards) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Scorecard]:
        return iter(self._read())


def _print_json(found: Comparison) -> None:
    from llm_grader.eval.judge.as_json import comparison_as_json

    for plain in comparison_as_json(found):
        typer.echo(json_module.dumps(plain, ensure_ascii=False))


def _print_tables(found: Comparison, sources: Sequence[str], *, disagreements: bool) -> None:
    from llm_grader.cli.terminal.eval_tables import print_disagreements, print_groups
    from llm_grader.cli.terminal.show import stdout_console
    from llm_grader.eval.summary.origin import describe

    console = stdout_console()
    print_groups(console, found.groups, sources)
    if disagreements:
        print_disagreements(console, found.shown, found.disagreements)
        if found.kept_back:
            console.print(f"{found.kept_back:,} more lie in conversations kept for tests of wordings and of drift.")
    console.print(describe(found.origin), style="dim", markup=False, highlight=False)
