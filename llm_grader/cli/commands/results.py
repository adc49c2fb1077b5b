"""`llm-grader results`."""

from __future__ import annotations

import json as json_module
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.cli.terminal.show import ItemLine
    from llm_grader.store.store import Store
    from llm_grader.verdict import Scorecard

app = typer.Typer(help="Look at the results that are in the store, and carry them away.", no_args_is_help=True)

RunNumber = Annotated[
    int | None,
    typer.Option(
        "--run", metavar="NUMBER", help="Only of this run, see `results list`. [the latest of each conversation]"
    ),
]


@app.command("list")
def list_runs(store: options.StoreFile = None, json: options.Json = False) -> None:
    """List the runs, the latest first.

    Example: llm-grader results list --store llm-grader.db
    """
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import stdout_console

    with open_store(store) as opened:
        runs = opened.runs()
    if json:
        for run in runs:
            typer.echo(json_module.dumps(run._asdict()))
        return
    table = Table(box=None, padding=(0, 1))
    for heading in ("run", "started (UTC)", "rubric", "model", "ok", "needs review", "errors", "not graded"):
        table.add_column(heading)
    for run in runs:
        rubric = f"{run.rubric_id} {run.rubric_version} ({run.rubric_hash[:8]})"
        started = run.started_at[:19].replace("T", " ")
        counts = (str(run.ok), str(run.needs_review), str(run.errors), str(run.not_graded))
        table.add_row(str(run.run_id), started, Text(rubric), Text(run.model), *counts)
    stdout_console().print(table)


@app.command("show")
def show(
    transcript: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help="Ids of transcripts. [all, in brief]")
    ] = None,
    run: RunNumber = None,
    store: options.StoreFile = None,
    json: options.Json = False,
) -> None:
    """Show scorecards: all in brief, or those of some transcripts in full.

    The latest result of each conversation counts, whatever run it is of, unless a run is named.

    Example: llm-grader results show

    Example: llm-grader results show chat-17 --run 3

    Example: llm-grader results show --json > cards.jsonl
    """
    from llm_grader.errors import UsageError

    wanted = set(transcript or [])
    with open_store(store) as opened:
        if run is not None and run not in {listed.run_id for listed in opened.runs()}:
            raise UsageError(f"--run {run}: there is no such run in {opened.path}: see `llm-grader results list`")
        cards = [card for card in opened.cards(run) if not wanted or card.transcript_id in wanted]
        items = [_items(card, opened) for card in cards if wanted and not json]
    if missing := wanted - {card.transcript_id for card in cards}:
        where = "the store" if run is None else f"run {run}"
        raise UsageError(f"no result for {', '.join(sorted(missing))} in {where}: see `llm-grader results show`")
    if json:
        for card in cards:
            typer.echo(card.model_dump_json())
    else:
        _print(cards, items)
    typer.echo(_origin(cards), err=True)


def _print(cards: Sequence[Scorecard], items: Sequence[dict[str, ItemLine]]) -> None:
    """The cards in full where there are lines of items for them, else in brief."""
    from llm_grader.cli.terminal.show import print_card, print_summary, stdout_console
    from llm_grader.store.stored import Brief

    console = stdout_console()
    if not items:
        print_summary(console, [Brief.of(card) for card in cards])
    for card, lines in zip(cards, items, strict=False):
        print_card(console, card, lines)


@app.command("forget")
def forget_conversations(
    transcript: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Ids of transcripts.")] = None,
    before: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", help="Also those that began before this day; where unknown, kept before it."),
    ] = None,
    store: options.StoreFile = None,
) -> None:
    """Erase conversations from the store: text, quotes, results and what they are grouped by.

    Labels in your own gold files stay: erase those there.

    Example: llm-grader results forget chat-17

    Example: llm-grader results forget --before 2026-01-01
    """
    from llm_grader.errors import UsageError
    from llm_grader.store.conversations import forget

    if not transcript and before is None:
        raise UsageError("say which conversations: their ids, or --before DATE")
    with open_store(store) as opened:
        gone = forget(opened, transcript or [], before=None if before is None else before.astimezone())
        path = opened.path
    if gone.conversations == 0:
        raise UsageError(f"{path}: there is no such conversation: see `llm-grader results show`")
    typer.echo(
        f"erased from {path}: {gone.conversations} conversations with {gone.texts} texts and {gone.results} results; "
        "copies elsewhere, reports, exports and labels among them, are not touched",
        err=True,
    )


def _origin(cards: Sequence[Scorecard]) -> str:
    """Of which rubrics and models the cards are, and how many conversations share an id."""
    made = Counter(
        f"{card.provenance.rubric_id} {card.provenance.rubric_version} by {card.provenance.model}" for card in cards
    )
    text = f"{len(cards)} results: " + ", ".join(f"{count} of {what}" for what, count in made.most_common())
    ids = Counter((card.transcript_id, card.provenance.rubric_id) for card in cards)
    if repeated := [name for (name, _), count in ids.items() if count > 1]:
        text += f"; several conversations have the id {', '.join(repeated[:5])}: each is shown"
    return text


@app.command("export")
def export(
    *,
    format: Annotated[  # noqa: A002 - what it is called
        Literal["jsonl", "csv", "xlsx", "parquet", "dataset", "langfuse", "phoenix"],
        typer.Argument(metavar="FORMAT", help="jsonl, csv, xlsx, parquet, dataset; scores for langfuse or phoenix."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File, or folder for all tables. [standard output, of jsonl and csv]"),
    ] = None,
    table: Annotated[
        Literal["cards", "verdicts", "evidence", "items", "runs"] | None,
        typer.Option("--table", help="Which table. [verdicts; all in a folder or workbook]"),
    ] = None,
    run: Annotated[
        int | None, typer.Option("--run", help="Number of a run. [latest result of each conversation]")
    ] = None,
    rubric: Annotated[
        str | None, typer.Option("--rubric", "-r", help="Id of the rubric that was graded by. [the latest run's]")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="Labels of people: final_label, label_by and gate go by them.")
    ] = None,
    calibration: options.CalibrationFile = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="Between the cells of CSV, such as ; for Excel.")] = ",",
    bom: Annotated[bool, typer.Option("--bom", help="Mark CSV as UTF-8 for Excel.")] = False,
    store: options.StoreFile = None,
) -> None:
    """Export results as tables: cards, verdicts, evidence, items, runs; or as lines of scores for Langfuse or Phoenix.

    Example: llm-grader results export csv --bom > verdicts.csv

    Example: llm-grader results export xlsx -o november.xlsx --gold gold/

    Example: llm-grader results export parquet -o tables/
    """
    from llm_grader.cli.setup.inputs import load_calibration_of, load_gold
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.errors import UsageError
    from llm_grader.report.results import StoredResults
    from llm_grader.report.tables.export import ExportSettings, ResultRows, write_export

    if len(delimiter) != 1:
        raise UsageError(f"--delimiter: expected one character, found {delimiter!r}")
    settings = load_settings(store=store, calibration=calibration)
    with open_store(store) as opened:
        results = StoredResults(opened, run=run, rubric_id=rubric)
        labelled = load_gold(gold, results.rubric)
        rows = ResultRows(results, () if labelled is None else labelled.labels, load_calibration_of(settings))
        written = write_export(rows, format, output, ExportSettings(table, delimiter, bom))
    for path in written:
        typer.echo(f"wrote {path}", err=True)


def _items(card: Scorecard, store: Store) -> dict[str, ItemLine]:
    """What the items were when the card was graded; nothing where the store does not know its rubric."""
    from llm_grader.cli.terminal.show import items_of
    from llm_grader.store.past_runs import read_rubric

    rubric = read_rubric(store, card.provenance.rubric_hash)
    return {} if rubric is None else items_of(rubric, str(card.provenance.parameters.get("language") or "en"))


def open_store(file: object) -> Store:
    """The store that a flag or the settings name.

    Raises:
        UsageError: there is none.
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.errors import UsageError
    from llm_grader.store.store import Store

    path = load_settings(store=file).store
    if not path.exists():
        raise UsageError(f"{path}: there is no such store: grade something first, or name another with --store")
    return Store(path)
