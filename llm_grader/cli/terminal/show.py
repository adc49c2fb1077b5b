"""Scorecards on a terminal."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import typer

from llm_grader.cli.terminal.outputs import styled
from llm_grader.store.stored import COLUMNS, Brief, Column, ColumnKind
from llm_grader.usage import Usage
from llm_grader.verdict import Scorecard, Status, Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from llm_grader.rubric.model import Rubric

_MOST_ROWS = 200
_LOWEST = 20
_STYLES = {"met": "green", "not_met": "red", "not_applicable": "dim", "cannot_assess": "yellow"}


def stdout_console() -> Console:
    """A console for results: as wide as the terminal, 120 characters where there is none."""
    from rich.console import Console

    console = Console(file=styled(sys.stdout), highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(file=styled(sys.stdout), highlight=False, width=120)


def printable(text: str) -> str:
    """Text from outside without the control characters that a terminal would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def print_estimate(counts: Mapping[str, int], usage: Usage, *, as_json: bool) -> None:
    """The estimate of a run: how many there are of what, requests, tokens and cost."""
    figures: dict[str, Any] = {**counts, **usage.model_dump(exclude={"answered_by", "cached_tokens"})}
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        shown = "unknown" if value is None else f"${value:.4f}" if name == "cost" else f"{value:,}"
        typer.echo(f"{name.replace('_', ' '):>18}  {shown}")


def titles_of(rubric: Rubric, language: str) -> dict[str, str]:
    """Item id → title, for `print_card`."""
    from llm_grader.rubric.model import wording

    return {item.id: wording(item.title, language) for item in rubric.items()}


def print_card(console: Console, card: Scorecard, titles: dict[str, str]) -> None:
    """One card: score, then each verdict with the words it rests on."""
    from rich.table import Table
    from rich.text import Text

    console.print()
    console.print(Text(f"{printable(card.transcript_id)}: {_headline(card)}", style="bold"))
    if card.failure is not None:
        what = "not graded" if card.status == "not_graded" else "failed"
        console.print(f"  {what}: {printable(card.failure.message)} ({card.failure.code})", markup=False)
        return
    for line in (*card.warnings, *(f"look at it: {flag}" for flag in card.flags)):
        console.print(f"  {printable(line)}", style="yellow", markup=False)
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item_id, verdict in card.verdicts.items():
        label = verdict.label or verdict.status
        words = Text(_grounds(verdict))
        table.add_row(
            Text(printable(titles.get(item_id, item_id))), Text(label, style=_STYLES.get(label, "magenta")), words
        )
    console.print(table)


def print_summary(console: Console, rows: Sequence[Brief]) -> None:
    """One line a card by id; where these would be too many, figures over all of them and the lowest ones."""
    if len(rows) <= _MOST_ROWS:
        _print_rows(console, sorted(rows))
        return
    console.print(_digest(rows), markup=False, soft_wrap=True)
    console.print(f"the {_LOWEST} lowest; with --json you get all of them:", markup=False, soft_wrap=True)
    _print_rows(console, sorted(rows, key=lambda row: (-1.0 if row.score is None else row.score, row))[:_LOWEST])


def _digest(rows: Sequence[Brief]) -> str:
    statuses: Counter[str] = Counter(row.status for row in rows)
    passed = Counter(row.passed for row in rows)
    scores = sorted(row.score for row in rows if row.score is not None)
    failures = Counter(failure for row in rows for failure in row.critical_failures)
    lines = [
        f"{len(rows):,} conversations: {_counted(statuses)}",
        f"passed: {passed[True]:,} yes, {passed[False]:,} no, {passed[None]:,} undecided",
    ]
    if len(scores) > 1:
        low, middle, high = quantiles(scores, n=4, method="inclusive")
        lines.append(f"scores: half of them from {low:.0f} to {high:.0f}, the middle one {middle:.0f}")
    if failures:
        lines.append(f"critical failures: {_counted(failures)}")
    return "\n".join(lines)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common())


_CELLS: Mapping[ColumnKind, Callable[[Any], str]] = {
    "text": printable,
    "score": "{:.0f}".format,
    "share": "{:.0%}".format,
    "yes_no": lambda value: "yes" if value else "no",
    "list": lambda value: printable(", ".join(value)),
    "count": lambda value: str(len(value) or ""),
}


def _print_rows(console: Console, rows: Iterable[Brief]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1))
    for column in COLUMNS.values():
        table.add_column(column.heading, overflow="fold")
    for row in rows:
        cells = zip(COLUMNS.values(), row, strict=True)
        table.add_row(*(Text(_render_in_row(column, value, row.status)) for column, value in cells))
    console.print(table)


def _render_in_row(column: Column, value: Any, status: Status) -> str:
    """A value of a column; a score that has to be reviewed stands in brackets."""
    shown = printable(render_cell(column, value))
    return f"({shown})" if column.kind == "score" and status == "needs_review" and value is not None else shown


def render_cell(column: Column, value: Any) -> str:
    """A value of a column as people read it; – where it is None."""
    return "–" if value is None else _CELLS[column.kind](value)


def _headline(card: Scorecard) -> str:
    open_yet = ", to be reviewed" if card.status == "needs_review" else ""
    score = "no score" if card.score is None else f"score {card.score:.0f} of 100{open_yet}"
    passed = {True: ", passed", False: ", not passed", None: ""}[card.passed]
    critical = f", critical: {', '.join(card.critical_failures)}" if card.critical_failures else ""
    return f"{score}{passed}{critical} ({card.coverage:.0%} of the weight scored, {card.status})"


def _grounds(verdict: Verdict) -> str:
    """The words a verdict rests on, else the reason, else what check failed."""
    if verdict.problem is not None:
        claimed = f"; the judge said {verdict.claimed}" if verdict.claimed else ""
        return f"{verdict.problem}{f' ({verdict.detail})' if verdict.detail else ''}{claimed}"
    quotes = " … ".join(f"“{printable(' '.join(e.quote.split()))}” [{e.role} {e.turn}]" for e in verdict.evidence)
    return quotes or printable(verdict.reason)
