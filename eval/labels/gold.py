"""Gold folders on disk: conversations, the labels about them, and the sample that they were drawn as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from llm_grader.errors import InputError, MalformedInput
from llm_grader.eval.labels.files import SUFFIXES, LabelReading, jsonl_rows
from llm_grader.eval.labels.places import LabelFiles, find_label_files, person_of
from llm_grader.eval.labels.sample import FILE as SAMPLE
from llm_grader.eval.labels.sample import Drawn, read_sample
from llm_grader.eval.labels.words import FILE as WORDS
from llm_grader.eval.labels.words import load_words
from llm_grader.files.problems import explain
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label

_EXPECTED = f"expected a file of labels, {', '.join(SUFFIXES)}"


@dataclass(frozen=True)
class Gold:
    """Labelled conversations: the transcripts by id, every label about them, and the sample they were drawn as.

    `notes` say in words what was left aside on reading.
    """

    transcripts: dict[str, Transcript]
    labels: tuple[Label, ...]
    sample: Mapping[str, Drawn] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_gold(folder: Path, *, rubric: Rubric | None = None) -> Gold:
    """The gold of a folder with `transcripts.jsonl` (canonical transcripts) and labels.

    The labels are in `labels.jsonl`, `.csv` or `.xlsx`; with a rubric, rather in `labels/<id of the rubric>`, with such
    a suffix or as a folder with a file a person, where that is there. `sample.jsonl` says how the conversations were
    drawn, `words.yaml` what the words of sheets mean.

    Raises:
        MalformedInput: a line is no transcript or no label, an id stands twice, or a label is about a transcript or a
            turn that is not there; names the file and the line or the label.
        InputError: a file is missing, or one for all is there twice.
    """
    transcripts = _read_transcripts(folder / "transcripts.jsonl")
    files = find_label_files(folder, rubric)
    if not (files.on_page or files.by_hand):
        raise InputError(_what_lacks(folder, rubric, files), path=folder)
    labels, notes = read_folder_labels(folder, files, transcripts, rubric)
    return Gold(transcripts, labels, read_sample(folder / SAMPLE), notes)


def read_folder_labels(
    folder: Path, files: LabelFiles, transcripts: Mapping[str, Transcript], rubric: Rubric | None
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """The labels of a gold folder, and notes on what was left aside.

    Raises:
        MalformedInput, InputError: as for `read_gold`.
    """
    reading = LabelReading(rubric, load_words(folder / WORDS))
    for path in files.on_page:
        reading.add(path, path.stem, on_page=True)
    for path in files.by_person:
        reading.add(path, person_of(path))
    for path in files.shared:
        reading.add(path)
    labels, notes = reading.finish()
    for label in labels:
        _check_place(label, transcripts, folder)
    unread = (f"{path}: not read: {_EXPECTED}" for path in files.others)
    passed = (
        f"{path}: not read: this rubric has labels of its own in {path.parent / 'labels'}" for path in files.passed_over
    )
    return labels, (*unread, *passed, *notes)


def _read_transcripts(source: Path) -> dict[str, Transcript]:
    transcripts: dict[str, Transcript] = {}
    for number, row in jsonl_rows(source):
        if "" in row:
            raise MalformedInput(row[""], path=source, where=f"line {number}")
        try:
            transcript = Transcript.model_validate_json(to_json(row))
        except ValidationError as error:
            problem = explain(error, row)[0]
            place = ".".join(str(key) for key in problem.place)
            raise MalformedInput(f"{place}: {problem.message}", path=source, where=f"line {number}") from None
        if transcript.id in transcripts:
            raise MalformedInput(f"the id {transcript.id!r} stands twice", path=source, where=f"line {number}")
        transcripts[transcript.id] = transcript
    return transcripts


def _what_lacks(folder: Path, rubric: Rubric | None, files: LabelFiles) -> str:
    if files.others:
        return f"{_EXPECTED}; found {', '.join(path.name for path in files.others)}"
    if kept := sorted(path.stem for path in folder.glob("labels/*")):
        what = f"labels of {rubric.id if rubric else 'one rubric'}; found {', '.join(kept)}"
        return f"expected {what}: name the rubric with --rubric"
    return "expected labels.jsonl"


def _check_place(label: Label, transcripts: Mapping[str, Transcript], path: Path) -> None:
    where = f"label of {label.annotator} on {label.item_id}"
    if label.transcript_id not in transcripts:
        raise MalformedInput(f"no transcript has the id {label.transcript_id!r}", path=path, where=where)
    turns = len(transcripts[label.transcript_id].turns)
    if label.turn is not None and not 0 <= label.turn < turns:
        raise MalformedInput(
            f"{label.transcript_id!r} has the turns 0 to {turns - 1}, found {label.turn}", path=path, where=where
        )
