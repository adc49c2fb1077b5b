"""Answers in files: what people labelled elsewhere and gave as sheets or JSONL counts as what they submit here."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.interop.imported import find_words
from llm_grader.audit.labelling.answers import AnnotatorAnswers, Cell, ConversationAnswers
from llm_grader.audit.plain_files import Stamp, stamp_of
from llm_grader.eval.labels.gold import read_folder_labels
from llm_grader.eval.labels.places import find_label_files
from llm_grader.eval.labels.units import ADJUDICATOR, items_by_turn
from llm_grader.eval.labels.words import FILE as WORDS
from llm_grader.verdict import Label

GivenCells = Mapping[str, Mapping[str, Cell]]
"""Conversation → item → what somebody answered."""


class FileAnswers(NamedTuple):
    """What the files of a folder say: the answers by annotator, and notes on what was left aside."""

    by_annotator: Mapping[str, GivenCells]
    notes: tuple[str, ...]


class FileAnswersReader:
    """Reads the label files of a folder, again when those that people wrote have changed.

    What the page writes is read along with them, as in `eval`, but no reason to read anew: the journals know it.

    Args:
        folder: the gold folder.
    """

    def __init__(self, folder: GoldFolder) -> None:
        self._folder = folder
        self._seen: tuple[dict[Path, Stamp], FileAnswers] | None = None

    def read(self) -> FileAnswers:
        """The answers as they stand.

        Raises:
            MalformedInput, InputError: a file is wrong; names it, and the line.
        """
        path, rubric = self._folder.path, self._folder.rubric
        files = find_label_files(path, rubric)
        stamps = {file: stamp_of(file) for file in (*files.by_hand, path / WORDS)}
        seen = self._seen
        if seen is None or seen[0] != stamps:
            labels, notes = read_folder_labels(path, files, self._folder.transcripts, rubric)
            seen = self._seen = (stamps, FileAnswers(_by_annotator(labels, self._folder), notes))
        return seen[1]


def with_files(answers: AnnotatorAnswers, given: GivenCells) -> AnnotatorAnswers:
    """Somebody's answers with those in files: what they submitted on the page stands, and what is decided there."""
    added = {}
    for id_, cells in given.items():
        on_page = answers.of(id_)
        if answers.annotator == ADJUDICATOR:
            added[id_] = ConversationAnswers(cells={**cells, **on_page.cells})
        elif on_page.submitted_at is None:
            added[id_] = ConversationAnswers("submitted", cells=dict(cells))
    if not added:
        return answers
    merged = copy.copy(answers)
    merged.conversations = {**answers.conversations, **added}
    return merged


def _by_annotator(labels: Iterable[Label], folder: GoldFolder) -> dict[str, GivenCells]:
    """The answers of people about whole conversations."""
    human = [label for label in labels if label.label_source == "human"]
    by_turn = items_by_turn(human)
    found: dict[str, dict[str, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for label in human:
        if label.item_id not in by_turn:
            found[label.annotator][label.transcript_id][label.item_id] = _cell(label, folder)
    return dict(found)


def _cell(label: Label, folder: GoldFolder) -> Cell:
    transcript = folder.transcripts[label.transcript_id]
    found = (find_words(transcript, quote, label.turn) for quote in label.evidence_quotes)
    evidence = tuple(span for span in found if span is not None)
    return Cell(label.label, evidence, label.reason or "", label.at, decided=label.annotator == ADJUDICATOR)
