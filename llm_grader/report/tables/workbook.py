"""A workbook for Excel and LibreOffice: a sheet a table, a summary before them, and what every column means after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from llm_grader.report.tables.columns import ResultTable, TableColumn

MOST_ROWS = 1_048_575
"""A sheet's rows below its heading; those that come after go to another sheet."""
MOST_CHARACTERS = 32_767
_CUT = "… [cut]"
_WIDTHS = {"text": 18, "json": 24, "whole": 10, "number": 10, "share": 11, "yes_no": 9, "time": 22, "texts": 24}
_WIDER = {"reason": 60, "quote": 60, "quote_1": 60, "item_title": 34, "transcript_id": 26, "detail": 40}
_COLOURS = {
    "met": "#DDF3EB",
    "not_met": "#FDEADD",
    "not_applicable": "#ECEFF2",
    "cannot_assess": "#E1F0FA",
    "needs_review": "#F8E4F0",
    "error": "#F8E4F0",
}
_LABELLED = ("label", "final_label", "status")


class Workbook:
    """An .xlsx file that is written row by row; to be entered with `with`, it is whole when the block has ended.

    Texts stay texts: none becomes a formula, a link or a number. Times are Excel's, in UTC, and say so.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            "share": self._book.add_format({"num_format": "0.0%"}),
            "number": self._book.add_format({"num_format": "0.0"}),
            "time": self._book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'}),
        }
        self._tints = {label: self._book.add_format({"bg_color": colour}) for label, colour in _COLOURS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def sheet(self, table: ResultTable) -> WorkbookSheet:
        """A sheet for a table; to be added in the order in which they shall stand."""
        return WorkbookSheet(self, table)

    def plain(self, name: str, rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
        """A sheet of its own, whose first row is a heading; numbers from 0 to 1 are not taken for shares."""
        page = self._book.add_worksheet(name)
        for at, width in enumerate(widths):
            page.set_column(at, at, width)
        for number, row in enumerate(rows):
            for at, value in enumerate(row):
                self.write_cell(page, (number, at), value, "text", self._bold if number == 0 else None)

    def add_page(self, name: str, columns: Sequence[TableColumn]) -> Any:
        """An empty sheet with a heading."""
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 2)
        for at, column in enumerate(columns):
            width = _WIDER.get(column.name, _WIDTHS[column.kind])
            page.set_column(at, at, width, self._formats.get(column.kind))
            page.write_string(0, at, column.name, self._bold)
        return page

    def finish(self, page: Any, columns: Sequence[TableColumn], rows: int) -> None:
        """Filters and colours of a sheet, now that it is known how many rows it has."""
        page.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        for at, column in enumerate(columns):
            for label, tint in self._tints.items() if column.name in _LABELLED else ():
                rule = {"type": "cell", "criteria": "==", "value": f'"{label}"', "format": tint}
                page.conditional_format(1, at, max(rows, 1), at, rule)

    def write_cell(self, page: Any, place: tuple[int, int], value: Any, kind: str, look: Any = None) -> None:
        """A value as its kind is shown; nothing where it is not known."""
        look = look or self._formats.get(kind)
        if value is None:
            return
        if isinstance(value, bool):
            page.write_boolean(*place, value, look)
        elif isinstance(value, int | float):
            page.write_number(*place, value, look)
        elif isinstance(value, datetime):
            page.write_datetime(*place, value.astimezone(UTC).replace(tzinfo=None), look)
        else:
            page.write_string(*place, _fitting(value), look)


class WorkbookSheet:
    """The rows of one table in a workbook; where they are too many for a sheet, they go on in another.

    Args:
        book: the workbook.
        table: says name and columns.
        most: so many rows at most on a sheet.
    """

    def __init__(self, book: Workbook, table: ResultTable, most: int = MOST_ROWS) -> None:
        self._book = book
        self._columns = table.columns
        self._name = table.name.capitalize()
        self._most = most
        self._sheets = 0
        self._rows = 0
        self._page = self._new()

    def _new(self) -> Any:
        self._sheets += 1
        self._rows = 0
        return self._book.add_page(self._name if self._sheets == 1 else f"{self._name} {self._sheets}", self._columns)

    def write(self, row: Sequence[Any]) -> None:
        """The next row."""
        if self._rows == self._most:
            self.close()
            self._page = self._new()
        self._rows += 1
        for at, (column, value) in enumerate(zip(self._columns, row, strict=True)):
            self._book.write_cell(self._page, (self._rows, at), value, column.kind)

    def close(self) -> None:
        """End the sheet."""
        self._book.finish(self._page, self._columns, self._rows)


def _fitting(value: Any) -> str:
    """A text as a cell holds it; a list is JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - len(_CUT)] + _CUT
