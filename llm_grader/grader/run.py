"""One run over many transcripts, with a store: each is looked up, leased, graded and kept.

Where somebody else who shares the store is grading one right now, it is put off, and looked up again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial

from llm_grader.errors import LeasedElsewhere
from llm_grader.gateway.work import Work, current_work
from llm_grader.grader.pieces import Piece, Pieces
from llm_grader.grader.pool import run_pool
from llm_grader.rubric.model import Rubric
from llm_grader.store.journal import Journal, JournalLog
from llm_grader.store.leases import drop_stale_leases
from llm_grader.store.store import Store
from llm_grader.store.stored import Known
from llm_grader.transcript import Transcript
from llm_grader.verdict import About, Provenance, Scorecard

_SECONDS_BETWEEN_LOOKS = 0.5


class GradingRun:
    """One run.

    Args:
        grade: makes the card of a transcript that has none, given its provenance.
        stamp: the provenance of a transcript's card, with the key of its result.
        store: where results are looked up and kept; None for nowhere.
    """

    def __init__(
        self,
        grade: Callable[[Transcript, Provenance], Awaitable[Scorecard]],
        stamp: Callable[[Transcript], Provenance],
        store: Store | None,
    ) -> None:
        self._grade = grade
        self._stamp = stamp
        self._store = store

    async def cards(
        self,
        transcripts: Iterable[Transcript],
        known: Iterable[Known],
        *,
        provenance: Provenance,
        rubric: Rubric,
        workers: int,
    ) -> AsyncGenerator[Scorecard, None]:
        """The cards as they finish; `known` ones are noted as the run's.

        Args:
            transcripts: what to grade.
            known: what has its result in the store.
            provenance: what all cards have in common.
            rubric: kept with the run, so that it can be compared with later.
            workers: how many transcripts are in flight at most.
        """
        with self._journal(provenance, rubric) as journal:
            if journal is not None:
                journal.note_all(known)
            pieces = Pieces(transcripts, most_put_off=workers)
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
        journal = Journal(self._store, self._store.start_run(provenance, rubric))
        try:
            yield journal
        finally:
            journal.close()

    async def _card_of_piece(self, piece: Piece, *, pieces: Pieces, journal: Journal | None) -> Scorecard | None:
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
            known = Known.of(transcript, provenance.key)
            journal.note(known)
            return known.own(card)
        current_work.set(Work(JournalLog(journal, provenance.key, transcript.id)))
        card = await self._graded(transcript, provenance)
        await journal.save(card, transcript)
        return card

    async def _graded(self, transcript: Transcript, provenance: Provenance) -> Scorecard:
        card = await self._grade(transcript, provenance)
        return card.model_copy(update={"about": About.of(transcript)})  # of what was read, not of what was sent
