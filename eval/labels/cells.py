"""Cells of a sheet as text, row by row: of a CSV file, or of the first worksheet of an Excel workbook."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from llm_grader.errors import InputError, MalformedInput, UsageError

NumberedCells = tuple[int, list[str]]
"""The line of a row in its file, and its cells."""


def read_cells(path: Path) -> Iterator[NumberedCells]:
    """The rows of a sheet that have any text, the heading first.

    CSV is UTF-8, UTF-16 or, as Excel writes it, cp1252; separated by commas, semicolons or tabs.

    Raises:
        MalformedInput: it is not such a file; names the line.
        InputError: it cannot be read.
        UsageError: it is a workbook, and what reads those is not installed.
    """
    rows = _of_workbook(path) if path.suffix.lower() == ".xlsx" else _of_csv(path)
    return ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))


def _of_csv(path: Path) -> Iterator[NumberedCells]:
    text, first, separator = _separated(_text(path))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = first
    try:
        for cells in rows:
            yield number, cells
            number = rows.line_num + first
    except csv.Error as error:
        raise MalformedInput(f"not valid CSV: {error}", path=path, where=f"line {number}") from None


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise MalformedInput("neither UTF-8 nor Windows-1252: save it as CSV in UTF-8", path=path)


def _separated(text: str) -> tuple[str, int, str]:
    """The text from its heading on, the heading's line, and what separates cells; `sep=;` in a line before says it."""
    heading, _, rest = text.partition("\n")
    stated = re.fullmatch(r"sep=(.)\r?", heading)
    if stated is not None:
        return rest, 2, stated[1]
    return text, 1, max(",;\t", key=heading.count)


def _of_workbook(path: Path) -> Iterator[NumberedCells]:
    """The rows of the first worksheet; cells that are empty to the right of the heading are none."""
    width = 0
    for number, values in enumerate(_values(path), 1):
        cells = [_as_text(value) for value in values]
        filled = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
        width = width or filled
        yield number, (cells + [""] * width)[: max(width, filled)]


def _values(path: Path) -> list[tuple[object, ...]]:
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise UsageError(f"{path}: openpyxl is missing: pip install 'llm-grader[xlsx]', or save it as CSV") from None
    try:
        with warnings.catch_warnings(action="ignore"):  # about lists to choose from, and other looks of a workbook
            book = load_workbook(path, read_only=True, data_only=True)
            worksheet = book.worksheets[0]
            worksheet.reset_dimensions()  # some programs state them wrong
            rows = list(worksheet.iter_rows(values_only=True))
            book.close()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except Exception:  # what it raises on a damaged workbook is from zip, XML and itself
        message = "expected an Excel workbook: save it anew as .xlsx without a password, or as CSV"
        raise MalformedInput(message, path=path) from None
    return rows


def _as_text(value: object) -> str:
    """A cell as Excel writes it into CSV, but for dates, which are as in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
