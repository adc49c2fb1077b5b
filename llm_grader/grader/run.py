"""Run over many transcripts, with a store: each is looked up, leased, graded and kept.

Where somebody else who shares the store is grading one right now, it is put off, and looked up again later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from typing import NamedTuple

from llm_grader.errors import LeasedElsewhere
from llm_grader.gateway.work import Work, current_work
from llm_grader.grader.pool import run_pool
from llm_grader.rubric.model import Rubric
from llm_grader.store.journal import Journal, JournalLog
from llm_grader.store.leases import drop_stale_leases
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Transcript
from llm_grader.verdict import About, Provenance, Scorecard

_SECONDS_BETWEEN_LOOKS = 0.5


class GradingRun:
    """Run of a grader: its cards as they finish.

    Args:
        grade: makes the card of a transcript that has none, given its provenance.
        stamp: the provenance of a transcript's card, with the key of its result.
        store: where results are looked up and kept; None for nowhere.
        run_id: the run of the store that this is a part of, by default a new one.
    """

    def __init__(
        self,
        grade: Callable[[Transcript, Provenance], Awaitable[Scorecard]],
        stamp: Callable[[Transcript], Provenance],
        store: Store | None,
        run_id: int | None = None,
    ) -> None:
        self._grade = grade
        self._stamp = stamp
        self._store = store
        self._run_id = run_id

    async def cards(
        self,
        transcripts: AsyncIterator[Transcript],
        finished: Iterable[StoredResult],
        *,
        provenance: Provenance,
        rubric: Rubric,
        workers: int,
    ) -> AsyncGenerator[Scorecard, None]:
        """The cards as they finish; `finished` ones are noted as the run's.

        Args:
            transcripts: what to grade.
            finished: what has its result in the store.
            provenance: what all cards have in common.
            rubric: kept with the run, so that it can be compared with later.
            workers: how many transcripts are in flight at most.
        """
        with self._journal(provenance, rubric) as journal:
            if journal is not None:
                journal.note_all(finished)
            pieces = _PendingTranscripts(transcripts, most_put_off=workers)
            work = partial(self._card_of_piece, pieces=pieces, journal=journal)
            async with aclosing(run_pool(work, pieces, workers=workers)) as cards:
                async for card in cards:
                    if card is not None:
                        yield card

    @contextmanager
    def _journal(self, provenance: Provenance, rubric: Rubric) -> Iterator[Journal | None]:
        """The journal of the run, where there is a store."""
        if self._store is None:
            yield None
            return
        drop_stale_leases(self._store)
        journal = Journal(self._store, self._run_id or self._store.start_run(provenance, rubric))
        try:
            yield journal
        finally:
            journal.close()

    async def _card_of_piece(
        self, piece: _Pending, *, pieces: _PendingTranscripts, journal: Journal | None
    ) -> Scorecard | None:
        """The card of one transcript; None where somebody else is at it and it was put off."""
        while True:
            try:
                return await self._card(piece.transcript, journal)
            except LeasedElsewhere:
                if not piece.put_off:
                    pieces.put_off(piece.transcript)
                    return None
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
                if self._store is not None:
                    drop_stale_leases(self._store)

    async def _card(self, transcript: Transcript, journal: Journal | None) -> Scorecard:
        provenance = self._stamp(transcript)
        if self._store is None or journal is None:
            current_work.set(Work())
            return await self._graded(transcript, provenance)
        card = self._store.find(provenance.key, since=journal.started_at)
        if card is not None:
            result = StoredResult.of(transcript, provenance.key)
            journal.note(result)
            return result.own(card)
        current_work.set(Work(JournalLog(journal, provenance.key, transcript.id)))
        card = await self._graded(transcript, provenance)
        await journal.save(card, transcript)
        return card

    async def _graded(self, transcript: Transcript, provenance: Provenance) -> Scorecard:
        card = await self._grade(transcript, provenance)
        return card.model_copy(update={"about": About.of(transcript)})  # of what was read, not of what was sent


def note_run(store: Store, provenance: Provenance, rubric: Rubric, finished: Iterable[StoredResult] = ()) -> int:
    """Note the start of a run that several processes do, and what of it is there already; returns its number."""
    journal = Journal(store, store.start_run(provenance, rubric))
    try:
        journal.note_all(finished)
    finally:
        journal.close()
    return journal.run_id


class _Pending(NamedTuple):
    """A transcript to grade, and whether it was put off before."""

    transcript: Transcript
    put_off: bool


class _PendingTranscripts:
    """The transcripts, and those that another process was grading when their turn came.

    These come again as soon as `most_put_off` have gathered, and at the end.
    """

    def __init__(self, transcripts: AsyncIterator[Transcript], *, most_put_off: int) -> None:
        self._source = transcripts
        self._most_put_off = most_put_off
        self._waiting: deque[Transcript] = deque()

    def put_off(self, transcript: Transcript) -> None:
        """Let `transcript` come again later."""
        self._waiting.append(transcript)

    def __aiter__(self) -> AsyncIterator[_Pending]:
        return self

    async def __anext__(self) -> _Pending:
        if len(self._waiting) > self._most_put_off:
            return _Pending(self._waiting.popleft(), put_off=True)
        try:
            return _Pending(await anext(self._source), put_off=False)
        except StopAsyncIteration:
            if self._waiting:
                return _Pending(self._waiting.popleft(), put_off=True)
            raise
