"""Tables of an audit on a terminal: who has labelled how much, and how people agree."""

from __future__ import annotations

import math
from typing import Any

from rich.table import Table
from rich.text import Text

from llm_grader.audit.review.agreement import LEAST_COMPARED, AgreementTable, ItemAgreement, RaterRow
from llm_grader.cli.terminal.show import stdout_console
from llm_grader.eval.stats.bootstrap import Interval


def print_agreement(table: AgreementTable, *, waiting: int) -> None:
    """Print both tables, and how many conversations somebody is still labelling."""
    console = stdout_console()
    raters = _table(
        "who", "submitted", "assigned", "skipped", "seconds", "like the others", "severity", "changed later"
    )
    for rater in table.raters:
        raters.add_row(*_rater_cells(rater))
    items = _table("item", "labels", "by two", "same", "κ", "AC1", "α", "κ of model", "missing")
    for item in table.items:
        items.add_row(*_item_cells(item))
    console.print(raters)
    console.print(items if table.items else "nothing is submitted yet")
    if table.items:
        console.print(" ".join(_LEGEND.split()), style="dim", markup=False, highlight=False)
    console.print(f"{waiting} conversations are still being labelled")


_LEGEND = """\
like the others: how often somebody said what all others said. severity: how much stricter than the average, where all
labelled the same. changed later: answers changed after those of others were shown; they count nowhere. by two:
conversations that two people labelled; same: how often they agree. κ, AC1, α: the same beyond chance, 1 is always and 0
as by chance, AC1 for labels that are mostly alike; in brackets where it lies in 95 of 100 cases, and – from fewer than
ten conversations. missing: labels until κ of the model is known within .1, see `llm-grader plan --gold`."""


def without_nan(value: Any) -> Any:
    """Plain values in which what is no number is None, as JSON has it."""
    if isinstance(value, dict):
        return {key: without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(*headings: str) -> Table:
    made = Table(box=None, padding=(0, 1, 0, 0))
    for number, heading in enumerate(headings):
        made.add_column(heading, justify="right" if number else "left", overflow="fold")
    return made


def _rater_cells(rater: RaterRow) -> tuple[Text | str, ...]:
    agreed = "–" if rater.agreement is None else f"{rater.agreement:.0%} of {rater.compared}"
    seconds = "–" if rater.seconds is None else f"{rater.seconds:.0f}"
    severity = "–" if rater.severity is None else f"{rater.severity:+.2f}"
    name = Text("the model" if rater.is_model else rater.name)
    counts = (str(rater.submitted), str(rater.assigned), str(rater.skipped))
    return name, *counts, seconds, agreed, severity, str(rater.changed)


def _item_cells(item: ItemAgreement) -> tuple[Text | str, ...]:
    same = "–" if math.isnan(item.agreement.estimate) else f"{item.agreement.estimate:.0%}"
    points = (_point(one) for one in (item.ac, item.alpha))
    missing = "–" if item.missing is None else str(item.missing)
    figures = (_range(item.kappa), *points, _range(item.judge_kappa), missing)
    return Text(item.item_id), str(item.labelled), str(item.double), same, *figures


def _range(interval: Interval | None) -> str:
    if interval is None or not _is_shown(interval):
        return "–"
    return f"{_short(interval.estimate)} ({_short(interval.low)}–{_short(interval.high)})"


def _point(interval: Interval) -> str:
    return _short(interval.estimate) if _is_shown(interval) else "–"


def _is_shown(interval: Interval) -> bool:
    return interval.n >= LEAST_COMPARED and not math.isnan(interval.estimate)


def _short(value: float) -> str:
    """Two decimals without the leading zero, as statistics are written."""
    return f"{value:.2f}".replace("0.", ".", 1)
