"""Rows of results and runs: read and written as part of a transaction on a connection. SQL.

What comes together is written by one statement: SQLite lets go of the interpreter with each, and beside a thread that
works it takes up to five milliseconds to get it back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from llm_grader.verdict import Scorecard

_Row = TypeVar("_Row", bound=Sequence[object])

_FINISHED = "select card from results where key = ? and (status = 'ok' or saved_at > ?)"
_NEVER = "9999"
_MOST_VALUES = 900  # of one statement: SQLite before 3.32 takes 999
_UNLESS_OK = """
on conflict(key) do update
set status = excluded.status, score = excluded.score, card = excluded.card, saved_at = excluded.saved_at
where results.status != 'ok'
"""


def now() -> str:
    """The time as the store writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read_finished(db: sqlite3.Connection, key: str, *, since: str | None = None) -> str | None:
    """The card with this key, as JSON, where its result is ok or was saved after `since`, whatever it is; else None."""
    row = db.execute(_FINISHED, (key, since or _NEVER)).fetchone()
    return None if row is None else str(row[0])


def write_cards(db: sqlite3.Connection, cards: Sequence[Scorecard], run_id: int) -> None:
    """Keep each card, unless its result is ok already, and note that the run graded its transcript."""
    rows = [(card.provenance.key, card.status, card.score, card.model_dump_json(), now()) for card in cards]
    insert(db, "insert into results", rows, _UNLESS_OK)
    families = [(card.provenance.family, card.provenance.key) for card in cards if card.provenance.family]
    insert(db, "insert or ignore into families", families)
    write_run_items(db, run_id, [(card.transcript_id, card.provenance.key) for card in cards])


def write_run_items(db: sqlite3.Connection, run_id: int, items: Iterable[tuple[str, str]]) -> None:
    """Note which results a run has; `items` are transcript ids and keys."""
    insert(db, "insert or replace into run_items", [(run_id, transcript_id, key) for transcript_id, key in items])


def insert(db: sqlite3.Connection, into: str, rows: Sequence[Sequence[object]], then: str = "") -> int:
    """Insert rows of the same length, by as few statements as take them; returns the number of the last one.

    Args:
        db: the connection.
        into: the statement up to its values.
        rows: what to insert.
        then: what follows the values.
    """
    last = 0
    for some in at_once(rows):
        values = [value for row in some for value in row]
        last = db.execute(f"{into} values {places(some)} {then}", values).lastrowid or 0
    return last


def at_once(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """The rows, so many at once as one statement takes: by powers of two, so that few statements have to be read."""
    start = 0
    while start < len(rows):
        most = min(len(rows) - start, _MOST_VALUES // len(rows[0]))
        size = 1 << most.bit_length() - 1
        yield rows[start : start + size]
        start += size


def places(rows: Sequence[Sequence[object]]) -> str:
    """Places of the values of rows in a statement: `(?,?),(?,?)`."""
    return ",".join([f"({','.join('?' * len(rows[0]))})"] * len(rows))
