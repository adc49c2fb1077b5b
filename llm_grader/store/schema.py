"""The store's file: its tables, version by version, and whether it is one of ours. SQL.

`user_version` in the file's header counts the migrations that it has been through. A new file goes through all of them,
so that every file of a version has the same schema, whatever version it began with.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from llm_grader.errors import DiskError, StoreError

APPLICATION_ID = 0x4C4C4D47  # "LLMG" in the file's header tells our files from other SQLite files
PATIENCE_S = 30  # to wait for other connections

_VERSION_1 = """
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
create table claims(key text primary key, owner text not null, claimed_at text not null) without rowid
"""

# An id that names two conversations has a result for each; what an edit of the rubric leaves alone is found again.
_VERSION_2 = """
create table run_items_of_2(
    run_id integer not null references runs, transcript_id text not null, key text not null,
    primary key (run_id, transcript_id, key)
) without rowid;
insert into run_items_of_2 select run_id, transcript_id, key from run_items;
drop table run_items;
alter table run_items_of_2 rename to run_items;
create index run_items_by_key on run_items(key);
create table rubrics(rubric_hash text primary key, rubric text not null);
create table families(
    family text not null, key text not null, primary key (family, key)
) without rowid;
alter table attempts add column items integer
"""

# Reports, exports and audits need the conversation beside its results, and results are grouped by what is known of it.
_VERSION_3 = """
create table conversations(
    transcript_id text not null, content_hash text not null, channel text not null, language text, agent text,
    started_at text, ticket_id text, team text, source text, apart text, kept_at text not null,
    primary key (transcript_id, content_hash)
) without rowid;
create table texts(content_hash text primary key, packed blob not null);
create table contents(key text primary key, content_hash text not null) without rowid
"""

MIGRATIONS = (_VERSION_1, _VERSION_2, _VERSION_3)
"""What makes version n + 1 of version n, the first from an empty file. A released one is never changed."""

SCHEMA_VERSION = len(MIGRATIONS)


def refuse_foreign(path: Path) -> None:
    """Look at the file's header before SQLite opens it: a foreign file must keep every byte.

    Raises:
        StoreError: it is no store.
        DiskError: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise DiskError(f"{path}: cannot open the store ({error.strerror})") from error
    if header and (len(header) < 100 or int.from_bytes(header[68:72]) != APPLICATION_ID):
        raise StoreError("not an llm_grader store: choose another --store", path=path)


def make_private(path: Path) -> None:
    """Make the file, where there is none, so that its owner alone can read it: what people said is in it.

    SQLite gives its log and shared memory the mode of the file.

    Raises:
        DiskError: it cannot be made.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise DiskError(f"{path}: cannot open the store ({error.strerror})") from error


def migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the file to the latest schema: wholly or, when anything fails, not at all.

    Of several processes that open it at once one migrates, and the others wait. After the n-th of `migrations` the
    schema has the version n.

    Raises:
        StoreError: it was written by a newer version.
        sqlite3.Error: it cannot be written; the caller rolls back.
    """
    latest = len(migrations)
    if _version(db, path, latest) == latest:
        return
    db.execute("begin immediate")
    for migration in migrations[_version(db, path, latest) :]:  # another process may have been here meanwhile
        for statement in migration.split(";"):
            db.execute(statement.strip())
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {latest}")
    db.execute("commit")


def _version(db: sqlite3.Connection, path: Path, latest: int) -> int:
    version = int(db.execute("pragma user_version").fetchone()[0])
    if version > latest:
        raise StoreError(
            f"written by a newer version (schema {version}, this one knows {latest}): update llm-grader",
            path=path,
        )
    return version


def use_wal(db: sqlite3.Connection) -> None:
    """Change to a write-ahead log; for this one statement SQLite does not wait while another connection is open."""
    give_up = time.monotonic() + PATIENCE_S
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


@contextlib.contextmanager
def as_our_errors(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with nothing half written.

    Raises:
        DiskError: the disk or its permissions do not let the file be written.
        StoreError: SQLite failed otherwise.
    """
    try:
        yield
    except sqlite3.Error as error:
        with contextlib.suppress(sqlite3.Error):
            db.rollback()
        if getattr(error, "sqlite_errorname", "").startswith(_DISK_ERRORS):
            raise DiskError(f"{path}: cannot write the store ({error}): free space or choose --store") from error
        raise StoreError(f"{error}: the store is damaged or in use; nothing was changed", path=path) from error


_DISK_ERRORS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
