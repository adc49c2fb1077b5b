"""Scorecards on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import quantiles
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import typer

from llm_grader.cli.terminal.outputs import styled
from llm_grader.store.stored import COLUMNS, Brief, Column, ColumnKind
from llm_grader.usage import Usage
from llm_grader.verdict import MET, UNJUDGED, Scorecard, Status, Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from llm_grader.rubric.model import Item, Rubric

_MOST_ROWS = 200
_WORDS_BESIDE = 100  # columns
_LOWEST = 20
_STYLES = {"met": "green", "not_met": "red", "not_applicable": "dim", "cannot_assess": "yellow"}


def stdout_console() -> Console:
    """A console for results: as wide as the terminal or COLUMNS say, 120 characters where neither does."""
    from rich.console import Console

    console = Console(file=styled(sys.stdout), highlight=False, soft_wrap=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(file=styled(sys.stdout), highlight=False, width=120)


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


def items_of(rubric: Rubric, language: str) -> dict[str, ItemLine]:
    """Item id → what is shown of the item, for `print_card`."""
    from llm_grader.rubric.model import wording

    return {item.id: ItemLine.of(item, wording(item.title, language)) for item in rubric.items()}


class ItemLine(NamedTuple):
    """What is shown of an item: its title, its weight with its sign and whether it is critical, its levels.

    `levels` are those of a scale, from the lowest; of an item that is met or not there are none.
    """

    title: str
    weight: str = ""
    penalty: bool = False
    levels: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: Item, title: str) -> Self:
        """That of an item of a rubric."""
        weight = f"({'−' if item.penalty else ''}{item.weight:g}{', critical' if item.critical else ''})"
        return cls(title, weight, item.penalty, () if item.scale == "binary" else item.levels)

    def label(self, label: str) -> str:
        """A label; of a scale with its place, such as `2 of 4`, and of a penalty that is met what that means."""
        if self.penalty and label == MET:
            return f"{label}: a fault"
        if label not in self.levels:
            return label
        place = self.levels.index(label) + 1
        return f"{'' if label == str(place) else f'{label}, '}{place} of {len(self.levels)}"

    def style(self, label: str) -> str:
        """Its colour: a penalty that is met is as bad as anything else that is not."""
        if label in self.levels:
            return {0: "red", len(self.levels) - 1: "green"}.get(self.levels.index(label), "yellow")
        swapped = {"met": "not_met", "not_met": "met"} if self.penalty else {}
        return _STYLES.get(swapped.get(label, label), "magenta")


def print_card(console: Console, card: Scorecard, items: Mapping[str, ItemLine]) -> None:
    """One card: score, then each verdict with the words it rests on, below it where the terminal is narrow."""
    from rich.text import Text

    console.print()
    console.print(Text(f"{printable(card.transcript_id)}: {_headline(card)}", style="bold"))
    if card.failure is not None:
        what = "not graded" if card.status == "not_graded" else "failed"
        console.print(f"  {what}: {printable(card.failure.message)} ({card.failure.code})", markup=False)
        return
    for line in (*card.warnings, *(f"look at it: {flag}" for flag in card.flags)):
        console.print(f"  {printable(line)}", style="yellow", markup=False)
    lines = [
        (items.get(item_id, ItemLine(item_id)), verdict)
        for item_id, verdict in card.verdicts.items()
        if verdict.judged != "org"  # about the organisation: a person answers it once, in the self-audit
    ]
    judged = [(item, verdict) for item, verdict in lines if not verdict.reason.startswith(UNJUDGED)]
    _print_verdicts(console, judged, beside=console.width >= _WORDS_BESIDE)
    if unjudged := [item.title for item, verdict in lines if verdict.reason.startswith(UNJUDGED)]:
        names = printable(", ".join(unjudged))
        console.print(f" left to a larger model, see --model ({len(unjudged)}): {names}", style="yellow", markup=False)


def _print_verdicts(console: Console, lines: Sequence[tuple[ItemLine, Verdict]], *, beside: bool) -> None:
    """A line each: label, item, and the words beside or below them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=beside, overflow="fold")
    if beside:
        table.add_column(overflow="fold")
    for item, verdict in lines:
        label = verdict.label or verdict.status
        title = (printable(item.title), " " if item.weight else "", (item.weight, "dim"))
        head = Text.assemble(*title)
        words = Text(_grounds(verdict), style="" if beside else "dim")
        below = [Text("\n").join([head, words])] if words else [head]
        table.add_row(Text(item.label(label), style=item.style(label)), *([head, words] if beside else below))
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


_WIDE = 100
_WHERE_THERE_IS_ROOM = ("flags", "warnings")  # they stand on each card, and are counted in the last line


def _print_rows(console: Console, rows: Iterable[Brief]) -> None:
    from rich.table import Table
    from rich.text import Text

    shown = [name for name in COLUMNS if console.width >= _WIDE or name not in _WHERE_THERE_IS_ROOM]
    table = Table(box=None, padding=(0, 1))
    for name in shown:
        table.add_column(COLUMNS[name].heading, overflow="fold")
    for row in rows:
        cells = ((COLUMNS[name], getattr(row, name)) for name in shown)
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
    grounds = quotes or printable(verdict.reason)
    return f"{grounds} ({printable(verdict.note)})" if verdict.note else grounds
