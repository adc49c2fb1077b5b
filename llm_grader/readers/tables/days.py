"""Days that stand in a column of their own: left empty below the first row, or the same past midnight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from llm_grader.readers.source.columns import TurnColumns
from llm_grader.readers.source.moments import time_of_day
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.table_cells import cell_of
from llm_grader.transcript import Turn

_FILLED = "{}: empty in some rows that have a time: the day of the row above was read"
_NEXT_DAY = "{}: the same day in all rows, though the times of day go on past midnight: a day was added there"
_FALL = timedelta(hours=12)  # from one row to the next: it is the next day
_SURE_FALL = timedelta(hours=20)


def day_above(
    rows: Sequence[Mapping[str, Any]], columns: TurnColumns, note: Callable[[str], None]
) -> list[Mapping[str, Any]]:
    """The rows of a conversation, those with a time and without a day with the day of the row above."""
    if columns.date is None or columns.at is None:
        return list(rows)
    found: list[Mapping[str, Any]] = []
    day: Any = None
    for cells in rows:
        if as_text(cell_of(cells, columns.date)) is not None:
            day = cell_of(cells, columns.date)
        elif day is not None and time_of_day(as_text(cell_of(cells, columns.at)) or "") is not None:
            note(_FILLED.format(columns.date))
            cells = {**cells, columns.date: day}
        found.append(cells)
    return found


def past_midnight(
    turns: Sequence[Turn], rows: Sequence[Mapping[str, Any]], columns: TurnColumns, note: Callable[[str], None]
) -> list[Turn]:
    """The turns of a conversation in the order of its rows, whose day is the same in each, on the day that they are of.

    Where the time of day falls by more than half a day, the next day begins; where it falls by less anywhere, the rows
    are not in the order of time, and nothing is added.

    Args:
        turns: as the rows say.
        rows: that of each turn.
        columns: what the columns are.
        note: told what had to be assumed.
    """
    days = {as_text(cell_of(cells, columns.date)) for cells in rows}
    if columns.date is None or columns.at is None or len(days) != 1 or None in days:
        return list(turns)
    timed = [as_text(cell_of(cells, columns.at)) is not None for cells in rows]
    moments = [turn.at for turn, has_time in zip(turns, timed, strict=True) if turn.at and has_time]
    if not _go_past_midnight(moments):
        return list(turns)
    note(_NEXT_DAY.format(columns.date))
    found: list[Turn] = []
    before, added = moments[0], timedelta()
    for turn, has_time in zip(turns, timed, strict=True):
        if turn.at is None or not has_time:
            found.append(turn)
            continue
        added += timedelta(days=before - turn.at > _FALL)
        before = turn.at
        found.append(turn.model_copy(update={"at": turn.at + added}))
    return found


def _go_past_midnight(moments: Sequence[datetime]) -> bool:
    """Whether times of one day rise, but for falls of more than half a day; two alone are sure where they fall far."""
    steps = [later - earlier for earlier, later in pairwise(moments)]
    falls = [-step for step in steps if step < timedelta()]
    return bool(falls) and min(falls) > _FALL and (any(step > timedelta() for step in steps) or min(falls) > _SURE_FALL)
