"""`llm-grader audit`: people label conversations blind, adjudicate, dispute, and calibrate themselves."""

from __future__ import annotations

import json as json_module
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.audit.folder import GoldFolder
    from llm_grader.audit.interop.imported import Imports
    from llm_grader.audit.review.results import Results
    from llm_grader.audit.team import Person, Team
    from llm_grader.eval.labels.units import Verdicts

app = typer.Typer(
    help="Let people label conversations, blind, and adjudicate where they differ.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
session_app = typer.Typer(help="Calibration sessions.", no_args_is_help=True)
dispute_app = typer.Typer(help="Disputes of agents about their results.", no_args_is_help=True)
import_app = typer.Typer(help="Labels from other tools into a gold folder.", no_args_is_help=True)
app.add_typer(session_app, name="session")
app.add_typer(dispute_app, name="dispute")
app.add_typer(import_app, name="import")

GoldDir = Annotated[
    Path | None, typer.Option("--gold", help="Gold folder, made by `llm-grader audit sample`.", file_okay=False)
]
TeamFile = Annotated[Path | None, typer.Option("--team", help="Who takes part. [audit/team.yaml in the gold folder]")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Number of the run. [the latest result of each]")]
Users = Annotated[Path | None, typer.Option("--users", help="YAML: id of a user there → name of an annotator.")]
By = Annotated[str, typer.Option("--by", help="Who does it.")]


@dataclass(frozen=True)
class ServeFlags:
    """Where the page is, and who comes to it."""

    gold: GoldDir = None
    alone: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Serve this person alone.")] = None
    team: TeamFile = None
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 is any free one.", min=0, max=65535)] = 0
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1"
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="Name by which other machines may call this one.")
    ] = None
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False


@dataclass(frozen=True)
class AuditFlags:
    """What is labelled by, and what a judge said."""

    rubric: options.Rubric = None
    language: Annotated[str | None, options.setting("language", help="Language of the pages.")] = None
    store: options.StoreFile = None
    run: RunNumber = None


@app.callback()
@options.grouped
def audit(context: typer.Context, flags: ServeFlags, more: AuditFlags) -> None:
    """Open the page on which people label; the same as `llm-grader audit serve`.

    Example: llm-grader audit --gold gold/ --as anna
    """
    if context.invoked_subcommand is None:
        _serve(flags, more)


@app.command()
@options.grouped
def serve(flags: ServeFlags, more: AuditFlags) -> None:
    """Open the page on which people label, until Ctrl-C. It listens on this machine alone, and prints a link for each.

    Example: llm-grader audit serve --gold gold/ --as anna

    Example: llm-grader audit serve --gold gold/ --team team.yaml --store llm-grader.db --no-browser
    """
    _serve(flags, more)


def _serve(flags: ServeFlags, more: AuditFlags) -> None:
    from llm_grader.audit.team import load_team
    from llm_grader.cli.setup.settings import load_settings

    folder = _folder(flags.gold, more.rubric)
    settings = load_settings(language=more.language, store=more.store)
    team, served = load_team(folder.path, flags.team, only=flags.alone)
    leads = any(person.role == "lead" for person in served)
    verdicts = _verdicts(folder, settings.store, more) if leads else {}
    _open_office(folder, team, served, verdicts, language=_page_language(settings.language), flags=flags)


def _open_office(
    folder: GoldFolder, team: Team, served: tuple[Person, ...], verdicts: Verdicts, *, language: str, flags: ServeFlags
) -> None:
    from llm_grader.audit.web.office import Office
    from llm_grader.audit.web.serve import LOCAL_HOSTS
    from llm_grader.audit.web.serve import serve as serve_office

    def announce(person: Person, link: str) -> None:
        typer.echo(f"{person.name}\t{person.role}\t{link}")
        if len(served) == 1 and not flags.no_browser:
            typer.launch(link)

    if flags.host not in LOCAL_HOSTS:
        typer.echo("llm-grader: other machines are let in without encryption: use a network you trust", err=True)
    with Office(folder, team, served, verdicts=verdicts, language=language) as office:
        typer.echo("llm-grader: each link is for one person; Ctrl-C ends", err=True)
        serve_office(
            office,
            served,
            host=flags.host,
            port=flags.port,
            allow_hosts=flags.allow_host or [],
            announce=announce,
        )


def _page_language(code: str | None) -> str:
    from llm_grader.pages.texts import LANGUAGES
    from llm_grader.transcript import primary_language

    language = primary_language(code or "en")
    return language if language in LANGUAGES else "en"


def _folder(gold: Path | None, rubric: str | None = None) -> GoldFolder:
    from llm_grader.audit.folder import load_folder

    if gold is None:
        raise UsageError("say with --gold which folder is labelled in")
    return load_folder(gold, rubric)


def _verdicts(folder: GoldFolder, store: Path, more: AuditFlags) -> Verdicts:
    from llm_grader.audit.review.results import verdicts_of_folder
    from llm_grader.store.store import Store

    if not store.exists():
        if more.store is not None or more.run is not None:
            raise UsageError(f"{store}: there is no such store: grade something first, or name another with --store")
        return {}
    with Store(store) as opened:
        return verdicts_of_folder(opened.cards(more.run, rubric_id=folder.rubric.id), folder)


def _results(folder: GoldFolder, team: Path | None) -> Results:
    from llm_grader.audit.labelling.journal import annotators_in
    from llm_grader.audit.review.results import read_results
    from llm_grader.audit.team import load_team
    from llm_grader.eval.judge.item_answers import ADJUDICATOR

    if team is None and not (folder.path / "audit" / "team.yaml").exists():
        return read_results(folder, [name for name in annotators_in(folder.path) if name != ADJUDICATOR])
    found, _ = load_team(folder.path, team)
    return read_results(folder, found.auditors)


@app.command()
@options.grouped
def status(*, gold: GoldDir = None, team: TeamFile = None, more: AuditFlags, json: options.Json = False) -> None:
    """Show who has labelled how much, how people agree item by item, and how many labels are missing.

    Example: llm-grader audit status --gold gold/
    """
    from dataclasses import asdict

    from llm_grader.audit.review.agreement import agreement_so_far
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.audit_tables import print_agreement, without_nan

    folder = _folder(gold, more.rubric)
    results = _results(folder, team)
    table = agreement_so_far(results, _verdicts(folder, load_settings(store=more.store).store, more))
    if json:
        plain = {**asdict(table), "waiting": len(results.waiting())}
        typer.echo(json_module.dumps(without_nan(plain), ensure_ascii=False))
    else:
        print_agreement(table, waiting=len(results.waiting()))


@session_app.command("new")
def session_new(
    transcripts: Annotated[list[str], typer.Argument(help="Ids of the conversations, five at most.")],
    people: Annotated[str, typer.Option("--people", metavar="A,B", help="Who takes part.")],
    by: By,
    gold: GoldDir = None,
    title: Annotated[str, typer.Option("--title", help="What it is called.")] = "",
    expert: Annotated[str, typer.Option("--expert", help="Whose answers the others are compared with.")] = "",
) -> None:
    """Begin a calibration session: its conversations come into the queues of those who take part.

    Example: llm-grader audit session new chat-17 chat-20 --people anna,ben --by lea --gold gold/
    """
    from llm_grader.audit.review.sessions import new_session

    folder = _folder(gold)
    if unknown := [id_ for id_ in transcripts if id_ not in folder.transcripts]:
        raise UsageError(f"{', '.join(unknown)}: no such conversation in {folder.path}")
    names = [name.strip() for name in people.split(",")]
    typer.echo(new_session(folder.path, transcripts, names, by=by, title=title, expert=expert).id)


@session_app.command("list")
def session_list(gold: GoldDir = None, json: options.Json = False) -> None:
    """List the sessions, the latest first.

    Example: llm-grader audit session list --gold gold/
    """
    from llm_grader.audit.review.sessions import read_sessions

    for session in read_sessions(_folder(gold).path):
        state = "revealed" if session.revealed else "blind"
        line = f"{session.id}\t{state}\t{', '.join(session.participants)}\t{session.title}"
        typer.echo(session.model_dump_json() if json else line)


@session_app.command("close")
def session_close(session: str, gold: GoldDir = None, team: TeamFile = None) -> None:
    """Let the answers of a session be seen; whoever has not submitted is marked as late.

    Example: llm-grader audit session close 1f0c22ab --gold gold/
    """
    from llm_grader.audit.review.board import done
    from llm_grader.audit.review.sessions import find_session, reveal_session

    folder = _folder(gold)
    found = find_session(folder.path, session)
    late = [name for name, is_done in done(found, _results(folder, team)).items() if not is_done]
    reveal_session(folder.path, session, late=late)


@dispute_app.command("add")
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
    from llm_grader.audit.review.disputes import open_dispute
    from llm_grader.eval.labels.units import Unit

    folder = _folder(gold)
    if item not in {one.id for one in folder.rubric.items()}:
        raise UsageError(f"rubric {folder.rubric.id} has no item {item!r}")
    unit = Unit(transcript, item)
    typer.echo(open_dispute(_results(folder, team), unit, kind, reason, by=by, proposed=proposed).opened.id)


@dispute_app.command("list")
def dispute_list(gold: GoldDir = None, json: options.Json = False) -> None:
    """List the disputes, in the order in which they were opened.

    Example: llm-grader audit dispute list --gold gold/
    """
    from llm_grader.audit.review.disputes import read_disputes

    for dispute in read_disputes(_folder(gold).path):
        opened = dispute.opened
        line = f"{opened.id}\t{dispute.state}\t{opened.transcript_id}\t{opened.item_id}\t{opened.by}"
        typer.echo(dispute.model_dump_json() if json else line)


@app.command("export")
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
    folder = _folder(gold)
    more = AuditFlags(store=store, run=run)
    verdicts = _verdicts(folder, load_settings(store=store).store, more) if with_predictions else {}
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

    folder = _folder(gold)
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

    folder = _folder(gold)
    _keep(read_argilla(file, folder, users))


def _keep(imports: Imports) -> None:
    kept = imports.keep()
    for warning in imports.warnings:
        typer.echo(f"llm-grader: {warning}", err=True)
    for path, count in kept.items():
        typer.echo(f"{path}\t{count}")
