"""The entry point: commands, and how errors become one line and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, NoReturn

import typer

from llm_grader.cli.commands import rubric as rubric_commands
from llm_grader.cli.commands.audit.serve import app as audit_app
from llm_grader.cli.commands.batch import app as batch_app
from llm_grader.cli.commands.consistency import consistency
from llm_grader.cli.commands.doctor import doctor
from llm_grader.cli.commands.figures import figures
from llm_grader.cli.commands.grade import grade
from llm_grader.cli.commands.read import read
from llm_grader.cli.commands.render import render
from llm_grader.cli.commands.report import report
from llm_grader.cli.commands.results import app as results_app
from llm_grader.cli.measuring.calibrate import calibrate
from llm_grader.cli.measuring.drift import drift
from llm_grader.cli.measuring.eval import app as eval_app
from llm_grader.cli.measuring.plan import plan
from llm_grader.cli.measuring.refine import refine
from llm_grader.cli.measuring.sample import sample
from llm_grader.cli.setup.options import name_values
from llm_grader.cli.terminal.interrupts import NO_ROOM, NOBODY_READS, discard_stdout, no_room
from llm_grader.cli.terminal.outputs import guard_streams
from llm_grader.errors import DiskError, GraderError
from llm_grader.version import __version__

HELP = """Grade customer-service conversations against a checklist.

Each verdict rests on words of the transcript that were checked to be there; what cannot be shown is not scored.

stdout is data, stderr is progress and messages. Every setting can be given as LLM_GRADER_<NAME> in the environment or
in llm-grader.toml, many as a flag; a flag counts before the environment, and that before the file. All settings and
their values: llm-grader doctor.

Exit codes: 0 all ok; 1 a threshold was not met; 2 wrong usage; 3 finished, some transcripts need review or failed;
4 endpoint, key or model wrong; 65 bad input, rubric or store; 70 a defect of llm-grader; 74 disk; 75 stopped, run again
to resume; 130 stopped by Ctrl-C; 141 by a closed stdout; 143 by SIGTERM.
"""

_SOFTWARE_ERROR = 70

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; they may quote transcripts.")] = False,
) -> None:
    del version, debug  # `main` looks for --debug itself: it has to know it when parsing fails, too


app.command("grade")(grade)
app.command("read")(read)
app.command("render")(render)
app.add_typer(rubric_commands.app, name="rubric")
app.add_typer(results_app, name="results")
app.command("report")(report)
app.command("figures")(figures)
app.command("consistency")(consistency)
app.add_typer(batch_app, name="batch")
audit_app.command("sample")(sample)
app.add_typer(audit_app, name="audit")
app.add_typer(eval_app, name="eval")
app.command("plan")(plan)
app.command("drift")(drift)
app.command("calibrate")(calibrate)
app.command("refine")(refine)
app.command("doctor")(doctor)
name_values(app)


def main() -> None:
    """Run the command line and exit with its code."""
    guard_streams()
    try:
        with _writing_out():
            app()
    except GraderError as error:
        if "--debug" in sys.argv:
            raise
        _stop(str(error), error.exit_code)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        what = type(error).__name__  # its text may quote a transcript
        _stop(f"unexpected {what}: please report it with what `llm-grader --debug …` shows", _SOFTWARE_ERROR)


@contextmanager
def _writing_out() -> Iterator[None]:
    """See to it that all of stdout arrives: what is left to the end of the interpreter fails without our exit code.

    Raises:
        DiskError: it cannot be written. A reader that left is none: the command ends with the code for that.
    """
    if sys.stdout is None:
        raise DiskError("stdout is closed: send it somewhere, such as to /dev/null")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # typer and rich end with 1 then
            sys.exit(NOBODY_READS)
        raise
    except OSError as error:
        if error.filename is not None or error.errno not in (*NO_ROOM, errno.EPIPE):
            raise
        discard_stdout()
        if error.errno == errno.EPIPE:
            sys.exit(NOBODY_READS)
        raise no_room(error) from error


def _stop(line: str, code: int) -> NoReturn:
    with suppress(OSError):  # where stderr is what is full, the code alone must tell
        typer.echo(f"llm-grader: {line}", err=True)
    sys.exit(code)
