"""Where in a text a table begins: in its first line, below the lines of a title, or between the bars of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.tables.headers import Header, find_header, is_column_name
from llm_grader.readers.text.label_lines import is_name, parse_line

_MOST_ABOVE = 15
_FEWEST_KNOWN = 2
_RULE = re.compile(r"[ \t]*[|+]?(?:[ \t]*:?[-=]{2,}:?[ \t]*[|+])+(?:[ \t]*:?[-=]{2,}:?)?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br[ ]?/?>", re.IGNORECASE)


class TableStart(NamedTuple):
    """The header of a table, how many lines stand above it, and whether bars stand between its cells as in Markdown."""

    header: Header
    above: int = 0
    barred: bool = False

    def lost_above(self, head: str) -> int:
        """How many lines above the header say something."""
        return sum(any(map(str.isalnum, line)) for line in head.split("\n")[: self.above])


class BarredRow(NamedTuple):
    """The cells of a line between bars, the number of the line, and which table of the file it is in, from 0."""

    cells: list[str]
    line: int
    table: int = 0


def find_table(head: str, wanted: Iterable[str] = ()) -> TableStart | None:
    """The table that a text holds, None for none: what stands above it must be no conversation.

    Args:
        head: the beginning of the text, line ends unified.
        wanted: columns that a mapping names.
    """
    lines, named = head.split("\n"), frozenset(wanted)
    spoken = [at for at, line in enumerate(lines[:_MOST_ABOVE]) if _is_spoken(line)]
    above = _MOST_ABOVE if not spoken or _say_of_whom(lines, spoken) else spoken[0]
    for at in range(min(above, len(lines) - 1)):
        if barred := _barred_at(lines, at, named):
            return barred
    if header := find_header(head, named):
        return TableStart(header)
    for at in range(1, min(above, len(lines) - 1)):
        below = find_header("\n".join(lines[at:]), named) if lines[at].strip() else None
        if below and all(_filled(line, below.separator) < len(below.names) for line in lines[:at]):
            return TableStart(below, at)
    return None


def barred_rows(text: str, start: TableStart) -> tuple[list[BarredRow], list[int]]:
    """The rows below the headers of barred tables, and the numbers of the lines that are none of them.

    Raises:
        MalformedInput: a table has other columns than the first.
    """
    rows, others, table = list[BarredRow](), list[int](), 0
    for number, line in enumerate(text.split("\n"), 1):
        if number <= start.above + 1 or not line.strip():
            continue
        if _RULE.fullmatch(line):
            if "+" not in line and rows and rows[-1].line == number - 1:  # the line above was the header of another
                _check_same(rows.pop(), start)
                table += 1
        elif _BAR.search(line):
            rows.append(BarredRow(_cells(line), number, table))
        else:
            others.append(number)
    return rows, others


def _check_same(header: BarredRow, start: TableStart) -> None:
    if _names(header.cells) != start.header.names:
        raise MalformedInput("a table with other columns begins here: one a file", where=f"line {header.line}")


def _names(cells: Iterable[str]) -> list[str]:
    return [name.strip("*_` ") for name in cells]


def _barred_at(lines: Sequence[str], at: int, wanted: frozenset[str]) -> TableStart | None:
    """The barred table whose header is this line, above its rule."""
    line = lines[at]
    if not _BAR.search(line) or _RULE.fullmatch(line) or not _RULE.fullmatch(lines[at + 1]):
        return None
    names = _names(_cells(line))
    if len(names) < _FEWEST_KNOWN or len(set(names)) < len(names):
        return None
    known = sum(map(is_column_name, names)) >= _FEWEST_KNOWN or wanted & set(names)
    return TableStart(Header(names, "|"), at, barred=True) if known else None


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return list(_unescaped(_BAR.split(inner)))


def _unescaped(cells: Iterable[str]) -> Iterator[str]:
    return (_BREAK.sub("\n", cell.replace("\\|", "|")).strip() for cell in cells)


def _is_spoken(line: str) -> bool:
    """Whether a line is something that somebody says."""
    label = parse_line(line).label
    return bool(label) and "|" not in label and role_of_label(label) is not None


def _say_of_whom(lines: Sequence[str], spoken: Sequence[int]) -> bool:
    """Whether these lines say of whom a table is, as `Customer: Maya Lind` does, and are no chat with one in it.

    Each gives somebody a full name, a blank line comes after them, and nobody speaks further down.
    """
    found = [parse_line(lines[at]) for at in spoken]
    names = [line.text.strip() for line in found]
    return (
        all(" " in name and is_name(name) for name in names)
        and len({line.label.casefold() for line in found}) == len(found)
        and any(not line.strip() for line in lines[spoken[-1] + 1 : _MOST_ABOVE])
        and not any(map(_is_spoken, lines[_MOST_ABOVE:]))
    )


def _filled(line: str, separator: str) -> int:
    return sum(bool(cell.strip()) for cell in line.split(separator))
