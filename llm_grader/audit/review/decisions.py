"""Decisions: what leads decide, written as the adjudicator's journal, whichever lead it was."""

from __future__ import annotations

import threading

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.checks import GivenCell, LacksWords, Unacceptable, check_given, lacks_words
from llm_grader.audit.labelling.journal import AnnotatorJournal
from llm_grader.eval.judge.item_answers import ADJUDICATOR
from llm_grader.eval.labels.units import Unit


class Decisions:
    """The adjudicator's journal, open for writing by this process alone.

    Args:
        folder: the gold folder.

    Raises:
        UsageError: another process adjudicates.
    """

    def __init__(self, folder: GoldFolder) -> None:
        self._folder = folder
        self._journal = AnnotatorJournal(folder.path, ADJUDICATOR, folder.rubric)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let another process adjudicate."""
        self._journal.close()

    def decide(self, unit: Unit, given: GivenCell, *, by: str, session: str | None = None) -> None:
        """Decide a cell: the label, the words that it rests on, and why. It is on disk, and gold, when this returns.

        Raises:
            Unacceptable: there is no label or no reason, or they do not fit the item or the conversation.
            LacksWords: the label needs words and has none.
            DiskError: it cannot be written.
        """
        transcript = self._folder.transcripts[unit.transcript_id]
        if given.label is None or not given.reason.strip():
            raise Unacceptable(f"item {unit.item_id}: a decision has a label and a reason")
        check_given([given], self._folder.items_for(transcript), transcript)
        if lacks_words(self._folder.rubric.item(unit.item_id), given.label, given.evidence):
            raise LacksWords(f"item {unit.item_id}: {given.label} needs words of the conversation: select some")
        step = {
            "event": "resolve",
            "item_id": unit.item_id,
            "label": given.label,
            "evidence": given.evidence,
            "reason": given.reason.strip(),
            "by": by,
            "session": session,
        }
        with self._lock:
            self._journal.append(unit.transcript_id, [step])
            self._journal.project()
