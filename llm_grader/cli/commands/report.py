"""`llm-grader report`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.report.document import ReportDocument, ReportSettings
    from llm_grader.report.results import Period, StoredResults


@options.grouped
def report(
    *,
    texts: options.TextFlags,
    store: options.StoreFile = None,
    run: Annotated[
        int | None, typer.Option("--run", help="Number of a run. [latest result of each conversation]")
    ] = None,
    rubric: Annotated[
        str | None, typer.Option("--rubric", "-r", help="Id of the rubric that was graded by. [the latest run's]")
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option("--gold", help="Labels of people, as `eval` reads them: they count before the model's."),
    ] = None,
    calibration: options.CalibrationFile = None,
    before: Annotated[
        int | None, typer.Option("--before", metavar="RUN", help="An earlier run, to compare scores with.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file; - is standard output.")] = Path(
        "report.html"
    ),
    split: Annotated[
        Path | None, typer.Option("--split", help="Write a folder instead, a file for each conversation and agent.")
    ] = None,
    language: Annotated[Literal["en", "de", "cs", "hu", "et"], typer.Option("--language", help="Of the page.")] = "en",
    title: Annotated[str | None, typer.Option("--title", help="Of the page.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="First day, as 2026-11-02.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Last day.")] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="Of days and weeks.")] = "UTC",
    agent: Annotated[
        str | None, typer.Option("--agent", help="This agent's own version: no other agent is named in it.")
    ] = None,
    conversations: Annotated[
        str | None,
        typer.Option(
            "--conversations", metavar="review|all|N", help="Shown in full. [all; above 2,000 those to review]"
        ),
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Put tokens in place of personal data.")] = False,
    no_script: Annotated[bool, typer.Option("--no-script", help="A page without a script, for up to 300.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of intervals and of what is drawn at random.")] = 0,
) -> None:
    """Write a report that people read: one HTML file, which sends nothing anywhere.

    It shows the latest result of every conversation in the store. Texts are in the store, unless it was made with
    --no-transcripts: then give the INPUT again.

    Example: llm-grader report

    Example: llm-grader report --gold gold/ --calibration calibration.json --language de -o november.html

    Example: llm-grader report --agent Ana -o ana.html
    """
    from llm_grader.cli.setup.inputs import load_calibration_of, load_gold
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.report.compose import compose
    from llm_grader.report.document import ReportSettings
    from llm_grader.report.results import StoredResults

    settings = ReportSettings(
        language=language,
        title=title,
        zone=_zone(timezone),
        agent=agent,
        conversations=_wanted(conversations),
        redact=redact,
        script=not no_script,
        seed=seed,
    )
    found = load_settings(store=store, calibration=calibration)
    period = _period(since, until, settings)
    with _results(found.store, run, rubric, period, texts) as results:
        document = compose(
            results,
            settings,
            gold=load_gold(gold, results.rubric),
            calibration=load_calibration_of(found),
            before=None if before is None else StoredResults(results.store, run=before),
        )
        _write(document, output, split)


@contextmanager
def _results(
    store: Path, run: int | None, rubric: str | None, period: Period, texts: options.TextFlags
) -> Iterator[StoredResults]:
    from llm_grader.cli.commands.results import open_store
    from llm_grader.report.results import StoredResults

    with open_store(store) as opened:
        yield StoredResults(opened, run=run, rubric_id=rubric, period=period, texts=texts.by_id())


def _write(document: ReportDocument, output: Path, split: Path | None) -> None:
    from llm_grader.report.folder import write_folder
    from llm_grader.report.html import write_report

    if split is not None:
        write_folder(document, split)
        typer.echo(f"wrote {split / 'index.html'}", err=True)
    elif str(output) == "-":
        write_report(document, sys.stdout)
    else:
        write_report(document, output)
        typer.echo(f"wrote {output}: it holds personal data, and only you can read it", err=True)


def _period(since: str | None, until: str | None, settings: ReportSettings) -> Period:
    from llm_grader.report.results import Period

    first, last = _day(since, "--since"), _day(until, "--until")
    if first and last and last < first:
        raise UsageError(f"--until {last} is before --since {first}")
    return Period(first, last, settings.zone)


def _day(text: str | None, flag: str) -> date | None:
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"{flag}: expected a day such as 2026-11-02, found {text!r}") from None


def _zone(name: str) -> tzinfo:
    from llm_grader.signals.business_hours import zone_of

    try:
        return zone_of(name)
    except ValueError as error:
        raise UsageError(f"--timezone: {error}") from None


def _wanted(text: str | None) -> Literal["review", "all"] | int | None:
    if text is None:
        return None
    if text in ("review", "all"):
        return "review" if text == "review" else "all"
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise UsageError(f"--conversations: expected review, all or a number, found {text!r}")
