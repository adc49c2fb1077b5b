"""Writes to the store from an event loop: durable when awaited, and many of them in one commit.

A thread of its own owns a connection and takes whatever has gathered since the last commit into the next one, so that a
commit's wait for the disk is shared by all requests in flight and never holds up the loop.

Before a request is sent, an attempt is written, and the key is claimed for this process; both are finished with the
answer. What is unfinished after a crash is in doubt: it may have been paid for.
"""

from __future__ import annotations

import asyncio
import os
import queue
import socket
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, TypeVar

from llm_grader.store import Store, now
from llm_grader.verdict import Scorecard, Usage

_Value = TypeVar("_Value")
_Operation = Callable[[sqlite3.Connection], Any]
_MOST_IN_ONE_COMMIT = 256


class ClaimedElsewhere(Exception):
    """Another process that shares the store is grading this key right now, or has just done so."""


class Journal:
    """The writing side of a store for one run.

    Args:
        store: where to write.
        run_id: the run that this process does.
    """

    def __init__(self, store: Store, run_id: int) -> None:
        self._store = store
        self.run_id = run_id
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{run_id}"
        self._queue: queue.SimpleQueue[tuple[_Operation, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="llm_grader journal", daemon=True)
        self._thread.start()

    async def write(self, operation: Callable[[sqlite3.Connection], _Value]) -> _Value:
        """Do `operation` in the next commit and return its value once that is on disk.

        Raises:
            DiskError, StoreError: it could not be written.
        """
        return await asyncio.wrap_future(self._submit(operation))

    async def save(self, card: Scorecard) -> None:
        """Keep a result, note that the run graded it, and give up the claim."""
        key = card.provenance.key

        def operation(db: sqlite3.Connection) -> None:
            self._store.write_card(db, card, self.run_id)
            db.execute("delete from claims where key = ? and owner = ?", (key, self.owner))

        await self.write(operation)

    def note(self, transcript_id: str, key: str) -> None:
        """Note, with the next commit, that the run found a result that is there already."""
        self._submit(lambda db: self._store.write_run_item(db, self.run_id, transcript_id, key))

    async def begin_attempt(self, key: str, transcript_id: str, prompt_bytes: int) -> int:
        """Claim `key` and note that a request for it is about to be sent; returns the attempt's number.

        Raises:
            ClaimedElsewhere: another process holds the claim, or finished while this one was looking.
        """

        def operation(db: sqlite3.Connection) -> int | None:
            if db.execute("select 1 from results where key = ? and status = 'ok'", (key,)).fetchone():
                return None
            db.execute("insert into claims values (?, ?, ?) on conflict(key) do nothing", (key, self.owner, now()))
            (holder,) = db.execute("select owner from claims where key = ?", (key,)).fetchone()
            if holder != self.owner:
                return None
            values = (self.run_id, key, transcript_id, now(), prompt_bytes)
            sql = "insert into attempts(run_id, key, transcript_id, started_at, prompt_bytes) values (?, ?, ?, ?, ?)"
            return db.execute(sql, values).lastrowid

        attempt = await self.write(operation)
        if attempt is None:
            raise ClaimedElsewhere(key)
        return attempt

    def end_attempt(self, attempt: int, outcome: str, usage: Usage) -> None:
        """Note how a request ended, with the next commit; if that is lost in a crash, the request is in doubt."""
        values = (now(), outcome, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, attempt)
        sql = (
            "update attempts set finished_at = ?, outcome = ?, prompt_tokens = ?, cached_tokens = ?, "
            "completion_tokens = ? where attempt_id = ?"
        )
        self._submit(lambda db: db.execute(sql, values))

    def close(self) -> None:
        """Write what is waiting, give up all claims, and end the thread."""
        self._submit(lambda db: db.execute("delete from claims where owner = ?", (self.owner,)))
        self._queue.put(None)
        self._thread.join()

    def _submit(self, operation: _Operation) -> Future[Any]:
        future: Future[Any] = Future()
        self._queue.put((operation, future))
        return future

    def _work(self) -> None:
        db = self._store.connect()
        try:
            while (first := self._queue.get()) is not None:
                batch = [first]
                ended = False
                while len(batch) < _MOST_IN_ONE_COMMIT and not self._queue.empty():
                    more = self._queue.get()
                    if more is None:
                        ended = True
                        break
                    batch.append(more)
                self._commit(db, batch)
                if ended:
                    return
        finally:
            db.close()

    def _commit(self, db: sqlite3.Connection, batch: list[tuple[_Operation, Future[Any]]]) -> None:
        """All of `batch` in one transaction: either everything is on disk, or everybody is told the error."""
        waiting = [future.set_running_or_notify_cancel() for _, future in batch]
        values: list[Any] = []
        failure: Exception | None = None
        try:
            with self._store.guarded(db):
                db.execute("begin immediate")
                values = [operation(db) for operation, _ in batch]
                db.execute("commit")
        except Exception as error:
            failure, values = error, [None] * len(batch)
        for (_, future), waits, value in zip(batch, waiting, values, strict=True):
            if waits and failure is None:
                future.set_result(value)
            elif waits:
                future.set_exception(failure)


class AttemptLog:
    """Notes the attempts of one transcript in the journal.

    Args:
        journal: where to.
        key: the result's key.
        transcript_id: the transcript's id, for people who look.
    """

    def __init__(self, journal: Journal, key: str, transcript_id: str) -> None:
        self._journal = journal
        self._key = key
        self._transcript_id = transcript_id

    async def begin(self, prompt_bytes: int) -> int:
        """A request is about to be sent; see `Journal.begin_attempt`."""
        return await self._journal.begin_attempt(self._key, self._transcript_id, prompt_bytes)

    def end(self, attempt: int, outcome: str, usage: Usage) -> None:
        """It was answered, or failed with the error code `outcome`."""
        self._journal.end_attempt(attempt, outcome, usage)


attempt_log: ContextVar[AttemptLog | None] = ContextVar("attempt_log", default=None)
"""Where the requests of the current task are noted; the gateway looks here before it sends."""
