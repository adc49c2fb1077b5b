"""Sheets of labels as people keep them: a row a label, or a row a conversation with a column an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.cells import NumberedCells, read_cells
from llm_grader.eval.labels.checked import FIELDS
from llm_grader.eval.labels.words import label_of_word
from llm_grader.files.json_strict import parse_json
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import Label

_REQUIRED = tuple(name for name, field in Label.model_fields.items() if field.is_required())
_OPTIONAL = tuple(name for name in FIELDS if name not in _REQUIRED)
_WIDE = ("transcript_id", "annotator", "label_source", "at")
_ID = ("id", "conversation")
_NUMBER = re.compile("[0-9]{1,18}")
_SHOWN = 40

NumberedRow = tuple[int, dict[str, Any]]


class Sheet(NamedTuple):
    """The rows of a sheet, each with its line and the values of one label; and the columns that mean nothing here."""

    rows: Iterator[NumberedRow]
    ignored: tuple[str, ...]


def open_sheet(
    path: Path, rubric: Rubric | None, words: Mapping[str, str], given: Mapping[str, str] | None = None
) -> Sheet:
    """A sheet of labels, CSV or Excel, see `read_cells`.

    It has a column a field of `Label`, or else `transcript_id` and a column an item, named by its id or title;
    `transcript_id` may be called `id` or `conversation`. An empty label is one that nobody gave; what a row does not
    say of annotator and source `given` says.

    Raises:
        MalformedInput: the columns are neither; names what is missing.
        InputError: the file cannot be read.
        UsageError: it is Excel's, and what reads that is not installed.
    """
    lines = read_cells(path)
    first, heading = next(lines, (1, []))
    columns = _with_id([name.strip() for name in heading])
    items = _items_of(columns, rubric)
    try:
        if items and "item_id" not in columns:
            _check_wide(columns, given or {}, items)
            ignored = tuple(c for c in columns if c and c not in items and c not in _WIDE)
            return Sheet(_wide_rows(lines, columns, items, (words, given or {})), ignored)
        _check_columns(columns, given or {})
    except MalformedInput as error:
        raise MalformedInput(error.message, path=path, where=f"line {first}") from None
    return Sheet(_long_rows(lines, columns, rubric, (words, given or {})), ())


def _with_id(columns: list[str]) -> list[str]:
    own = next((name for name in columns if name.casefold() in _ID), None)
    return columns if _WIDE[0] in columns else [_WIDE[0] if name == own else name for name in columns]


def _items_of(columns: Sequence[str], rubric: Rubric | None) -> dict[str, Item]:
    """Column → the item that it is about, by its id or one of its titles."""
    known: dict[str, Item] = {}
    for item in rubric.items() if rubric is not None else ():
        known |= dict.fromkeys([title.strip().casefold() for title in item.title.values()], item)
    known |= {item.id.casefold(): item for item in (rubric.items() if rubric is not None else ())}
    return {column: known[column.casefold()] for column in columns if column.casefold() in known}


def _check_wide(columns: Sequence[str], given: Mapping[str, str], items: Mapping[str, Item]) -> None:
    needed = [name for name in _WIDE[:3] if name not in columns and name not in given]
    twice = len({item.id for item in items.values()}) < len(items) or len(set(columns)) < len(columns)
    if needed or twice:
        raise MalformedInput(
            f"expected a column an item, each once, beside {', '.join(_WIDE[:3])}; "
            f"{'an item stands twice' if twice else 'missing: ' + ', '.join(needed)}"
        )


def _wide_rows(
    lines: Iterator[NumberedCells],
    columns: Sequence[str],
    items: Mapping[str, Item],
    said: tuple[Mapping[str, str], Mapping[str, str]],
) -> Iterator[NumberedRow]:
    words, given = said
    for number, cells in lines:
        if len(cells) != len(columns):
            yield number, {"": f"expected {len(columns)} cells, found {len(cells)}"}
            continue
        row = dict(zip(columns, cells, strict=True))
        shared = {**given, **{name: row[name].strip() for name in _WIDE if row.get(name, "").strip()}}
        for column, item in items.items():
            cell = row[column].strip()
            yield number, {**shared, "item_id": item.id, "label": label_of_word(cell, item, words) if cell else ""}


def _check_columns(columns: Sequence[str], given: Mapping[str, str]) -> None:
    missing = [name for name in _REQUIRED if name not in columns and name not in given]
    unknown = [name for name in columns if name not in FIELDS]
    if missing or unknown or len(set(columns)) < len(columns):
        raise MalformedInput(
            f"expected the columns {', '.join(_REQUIRED)} and any of {', '.join(_OPTIONAL)}, each once, or with "
            f"--rubric transcript_id and a column an item; found {', '.join(columns) or 'none'}"
        )


def _long_rows(
    lines: Iterator[NumberedCells],
    columns: Sequence[str],
    rubric: Rubric | None,
    said: tuple[Mapping[str, str], Mapping[str, str]],
) -> Iterator[NumberedRow]:
    words, given = said
    items = {} if rubric is None else {item.id: item for item in rubric.items()}
    for number, cells in lines:
        try:
            row = {**given, **_long_row(columns, cells)}
        except MalformedInput as error:
            yield number, {"": error.message}
            continue
        if row["label"] and row["item_id"] in items:
            row["label"] = label_of_word(row["label"], items[row["item_id"]], words)
        yield number, row


def _long_row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
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
