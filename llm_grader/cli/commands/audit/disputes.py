"""`llm-grader audit dispute`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from llm_grader.cli.commands.audit.flags import By, GoldDir, TeamFile, open_folder, results_of
from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

app = typer.Typer(help="Disputes of agents about their results.", no_args_is_help=True)


@app.command("add")
def dispute_add(
    transcript: Annotated[str, typer.Argument(help="Id of the conversation.")],
    item: Annotated[str, typer.Argument(help="Id of the item.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in ten characters or more.")],
    by: By,
    gold: GoldDir = None,
    team: TeamFile = None,
    kind: Annotated[
        Literal["label_wrong", "evidence_wrong", "evidence_missing", "not_applicable"],
        typer.Option("--kind", help="What is wrong."),
    ] = "label_wrong",
    proposed: Annotated[str | None, typer.Option("--label", help="What it should be.")] = None,
) -> None:
    """Disagree with a result, as an agent does on the page.

    Example: llm-grader audit dispute add chat-17 greeting --reason "I said hello" --by maya --gold gold/
    """
    from llm_grader.audit.review.disputes import Objection, open_dispute
    from llm_grader.eval.labels.units import Unit

    folder = open_folder(gold)
    if item not in {one.id for one in folder.rubric.items()}:
        raise UsageError(f"rubric {folder.rubric.id} has no item {item!r}")
    unit = Unit(transcript, item)
    objection = Objection(kind=kind, reason=reason, proposed=proposed)
    typer.echo(open_dispute(results_of(folder, team), unit, objection, by=by).opened.id)


@app.command("list")
def dispute_list(gold: GoldDir = None, json: options.Json = False) -> None:
    """List the disputes, in the order in which they were opened; on standard error how they stand.

    Example: llm-grader audit dispute list --gold gold/
    """
    from llm_grader.audit.review.disputes import count_disputes, read_disputes

    disputes = read_disputes(open_folder(gold).path)
    for dispute in disputes:
        opened = dispute.opened
        line = f"{opened.id}\t{dispute.state}\t{opened.transcript_id}\t{opened.item_id}\t{opened.by}"
        typer.echo(dispute.model_dump_json() if json else line)
    counts = count_disputes(disputes)
    days = "" if counts.days is None else f", in {counts.days:.1f} days (median)"
    typer.echo(
        f"{counts.open} open; {counts.corrected} of {counts.answered} answered led to another label{days}", err=True
    )
