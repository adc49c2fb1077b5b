"""Leases: which process is grading what right now, and which requests may have been paid for in vain. SQL.

The table of leases is called `claims`, as in the first version of the schema.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta

from llm_grader.store.store import Store

_LONGEST_LEASE = timedelta(minutes=3)  # several times as long as it takes to renew one

_IN_DOUBT = """
select key, count(*) from attempts
where (outcome is null and key not in (select key from results where status = 'ok')
        or outcome = 'ok' and key not in (select key from results))
    and key not in (select key from claims)
group by key
"""


def drop_stale_leases(store: Store) -> None:
    """End the leases of processes that are gone: dead on this machine, or not renewed for three minutes."""
    with store.locked() as db:
        for owner, renewed_at in db.execute("select owner, min(claimed_at) from claims group by owner").fetchall():
            if _is_stale(owner, renewed_at):
                db.execute("delete from claims where owner = ?", (owner,))


def read_in_doubt(store: Store) -> dict[str, int]:
    """Keys → how many requests for them may have been paid for in vain: no result, and nobody is at it any more."""
    drop_stale_leases(store)
    with store.locked() as db:
        return dict(db.execute(_IN_DOUBT))


def _is_stale(owner: str, renewed_at: str) -> bool:
    host, pid, _ = owner.rsplit(":", 2)
    if host == socket.gethostname() and os.name == "posix":
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # somebody else's
            pass
    return datetime.now(UTC) - datetime.fromisoformat(renewed_at) > _LONGEST_LEASE
