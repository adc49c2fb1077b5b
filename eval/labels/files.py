"""Gold labels on disk, read strictly.

A label is the truth everything else is measured against, so nothing is guessed: ids and labels of JSONL stay the text
they are (`007`, `1e5`, `true`, `null`, `NA`), `label_source` has to be there, and whatever is odd is told, all of it at
once, with the file and the line. Several annotators may label the same item; one annotator labels it once, or changes
the label later, when both labels have a time.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llm_grader.errors import InputError, MalformedInput
from llm_grader.eval.labels.checked import FIELDS, checked_label, name_key, with_one_spelling
from llm_grader.eval.labels.sheets import NumberedRow, open_sheet
from llm_grader.eval.labels.units import ADJUDICATOR
from llm_grader.files.json_strict import parse_json
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Label

SUFFIXES = (".csv", ".xlsx", ".jsonl")
_MOST_FAULTS = 20
_MOST_NAMED = 8


def read_labels(path: Path, *, rubric: Rubric | None = None) -> list[Label]:
    """The labels of a `.jsonl` (UTF-8), `.csv` or `.xlsx` file (see `open_sheet`), in its order.

    In JSONL, and in a column of a sheet, `evidence_quotes` is a list of strings as JSON. An empty cell says nothing.

    Args:
        path: the file; its suffix says which format it is.
        rubric: when given, each label has to be one that its item allows; in sheets it may be said in other words.

    Raises:
        MalformedInput: a line is no label, one annotator answers the same item twice, or the rubric does not know the
            item or the label; names the file and each line.
        InputError: the file cannot be read, or its suffix is none of these.
    """
    return list(read_label_files([path], rubric=rubric)[0])


def read_label_files(
    paths: Iterable[Path], *, rubric: Rubric | None = None, words: Mapping[str, str] | None = None
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """The labels of several files together, and notes on what was left aside.

    Args:
        paths: the files.
        rubric: as for `read_labels`.
        words: what words of sheets mean, see `load_words`.

    Raises:
        MalformedInput, InputError: as for `read_labels`; an annotator may label an item in one of the files alone.
    """
    reading = LabelReading(rubric, words or {})
    for path in paths:
        reading.add(path)
    return reading.finish()


class LabelReading:
    """Labels as they are read, and what is wrong with them.

    Args:
        rubric: that they answer, if that is known.
        words: what words of sheets mean.
    """

    def __init__(self, rubric: Rubric | None, words: Mapping[str, str]) -> None:
        self._rubric = rubric
        self._words = words
        self._cells: dict[tuple[str, str, str, int | None], tuple[Label, Path, int]] = {}
        self._faults: list[tuple[Path, int, str]] = []
        self._blank = self._revised = 0
        self._ignored: list[str] = []
        self._on_page: set[tuple[str, ...]] = set()
        self._aside: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._twice: set[tuple[str, str, Path, Path]] = set()

    def add(self, path: Path, person: str = "", *, on_page: bool = False) -> None:
        """Read a file.

        Args:
            path: the file.
            person: who gave those labels of it that do not say so.
            on_page: the page writes it: where it has somebody's answer about a conversation, that stands, and what
                files added later say of it is left aside.
        """
        given = {"annotator": person, "label_source": "human"} if person else {}
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            expected = f"expected a file of labels, {', '.join(SUFFIXES)}"
            raise InputError(f"{expected}; found {path.suffix or 'no suffix'}", path=path)
        is_empty = True
        for number, row in self._rows(path, given):
            if suffix != ".jsonl" and not str(row.get("label", "x")).strip():
                self._blank += 1
                continue
            is_empty = False
            if "" in row:
                self._faults.append((path, number, row[""]))
                continue
            try:
                label = checked_label(row, self._rubric)
                if self._counts(label, path, on_page=on_page):
                    self._keep(label, path, number)
            except MalformedInput as error:
                self._faults.append((path, number, error.message))
        if is_empty and not on_page:
            self._ignored.append(f"{path.name}: there are no labels in it")

    def _rows(self, path: Path, given: Mapping[str, str]) -> Iterator[NumberedRow]:
        if path.suffix.lower() == ".jsonl":
            name = {name: value for name, value in given.items() if name == "annotator"}
            yield from ((number, {**name, **row}) for number, row in jsonl_rows(path))
            return
        sheet = open_sheet(path, self._rubric, self._words, given)
        self._ignored += [f"{path.name}: the columns {', '.join(sheet.ignored)} are no items"] if sheet.ignored else []
        yield from sheet.rows

    def _counts(self, label: Label, path: Path, *, on_page: bool) -> bool:
        """Whether the page has no other answer of the same person; an adjudicator decides cell by cell."""
        name = name_key(label.annotator)
        answer = (name, label.transcript_id, *([label.item_id] if name == ADJUDICATOR else []))
        if on_page:
            self._on_page.add(answer)
        elif answer in self._on_page:
            self._aside[path.name, label.annotator].setdefault(label.transcript_id)
            return False
        return True

    def _keep(self, label: Label, path: Path, number: int) -> None:
        cell = (label.transcript_id, label.item_id, name_key(label.annotator), label.turn)
        before = self._cells.get(cell)
        if before is not None:
            self._revise(label, path, *before)
            if label.at is None or before[0].at is None or label.at <= before[0].at:
                return
        self._cells[cell] = label, path, number

    def _revise(self, label: Label, path: Path, before: Label, earlier: Path, number: int) -> None:
        """Count a changed label; the later one counts.

        Raises:
            MalformedInput: nothing tells which of the two is the later; once a conversation.
        """
        if label.at is not None and before.at is not None and label.at != before.at:
            self._revised += 1
            return
        conversation = (name_key(label.annotator), label.transcript_id, path, earlier)
        if conversation not in self._twice:
            self._twice.add(conversation)
            raise MalformedInput(
                f"{label.annotator} already labelled item {label.item_id!r} of {label.transcript_id!r} in line "
                f"{number} of {earlier.name}: keep one of the two, or say with `at` when each was given"
            )

    def finish(self) -> tuple[tuple[Label, ...], tuple[str, ...]]:
        """The labels and the notes.

        Raises:
            MalformedInput: something is wrong; names every place, up to twenty.
        """
        if self._faults:
            (path, number, message), *others = self._faults
            more = [f"{'' if p == path else f'{p}: '}line {n}: {text}" for p, n, text in others[: _MOST_FAULTS - 1]]
            rest = len(others) + 1 - _MOST_FAULTS
            lines = [message, *more, *([f"and {rest:,} more"] if rest > 0 else [])]
            raise MalformedInput("\n  ".join(lines), path=path, where=f"line {number}")
        notes = [*self._ignored, *(_told_aside(*file, list(ids)) for file, ids in self._aside.items())]
        if self._blank:
            notes.append(f"{self._blank:,} cells without a label were left out")
        if self._revised:
            notes.append(f"{self._revised:,} labels were changed later: the later ones count")
        labels = (label for label, _, _ in self._cells.values())
        return tuple(with_one_spelling(labels)), tuple(notes)


def _told_aside(file: str, annotator: str, ids: Sequence[str]) -> str:
    named = f"{', '.join(ids[:_MOST_NAMED])}{', …' if len(ids) > _MOST_NAMED else ''}"
    return f"{file}: {annotator} answered {len(ids):,} of its conversations on the page, which stands: {named}"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers, from 1, as they are read.

    They end at line feeds alone: others, such as U+2028, may stand inside a JSON string.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except UnicodeDecodeError:
        raise MalformedInput("not UTF-8: save the file as UTF-8", path=path, where=f"line {number}") from None


def jsonl_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file, each with its line; what is none is told under the key "".

    Raises:
        InputError: the file cannot be read.
        MalformedInput: it is not UTF-8.
    """
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except MalformedInput as error:
            yield number, {"": error.message}
            continue
        yield number, row if isinstance(row, dict) else {"": "expected one object a line"}


def render_jsonl(labels: Iterable[Label]) -> str:
    """The labels as JSONL, one a line; `read_labels` gives them back unchanged."""
    return "".join(label.model_dump_json(exclude_defaults=True) + "\n" for label in labels)


def render_csv(labels: Iterable[Label]) -> str:
    """The labels as CSV with a column for each field; `read_labels` gives them back unchanged.

    But for a reason that is empty text: CSV cannot tell it from no reason.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for label in labels:
        row = label.model_dump(mode="json", exclude_defaults=True)
        if "evidence_quotes" in row:
            row["evidence_quotes"] = json.dumps(row["evidence_quotes"], ensure_ascii=False)
        writer.writerow(row)
    return text.getvalue()
