"""Gold labels on disk, read strictly.

A label is the truth everything else is measured against, so nothing is guessed: ids and labels stay the text they are
(`007`, `1e5`, `true`, `null`, `NA`), `label_source` has to be there, and whatever is odd stops the reading with the
file and the line. Several annotators may label the same item; one annotator labels it once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from llm_grader.errors import InputError, MalformedInput
from llm_grader.files.json_strict import parse_json
from llm_grader.files.problems import explain
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label

FIELDS = tuple(Label.model_fields)
_REQUIRED = tuple(name for name, field in Label.model_fields.items() if field.is_required())
_OPTIONAL = tuple(name for name in FIELDS if name not in _REQUIRED)
_NUMBER = re.compile("[0-9]{1,18}")
_SHOWN = 40


@dataclass(frozen=True)
class Gold:
    """Labelled conversations: the transcripts by id, and every label about them."""

    transcripts: dict[str, Transcript]
    labels: tuple[Label, ...]


def read_labels(path: Path, *, rubric: Rubric | None = None) -> list[Label]:
    """The labels of a `.jsonl` or `.csv` file (UTF-8), in its order.

    A CSV has one column a field, in any order, separated by commas, semicolons or tabs; a cell is taken as it stands.
    `evidence_quotes` is a JSON list of strings. An empty cell in an optional column means that there is none.

    Args:
        path: the file; its suffix says which format it is.
        rubric: when given, each label has to be one that its item allows.

    Raises:
        MalformedInput: a line is no label, one annotator answers the same item twice, or the rubric does not know the
            item or the label; names the file and the line.
        InputError: the file cannot be read, or its suffix is neither `.jsonl` nor `.csv`.
    """
    readers = {".jsonl": _jsonl_rows, ".csv": _csv_rows}
    if path.suffix not in readers:
        raise InputError(f"expected a .jsonl or .csv file of labels, found {path.suffix or 'no suffix'}", path=path)
    labels: list[Label] = []
    lines: dict[tuple[str, str, str, int | None], int] = {}
    for number, row in readers[path.suffix](path):
        try:
            label = checked_label(row, rubric)
            _check_new(label, lines, number)
        except MalformedInput as error:
            raise MalformedInput(error.message, path=path, where=f"line {number}") from None
        labels.append(label)
    return labels


def _check_new(label: Label, lines: dict[tuple[str, str, str, int | None], int], number: int) -> None:
    first = lines.setdefault((label.transcript_id, label.item_id, label.annotator, label.turn), number)
    if first != number:
        raise MalformedInput(
            f"{label.annotator} already labelled item {label.item_id!r} of {label.transcript_id!r} in line {first}: "
            "keep one of the two"
        )


def checked_label(row: dict[str, Any], rubric: Rubric | None = None) -> Label:
    """The label that a row of plain values holds, if it is one and the rubric (when given) allows it.

    Raises:
        MalformedInput: it is not; says what was found and what was expected.
    """
    try:
        label = Label.model_validate_json(to_json(row), strict=True)
    except ValidationError as error:
        raise MalformedInput("; ".join(_messages(error, row))) from None
    for name in ("transcript_id", "item_id", "label", "annotator"):
        if not getattr(label, name).strip():
            raise MalformedInput(f"{name}: expected text, found none")
    if rubric is not None:
        _check_against(rubric, label)
    return label


def _messages(error: ValidationError, row: dict[str, Any]) -> Iterator[str]:
    for problem in explain(error, row, keys=FIELDS):
        place = ".".join(str(key) for key in problem.place)
        yield f"{place}: {problem.message}" if place else problem.message


def _check_against(rubric: Rubric, label: Label) -> None:
    try:
        item = rubric.item(label.item_id)
    except KeyError:
        raise MalformedInput(f"item_id: rubric {rubric.id} has no item {label.item_id!r}") from None
    if label.label not in item.labels:
        raise MalformedInput(f"label: expected one of {list(item.labels)} for {item.id}, found {label.label!r}")


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


def _jsonl_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except MalformedInput as error:
            raise MalformedInput(error.message, path=path, where=f"line {number}") from None
        if not isinstance(row, dict):
            raise MalformedInput("expected one object a line", path=path, where=f"line {number}")
        yield number, row


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    text = "".join(line for _, line in _lines(path))
    heading = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    number = 1
    try:
        columns = next(rows, [])
        _check_columns(columns)
        number = rows.line_num + 1
        for cells in rows:
            if cells:
                yield number, _csv_row(columns, cells)
            number = rows.line_num + 1
    except csv.Error as error:
        raise MalformedInput(f"not valid CSV: {error}", path=path, where=f"line {number}") from None
    except MalformedInput as error:
        raise MalformedInput(error.message, path=path, where=f"line {number}") from None


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in _REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in FIELDS]
    if missing or unknown or len(set(columns)) < len(columns):
        raise MalformedInput(
            f"expected the columns {', '.join(_REQUIRED)} and any of {', '.join(_OPTIONAL)}, each once; "
            f"found {', '.join(columns) or 'none'}"
        )


def _csv_row(columns: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(columns):
        raise MalformedInput(f"expected {len(columns)} cells, found {len(cells)}")
    row: dict[str, Any] = {
        name: cell for name, cell in zip(columns, cells, strict=True) if cell or name not in _OPTIONAL
    }
    if "turn" in row:
        if _NUMBER.fullmatch(row["turn"]) is None:
            raise MalformedInput(f"turn: expected a whole number, found {row['turn'][:_SHOWN]!r}")
        row["turn"] = int(row["turn"])
    if "evidence_quotes" in row:
        try:
            row["evidence_quotes"] = parse_json(row["evidence_quotes"])
        except MalformedInput as error:
            raise MalformedInput(f"evidence_quotes: expected a JSON list of strings: {error.message}") from None
    return row


def read_gold(folder: Path, *, rubric: Rubric | None = None) -> Gold:
    """The gold of a folder with `transcripts.jsonl` (canonical transcripts) and labels.

    The labels are in `labels.jsonl` or `labels.csv`; with a rubric, rather in `labels/<id of the rubric>`, with either
    suffix, where that is there.

    Raises:
        MalformedInput: a line is no transcript or no label, an id stands twice, or a label is about a transcript or a
            turn that is not there; names the file and the line or the label.
        InputError: a file is missing, or there are labels with both suffixes.
    """
    transcripts: dict[str, Transcript] = {}
    source = folder / "transcripts.jsonl"
    for number, row in _jsonl_rows(source):
        try:
            transcript = Transcript.model_validate_json(to_json(row))
        except ValidationError as error:
            problem = explain(error, row)[0]
            place = ".".join(str(key) for key in problem.place)
            raise MalformedInput(f"{place}: {problem.message}", path=source, where=f"line {number}") from None
        if transcript.id in transcripts:
            raise MalformedInput(f"the id {transcript.id!r} stands twice", path=source, where=f"line {number}")
        transcripts[transcript.id] = transcript
    path = _labels_file(folder, rubric)
    labels = read_labels(path, rubric=rubric)
    for label in labels:
        _check_place(label, transcripts, path)
    return Gold(transcripts, tuple(labels))


def _labels_file(folder: Path, rubric: Rubric | None) -> Path:
    by_rubric = [] if rubric is None else [folder / "labels" / rubric.id]
    for stem in (*by_rubric, folder / "labels"):
        found = [path for suffix in (".csv", ".jsonl") if (path := stem.with_suffix(suffix)).exists()]
        if len(found) > 1:
            both = " and ".join(path.name for path in found)
            raise InputError(f"expected one file of labels, found both {both}: keep one", path=stem.parent)
        if found:
            return found[0]
    kept = sorted(path.stem for path in folder.glob("labels/*"))
    what = f"labels of {rubric.id if rubric else 'one rubric'}; found {', '.join(kept)}" if kept else "labels.jsonl"
    raise InputError(f"expected {what}: name the rubric with --rubric" if kept else f"expected {what}", path=folder)


def _check_place(label: Label, transcripts: dict[str, Transcript], path: Path) -> None:
    where = f"label of {label.annotator} on {label.item_id}"
    if label.transcript_id not in transcripts:
        raise MalformedInput(f"no transcript has the id {label.transcript_id!r}", path=path, where=where)
    turns = len(transcripts[label.transcript_id].turns)
    if label.turn is not None and not 0 <= label.turn < turns:
        raise MalformedInput(
            f"{label.transcript_id!r} has the turns 0 to {turns - 1}, found {label.turn}", path=path, where=where
        )


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
