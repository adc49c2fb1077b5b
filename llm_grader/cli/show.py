"""Scorecards on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llm_grader.verdict import Scorecard, Verdict

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"met": "green", "not_met": "red", "not_applicable": "dim", "cannot_assess": "yellow"}


def stdout_console() -> Console:
    """A console for results: as wide as the terminal, 120 characters where there is none."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def printable(text: str) -> str:
    """Text from outside without the control characters that a terminal would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def print_card(console: Console, card: Scorecard, titles: dict[str, str]) -> None:
    """One card: score, then each verdict with the words it rests on."""
    from rich.table import Table
    from rich.text import Text

    console.print()
    console.print(Text(f"{printable(card.transcript_id)}: {_headline(card)}", style="bold"))
    if card.failure is not None:
        console.print(f"  failed: {card.failure.message}", markup=False)
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
        table.add_row(Text(titles.get(item_id, item_id)), Text(label, style=_STYLES.get(label, "magenta")), words)
    console.print(table)


def print_summary(console: Console, cards: Iterable[Scorecard]) -> None:
    """One line a card."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1))
    for heading in ("transcript", "score", "passed", "coverage", "status", "critical failures"):
        table.add_column(heading, overflow="fold")
    for card in cards:
        score = "–" if card.score is None else f"{card.score:.0f}"
        passed = {True: "yes", False: "no", None: "–"}[card.passed]
        failed = ", ".join(card.critical_failures)
        table.add_row(Text(printable(card.transcript_id)), score, passed, f"{card.coverage:.0%}", card.status, failed)
    console.print(table)


def _headline(card: Scorecard) -> str:
    score = "no score" if card.score is None else f"score {card.score:.0f} of 100"
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
