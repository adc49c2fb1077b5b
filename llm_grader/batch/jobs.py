"""Grading by a provider's batch job: requests into files, and results of such files into the store.

A request's `custom_id` is the key under which its result is stored, so nothing has to be kept in between: the same
transcripts and settings give the same keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel

from llm_grader.asking.answers import response_model
from llm_grader.batch.by_recording import RecordedAsker
from llm_grader.batch.files import LIMITS, Limits, ResultLine, Results, render_line, write_requests
from llm_grader.errors import UsageError
from llm_grader.gateway.bodies import render_request
from llm_grader.grader.grader import Grader, as_read
from llm_grader.grader.pool import run_pool
from llm_grader.grading.grade import grade_transcript, has_no_agent
from llm_grader.privacy.redaction import redact, restore_card
from llm_grader.store.journal import Journal
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Channel, Transcript
from llm_grader.verdict import About, Provenance, Scorecard

LeftOut = Literal["stored", "repeated", "nothing_to_ask", "too_large"]
_OPEN_IMPORTS = 64  # their results share commits
_STATUSES = ("error", "needs_review", "not_graded", "ok")


class Exported(NamedTuple):
    """What an export wrote, and the ids of the transcripts it left out.

    They are left out because their result is stored, the same conversation came before, there is no conduct to grade,
    or the request alone exceeds the limit of a file.
    """

    files: tuple[Path, ...]
    requests: int
    left_out: Mapping[LeftOut, tuple[str, ...]]


class Imported(NamedTuple):
    """What became of one transcript: its card, None while there is no result, and whether that is new in the store."""

    transcript_id: str
    key: str
    card: Scorecard | None
    saved: bool


def export_batch(
    grader: Grader,
    transcripts: Iterable[Transcript],
    folder: Path,
    *,
    limits: Limits = LIMITS,
    without: Collection[str] = (),
) -> Exported:
    """Write the requests that grading `transcripts` would send, as far as their results are not stored as ok.

    Args:
        grader: rubric, endpoint and, if it has one, the store to look into.
        transcripts: read one by one.
        folder: gets `batch-0001.jsonl` and so on.
        limits: of each file.
        without: optional parameters that the endpoint rejects, such as "temperature"; online they are found out.

    Raises:
        UsageError: the settings take more than one request a transcript, or `folder` holds an earlier export.
        DiskError: `folder` cannot be written.
    """
    _check(grader)
    model_of = _response_models(grader)
    left_out: defaultdict[LeftOut, list[str]] = defaultdict(list)
    keys: set[str] = set()

    def lines() -> Iterator[bytes]:
        for transcript in map(as_read, transcripts):
            key = grader.provenance(transcript).key
            reason = _reason_to_leave_out(transcript, key, grader, keys)
            if reason is None:
                sent = redact(transcript).transcript if grader.settings.redact else transcript
                messages, answers = grader.prompts.render(sent), model_of(transcript.channel)
                body = render_request(grader.endpoint, messages, answers, without=without)
                line = render_line(key, body)
                if len(line) <= limits.bytes:
                    keys.add(key)
                    yield line
                    continue
                reason = "too_large"
            left_out[reason].append(transcript.id)

    files = write_requests(lines(), folder, limits)
    return Exported(files, len(keys), {reason: tuple(ids) for reason, ids in left_out.items()})


async def import_batch(
    grader: Grader, transcripts: Iterable[Transcript], results: Results
) -> AsyncGenerator[Imported, None]:
    """Score and store the results of batch jobs; yields what became of each of `transcripts`, in no fixed order.

    An answer is checked as when it comes from an endpoint, except that there is nobody to ask again: items that failed
    a check need review. Of several answers to one request, and of an answer and a stored result, the one with fewer
    open items counts, so that importing anything twice, or in parts, changes nothing.

    Args:
        grader: with the settings of the export, and a store.
        transcripts: those of the export, or others; a transcript without a line in `results` has no result yet.
        results: lines of results and error files.

    Raises:
        UsageError: the settings take more than one request a transcript, or there is no store.
        DiskError, StoreError: a result cannot be stored.
    """
    store = _check(grader).store
    if store is None:
        raise UsageError("importing results needs a store")
    journal = Journal(store, store.start_run(grader.identity.base, grader.rubric))
    work = _Import(grader, store, journal, results)
    try:
        written = map(as_read, transcripts)
        async with aclosing(run_pool(work, written, workers=_OPEN_IMPORTS)) as imported:
            async for outcome in imported:
                yield outcome
    finally:
        journal.close()


def _check(grader: Grader) -> Grader:
    """Refuse settings with which a transcript takes anything but one request to an endpoint."""
    if grader.is_local:
        raise UsageError("the embedded model takes no batch files: name another --model")
    settings = grader.settings
    if settings.items_per_call != "all" or settings.samples != 1 or settings.ask_roles:
        raise UsageError(
            "a batch job has one request for each transcript: set items_per_call to 'all', samples to 1 and ask_roles "
            f"to false (found {settings.items_per_call}, {settings.samples} and {str(settings.ask_roles).lower()})"
        )
    return grader


def _response_models(grader: Grader) -> Callable[[Channel], type[BaseModel]]:
    """The response model for a channel, built once: it takes milliseconds."""
    return cache(lambda channel: response_model(grader.prompts.items(channel)))


def _asks_nothing(grader: Grader, transcript: Transcript) -> bool:
    return has_no_agent(transcript, grader.rubric) or not grader.prompts.items(transcript.channel)


def _reason_to_leave_out(transcript: Transcript, key: str, grader: Grader, exported: Collection[str]) -> LeftOut | None:
    if key in exported:
        return "repeated"
    if _asks_nothing(grader, transcript):
        return "nothing_to_ask"
    return "stored" if grader.store is not None and grader.store.has(key) else None


class _Import:
    """Brings transcripts, lines of results and what is stored together."""

    def __init__(self, grader: Grader, store: Store, journal: Journal, results: Results) -> None:
        self._grader = grader
        self._store = store
        self._journal = journal
        self._results = results
        self._model_of = _response_models(grader)

    async def __call__(self, transcript: Transcript) -> Imported:
        provenance = self._grader.provenance(transcript)
        key = provenance.key
        stored = self._store.find_any(key)
        found = [stored] if stored is not None else []
        if stored is None or stored.status != "ok":
            found += [await self._card(transcript, provenance, line) for line in self._lines(transcript, key)]
        if not found:
            return Imported(transcript.id, key, None, saved=False)
        best = max(found, key=_standing)  # the first of equals: what is stored stays
        if best is not stored:
            best = best.model_copy(update={"about": About.of(transcript)})
            await self._journal.save(best, transcript)
            return Imported(transcript.id, key, best, saved=True)
        result = StoredResult.of(transcript, key)
        self._journal.note(result)
        return Imported(transcript.id, key, result.own(best), saved=False)

    def _lines(self, transcript: Transcript, key: str) -> list[ResultLine]:
        if _asks_nothing(self._grader, transcript):
            return [ResultLine(custom_id=key)]  # never read: the card is computed
        return self._results.of(key)

    async def _card(self, transcript: Transcript, provenance: Provenance, line: ResultLine) -> Scorecard:
        asker = RecordedAsker(line, self._model_of(transcript.channel))
        if not self._grader.settings.redact:
            return await grade_transcript(transcript, self._grader.rubric, asker, provenance)
        redaction = redact(transcript)  # the same tokens as in the export
        card = await grade_transcript(redaction.transcript, self._grader.rubric, asker, provenance)
        return restore_card(card, transcript, redaction)


def _standing(card: Scorecard) -> tuple[int, int]:
    """What of two cards of the same conversation is better: the status first, then how few items are open."""
    return _STATUSES.index(card.status), -sum(verdict.status != "ok" for verdict in card.verdicts.values())
