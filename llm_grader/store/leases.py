"""Who is grading what right now, and which requests may have been paid for in vain: read from a store's tables. SQL."""

from __future__ import annotations

import os
import socket
import sqlite3
from datetime import UTC, datetime, timedelta

_LONGEST_CLAIM = timedelta(minutes=3)  # several times as long as it takes to renew one

_IN_DOUBT = """
select key, count(*) from attempts
where (outcome is null and key not in (select key from results where status = 'ok')
        or outcome = 'ok' and key not in (select key from results))
    and key not in (select key from claims)
group by key
"""


def drop_stale_claims(db: sqlite3.Connection) -> None:
    """Give up the claims of processes that are gone: dead on this machine, or not renewed for three minutes."""
    claims = db.execute("select owner, min(claimed_at) from claims group by owner").fetchall()
    for owner, claimed_at in claims:
        if _is_stale(owner, claimed_at):
            db.execute("delete from claims where owner = ?", (owner,))


def read_in_doubt(db: sqlite3.Connection) -> dict[str, int]:
    """Keys → how many requests for them may have been paid for in vain: no result, and nobody is at it any more."""
    return dict(db.execute(_IN_DOUBT))


def _is_stale(owner: str, claimed_at: str) -> bool:
    host, pid, _ = owner.rsplit(":", 2)
    if host == socket.gethostname() and os.name == "posix":
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # somebody else's
            pass
    return datetime.now(UTC) - datetime.fromisoformat(claimed_at) > _LONGEST_CLAIM
