"""The desk of one annotator: a queue of conversations to label, each saved step by step and submitted when complete."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.answers import Cell, ConversationAnswers
from llm_grader.audit.labelling.checks import GivenCell, Missing, Outdated, applies, check_given, missing
from llm_grader.audit.labelling.journal import AnnotatorJournal
from llm_grader.rubric.model import Item
from llm_grader.transcript import Transcript

_Step = dict[str, Any]


@dataclass(frozen=True)
class QueuePlace:
    """One conversation on somebody's desk: its number in the queue from 1, its text, the items asked, and answers."""

    number: int
    transcript: Transcript
    items: tuple[Item, ...]
    answers: ConversationAnswers


class Desk:
    """One annotator's work, kept in their journal. Safe to use from several threads.

    Args:
        folder: what is labelled.
        annotator: who labels.
        queue: gives the ids of the conversations, in the annotator's order; what was drawn or joined later comes last.

    Raises:
        UsageError: another process is at this desk.
        MalformedInput: the journal is damaged.
        DiskError: it cannot be written.
    """

    def __init__(self, folder: GoldFolder, annotator: str, queue: Callable[[], Sequence[str]]) -> None:
        self.folder = folder
        self.annotator = annotator
        self._queue = queue
        self._journal = AnnotatorJournal(folder.path, annotator, folder.rubric)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Leave the desk to another process."""
        self._journal.close()

    def queue(self) -> list[str]:
        """The ids of the conversations, in order: those given, and after them others that were begun here once."""
        begun = (id_ for id_, one in self._journal.answers.conversations.items() if one.state != "new")
        ids = dict.fromkeys([*self._queue(), *begun])
        return [id_ for id_ in ids if id_ in self.folder.transcripts]

    def place(self, number: int) -> QueuePlace:
        """The conversation with this number in the queue.

        Raises:
            LookupError: there is none.
        """
        queue = self.queue()
        if not 1 <= number <= len(queue):
            raise LookupError(number)
        return self._place(number, queue[number - 1])

    def overview(self) -> list[QueuePlace]:
        """All places of the queue."""
        return [self._place(number, id_) for number, id_ in enumerate(self.queue(), 1)]

    def _place(self, number: int, id_: str) -> QueuePlace:
        transcript = self.folder.transcripts[id_]
        return QueuePlace(number, transcript, self.folder.items_for(transcript), self._journal.answers.of(id_))

    def open(self, number: int) -> QueuePlace:
        """The conversation with this number, which is noted to have been looked at."""
        with self._lock:
            place = self.place(number)
            if place.answers.state == "new":
                self._journal.append(place.transcript.id, [{"event": "open"}])
            return self.place(number)

    def save(self, number: int, rev: int, given: Sequence[GivenCell], *, active_ms: int = 0) -> QueuePlace:
        """Save cells of a conversation as they are to stand. They are on disk when this returns.

        Args:
            number: of the conversation in the queue.
            rev: the state that was changed.
            given: the cells that are to change; others stay.
            active_ms: how long the conversation was looked at since the last time.

        Raises:
            LookupError: there is no such conversation.
            Outdated: it has changed meanwhile, or is submitted.
            Unacceptable: something cannot be saved; nothing is.
            DiskError: it cannot be written; nothing is saved.
        """
        with self._lock:
            place = self._current(number, rev)
            if place.answers.state == "submitted":
                raise Outdated("submitted: open it again first")
            check_given(given, place.items, place.transcript)
            steps = [step for cell in given for step in _steps(place.answers.cells.get(cell.item_id, Cell()), cell)]
            if steps:
                steps[-1]["active_ms"] = active_ms
            self._journal.append(place.transcript.id, steps)
            return self.place(number)

    def submit(self, number: int, rev: int, *, active_ms: int = 0) -> list[Missing]:
        """Submit a conversation: its labels become gold. What is missing is returned, and then it stays open.

        Raises:
            LookupError, Outdated, DiskError: as in `save`.
        """
        with self._lock:
            place = self._current(number, rev)
            if found := missing(place.items, place.answers.cells):
                return found
            dropped = [
                {"event": "clear", "item_id": item.id}
                for item in place.items
                if not applies(item, place.answers.cells) and place.answers.cells.get(item.id, Cell()).label
            ]
            self._journal.append(place.transcript.id, [*dropped, {"event": "submit", "active_ms": active_ms}])
            self._journal.project()
            return []

    def move(self, number: int, rev: int, event: Literal["reopen", "skip"], why: str | None = None) -> QueuePlace:
        """Open a submitted conversation again, or leave one out and say why.

        Raises:
            LookupError, Outdated, DiskError: as in `save`.
        """
        with self._lock:
            place = self._current(number, rev)
            self._journal.append(place.transcript.id, [{"event": event, "reason": why}])
            self._journal.project()
            return self.place(number)

    def reveal(self, transcript_id: str) -> None:
        """Note, before they are shown it, that the annotator sees what the model or others said of a conversation.

        What they submitted before counts and stays as it is; nothing that they change from now on ever counts as blind.

        Raises:
            DiskError: it cannot be written.
        """
        with self._lock:
            if not self._journal.answers.of(transcript_id).revealed:
                self._journal.append(transcript_id, [{"event": "reveal"}])
                self._journal.project()

    def missing(self, number: int) -> list[Missing]:
        """What the conversation with this number lacks before it can be submitted."""
        place = self.place(number)
        return missing(place.items, place.answers.cells)

    def _current(self, number: int, rev: int) -> QueuePlace:
        place = self.place(number)
        if place.answers.rev != rev:
            raise Outdated("changed meanwhile, perhaps in another tab")
        return place


def _steps(before: Cell, after: GivenCell) -> Iterator[_Step]:
    """The steps from one state of a cell to another."""
    item = {"item_id": after.item_id}
    if after.label != before.label:
        step = {"event": "clear"} if after.label is None else {"event": "label", "label": after.label}
        yield {**item, **step}
    if gone := tuple(span for span in before.evidence if span not in after.evidence):
        yield {**item, "event": "evidence_remove", "evidence": gone}
    if new := tuple(span for span in dict.fromkeys(after.evidence) if span not in before.evidence):
        yield {**item, "event": "evidence_add", "evidence": new}
    if after.reason != before.reason:
        yield {**item, "event": "reason", "reason": after.reason}
