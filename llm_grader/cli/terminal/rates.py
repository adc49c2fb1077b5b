"""Pass rates on a terminal: as judged, and what they are when the judge's errors are taken out."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from llm_grader.verdict import Scorecard

if TYPE_CHECKING:
    from rich.console import Console

    from llm_grader.grading.confidence import Calibration
    from llm_grader.rubric.model import Rubric


def print_rates(console: Console, cards: Sequence[Scorecard], calibration: Calibration, rubric: Rubric) -> None:
    """One line for each item whose errors are known."""
    from rich.table import Table

    from llm_grader.eval.judge.calibrating import corrected_rates

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "conversations", "judged to pass", "corrected", "95 %"):
        table.add_column(heading, justify="left" if heading == "item" else "right")
    for rate in corrected_rates(cards, calibration, rubric):
        if rate.judged.n:
            found = rate.corrected
            unknown = isnan(found.estimate)
            shown = ("not known", "") if unknown else (f"{found.estimate:.0%}", f"{found.low:.0%} to {found.high:.0%}")
            table.add_row(rate.item_id, f"{rate.judged.n:,.0f}", f"{rate.judged.estimate:.0%}", *shown)
    if table.row_count:
        console.print()
        console.print(table)
