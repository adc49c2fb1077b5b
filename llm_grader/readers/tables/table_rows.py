"""Rows of tables as they are: CSV, JSON records, Parquet, data sets. No value changes its type on the way.

CSV is read here and not by a data-frame library, which would turn the ids `007` and `true` into a number and a truth
value, and the text `NA` into nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.source.document import Document
from llm_grader.readers.tables.headers import STATED_SEPARATOR
from llm_grader.readers.tables.short_rows import ShortRows
from llm_grader.readers.tables.table_start import TableStart, barred_rows, find_table

TURNS_MISSING = "rows of this file could not be read: turns may be missing"
_PARQUET = b"PAR1"
_HEADER_AGAIN = "the header of the table stands again between its rows: it was left out there"
_LONE = "a quotation mark may not be closed"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
# a cell that begins with a mark and ends neither with one in its line nor with one in a later line of its own
_OPENED = re.compile(r'(?:^|\t)"(?!(?:[^"\t\r\n]|"")*"(?:\t|\r?\n|\r|\Z))', re.MULTILINE)
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


def read_rows(
    document: Document, separator: str | None, wanted: Iterable[str], again: Collection[str] = ()
) -> Iterator[Row]:
    """The rows of the file; one that is broken is reported, and the rest is read.

    Args:
        document: the file.
        separator: what stands between cells; found out by default.
        wanted: the columns that a mapping names.
        again: those of which a value stands in several rows, as the id of a conversation does: a row that lacks its
            last cells must have one of these in common with others, or it may be a torn line of text.

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
            yield from _csv_rows(document, mark, wanted, again, above=start.above if start else 0)


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


def _csv_rows(
    document: Document, separator: str, wanted: Iterable[str], again: Collection[str], *, above: int
) -> Iterator[Row]:
    csv.field_size_limit(_LARGEST_CELL)  # a conversation in a cell is easily longer than the default
    above += int(STATED_SEPARATOR.match(document.head) is not None)
    quoting: Literal[0, 3] = (
        csv.QUOTE_NONE if separator == "\t" and _has_lone_quotes(document.text) else csv.QUOTE_MINIMAL
    )
    reader = _opened(document, separator, quoting, above)
    names = [cell.strip() for cell in _next_row(reader, document) or ()]
    header = _named(names, frozenset(wanted), above, document)
    written = _unquoted if quoting == csv.QUOTE_NONE else str
    short = ShortRows(header, again, lambda: _opened(document, separator, quoting, above), written)
    needed = max((header.index(name) + 1 for name in wanted if name in header), default=len(header) // 2 + 1)
    while True:
        before = reader.line_num
        row = _next_row(reader, document)
        if row is None:
            return
        where = f"line {before + 1 + above}"
        if quoting == csv.QUOTE_NONE:
            row = [written(cell) for cell in row]
        elif reader.line_num - before > 1:
            _tell_swallowed(row, separator, where, document)
        if len(row) > 1 and [cell.strip() for cell in row] == names:
            document.warn(_HEADER_AGAIN)
            continue
        with document.at(where):
            whole = len(row) == len(header) and row[0] and "\\N" not in row
            if fitted := row if whole else _fitted(row, header, needed, short, document):
                yield Row(dict(zip(header, fitted, strict=True)), where)


def _opened(document: Document, separator: str, quoting: Literal[0, 3], above: int) -> Any:
    """A reader of the text, below the lines that stand above the table."""
    text = io.StringIO(document.text, newline="")
    for _ in range(above):
        text.readline()
    return csv.reader(text, delimiter=separator, strict=True, quoting=quoting)


def _named(names: Sequence[str], wanted: frozenset[str], above: int, document: Document) -> list[str]:
    """Names of columns, each once: those without one by their place, and a second one of a name with its number.

    Raises:
        MalformedInput: one that a mapping names stands twice.
    """
    found: list[str] = []
    for place, name in enumerate(names, 1):
        times = names[: place - 1].count(name) if name else 0
        if times and name in wanted:
            problem = f"the column {name[:40]!r} stands twice, and the mapping names it: rename one of them"
            raise MalformedInput(problem, where=f"line {above + 1}")
        if times:
            document.warn(f"the column {name[:40]!r} stands several times: the first one was read")
        found.append(f"{name} ({times + 1})" if times else name or f"column {place}")
    return found


def _fitted(
    row: Sequence[str], header: Sequence[str], needed: int, short: ShortRows, document: Document
) -> Sequence[str]:
    """A row with as many cells as the header: without empty ones beyond it, with those that it lacks at its end.

    An empty row, such as a spreadsheet leaves at the end, is none.

    Raises:
        MalformedInput: it has more than that, or ends before a column that is needed, or may be a torn line.
    """
    if "\\N" in row:  # as MySQL writes nothing
        row = ["" if cell == "\\N" else cell for cell in row]
    if not any(row):
        return []
    if len(row) == len(header):
        return row
    if len(row) > len(header) and not any(row[len(header) :]):
        return row[: len(header)]
    if needed <= len(row) < len(header) and short.belongs(row):
        document.warn("some rows end before the last columns, which were read as empty there")
        return [*row, *[""] * (len(header) - len(row))]
    document.warn(TURNS_MISSING)
    raise MalformedInput(f"expected {len(header)} cells as in the header, found {len(row)}")


def _has_lone_quotes(text: str) -> bool:
    """Whether a quotation mark between tabs quotes no whole cell: read as one, it breaks a row or swallows others."""
    if '"' not in text or _OPENED.search(text) is None:
        return False
    widths = [line.count("\t") for line in text.splitlines() if line.strip()]
    if sum(width != widths[0] for width in widths) * 50 > len(widths):  # cells of several lines are there
        return False
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:
        return True
    firsts = frozenset(row[0] for row in rows if row)
    return any(_swallows(row, "\t", firsts) for row in rows)


def _swallows(row: Sequence[str], separator: str, firsts: Collection[str] | None = None) -> bool:
    """Whether a cell holds what looks like whole rows: of two columns, such as begin like other rows.

    Args:
        row: the cells.
        separator: what stands between cells.
        firsts: the first cells of the rows of the table, where they are known.
    """
    fewest = max(1, len(row) - 1)
    lines = (line for cell in row if "\n" in cell for line in cell.split("\n")[1:] if line.count(separator) >= fewest)
    return any(fewest > 1 or firsts is None or line.split(separator, 1)[0] in firsts for line in lines)


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if _QUOTED.fullmatch(cell) else cell


def _tell_swallowed(row: Sequence[str], separator: str, where: str, document: Document) -> None:
    """Tell of a cell that holds whole rows: a quotation mark in front of it may never have been closed."""
    if _swallows(row, separator):
        document.warn(f"a cell holds what looks like more rows of the table, the first at {where}: {_LONE}")


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
