"""Days and ids that stand in the first row they are of, days that are the same past midnight, and rows of totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.source.columns import TurnColumns
from llm_grader.readers.source.moments import time_of_day
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.table_cells import cell_of
from llm_grader.readers.tables.table_rows import Row
from llm_grader.transcript import Turn

_FILLED = "{}: empty in some rows that have a time: the day of the row above was read"
_NEXT_DAY = "{}: the same day in all rows, though the times of day go on past midnight: a day was added there"
_IDS_FILLED = "{}: stands once in the first row of each conversation: the rows below it were read as of the same one"
_TOTALS = "a last row that counts the others was left out: nobody says anything in it"
_TOTAL = re.compile(
    r"(?:grand )?totals?|sum|count|gesamt(?:summe|anzahl)?|summe|insgesamt|anzahl|celkem|soucet|osszesen|kokku|summa"
)
_FALL = timedelta(hours=12)  # from one row to the next: it is the next day
_SURE_FALL = timedelta(hours=20)


def ids_above(ids: Sequence[str | None], column: str, note: Callable[[str], None]) -> list[str | None]:
    """The ids of rows, those that are empty with the one above where each stands once, as of cells that are merged.

    Where one stands twice, or few rows have none, a row without an id may be of any conversation.
    """
    stated = [name for name in ids if name is not None]
    empty = len(ids) - len(stated)
    if not ids or ids[0] is None or len(set(stated)) < len(stated) or empty < len(stated):
        return list(ids)
    note(_IDS_FILLED.format(column))
    found: list[str | None] = []
    for name in ids:
        found.append(name if name is not None else found[-1])
    return found


def without_totals(
    groups: dict[str, list[Row]], columns: TurnColumns, note: Callable[[str], None]
) -> dict[str, list[Row]]:
    """The rows of each conversation, without a last one that is called a total and says neither who speaks nor when."""
    name = next(reversed(groups), "")
    telling = [column for part, column in columns.by_field.items() if part not in ("text", "subject")]
    if len(groups) < 2 or not telling or len(groups[name]) > 1 or not _TOTAL.fullmatch(plain(name).rstrip(":")):
        return groups
    if any(as_text(cell_of(groups[name][0].cells, column)) is not None for column in telling):
        return groups
    note(_TOTALS)
    return {key: rows for key, rows in groups.items() if key != name}


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
