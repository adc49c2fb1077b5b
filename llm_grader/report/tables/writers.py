"""Writers of tables: lines of JSON, CSV, Parquet and Arrow files, each row as it comes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from llm_grader.report.tables.columns import ResultTable, ValueKind

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 2000

Row = Sequence[Any]


class RowWriter(Protocol):
    """Takes the rows of one table."""

    def write(self, row: Row) -> None:
        """The next row, a value a column."""


class JsonLines:
    """One object a line, keyed by column; times are ISO 8601 with their zone.

    Args:
        table: says the columns.
        out: where to.
    """

    def __init__(self, table: ResultTable, out: TextIO) -> None:
        self._names = [column.name for column in table.columns]
        self._json = {column.name for column in table.columns if column.kind == "json"}
        self._out = out

    def write(self, row: Row) -> None:
        """The next row."""
        plain = {name: _plain(value, name in self._json) for name, value in zip(self._names, row, strict=True)}
        self._out.write(json.dumps(plain, ensure_ascii=False) + "\n")


def _plain(value: Any, is_json: bool) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.loads(value) if is_json and value is not None else value


class Csv:
    """CSV after RFC 4180 with a heading; lists are JSON, times ISO 8601 with their zone, what is not known is empty.

    A text that a spreadsheet would take for a formula gets an apostrophe before it: customers write such texts.

    Args:
        table: says the columns.
        out: where to, opened with `newline=""`.
        delimiter: between cells.
        bom: begin with a mark by which Excel knows UTF-8.
    """

    def __init__(self, table: ResultTable, out: TextIO, *, delimiter: str = ",", bom: bool = False) -> None:
        if bom:
            out.write("\ufeff")
        self._writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow([column.name for column in table.columns])

    def write(self, row: Row) -> None:
        """The next row."""
        self._writer.writerow([csv_cell(value) for value in row])


def csv_cell(value: Any) -> Any:
    """A value as a cell of CSV."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


class ArrowRows:
    """A Parquet file (compressed by zstd) or an Arrow stream, with the types of the columns whatever the rows hold.

    To be entered with `with`; the file is whole when the block has ended.

    Args:
        table: says the columns.
        path: the file.
        parquet: which of the two.
    """

    def __init__(self, table: ResultTable, path: Path, *, parquet: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        self._schema = arrow_schema(table)
        self._file = (
            pq.ParquetWriter(path, self._schema, compression="zstd")
            if parquet
            else pa.RecordBatchStreamWriter(str(path), self._schema)
        )
        self._rows: list[Row] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._rows:
            self._flush()
        self._file.close()

    def write(self, row: Row) -> None:
        """The next row."""
        self._rows.append(row)
        if len(self._rows) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._file.write_table(arrow_table(self._schema, self._rows))
        self._rows.clear()


def arrow_schema(table: ResultTable) -> pa.Schema:
    """The Arrow schema of a table, with what each column means."""
    import pyarrow as pa

    kinds: Mapping[ValueKind, Any] = {
        "text": pa.string(),
        "json": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "share": pa.float64(),
        "yes_no": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "texts": pa.list_(pa.string()),
    }
    return pa.schema(
        [
            pa.field(column.name, kinds[column.kind], metadata={"description": column.meaning})
            for column in table.columns
        ]
    )


def arrow_table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table, which Arrow reads from JSON: to take Python's objects it would load pandas, 47 MB."""
    import pyarrow as pa
    import pyarrow.json as pj  # type: ignore[import-untyped]

    if not rows:
        return schema.empty_table()
    names = schema.names
    lines = "\n".join(json.dumps(dict(zip(names, row, strict=True)), default=datetime.isoformat) for row in rows)
    found = pj.read_json(
        pa.BufferReader(lines.encode()),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(lines) + 1),  # no row lies across two blocks
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    return pa.Table.from_arrays(found.columns, schema=schema)
