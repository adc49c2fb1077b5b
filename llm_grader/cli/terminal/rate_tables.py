"""Pass rates on a terminal: as judged, and without the judge's errors, a line for each item and group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from llm_grader.eval.judge.comparison import Group
    from llm_grader.eval.judge.report import ItemRow
    from llm_grader.eval.summary.pass_rates import PassRate

GATE_STYLES = {"grey": "dim", "blue": "blue", "red": "red", "green": "green", "amber": "yellow"}
_LEGEND = """\
Passed without its errors: the rate corrected by what people's labels say about the judge, and the range in which it
lies in 95 of 100 cases; where people labelled nine in ten themselves, it is theirs."""


def print_rates(console: Console, groups: Sequence[Group]) -> None:
    """The rates of each item, those of all groups below one another; nothing where no label of people corrects any."""
    from rich.table import Table
    from rich.text import Text

    rows = [(group, row) for group, row in _by_item(groups) if row.rate is not None]
    if not any(row.rate and _is_corrected(row.rate) for _, row in rows):
        return
    named = any(group.name is not None for group in groups)
    table = Table(box=None, padding=(0, 2, 0, 0), title_justify="left", title_style="bold")
    table.add_column("item", overflow="fold")
    if named:
        table.add_column("of", overflow="fold")
    for heading in ("n", "passed as judged", "without its errors"):
        table.add_column(heading, justify="right")
    table.add_column("gate", no_wrap=True)
    above = ""
    for group, row in rows:
        item = row.figures.item_id
        of = [Text(group.name or "")] if named else []
        table.add_row(Text("" if item == above else item), *of, *_cells(row))
        above = item
    console.print()
    console.print(table)
    console.print(Text(f"\n{' '.join(_LEGEND.split())}", style="dim"))


def _by_item(groups: Sequence[Group]) -> Iterator[tuple[Group, ItemRow]]:
    """The rows of all groups, those of an item beside one another."""
    places = {row.figures.item_id: None for group in groups for row in group.rows}
    for item in places:
        yield from ((group, row) for group in groups for row in group.rows if row.figures.item_id == item)


def _cells(row: ItemRow) -> Iterable[Text]:
    from rich.text import Text

    rate = row.rate
    if rate is not None:
        yield Text(f"{rate.judged.n:,.0f}")
        yield Text(percent(rate.judged.estimate))
        yield Text(_corrected(rate))
    yield gate_name(row)


def _is_corrected(rate: PassRate) -> bool:
    return rate.corrected is not None and not isnan(rate.corrected.estimate)


def _corrected(rate: PassRate) -> str:
    if rate.corrected is None or not _is_corrected(rate):
        return "–"
    low, high = rate.corrected.low, rate.corrected.high
    return f"{percent(rate.corrected.estimate)} ({percent(low)} to {percent(high)})"


def gate_name(row: ItemRow) -> Text:
    """The colour of an item's gate, in it; `none` where there is no gate."""
    from rich.text import Text

    colour = row.gate.colour
    return Text("none" if colour is None else colour.upper(), style=GATE_STYLES.get(colour or "", "dim"))


def percent(share: float) -> str:
    """A share in whole per cent; – where it is not known."""
    return "–" if isnan(share) else f"{share:.0%}"
