"""Flags that the commands of an audit share, and what they name: the gold folder, results, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.audit.folder import GoldFolder
    from llm_grader.audit.review.results import AuditResults
    from llm_grader.eval.labels.units import Verdicts

GoldDir = Annotated[
    Path | None, typer.Option("--gold", help="Gold folder, made by `llm-grader audit sample`.", file_okay=False)
]
TeamFile = Annotated[Path | None, typer.Option("--team", help="Who takes part. [audit/team.yaml in the gold folder]")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Number of the run. [the latest result of each]")]
Users = Annotated[Path | None, typer.Option("--users", help="YAML: id of a user there → name of an annotator.")]
By = Annotated[str, typer.Option("--by", help="Who does it.")]
FolderRubric = Annotated[
    str | None,
    typer.Option("--rubric", "-r", help="Id of a packaged rubric, or a YAML file. [rubric.yaml in the gold folder]"),
]


@dataclass(frozen=True)
class AuditFlags:
    """What is labelled by, and what a judge said."""

    rubric: FolderRubric = None
    language: Annotated[str | None, options.setting("language", help="Language of the pages.")] = None
    store: options.StoreFile = None
    run: RunNumber = None


def open_folder(gold: Path | None, rubric: str | None = None) -> GoldFolder:
    """The gold folder that was named.

    Raises:
        UsageError: none was.
        InputError: a file of it is missing or wrong.
    """
    from llm_grader.audit.folder import load_folder

    if gold is None:
        raise UsageError("say with --gold which folder is labelled in")
    return load_folder(gold, rubric)


def read_verdicts(folder: GoldFolder, store: Path, more: AuditFlags) -> Verdicts:
    """What a judge said of the folder's conversations; nothing where there is no store and none was named."""
    from llm_grader.audit.review.results import verdicts_of_folder
    from llm_grader.store.store import Store

    if not store.exists():
        if more.store is not None or more.run is not None:
            raise UsageError(f"{store}: there is no such store: grade something first, or name another with --store")
        return {}
    with Store(store) as opened:
        return verdicts_of_folder(opened.cards(more.run, rubric_id=folder.rubric.id), folder)


def results_of(folder: GoldFolder, team: Path | None) -> AuditResults:
    """What everybody submitted; without a team's file, everybody who has a journal counts as an auditor."""
    from llm_grader.audit.labelling.journal import annotators_in
    from llm_grader.audit.review.results import read_results
    from llm_grader.audit.team import load_team, team_file
    from llm_grader.eval.judge.item_answers import ADJUDICATOR

    if team is None and not team_file(folder.path).exists():
        return read_results(folder, [name for name in annotators_in(folder.path) if name != ADJUDICATOR])
    found, _ = load_team(folder.path, team)
    return read_results(folder, found.auditors)
