"""Rows of a table that lack their last cells, and lines that only look like them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any


class ShortRows:
    """Tells rows that lack their last cells from lines that a broken row has left.

    Args:
        header: the names of the columns.
        again: the columns of which a value stands in several rows.
        reader: makes a reader of the whole table.
        written: what a cell says, as it is read.
    """

    def __init__(
        self, header: Sequence[str], again: Collection[str], reader: Callable[[], Any], written: Callable[[str], str]
    ) -> None:
        self._places = [header.index(name) for name in again if name in header]
        self._width = len(header)
        self._reader = reader
        self._written = written

    def belongs(self, row: Sequence[str]) -> bool:
        """Whether a row has something in common with whole ones; where none is whole, with any other."""
        return not self._places or any(row[at] in self._known[at] for at in self._places if at < len(row) and row[at])

    @cached_property
    def _known(self) -> dict[int, frozenset[str]]:
        rows = list(self._rows())
        whole = [row for row in rows if len(row) >= self._width and not any(row[self._width :])]
        fewest = 1 if whole else 2
        found = {at: Counter(self._written(row[at]) for row in whole or rows if at < len(row)) for at in self._places}
        return {at: frozenset(cell for cell, times in of.items() if times >= fewest) for at, of in found.items()}

    def _rows(self) -> Iterator[Sequence[str]]:
        reader, number = self._reader(), 0
        while True:
            try:
                row = next(reader, None)
            except csv.Error:
                continue
            if row is None:
                return
            number += 1
            if number > 1 and any(row):
                yield row
