"""Results so far: what everybody submitted, and what a judge said of the same conversations, read from disk.

Other processes may write at the same time; what is read is whole at some moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.answers import AnnotatorAnswers, Cell
from llm_grader.audit.labelling.journal import annotators_in, journal_file, read_answers
from llm_grader.audit.plain_files import Stamp, stamp_of
from llm_grader.audit.queue import assignees
from llm_grader.audit.review.label_files import FileAnswersReader, with_files
from llm_grader.audit.review.sessions import CalibrationSession, read_sessions
from llm_grader.eval.judge.item_answers import ADJUDICATOR, is_judged
from llm_grader.eval.labels.checked import name_key
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.verdict import Label, Scorecard


@dataclass(frozen=True)
class AuditResults:
    """Answers by annotator (the adjudicator's apart), sessions, and the names of those who share the drawn ones.

    Answers are those given on the page and those in label files. `notes` say what of the latter was left aside.
    """

    folder: GoldFolder
    by_annotator: dict[str, AnnotatorAnswers]
    adjudicated: AnnotatorAnswers
    sessions: tuple[CalibrationSession, ...]
    auditors: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def labels(self) -> list[Label]:
        """Every gold label there is, in the order in which the files of the gold folder give them."""
        people = [label for _, answers in sorted(self.by_annotator.items()) for label in answers.labels()]
        return [*self.adjudicated.labels(), *people]

    def waiting(self) -> frozenset[str]:
        """The ids of conversations that somebody is still labelling: nobody is shown what others said of these.

        It is whoever the conversation is assigned to and has neither submitted nor skipped it, nor labelled it in a
        file, and whoever takes part in a session about it that is not revealed. Whoever has seen the answers of others
        has nothing to wait for.
        """
        open_ = {
            row.transcript_id
            for row in self.folder.sample
            for name in assignees(row, self.auditors)
            if not self._is_done(name, row.transcript_id)
        }
        in_session = {id_ for session in self.sessions if not session.revealed for id_ in session.transcripts}
        begun = {
            id_
            for answers in self.by_annotator.values()
            for id_, one in answers.conversations.items()
            if one.state == "open" and not one.done
        }
        return frozenset(open_ | in_session | begun)

    def _is_done(self, name: str, transcript_id: str) -> bool:
        answers = self.by_annotator.get(name)
        return answers is not None and answers.of(transcript_id).done

    def cells(self) -> dict[Unit, dict[str, Cell]]:
        """Cell → annotator → the answer, of submitted conversations that nobody is labelling any more."""
        waiting = self.waiting()
        found: dict[Unit, dict[str, Cell]] = defaultdict(dict)
        for name, answers in sorted(self.by_annotator.items()):
            for transcript_id in sorted(answers.submitted() - waiting):
                for item_id, cell in answers.of(transcript_id).counted.items():
                    if cell.label is not None:
                        found[Unit(transcript_id, item_id)][name] = cell
        return dict(found)

    def decision(self, unit: Unit) -> Cell | None:
        """What the adjudicator decided about a cell."""
        cell = self.adjudicated.of(unit.transcript_id).cells.get(unit.item_id)
        return cell if cell is not None and cell.decided else None


class ResultsReader:
    """Reads results so far, again and again: of journals and label files only what has changed. Safe for threads.

    Args:
        folder: the gold folder.
        auditors: the names of those who share the drawn conversations.
    """

    def __init__(self, folder: GoldFolder, auditors: Iterable[str]) -> None:
        self._folder = folder
        self._auditors = tuple(auditors)
        self._files = FileAnswersReader(folder)
        self._seen: dict[str, tuple[Stamp, AnnotatorAnswers]] = {}

    def read(self) -> AuditResults:
        """The results so far.

        Raises:
            MalformedInput, InputError: a journal, a session or a file of labels is damaged.
        """
        on_page = {name: self._answers(name) for name in annotators_in(self._folder.path)}
        in_files = self._files.read()
        known = {name_key(name): name for name in (*self._auditors, *on_page)}  # a file may be named Anna.csv
        given = {known.get(name_key(name), name): cells for name, cells in in_files.by_annotator.items()}
        answers = {
            name: with_files(on_page.get(name) or AnnotatorAnswers(name), given.get(name, {}))
            for name in {*on_page, *given, ADJUDICATOR}
        }
        adjudicated = answers.pop(ADJUDICATOR)
        sessions = tuple(read_sessions(self._folder.path))
        return AuditResults(self._folder, answers, adjudicated, sessions, self._auditors, in_files.notes)

    def _answers(self, name: str) -> AnnotatorAnswers:
        stamp = stamp_of(journal_file(self._folder.path, name))
        seen = self._seen.get(name)
        if seen is None or seen[0] != stamp:
            seen = self._seen[name] = (stamp, read_answers(self._folder.path, name, self._folder.rubric))
        return seen[1]


def read_results(folder: GoldFolder, auditors: Iterable[str]) -> AuditResults:
    """The results so far, read once: as `ResultsReader` does."""
    return ResultsReader(folder, auditors).read()


def verdicts_of_folder(cards: Iterable[Scorecard], folder: GoldFolder) -> Verdicts:
    """A judge's verdicts about the conversations of a folder, by the rubric that it is labelled by.

    What no judge is asked has none: that a judge cannot tell it is no answer to hold against people's.
    """
    judged = {item.id for item in folder.rubric.items() if is_judged(item)}
    return {
        Unit(card.transcript_id, item_id): verdict
        for card in cards
        if card.transcript_id in folder.transcripts and card.provenance.rubric_id == folder.rubric.id
        for item_id, verdict in card.verdicts.items()
        if item_id in judged
    }
