"""Rows of results and runs: read and written as part of a transaction on a connection. SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from llm_grader.verdict import Scorecard

_FINISHED = "select card from results where key = ? and (status = 'ok' or saved_at > ?)"
_NEVER = "9999"
_SAVE = """
insert into results values (?, ?, ?, ?, ?) on conflict(key) do update
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


def write_card(db: sqlite3.Connection, card: Scorecard, run_id: int) -> None:
    """Keep `card`, unless its result is ok already, and note that the run graded its transcript."""
    key = card.provenance.key
    db.execute(_SAVE, (key, card.status, card.score, card.model_dump_json(), now()))
    if card.provenance.family:
        db.execute("insert or ignore into families values (?, ?)", (card.provenance.family, key))
    write_run_items(db, run_id, [(card.transcript_id, key)])


def write_run_items(db: sqlite3.Connection, run_id: int, items: Iterable[tuple[str, str]]) -> None:
    """Note which results a run has; `items` are transcript ids and keys."""
    rows = ((run_id, transcript_id, key) for transcript_id, key in items)
    db.executemany("insert or replace into run_items values (?, ?, ?)", rows)
