"""`llm-grader audit session`."""

from __future__ import annotations

from typing import Annotated

import typer

from llm_grader.cli.commands.audit.flags import By, GoldDir, TeamFile, open_folder, results_of
from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

app = typer.Typer(help="Calibration sessions.", no_args_is_help=True)


@app.command("new")
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
    from llm_grader.audit.team import load_team, team_file

    folder = open_folder(gold)
    if unknown := [id_ for id_ in transcripts if id_ not in folder.transcripts]:
        raise UsageError(f"{', '.join(unknown)}: no such conversation in {folder.path}")
    names = [name.strip() for name in people.split(",")]
    if team_file(folder.path).exists():
        can_label = {person.name for person in load_team(folder.path)[0].having("auditor", "lead")}
        if strangers := [name for name in names if name not in can_label]:
            raise UsageError(f"--people: {', '.join(strangers)} are not among {', '.join(sorted(can_label))}")
    typer.echo(new_session(folder.path, transcripts, names, by=by, title=title, expert=expert).id)


@app.command("list")
def session_list(gold: GoldDir = None, json: options.Json = False) -> None:
    """List the sessions, the latest first.

    Example: llm-grader audit session list --gold gold/
    """
    from llm_grader.audit.review.sessions import read_sessions

    for session in read_sessions(open_folder(gold).path):
        state = "revealed" if session.revealed else "blind"
        line = f"{session.id}\t{state}\t{', '.join(session.participants)}\t{session.title}"
        typer.echo(session.model_dump_json() if json else line)


@app.command("close")
def session_close(session: str, gold: GoldDir = None, team: TeamFile = None) -> None:
    """Let the answers of a session be seen; whoever has not submitted is marked as late.

    Example: llm-grader audit session close 1f0c22ab --gold gold/
    """
    from llm_grader.audit.review.board import done
    from llm_grader.audit.review.sessions import find_session, reveal_session

    folder = open_folder(gold)
    found = find_session(folder.path, session)
    late = [name for name, is_done in done(found, results_of(folder, team)).items() if not is_done]
    reveal_session(folder.path, session, late=late)
