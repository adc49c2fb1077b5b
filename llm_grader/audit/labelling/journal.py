"""Journal of one annotator: the truth about who answered what, of which the gold file is a projection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from llm_grader.audit.labelling.answers import AnnotatorAnswers
from llm_grader.audit.labelling.events import AuditEvent
from llm_grader.audit.plain_files import Lines, OneWriter, read_lines, replace_file
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.eval.labels.files import render_jsonl
from llm_grader.eval.labels.places import BY_HAND, JOURNAL
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Label


class AnnotatorJournal:
    """An annotator's journal, open for writing by this process alone.

    On opening, the gold file is brought up to date: a process that was killed between the two left it behind.

    Args:
        folder: the gold folder.
        annotator: whose; it has to be fit for a file name, see `team`.
        rubric: what is labelled by.

    Raises:
        UsageError: another process writes this annotator's journal, or they labelled here in another spelling.
        MalformedInput: the journal is damaged, or was made by another wording of the rubric.
        DiskError: it cannot be written.
    """

    def __init__(self, folder: Path, annotator: str, rubric: Rubric) -> None:
        self.annotator = annotator
        self._rubric_hash = rubric.content_hash()
        self._gold = gold_file(folder, rubric.id, annotator)
        _check_spelling(folder, annotator)
        path = journal_file(folder, annotator)
        self._lock = OneWriter(path.with_name(f"{annotator}.lock"), f"the journal of {annotator}")
        try:
            self._lines = Lines(path)
            self.answers = read_answers(folder, annotator, rubric)
            self.project()
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others write this journal."""
        self._lines.close()
        self._lock.close()

    def append(self, transcript_id: str, steps: Iterable[Mapping[str, Any]]) -> tuple[AuditEvent, ...]:
        """Write down steps about one conversation, all or none; they are on disk when this returns.

        Args:
            transcript_id: of the conversation.
            steps: fields of `AuditEvent`, without those that the journal knows; `at` where it was at another time.

        Raises:
            DiskError: they cannot be written; nothing has changed.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        common = {"at": now, "annotator": self.annotator, "rubric_hash": self._rubric_hash}
        events = tuple(
            AuditEvent(seq=self.answers.last_seq + number, transcript_id=transcript_id, **{**common, **step})
            for number, step in enumerate(steps, 1)
        )
        if not events:
            return ()
        self._lines.append(events)
        for event in events:
            self.answers.apply(event)
        return events

    def project(self) -> None:
        """Bring the gold file to what the journal says; it stays untouched where it says so already.

        Labels that were never given here, so written by hand, are moved to a file beside it, where they go on counting.

        Raises:
            DiskError: it cannot be written. The journal has everything; the next projection catches up.
        """
        text = render_jsonl(self.answers.labels())
        if text or self._gold.exists():
            there = self._gold.read_text("utf-8-sig") if self._gold.exists() else None
            if there is not None:
                self._keep_by_hand(there)
            if there != text:
                replace_file(self._gold, text)

    def _keep_by_hand(self, there: str) -> None:
        """Add those lines of a gold file that this journal never said to the file of what was written by hand."""
        others = [line for line in there.split("\n") if line.strip() and not self._said(line)]
        beside = by_hand_file(self._gold)
        before = beside.read_text("utf-8").split("\n") if others and beside.exists() else []
        if new := [line for line in others if line not in before]:
            replace_file(beside, "".join(f"{line}\n" for line in [*filter(None, before), *new]))

    def _said(self, line: str) -> bool:
        try:
            label = Label.model_validate_json(line)
        except ValidationError:
            return False
        cell = (label.transcript_id, label.item_id, label.label)
        return label.annotator == self.annotator and cell in self.answers.ever


def _check_spelling(folder: Path, annotator: str) -> None:
    """Refuse a name that labelled here in another spelling: to some it would be two people, to others one."""
    for before in annotators_in(folder):
        if before != annotator and before.casefold() == annotator.casefold():
            raise UsageError(f"{annotator} has labelled here as {before}: write the name like that")


def journal_file(folder: Path, annotator: str) -> Path:
    """Where an annotator's journal is."""
    return folder / "audit" / f"{annotator}{JOURNAL}"


def gold_file(folder: Path, rubric_id: str, annotator: str) -> Path:
    """Where an annotator's gold labels are."""
    return folder / "labels" / rubric_id / f"{annotator}.jsonl"


def by_hand_file(gold: Path) -> Path:
    """Where labels go on counting that somebody wrote into the file of an annotator who labels on the page."""
    return gold.with_name(f"{gold.stem}{BY_HAND}.jsonl")


def annotators_in(folder: Path) -> list[str]:
    """Everybody who has a journal, by name."""
    return sorted(path.name.removesuffix(JOURNAL) for path in (folder / "audit").glob(f"*{JOURNAL}"))


def edited_by_hand(folder: Path) -> list[Path]:
    """What was found in files of annotators who label on the page that they never said there."""
    return sorted((folder / "labels").glob(f"*/*{BY_HAND}.jsonl"))


def read_answers(folder: Path, annotator: str, rubric: Rubric) -> AnnotatorAnswers:
    """What an annotator has answered, whoever writes the journal right now.

    Raises:
        MalformedInput: the journal is damaged, or was made by another wording of the rubric.
    """
    path = journal_file(folder, annotator)
    events = read_lines(path, AuditEvent)
    ours = rubric.content_hash()
    for number, event in enumerate(events, 1):
        if event.rubric_hash != ours:
            raise MalformedInput(
                f"labelled by another wording of {rubric.id} ({event.rubric_hash[:8]}, now {ours[:8]}): put that "
                "rubric.yaml back, or label by the new one in a folder of its own",
                path=path,
                where=f"line {number}",
            )
    return AnnotatorAnswers(annotator, events)
