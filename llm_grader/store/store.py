"""The store: results in one SQLite file, by what they depend on. The same key is never paid for twice.

Tables, for any SQLite tool (times are ISO 8601 in UTC):

    results(key, status, score, card, saved_at)      a Scorecard as JSON; `key` is provenance.key
    runs(run_id, started_at, rubric_id, rubric_version, rubric_hash, model)
    run_items(run_id, transcript_id, key)            which transcripts a run graded, and where the result is
    attempts(attempt_id, run_id, key, transcript_id, started_at, finished_at, outcome, prompt_bytes, prompt_tokens,
             cached_tokens, completion_tokens, items)
                                                     one row a request, about so many items; without an outcome it is in
                                                     doubt
    claims(key, owner, claimed_at)                   leases: which process is grading what right now
    rubrics(rubric_hash, rubric)                     every rubric that was graded by, as JSON
    families(family, key)                            results that differ in the rubric's version alone
    conversations(transcript_id, content_hash, channel, language, agent, started_at, ticket_id, team, source, apart,
             kept_at)                                what results are grouped by; `apart` is JSON that may differ
                                                     between conversations of one text
    texts(content_hash, packed)                      each text once: a Transcript as JSON, compressed (zlib)
    contents(key, content_hash)                      which text a result is about

A result that is not ok is replaced when it is graded again; one that is ok stays as it is.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pydantic import ValidationError

from llm_grader.errors import DiskError, StoreError
from llm_grader.rubric.model import Rubric
from llm_grader.store.rows import now, read_finished, write_cards
from llm_grader.store.schema import PATIENCE_S, as_our_errors, make_private, migrate, refuse_foreign, use_wal
from llm_grader.verdict import Provenance, Scorecard

_RUNS = """
select run_id, started_at, rubric_id, rubric_version, rubric_hash, model, count(*) filter (where status = 'ok'),
    count(*) filter (where status = 'needs_review'), count(*) filter (where status = 'error'),
    count(*) filter (where status = 'not_graded')
from runs left join run_items using (run_id) left join results using (key)
group by run_id order by run_id desc
"""

_OF_RUN = (
    "select transcript_id, key, card from run_items join results using (key) where run_id = ? order by transcript_id"
)
_LATEST = """
with ranked as (
    select transcript_id, key, row_number() over (
        partition by transcript_id, content_hash, rubric_id order by status = 'error', run_id desc
    ) as place
    from run_items join runs using (run_id) join results using (key) left join contents using (key)
    where ? is null or rubric_id = ?
)
select transcript_id, key, card from ranked join results using (key) where place = 1 order by transcript_id, key
"""

_RELATIVES = "select key, card from families join results using (key) where family = ? order by saved_at desc"
_FINISHED = "select key from results where status = 'ok' and key in (select value from json_each(?))"


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


class Store:
    """An open store.

    Args:
        path: the file; made when it does not exist, for its owner's eyes alone.
        keep_texts: whether conversations are kept beside their results, and not only what results are grouped by.

    Raises:
        StoreError: the file is not an llm_grader store, is corrupt, or was written by a newer version.
        DiskError: the file cannot be written.
    """

    def __init__(self, path: Path | str, *, keep_texts: bool = True) -> None:
        self.path = Path(path)
        self.keep_texts = keep_texts
        refuse_foreign(self.path)
        make_private(self.path)
        self._lock = threading.Lock()
        self._db = self.connect()
        with as_our_errors(self._db, self.path):
            migrate(self._db, self.path)  # before WAL: the file's header must be in the file itself
            use_wal(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def connect(self) -> sqlite3.Connection:
        """Another connection to the file, for one thread at a time."""
        try:
            db = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise DiskError(f"{self.path}: cannot open the store ({error})") from error
        with as_our_errors(db, self.path):
            db.execute("pragma synchronous=full")
        return db

    @contextlib.contextmanager
    def locked(self) -> Iterator[sqlite3.Connection]:
        """The connection that all threads share, for one of them at a time; the tables are in the module's docstring.

        Raises:
            DiskError, StoreError: SQLite failed; nothing of an open transaction is written.
        """
        with self._lock, as_our_errors(self._db, self.path):
            yield self._db

    def start_run(self, provenance: Provenance, rubric: Rubric | None = None) -> int:
        """Note the start of a run and return its number; its rubric is kept, so that it can be compared with later."""
        values = (provenance.rubric_id, provenance.rubric_version, provenance.rubric_hash, provenance.model)
        with self.locked() as db:
            db.execute("begin immediate")
            cursor = db.execute(
                "insert into runs(started_at, rubric_id, rubric_version, rubric_hash, model) values (?, ?, ?, ?, ?)",
                (now(), *values),
            )
            if rubric is not None:
                text = rubric.model_dump_json(by_alias=True, exclude_unset=True)
                db.execute("insert or ignore into rubrics values (?, ?)", (provenance.rubric_hash, text))
            db.execute("commit")
        return int(cursor.lastrowid or 0)

    def relatives(self, family: str) -> Iterator[Scorecard]:
        """The results, finished or not, of the same conversation by the same judge, the latest first."""
        return (self._parse(card, key) for key, card in self._rows(_RELATIVES, family))

    def find(self, key: str, *, since: str | None = None) -> Scorecard | None:
        """The finished result with this key; one that needs review or failed is finished where it came `since` a time.

        A run passes the time of its start: what somebody else found out meanwhile is not paid for again.
        """
        with self.locked() as db:
            text = read_finished(db, key, since=since)
        return None if text is None else self._parse(text, key)

    def find_any(self, key: str) -> Scorecard | None:
        """The result with this key, finished or not."""
        rows = self._rows("select card from results where key = ?", key)
        return self._parse(rows[0][0], key) if rows else None

    def _parse(self, text: str, key: str) -> Scorecard:
        try:
            return Scorecard.model_validate_json(text)
        except ValidationError:  # its own text would quote the card
            raise StoreError(f"result {key} is damaged or of another version", path=self.path) from None

    def save(self, card: Scorecard, run_id: int) -> None:
        """Keep `card` and note that the run graded its transcript. Both are on disk when this returns."""
        with self.locked() as db:
            db.execute("begin immediate")
            write_cards(db, [card], run_id)
            db.execute("commit")

    def has(self, key: str) -> bool:
        """Whether there is a finished result with this key."""
        return bool(self._rows("select 1 from results where key = ? and status = 'ok'", key))

    def finished(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` whose result is ok."""
        return {key for (key,) in self._rows(_FINISHED, json.dumps(list(keys)))}

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.locked() as db:
            return db.execute(query, values).fetchall()

    def runs(self) -> list[Run]:
        """All runs, the latest first."""
        return [Run._make(row) for row in self._rows(_RUNS)]

    def cards(self, run_id: int | None = None, *, rubric_id: str | None = None) -> Iterator[Scorecard]:
        """The scorecards of a run, or the latest one of each conversation over all runs; by transcript id.

        A conversation that was graded by several rubrics has a card of each, unless one is named. Where its latest
        request failed, the result before it counts.
        """
        query, values = (_LATEST, (rubric_id, rubric_id)) if run_id is None else (_OF_RUN, (run_id,))
        # a connection of its own: whoever reads may write meanwhile
        with contextlib.closing(self.connect()) as db, as_our_errors(db, self.path):
            for transcript_id, key, card in db.execute(query, values):
                yield self._parse(card, key).model_copy(update={"transcript_id": transcript_id})
