"""`llm-grader audit export` and `import`: labels to and from other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.commands.audit.flags import AuditFlags, GoldDir, RunNumber, open_folder, read_verdicts
from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.audit.interop.imported import Imports

import_app = typer.Typer(help="Labels from other tools into a gold folder.", no_args_is_help=True)


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
    to: Annotated[Literal["labelstudio"], typer.Option("--to", help="Which tool.")] = "labelstudio",
    gold: GoldDir = None,
    store: options.StoreFile = None,
    run: RunNumber = None,
    with_predictions: Annotated[
        bool, typer.Option("--with-predictions", help="Show annotators what the judge said; they are not blind then.")
    ] = False,
) -> None:
    """Write the conversations as tasks of Label Studio: config.xml and tasks.json.

    Example: llm-grader audit export --to labelstudio --gold gold/ -o label-studio/
    """
    from llm_grader.audit.interop.to_label_studio import render_config, render_tasks
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.outputs import write_text

    del to  # there is one so far
    folder = open_folder(gold)
    more = AuditFlags(store=store, run=run)
    verdicts = read_verdicts(folder, load_settings(store=store).store, more) if with_predictions else {}
    output.mkdir(parents=True, exist_ok=True)
    write_text(output / "config.xml", render_config(folder))
    write_text(output / "tasks.json", render_tasks(folder, verdicts))


@import_app.command("labelstudio")
def import_label_studio(
    file: Annotated[Path, typer.Argument(help="JSON that Label Studio exported.")],
    users: Annotated[
        Path | None, typer.Option("--users", help="YAML: id of a user there → name of an annotator.")
    ] = None,
    gold: GoldDir = None,
    ground_truth_is_adjudicator: Annotated[
        bool, typer.Option("--ground-truth-is-adjudicator", help="What is marked as ground truth was adjudicated.")
    ] = False,
) -> None:
    """Take labels that people gave in Label Studio into the gold folder.

    Example: llm-grader audit import labelstudio export.json --users users.yaml --gold gold/
    """
    from llm_grader.audit.interop.from_label_studio import read_label_studio

    folder = open_folder(gold)
    _keep(read_label_studio(file, folder, users, ground_truth=ground_truth_is_adjudicator))


@import_app.command("argilla")
def import_argilla(
    file: Annotated[Path, typer.Argument(help="JSON of an Argilla data set's records.")],
    users: Annotated[
        Path | None, typer.Option("--users", help="YAML: id of a user there → name of an annotator.")
    ] = None,
    gold: GoldDir = None,
) -> None:
    """Take labels that people gave in Argilla into the gold folder; words that they marked are not taken.

    Example: llm-grader audit import argilla records.json --users users.yaml --gold gold/
    """
    from llm_grader.audit.interop.from_argilla import read_argilla

    folder = open_folder(gold)
    _keep(read_argilla(file, folder, users))


def _keep(imports: Imports) -> None:
    kept = imports.keep()
    for warning in imports.warnings:
        typer.echo(f"llm-grader: {warning}", err=True)
    for path, count in kept.items():
        typer.echo(f"{path}\t{count}")
