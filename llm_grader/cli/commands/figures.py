"""`llm-grader figures`."""

from __future__ import annotations

import csv as csv_module
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.figures.figures import Figure, FigureSettings
    from llm_grader.signals.business_hours import BusinessHours
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Label, Scorecard

Grouping = Literal["agent", "team", "channel", "tag", "type", "week"]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@options.grouped
def figures(
    *,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, zip archives, globs, or - for standard input.", metavar="[INPUT…]"),
    ] = None,
    reading: options.ReadingFlags,
    by: Annotated[
        Grouping | None,
        typer.Option("--by", help="What to group by. [all in one]"),
    ] = None,
    business_hours: Annotated[
        Path | None, typer.Option("--business-hours", help="YAML file of opening hours: only they count in waits.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Of weeks and business hours. [the file's, else UTC]")
    ] = None,
    times_in: Annotated[
        str | None, typer.Option("--times-in", help="Zone of times that state none. [as --timezone]")
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Results: quality figures, and verdicts. [none]")
    ] = None,
    run: Annotated[
        int | None, typer.Option("--run", help="Number of their run. [latest results, with --store]")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="Labels of agents and auditors, .jsonl, .csv or .xlsx.")
    ] = None,
    satisfied: Annotated[
        str, typer.Option("--satisfied", help="CSAT score from which a customer is satisfied, and the highest one.")
    ] = "4/5",
    mystery_tag: Annotated[
        list[str] | None, typer.Option("--mystery-tag", help="Tag of mystery calls; may be given several times.")
    ] = None,
    json: options.Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
) -> None:
    """Compute help desk performance figures over many conversations: response times, resolution and more.

    What the input cannot tell is left out with the reason. Nothing is sent anywhere. With a store there are also mean
    score, pass rate, critical failures and each item, as judged, with 95 % intervals; without an INPUT there are these
    alone. Rates without the judge's errors are in `llm-grader eval --by` and `llm-grader report --gold`.

    Example: llm-grader figures --store llm-grader.db --by team

    Example: llm-grader figures export.jsonl

    Example: llm-grader figures inbox/ --by agent --business-hours hours.yaml --csv > figures.csv

    Example: llm-grader figures chats/ --store llm-grader.db --labels self-assessments.csv
    """
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.figures.figures import compute_figures

    if json and csv:
        raise UsageError("--json and --csv: expected one of them")
    zones = {"timezone": _checked(timezone, "--timezone"), "times_in": _checked(times_in, "--times-in")}
    if not inputs and store is None and run is None:
        raise UsageError("nothing to compute from: name an INPUT, or results with --store")
    quality = [] if store is None and run is None else _quality(store, run, by, zones["timezone"])
    if not inputs:
        _print(quality, json=json, csv=csv)
        return
    hours, settings = _business_hours(business_hours, zones["timezone"]), _settings(satisfied, mystery_tag, zones)
    transcripts = Inputs(inputs, reading.reading())
    with _cards(store, run) as cards:
        found = compute_figures(
            _noting_zone(transcripts.check(), settings.zone_of_times(hours)),
            by=by,
            business_hours=hours,
            cards=cards,
            labels=_labels(labels),
            settings=settings,
        )
    _print([*found, *quality], json=json, csv=csv)
    if transcripts.unreadable:
        raise typer.Exit(3)


def _quality(store: Path | None, run: int | None, by: Grouping | None, timezone: str | None) -> list[Figure]:
    """The quality figures of the results; none by what is not known of results."""
    from llm_grader.cli.commands.results import open_store
    from llm_grader.report.quality import compute_quality
    from llm_grader.report.results import StoredResults
    from llm_grader.signals.business_hours import zone_of

    if by == "tag" or by == "type":
        typer.echo(f"llm-grader: no quality figures by {by}: results know agent, team, channel and week", err=True)
        return []
    with open_store(store) as opened:
        results = StoredResults(opened, run=run)
        if results.known_rubric is None:
            typer.echo(
                f"llm-grader: no quality figures: {opened.path} does not keep the rubric of its results", err=True
            )
            return []
        return compute_quality(results.cards(), results.rubric, by=by, zone=zone_of(timezone or "UTC"))


@contextmanager
def _cards(store: Path | None, run: int | None) -> Iterator[Iterator[Scorecard]]:
    """The scorecards of the run, none when no store and no run was named."""
    from llm_grader.cli.commands.results import open_store

    if store is None and run is None:
        yield iter(())
        return
    with open_store(store) as opened:
        if run is not None and run not in {listed.run_id for listed in opened.runs()}:
            raise UsageError(f"--run {run}: there is no such run in {opened.path}: see `llm-grader results list`")
        yield opened.cards(run)


def _business_hours(file: Path | None, timezone: str | None) -> BusinessHours | None:
    from llm_grader.signals.business_hours import load_business_hours

    return None if file is None else load_business_hours(file, timezone=timezone)


def _checked(timezone: str | None, flag: str) -> str | None:
    from llm_grader.signals.business_hours import zone_of

    try:
        return timezone and zone_of(timezone).key
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def _labels(file: Path | None) -> list[Label]:
    from llm_grader.eval.labels.files import read_labels

    return [] if file is None else read_labels(file)


def _noting_zone(transcripts: Iterable[Transcript], zone: str) -> Iterator[Transcript]:
    """The transcripts; at the first one whose times state no zone stderr says which one they are taken for."""
    from llm_grader.figures.case import states_no_zone

    noted = zone == "UTC"
    for transcript in transcripts:
        if not noted and states_no_zone(transcript):
            typer.echo(f"llm-grader: times without a zone were read as of {zone}: see --times-in", err=True)
            noted = True
        yield transcript


def _settings(satisfied: str, mystery_tags: list[str] | None, zones: dict[str, str | None]) -> FigureSettings:
    from llm_grader.figures.figures import FigureSettings

    found = re.fullmatch(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)", satisfied)
    score, highest = (float(found[1]), float(found[2])) if found else (1.0, 0.0)
    if score > highest:
        raise UsageError(f"--satisfied: expected a score and the highest one, as in 4/5, found {satisfied!r}")
    given = {"mystery_tags": tuple(mystery_tags)} if mystery_tags else {}
    return FigureSettings(satisfied_from=score, satisfied_of=highest, **zones, **given)


def _print(found: Sequence[Figure], *, json: bool, csv: bool) -> None:
    if json:
        for figure in found:
            typer.echo(figure.model_dump_json())
    elif csv:
        _print_csv(found)
    else:
        _print_table(found)


def _print_csv(found: Sequence[Figure]) -> None:
    from llm_grader.figures.figures import Figure

    # all text in quotes: by itself the writer leaves a lone carriage return bare, which then ends the row
    writer = csv_module.writer(sys.stdout, lineterminator="\n", quoting=csv_module.QUOTE_NONNUMERIC)
    writer.writerow(Figure.model_fields)
    for figure in found:
        writer.writerow([_cell(value) for value in figure.model_dump().values()])


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: texts come from tickets, which customers write."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _print_table(found: Sequence[Figure]) -> None:
    """What has a value, then in one line each why others have none."""
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import printable, stdout_console

    grouped = any(figure.group is not None for figure in found)
    with_intervals = any(figure.low is not None for figure in found)
    table = Table(box=None, padding=(0, 1))
    for heading in (
        "figure",
        *(["group"] if grouped else []),
        "value",
        *(["95 %"] if with_intervals else []),
        "median",
        "90 %",
        "n",
    ):
        table.add_column(heading, overflow="fold", justify="left" if heading in ("figure", "group") else "right")
    for figure in found:
        if figure.value is not None:
            group = [Text(printable(str(figure.group)))] if grouped else []
            value, *spread = (_shown(one, figure.unit) for one in (figure.value, figure.median, figure.p90))
            interval = [_interval(figure)] if with_intervals else []
            table.add_row(figure.id, *group, value, *interval, *spread, f"{figure.n:,}")
    console = stdout_console()
    console.print(table)
    missing = Counter((figure.id, figure.reason) for figure in found if figure.reason is not None)
    if missing:
        console.print("\nnot computed")
    groups = len({figure.group for figure in found})
    for (name, reason), count in missing.items():
        where = f" ({count} of {groups} groups)" if grouped else ""
        console.print(Text(f"  {name}{where}: {reason}", style="dim"))


def _interval(figure: Figure) -> str:
    return "" if figure.low is None else f"{_shown(figure.low, figure.unit)} to {_shown(figure.high, figure.unit)}"


def _shown(value: float | None, unit: str) -> str:
    from llm_grader.signals.waits import in_words

    if value is None:
        return ""
    if unit == "seconds":
        return in_words(value)
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if unit == "count" else f"{value:.1f}"
