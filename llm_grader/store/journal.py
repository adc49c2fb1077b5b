"""The journal: writes to the store from an event loop, durable when awaited, and many of them in one commit.

A thread of its own owns a connection and takes whatever has gathered since the last commit into the next one, so that a
commit's wait for the disk is shared by all requests in flight and never holds up the loop.

Before a request is sent, an attempt is written, and the key is leased to the transcript it is about; both end with the
answer. What has not ended after a crash is in doubt: it may have been paid for. Leases are renewed as long as the
process lives, so that those of a dead one end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import Any, NamedTuple, TypeVar

from llm_grader.errors import LeasedElsewhere
from llm_grader.store.conversations import note_conversations
from llm_grader.store.entries import Begin, End, Save, write_begins, write_ends, write_saves
from llm_grader.store.rows import now, write_run_items
from llm_grader.store.schema import as_our_errors
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import Scorecard

_Value = TypeVar("_Value")
_Operation = Callable[[sqlite3.Connection], Any]
_MOST_IN_ONE_COMMIT = 256


class _JournalEntry(NamedTuple):
    """Something to write, and who is told of it: a task that waits for it, or whoever keeps the failures."""

    what: _Operation | Begin | End | Save
    waiting: asyncio.Future[Any] | None = None
    failures: list[Exception] | None = None


class Journal:
    """The writing side of a store for one run.

    Args:
        store: where to write.
        run_id: the run that this process does.
        seconds_between_renewals: how often leases are renewed; far below the three minutes after which one is stale.
    """

    def __init__(self, store: Store, run_id: int, *, seconds_between_renewals: float = 20.0) -> None:
        self._path = store.path
        self._keep_texts = store.keep_texts
        self._seconds_between_renewals = seconds_between_renewals
        self.run_id = run_id
        self.started_at = now()
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{run_id}"
        self._owners = count()
        self._notes: list[StoredResult] = []
        self._failures: list[Exception] = []
        self._db = store.connect()
        self._queue: queue.SimpleQueue[_JournalEntry | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="llm_grader journal", daemon=True)
        self._thread.start()

    def new_owner(self) -> str:
        """A name for whoever leases a key: machine, process, and a number of its own."""
        return f"{self._owner}.{next(self._owners)}"

    async def write(self, operation: Callable[[sqlite3.Connection], _Value]) -> _Value:
        """Do `operation` in the next commit and return its value once that is on disk.

        Raises:
            DiskError, StoreError: it could not be written.
        """
        value: _Value = await self._written(operation)
        return value

    async def _written(self, what: _Operation | Begin | Save) -> Any:
        waiting = asyncio.get_running_loop().create_future()
        self._queue.put(_JournalEntry(what, waiting))
        return await waiting

    async def save(self, card: Scorecard, transcript: Transcript | None = None) -> None:
        """Keep a result and the conversation it is about, note that the run graded it, and end its lease."""
        await self._written(Save(card, transcript))

    def note(self, result: StoredResult) -> None:
        """Note, in a later commit, that the run found a result that is there already."""
        self._notes.append(result)
        if len(self._notes) == _MOST_IN_ONE_COMMIT:
            self._submit_notes()

    def note_all(self, results: Iterable[StoredResult]) -> None:
        """`note` for each of several."""
        for one in results:
            self.note(one)

    def _submit_notes(self) -> None:
        notes, self._notes = self._notes, []

        def operation(db: sqlite3.Connection) -> None:
            write_run_items(db, self.run_id, [(one.transcript_id, one.key) for one in notes])
            note_conversations(db, notes)

        self._queue.put(_JournalEntry(operation, failures=self._failures))

    async def begin_attempt(self, owner: str, key: str, transcript_id: str, *, prompt_bytes: int, items: int) -> int:
        """Lease `key` to `owner` and note that a request for it is about to be sent; returns the attempt's number.

        `prompt_bytes` are those of the prompt and the schema, `items` the number of items that it is about.

        Raises:
            LeasedElsewhere: somebody else holds the lease, or finished while this one was looking.
        """
        attempt: int | None = await self._written(Begin(owner, key, transcript_id, prompt_bytes, items))
        if attempt is None:
            raise LeasedElsewhere(key)
        return attempt

    def end_attempt(self, attempt: int, outcome: str | None, usage: Usage) -> None:
        """Note how a request ended, with the next commit; if that is lost in a crash, the request is in doubt.

        It is in doubt, too, where the outcome is None: we gave up waiting, and do not know.
        """
        self._queue.put(_JournalEntry(End(attempt, now(), outcome, usage)))

    def drop_attempt(self, attempt: int) -> None:
        """Take back an attempt that was not sent after all, with the next commit."""
        self._queue.put(_JournalEntry(lambda db: db.execute("delete from attempts where attempt_id = ?", (attempt,))))

    def close(self) -> None:
        """Write what is waiting, end all leases, and end the thread.

        Raises:
            DiskError, StoreError: something that was noted could not be written.
        """
        self._submit_notes()
        self._queue.put(
            _JournalEntry(lambda db: db.execute("delete from claims where owner glob ?", (f"{self._owner}.*",)))
        )
        self._queue.put(None)
        self._thread.join()
        for failure in self._failures:
            raise failure

    def _work(self) -> None:
        renewed, ended = time.monotonic(), False
        while not ended:
            batch, ended = self._gather()
            if time.monotonic() - renewed > self._seconds_between_renewals:
                renewed = time.monotonic()
                batch.append(_JournalEntry(self._renew))
            if batch:
                self._commit(self._db, batch)
        self._db.close()

    def _gather(self) -> tuple[list[_JournalEntry], bool]:
        """What has come since the last commit, and whether that was all; waits a while for the first."""
        batch: list[_JournalEntry] = []
        with contextlib.suppress(queue.Empty):
            entry = self._queue.get(timeout=self._seconds_between_renewals)
            while entry is not None:
                batch.append(entry)
                if len(batch) == _MOST_IN_ONE_COMMIT:
                    return batch, False
                entry = self._queue.get_nowait()
            return batch, True
        return batch, False

    def _renew(self, db: sqlite3.Connection) -> None:
        db.execute("update claims set claimed_at = ? where owner glob ?", (now(), f"{self._owner}.*"))

    def _commit(self, db: sqlite3.Connection, batch: list[_JournalEntry]) -> None:
        """All of `batch` in one transaction: either everything is on disk, or everybody gets the error."""
        values: list[Any] = [None] * len(batch)
        failure: Exception | None = None
        try:
            with as_our_errors(db, self._path):
                db.execute("begin immediate")
                values = self._write_all(db, [entry.what for entry in batch])
                db.execute("commit")
        except Exception as error:
            failure = error
        told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
        for entry, value in zip(batch, values, strict=True):
            if entry.waiting is not None:
                told.setdefault(entry.waiting.get_loop(), []).append((entry.waiting, value))
            elif entry.failures is not None and failure is not None:
                entry.failures.append(failure)
        for loop, waiting in told.items():
            with contextlib.suppress(RuntimeError):  # it is closed: nobody waits any more
                loop.call_soon_threadsafe(partial(_tell, waiting, failure))

    def _write_all(self, db: sqlite3.Connection, batch: list[_Operation | Begin | End | Save]) -> list[Any]:
        """Write all of a commit; gives the value of each."""
        begins = [one for one in batch if isinstance(one, Begin)]
        numbers = iter(write_begins(db, begins, self.run_id, since=self.started_at) if begins else [])
        write_ends(db, [one for one in batch if isinstance(one, End)])
        saves = [one for one in batch if isinstance(one, Save)]
        if saves:
            write_saves(db, saves, self.run_id, keep_text=self._keep_texts)
        values: list[Any] = []
        for one in batch:
            if isinstance(one, Begin):
                values.append(next(numbers))
            else:
                values.append(None if isinstance(one, End | Save) else one(db))
        return values


def _tell(waiting: Iterable[tuple[asyncio.Future[Any], Any]], failure: Exception | None) -> None:
    """Let those who wait go on, with their value or the failure of all."""
    for future, value in waiting:
        if future.done():  # it gave up waiting
            continue
        if failure is None:
            future.set_result(value)
        else:
            future.set_exception(failure)


class JournalLog:
    """The attempts of one transcript, as notes in the journal.

    Args:
        journal: where to.
        key: the result's key.
        transcript_id: the transcript's id, for people who look.
    """

    def __init__(self, journal: Journal, key: str, transcript_id: str) -> None:
        self._journal = journal
        self._key = key
        self._transcript_id = transcript_id
        self._owner = journal.new_owner()

    async def begin(self, prompt_bytes: int, items: int) -> int:
        """A request is about to be sent; see `Journal.begin_attempt`."""
        about = {"prompt_bytes": prompt_bytes, "items": items}
        return await self._journal.begin_attempt(self._owner, self._key, self._transcript_id, **about)

    def drop(self, attempt: int) -> None:
        """It was not sent after all; see `Journal.drop_attempt`."""
        self._journal.drop_attempt(attempt)

    def end(self, attempt: int, outcome: str | None, usage: Usage) -> None:
        """It was answered, or failed with the error code `outcome`; None where nobody knows, see `end_attempt`."""
        self._journal.end_attempt(attempt, outcome, usage)
