"""Results in one SQLite file, by what they depend on: the same key is never paid for twice.

Tables, for any SQLite tool (times are ISO 8601 in UTC):

    results(key, status, score, card, saved_at)      a Scorecard as JSON; `key` is provenance.key
    runs(run_id, started_at, rubric_id, rubric_version, rubric_hash, model)
    run_items(run_id, transcript_id, key)            which transcripts a run graded, and where the result is
    attempts(attempt_id, run_id, key, transcript_id, started_at, finished_at, outcome, prompt_bytes, prompt_tokens,
             cached_tokens, completion_tokens, items)
                                                     one row a request, about so many items; without an outcome it is in
                                                     doubt
    claims(key, owner, claimed_at)                   which process is grading what right now
    rubrics(rubric_hash, rubric)                     every rubric that was graded by, as JSON
    families(family, key)                            results that differ in the rubric's version alone

A result that is not ok is replaced when it is graded again; one that is ok stays as it is.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pydantic import ValidationError

from llm_grader.errors import DiskError, StoreError
from llm_grader.rubric.model import Rubric
from llm_grader.store.leases import drop_stale_claims, read_in_doubt
from llm_grader.store.schema import PATIENCE_S, migrate, refuse_foreign, told, use_wal
from llm_grader.usage import Rates
from llm_grader.verdict import Provenance, Scorecard

_SAVE = """
insert into results values (?, ?, ?, ?, ?) on conflict(key) do update
set status = excluded.status, score = excluded.score, card = excluded.card, saved_at = excluded.saved_at
where results.status != 'ok'
"""

_RUNS = """
select run_id, started_at, rubric_id, rubric_version, rubric_hash, model, count(*) filter (where status = 'ok'),
    count(*) filter (where status = 'needs_review'), count(*) filter (where status = 'error'),
    count(*) filter (where status = 'not_graded')
from runs left join run_items using (run_id) left join results using (key)
group by run_id order by run_id desc
"""

_OTHER_VERSIONS = """
select rubric_version, rubric_hash, count(distinct key) from run_items join runs using (run_id)
where rubric_id = ? and rubric_hash != ? group by rubric_hash order by max(run_id) desc
"""

_DONE = "from results where key = ? and (status = 'ok' or saved_at > ?)"
_NEVER = "9999"
_RELATIVES = "select key, card from families join results using (key) where family = ? order by saved_at desc"
_FINISHED = "select key from results where status = 'ok' and key in (select value from json_each(?))"

_TOKENS_A_BYTE = """
select 1.0 * sum(prompt_tokens) / sum(prompt_bytes) from attempts join runs using (run_id)
where model = ? and outcome = 'ok' and prompt_tokens > 0 and prompt_bytes > 0
"""
_COMPLETION_TOKENS = """
select avg(completion_tokens), 1.0 * sum(completion_tokens) filter (where items > 0) / sum(items)
from attempts join runs using (run_id)
where model = ? and rubric_hash = ? and outcome = 'ok' and completion_tokens > 0
"""


class Run(NamedTuple):
    """One run as listed: its number, start (ISO 8601, UTC), rubric and model, and how many results of each status."""

    run_id: int
    started_at: str
    rubric_id: str
    rubric_version: str
    rubric_hash: str
    model: str
    ok: int
    needs_review: int
    errors: int
    not_graded: int


class OtherVersion(NamedTuple):
    """A version of a rubric, other than the one in hand, that results in the store belong to, and how many."""

    rubric_version: str
    rubric_hash: str
    results: int


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
        refuse_foreign(self.path)
        self._lock = threading.Lock()
        self._db = self.connect()
        with self.guarded(self._db):
            migrate(self._db, self.path)  # before WAL: the file's header must be in the file itself
            use_wal(self._db)

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
            db = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise DiskError(f"{self.path}: cannot open the store ({error})") from error
        with self.guarded(db):
            db.execute("pragma synchronous=full")
        return db

    def start_run(self, provenance: Provenance, rubric: Rubric | None = None) -> int:
        """Note the start of a run and return its number; its rubric is kept, so that it can be compared with later."""
        values = (provenance.rubric_id, provenance.rubric_version, provenance.rubric_hash, provenance.model)
        with self._alone():
            self._db.execute("begin immediate")
            cursor = self._db.execute(
                "insert into runs(started_at, rubric_id, rubric_version, rubric_hash, model) values (?, ?, ?, ?, ?)",
                (now(), *values),
            )
            if rubric is not None:
                text = rubric.model_dump_json(by_alias=True, exclude_unset=True)
                self._db.execute("insert or ignore into rubrics values (?, ?)", (provenance.rubric_hash, text))
            self._db.execute("commit")
        return int(cursor.lastrowid or 0)

    def rubric(self, rubric_hash: str) -> Rubric | None:
        """The rubric of earlier runs with this hash; None where the store does not have it as it was."""
        for (text,) in self.select("select rubric from rubrics where rubric_hash = ?", rubric_hash):
            with contextlib.suppress(ValidationError):
                found = Rubric.model_validate_json(text)
                return found if found.content_hash() == rubric_hash else None
        return None

    def relatives(self, family: str) -> Iterator[Scorecard]:
        """The results, finished or not, of the same conversation by the same judge, the latest first."""
        return (self._parse(card, key) for key, card in self.select(_RELATIVES, family))

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
        rows = self.select(query, *values)
        return self._parse(rows[0][0], values[0]) if rows else None

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
        if card.provenance.family:
            db.execute("insert or ignore into families values (?, ?)", (card.provenance.family, key))
        self.write_run_items(db, run_id, [(card.transcript_id, key)])

    def write_run_items(self, db: sqlite3.Connection, run_id: int, items: Iterable[tuple[str, str]]) -> None:
        """Note, as part of a transaction on `db`, which results a run has: transcript ids and keys."""
        rows = ((run_id, transcript_id, key) for transcript_id, key in items)
        db.executemany("insert or replace into run_items values (?, ?, ?)", rows)

    def drop_stale_claims(self) -> None:
        """Give up the claims of processes that are gone: dead on this machine, or not renewed for three minutes."""
        with self._alone():
            drop_stale_claims(self._db)

    def in_doubt(self) -> dict[str, int]:
        """Keys → how many requests for them may have been paid for in vain: no result, and nobody is at it any more."""
        with self._alone():
            drop_stale_claims(self._db)
            return read_in_doubt(self._db)

    def rates(self, model: str, rubric_hash: str) -> Rates:
        """What requests to `model` really took, from those that were answered; the first guess where there are none."""
        [(a_byte,)] = self.select(_TOKENS_A_BYTE, model)
        [(a_request, an_item)] = self.select(_COMPLETION_TOKENS, model, rubric_hash)
        seen = {"tokens_a_byte": a_byte, "completion_tokens_an_item": an_item}
        if an_item is None:  # a store of before items were counted: they were all asked together
            seen["completion_tokens"] = a_request
        return Rates(**{name: rate for name, rate in seen.items() if rate is not None})

    def has(self, key: str) -> bool:
        """Whether there is a finished result with this key."""
        return bool(self.select("select 1 from results where key = ? and status = 'ok'", key))

    def finished(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` whose result is ok."""
        return {key for (key,) in self.select(_FINISHED, json.dumps(list(keys)))}

    def select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query that changes nothing; the tables are told in the module's docstring."""
        with self._alone():
            return self._db.execute(query, values).fetchall()

    def runs(self) -> list[Run]:
        """All runs, the latest first."""
        return [Run._make(row) for row in self.select(_RUNS)]

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

    def other_versions(self, provenance: Provenance) -> list[OtherVersion]:
        """The other versions of this rubric that have results, the latest first; they are kept, and never mixed in."""
        rows = self.select(_OTHER_VERSIONS, provenance.rubric_id, provenance.rubric_hash)
        return [OtherVersion._make(row) for row in rows]

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Use the connection that all threads share."""
        with self._lock, self.guarded(self._db):
            yield

    def guarded(self, db: sqlite3.Connection) -> contextlib.AbstractContextManager[None]:
        """Turn SQLite's errors into ours, with nothing half written."""
        return told(db, self.path)


def now() -> str:
    """The time as the store writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
