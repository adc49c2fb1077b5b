"""`llm-grader audit serve` and `status`, and the commands beneath `llm-grader audit`."""

from __future__ import annotations

import json as json_module
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.commands.audit import disputes, exchange, sessions
from llm_grader.cli.commands.audit.flags import AuditFlags, GoldDir, TeamFile, open_folder, read_verdicts, results_of
from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.audit.folder import GoldFolder
    from llm_grader.audit.team import Team, TeamMember
    from llm_grader.eval.labels.units import Verdicts

_LINKS = (
    "`serve` prints a link for each person, which opens five browsers. Whoever needs another one gets it when the "
    "program is ended and started anew: then all links are new, and what is saved stays."
)

app = typer.Typer(
    help=f"Let people label conversations, blind, and adjudicate where they differ.\n\n{_LINKS}",
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.add_typer(sessions.app, name="session")
app.add_typer(disputes.app, name="dispute")
app.command("export")(exchange.export)
app.add_typer(exchange.import_app, name="import")


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

    The team's file lists people: `people: [{name: anna}, {name: lea, role: lead}, {name: maya, role: agent, speaks_as:
    Maya}]`. Auditors label, leads decide, agents see their own results and may disagree. With `reveal: after_submit`
    auditors may look at what the model said once they have submitted; what they change then never counts.

    Example: llm-grader audit serve --gold gold/ --as anna

    Example: llm-grader audit serve --gold gold/ --team team.yaml --store llm-grader.db --no-browser
    """
    _serve(flags, more)


def _serve(flags: ServeFlags, more: AuditFlags) -> None:
    from llm_grader.audit.team import load_team
    from llm_grader.cli.setup.settings import load_settings

    folder = open_folder(flags.gold, more.rubric)
    settings = load_settings(language=more.language, store=more.store)
    team, served = load_team(folder.path, flags.team, only=flags.alone)
    shown = team.reveal != "never" or any(person.role == "lead" for person in served)
    verdicts = read_verdicts(folder, settings.store, more) if shown else {}
    _open_office(folder, team, served, verdicts, language=_page_language(settings.language), flags=flags)


def _open_office(
    folder: GoldFolder,
    team: Team,
    served: tuple[TeamMember, ...],
    verdicts: Verdicts,
    *,
    language: str,
    flags: ServeFlags,
) -> None:
    from llm_grader.audit.labelling.journal import edited_by_hand
    from llm_grader.audit.web.logins import MOST_BROWSERS
    from llm_grader.audit.web.office import Office
    from llm_grader.audit.web.serve import LOCAL_HOSTS
    from llm_grader.audit.web.serve import serve as serve_office

    def announce(person: TeamMember, link: str) -> None:
        typer.echo(f"{person.name}\t{person.role}\t{link}")
        if len(served) == 1 and not flags.no_browser:
            typer.launch(link)

    if flags.host not in LOCAL_HOSTS:
        typer.echo("llm-grader: other machines are let in without encryption: use a network you trust", err=True)
    if team.reveal != "never":
        typer.echo(
            "llm-grader: auditors may look at what the model said once they have submitted a conversation: "
            "what they change then never counts, and it draws what they label next towards the model",
            err=True,
        )
    with Office(folder, team, served, verdicts=verdicts, language=language) as office:
        for path in edited_by_hand(folder.path):
            text = "holds labels that were found in a file that the page writes"
            typer.echo(f"llm-grader: {path} {text}: they count from there", err=True)
        for note in office.results().notes if office.decisions is not None else ():
            typer.echo(f"llm-grader: {note}", err=True)
        text = f"each link is for one person and opens {MOST_BROWSERS} browsers"
        typer.echo(f"llm-grader: {text}; Ctrl-C ends, and starting anew makes new links for all", err=True)
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

    folder = open_folder(gold, more.rubric)
    results = results_of(folder, team)
    table = agreement_so_far(results, read_verdicts(folder, load_settings(store=more.store).store, more))
    if json:
        plain = {**asdict(table), "waiting": len(results.waiting())}
        typer.echo(json_module.dumps(without_nan(plain), ensure_ascii=False))
    else:
        print_agreement(table, waiting=len(results.waiting()))
    for note in results.notes:
        typer.echo(f"llm-grader: {note}", err=True)
