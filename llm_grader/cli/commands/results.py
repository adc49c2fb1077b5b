"""`llm-grader results`."""

from __future__ import annotations

import json as json_module
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.store.store import Store
    from llm_grader.verdict import Scorecard

app = typer.Typer(help="Look at the results that are in the store.", no_args_is_help=True)

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

    with _open(store) as opened:
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
    transcript: Annotated[list[str] | None, typer.Argument(help="Ids of transcripts. [all, in brief]")] = None,
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
    with _open(store) as opened:
        if run is not None and run not in {listed.run_id for listed in opened.runs()}:
            raise UsageError(f"--run {run}: there is no such run in {opened.path}: see `llm-grader results list`")
        cards = [card for card in opened.cards(run) if not wanted or card.transcript_id in wanted]
        titles = [_titles(card, opened) for card in cards if wanted and not json]
    if missing := wanted - {card.transcript_id for card in cards}:
        where = "the store" if run is None else f"run {run}"
        raise UsageError(f"no result for {', '.join(sorted(missing))} in {where}: see `llm-grader results show`")
    if json:
        for card in cards:
            typer.echo(card.model_dump_json())
    else:
        _print(cards, titles)
    typer.echo(_origin(cards), err=True)


def _print(cards: Sequence[Scorecard], titles: Sequence[dict[str, str]]) -> None:
    """The cards in full where there are titles for them, else in brief."""
    from llm_grader.cli.terminal.show import print_card, print_summary, stdout_console
    from llm_grader.store.stored import Brief

    console = stdout_console()
    if not titles:
        print_summary(console, [Brief.of(card) for card in cards])
    for card, titled in zip(cards, titles, strict=False):
        print_card(console, card, titled)


@app.command("forget")
def forget_conversations(
    transcript: Annotated[list[str] | None, typer.Argument(help="Ids of transcripts.")] = None,
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
    with _open(store) as opened:
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


def _titles(card: Scorecard, store: Store) -> dict[str, str]:
    """What the items were called when the card was graded; nothing where the store does not know its rubric."""
    from llm_grader.cli.terminal.show import titles_of
    from llm_grader.store.past_runs import read_rubric

    rubric = read_rubric(store, card.provenance.rubric_hash)
    return {} if rubric is None else titles_of(rubric, str(card.provenance.parameters.get("language") or "en"))


def _open(file: object) -> Store:
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.errors import UsageError
    from llm_grader.store.store import Store

    path = load_settings(store=file).store
    if not path.exists():
        raise UsageError(f"{path}: there is no such store: grade something first, or name another with --store")
    return Store(path)
