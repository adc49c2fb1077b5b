"""Results in one SQLite file, by what they depend on: the same key is never paid for twice.

Tables, for any SQLite tool (times are ISO 8601 in UTC):

    results(key, status, score, card, saved_at)      a Scorecard as JSON; `key` is provenance.key
    runs(run_id, started_at, rubric_id, rubric_version, rubric_hash, model)
    run_items(run_id, transcript_id, key)            which transcripts a run graded, and where the result is
    attempts(attempt_id, run_id, key, transcript_id, started_at, finished_at, outcome, prompt_bytes, prompt_tokens,
             cached_tokens, completion_tokens)       one row a request; without finished_at it is in doubt
    claims(key, owner, claimed_at)                   which process is grading what right now

A result that is not ok is replaced when it is graded again; one that is ok stays as it is.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from pydantic import ValidationError

from llm_grader.errors import DiskError, StoreError
from llm_grader.ledger import Rates
from llm_grader.verdict import Provenance, Scorecard

APPLICATION_ID = 0x4C4C4D47  # "LLMG" in the file's header tells our files from other SQLite files
SCHEMA_VERSION = 1

_DISK_ERRORS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_PATIENCE_S = 30  # to wait for other connections
_LONGEST_CLAIM = timedelta(minutes=3)  # several times as long as it takes to renew one

_SCHEMA = """
create table results(
    key text primary key, status text not null, score real, card text not null, saved_at text not null
);
create table runs(
    run_id integer primary key, started_at text not null, rubric_id text not null, rubric_version text not null,
    rubric_hash text not null, model text not null
);
create table run_items(
    run_id integer not null references runs, transcript_id text not null, key text not null,
    primary key (run_id, transcript_id)
) without rowid;
create index run_items_by_key on run_items(key);
create table attempts(
    attempt_id integer primary key, run_id integer not null references runs, key text not null,
    transcript_id text not null, started_at text not null, finished_at text, outcome text, prompt_bytes integer,
    prompt_tokens integer, cached_tokens integer, completion_tokens integer
);
create index attempts_by_key on attempts(key);
create table claims(key text primary key, owner text not null, claimed_at text not null) without rowid;
"""

_SAVE = """
insert into results values (?, ?, ?, ?, ?) on conflict(key) do update
set status = excluded.status, score = excluded.score, card = excluded.card, saved_at = excluded.saved_at
where results.status != 'ok'
"""

_RUNS = """
select run_id, started_at, rubric_id, rubric_version, model, count(*) filter (where status = 'ok'),
    count(*) filter (where status = 'needs_review'), count(*) filter (where status = 'error')
from runs left join run_items using (run_id) left join results using (key)
group by run_id order by run_id desc
"""

_DONE = "from results where key = ? and (status = 'ok' or saved_at > ?)"
_NEVER = "9999"

_IN_DOUBT = """
select key, count(*) from attempts
where (finished_at is null and key not in (select key from results where status = 'ok')
        or outcome = 'ok' and key not in (select key from results))
    and key not in (select key from claims)
group by key
"""

_TOKENS_A_BYTE = """
select 1.0 * sum(prompt_tokens) / sum(prompt_bytes) from attempts join runs using (run_id)
where model = ? and outcome = 'ok' and prompt_tokens > 0 and prompt_bytes > 0
"""
_COMPLETION_TOKENS = """
select avg(completion_tokens) from attempts join runs using (run_id)
where model = ? and rubric_hash = ? and outcome = 'ok' and completion_tokens > 0
"""


class Run(NamedTuple):
    """One run as listed: its number, start (ISO 8601, UTC), rubric and model, and how many results of each status."""

    run_id: int
    started_at: str
    rubric_id: str
    rubric_version: str
    model: str
    ok: int
    needs_review: int
    errors: int


class Store:
    """An open store.

    Args:
        path: the file; made when it does not exist.

    Raises:
        StoreError: the file is not an llm_grader store, is corrupt, or was written by a newer version.
        DiskError: the file cannot be written.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        _refuse_foreign(self.path)
        self._lock = threading.Lock()
        self._db = self.connect()
        with self.guarded(self._db):
            self._migrate()  # before WAL: the file's header must be in the file itself
            _use_wal(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def connect(self) -> sqlite3.Connection:
        """Another connection to the file, for one thread at a time."""
        try:
            db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise DiskError(f"{self.path}: cannot open the store ({error})") from error
        with self.guarded(db):
            db.execute("pragma synchronous=full")
        return db

    def start_run(self, provenance: Provenance) -> int:
        """Note the start of a run and return its number."""
        values = (provenance.rubric_id, provenance.rubric_version, provenance.rubric_hash, provenance.model)
        with self._alone():
            cursor = self._db.execute(
                "insert into runs(started_at, rubric_id, rubric_version, rubric_hash, model) values (?, ?, ?, ?, ?)",
                (now(), *values),
            )
        return int(cursor.lastrowid or 0)

    def find(self, key: str, *, since: str | None = None) -> Scorecard | None:
        """The finished result with this key; one that needs review or failed is finished where it came `since` a time.

        A run passes the time of its start: what somebody else found out meanwhile is not paid for again.
        """
        return self._card(f"select card {_DONE}", key, since or _NEVER)

    def find_any(self, key: str) -> Scorecard | None:
        """The result with this key, finished or not."""
        return self._card("select card from results where key = ?", key)

    def is_done(self, db: sqlite3.Connection, key: str, *, since: str) -> bool:
        """Whether `find` would find something, as part of a transaction on `db`."""
        return db.execute(f"select 1 {_DONE}", (key, since)).fetchone() is not None

    def _card(self, query: str, *values: str) -> Scorecard | None:
        key = values[0]
        with self._alone():
            row = self._db.execute(query, values).fetchone()
        return None if row is None else self._parse(row[0], key)

    def _parse(self, text: str, key: str) -> Scorecard:
        try:
            return Scorecard.model_validate_json(text)
        except ValidationError:  # its own text would quote the card
            raise StoreError(f"result {key} is damaged or of another version", path=self.path) from None

    def save(self, card: Scorecard, run_id: int) -> None:
        """Keep `card` and note that the run graded its transcript. Both are on disk when this returns."""
        with self._alone():
            self._db.execute("begin immediate")
            self.write_card(self._db, card, run_id)
            self._db.execute("commit")

    def write_card(self, db: sqlite3.Connection, card: Scorecard, run_id: int) -> None:
        """`save` as part of a transaction on `db`."""
        key = card.provenance.key
        db.execute(_SAVE, (key, card.status, card.score, card.model_dump_json(), now()))
        self.write_run_items(db, run_id, [(card.transcript_id, key)])

    def write_run_items(self, db: sqlite3.Connection, run_id: int, items: Iterable[tuple[str, str]]) -> None:
        """Note, as part of a transaction on `db`, which results a run has: transcript ids and keys."""
        rows = ((run_id, transcript_id, key) for transcript_id, key in items)
        db.executemany("insert or replace into run_items values (?, ?, ?)", rows)

    def drop_stale_claims(self) -> None:
        """Give up the claims of processes that are gone: dead on this machine, or not renewed for three minutes."""
        with self._alone():
            claims = self._db.execute("select owner, min(claimed_at) from claims group by owner").fetchall()
            for owner, claimed_at in claims:
                if _is_stale(owner, claimed_at):
                    self._db.execute("delete from claims where owner = ?", (owner,))

    def in_doubt(self) -> dict[str, int]:
        """Keys → how many requests for them may have been paid for in vain: no result, and nobody is at it any more."""
        self.drop_stale_claims()
        with self._alone():
            return dict(self._db.execute(_IN_DOUBT))

    def rates(self, model: str, rubric_hash: str) -> Rates:
        """What requests to `model` really took, from those that were answered; the first guess where there are none."""
        with self._alone():
            (a_byte,) = self._db.execute(_TOKENS_A_BYTE, (model,)).fetchone()
            (completion,) = self._db.execute(_COMPLETION_TOKENS, (model, rubric_hash)).fetchone()
        return (
            Rates(completion_tokens=completion)
            if a_byte is None
            else Rates(tokens_a_byte=a_byte, completion_tokens=completion)
        )

    def has(self, key: str) -> bool:
        """Whether there is a finished result with this key."""
        with self._alone():
            query = "select exists (select 1 from results where key = ? and status = 'ok')"
            return bool(self._db.execute(query, (key,)).fetchone()[0])

    def finished(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` whose result is ok."""
        with self._alone():
            done = {key for (key,) in self._db.execute("select key from results where status = 'ok'")}
        return done.intersection(keys)

    def runs(self) -> list[Run]:
        """All runs, the latest first."""
        with self._alone():
            rows = self._db.execute(_RUNS).fetchall()
        return [Run._make(row) for row in rows]

    def cards(self, run_id: int | None = None) -> Iterator[Scorecard]:
        """The scorecards of a run, by default of the latest one, by transcript id."""
        chosen = "(select max(run_id) from runs)" if run_id is None else "?"
        query = (
            "select transcript_id, key, card from run_items join results using (key) "  # noqa: S608 - no text of others
            f"where run_id = {chosen} order by transcript_id"
        )
        with contextlib.closing(self.connect()) as db, self.guarded(db):  # its own: whoever reads may write meanwhile
            for transcript_id, key, card in db.execute(query, () if run_id is None else (run_id,)):
                yield self._parse(card, key).model_copy(update={"transcript_id": transcript_id})

    def results_of_other_versions(self, provenance: Provenance) -> int:
        """How many stored results belong to another version of this rubric; they are kept, and never mixed in."""
        with self._alone():
            row = self._db.execute(
                "select count(distinct key) from run_items join runs using (run_id) "
                "where rubric_id = ? and rubric_hash != ?",
                (provenance.rubric_id, provenance.rubric_hash),
            ).fetchone()
        return int(row[0])

    def _migrate(self) -> None:
        (version,) = self._db.execute("pragma user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"written by a newer version (schema {version}, this one knows {SCHEMA_VERSION}): update llm-grader",
                path=self.path,
            )
        if version == 0:
            self._db.execute("begin immediate")
            with contextlib.closing(self._db.cursor()) as cursor:
                (version,) = cursor.execute("pragma user_version").fetchone()
                if version == 0:  # not made by another process meanwhile
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        cursor.execute(statement)
                    cursor.execute(f"pragma application_id = {APPLICATION_ID}")
                    cursor.execute(f"pragma user_version = {SCHEMA_VERSION}")
            self._db.execute("commit")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Use the connection that all threads share."""
        with self._lock, self.guarded(self._db):
            yield

    @contextlib.contextmanager
    def guarded(self, db: sqlite3.Connection) -> Iterator[None]:
        """Turn SQLite's errors into ours, with nothing half written."""
        try:
            yield
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                db.rollback()
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(_DISK_ERRORS):
                raise DiskError(
                    f"{self.path}: cannot write the store ({error}): free space or choose --store"
                ) from error
            raise StoreError(f"{error}: the store is damaged or in use; nothing was changed", path=self.path) from error


def _use_wal(db: sqlite3.Connection) -> None:
    """Change to a write-ahead log; for this one statement SQLite does not wait while another connection is open."""
    give_up = time.monotonic() + _PATIENCE_S
    while not _done_or_busy(db, "pragma journal_mode=wal", last_try=time.monotonic() > give_up):
        time.sleep(0.01)


def _done_or_busy(db: sqlite3.Connection, statement: str, *, last_try: bool) -> bool:
    try:
        db.execute(statement)
    except sqlite3.OperationalError as error:
        if last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


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


def _refuse_foreign(path: Path) -> None:
    """Look at the file's header before SQLite opens it: a foreign file must keep every byte."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise DiskError(f"{path}: cannot open the store ({error.strerror})") from error
    if header and (len(header) < 100 or int.from_bytes(header[68:72]) != APPLICATION_ID):
        raise StoreError("not an llm_grader store: choose another --store", path=path)


def now() -> str:
    """The time as the store writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
