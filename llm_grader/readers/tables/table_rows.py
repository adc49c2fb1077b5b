"""Rows of tables as they are: CSV, JSON records, Parquet, data sets. No value changes its type on the way.

CSV is read here and not by a data-frame library, which would turn the ids `007` and `true` into a number and a truth
value, and the text `NA` into nothing.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.source.document import Document
from llm_grader.readers.tables.headers import STATED_SEPARATOR
from llm_grader.readers.tables.table_start import TableStart, barred_rows, find_table

TURNS_MISSING = "rows of this file could not be read: turns may be missing"
_PARQUET = b"PAR1"
_LARGEST_CELL = 200_000_000


class Row(NamedTuple):
    """The cells of one row by column, where it stands, and in which table of a file that holds several."""

    cells: Mapping[str, Any]
    where: str
    table: int = 0


def is_parquet(document: Document) -> bool:
    """Whether the file says that it is Parquet."""
    return document.beginning.startswith(_PARQUET)


def column_names(document: Document, wanted: Iterable[str] = ()) -> list[str]:
    """The columns of a table, as far as the beginning of the file shows them; empty for what looks like no table.

    A first line of the wanted columns is a header, and so is one that `find_table` takes for one.

    Raises:
        MalformedInput: the file is Parquet, and broken.
    """
    if document.rows is not None:
        return list(document.rows.features or ())
    if is_parquet(document):
        return list(_parquet_file(document).schema_arrow.names)
    if document.json.first is not None:
        records = (record for record in document.json.beginnings if isinstance(record, dict))
        return list(dict.fromkeys(name for record in records for name in record))
    start = find_table(document.head, wanted)
    return start.header.names if start else []


def read_rows(document: Document, separator: str | None, wanted: Iterable[str]) -> Iterator[Row]:
    """The rows of the file; one that is broken is reported, and the rest is read.

    Raises:
        MalformedInput: the file as a whole is broken.
    """
    if document.rows is not None:
        yield from (Row(cells, f"row {number}") for number, cells in enumerate(document.rows, 1))
    elif is_parquet(document):
        yield from _parquet_rows(document)
    elif document.json.first is not None:
        for value, where in document.json.records():
            with document.at(where):
                if not isinstance(value, dict):
                    raise MalformedInput("expected an object with the columns as keys")
                yield Row(value, where)
    else:
        start = find_table(document.head, wanted)
        if start and (lost := start.lost_above(document.head)):
            document.warn(f"what stands above the header of the table was not read: {_lines(lost)}")
        if start and start.barred:
            yield from _barred_rows(document, start)
        else:
            mark = separator or (start.header.separator if start else ",")
            yield from _csv_rows(document, mark, above=start.above if start else 0)


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _barred_rows(document: Document, start: TableStart) -> Iterator[Row]:
    """The rows of a table as Markdown writes it."""
    names = start.header.names
    rows, others = barred_rows(document.lines_text, start)
    if others:
        document.warn(f"what is no row of the table was not read: {_lines(len(others))}, the first is line {others[0]}")
    for cells, line, table in rows:
        with document.at(f"line {line}"):
            if len(cells) > len(names):
                document.warn(TURNS_MISSING)
                raise MalformedInput(f"expected {len(names)} cells as in the header, found {len(cells)}")
            yield Row(dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=True)), f"line {line}", table)


def _csv_rows(document: Document, separator: str, *, above: int) -> Iterator[Row]:
    csv.field_size_limit(_LARGEST_CELL)  # a conversation in a cell is easily longer than the default
    text = io.StringIO(document.text, newline="")
    above += int(STATED_SEPARATOR.match(document.head) is not None)
    for _ in range(above):
        text.readline()
    reader = csv.reader(text, delimiter=separator, strict=True)
    header = [cell.strip() for cell in _next_row(reader, document) or ()]
    twice = next((name for name, times in Counter(header).items() if times > 1), None)
    if twice is not None:
        raise MalformedInput(f"the column {twice[:40]!r} stands twice", where=f"line {above + 1}")
    while True:
        where = f"line {reader.line_num + 1 + above}"
        row = _next_row(reader, document)
        if row is None:
            return
        with document.at(where):
            if row and len(row) != len(header):
                document.warn(TURNS_MISSING)
                raise MalformedInput(f"expected {len(header)} cells as in the header, found {len(row)}")
            if row:
                yield Row(dict(zip(header, row, strict=True)), where)


def _next_row(reader: Any, document: Document) -> Sequence[str] | None:
    """The next row, None at the end; a row that breaks the rules of quoting is reported and passed over."""
    while True:
        where = f"line {reader.line_num + 1}"
        try:
            return next(reader, None)
        except csv.Error as error:
            document.warn(TURNS_MISSING)
            document.report(MalformedInput(f"not valid CSV: {error}", where=where))


def _parquet_file(document: Document) -> Any:
    import pyarrow  # type: ignore[import-untyped]  # comes with datasets
    import pyarrow.parquet  # type: ignore[import-untyped]

    try:
        return pyarrow.parquet.ParquetFile(pyarrow.BufferReader(document.data))
    except (pyarrow.ArrowException, OSError) as error:
        raise MalformedInput(f"not valid Parquet: {str(error)[:200]}") from error


def _parquet_rows(document: Document) -> Iterator[Row]:
    import pyarrow

    number = 0
    try:
        for batch in _parquet_file(document).iter_batches(1000):
            for cells in batch.to_pylist():
                number += 1
                yield Row(cells, f"row {number}")
    except (pyarrow.ArrowException, OSError) as error:
        raise MalformedInput(f"not valid Parquet: {str(error)[:200]}", where=f"row {number + 1}") from error
