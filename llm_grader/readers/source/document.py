"""One source file: its bytes, text and JSON records, and where its problems go.

A reader gets a `Document` and nothing else. What is wrong with one record is reported and the next one read; what is
assumed about the file as a whole is a warning on each of its transcripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from pydantic import ValidationError

from llm_grader.errors import InputError, MalformedInput
from llm_grader.files.json_strict import (
    Record,
    is_json,
    is_lines,
    opens_lines,
    records_by_line,
    records_of_document,
    records_of_lines,
    replace_lone_surrogates,
)
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.columns import ColumnMapping
from llm_grader.readers.source.decoding import decode, decode_head, unify_line_ends
from llm_grader.transcript import Channel

_BEGINNING = 65_536
_BEGINNINGS = 50


@dataclass(frozen=True)
class Options:
    """What the caller said about the input; the same for every file of one read.

    `channel` is used where the source does not say. `on_error` None raises the first error. `subject_days` is how far
    apart mails that only their subject puts together may be.
    """

    roles: RoleMapping = field(default_factory=RoleMapping)
    columns: ColumnMapping | None = None
    channel: Channel | None = None
    on_error: Callable[[InputError], None] | None = None
    subject_days: float = 30

    def report(self, error: InputError) -> None:
        """Tell the caller about a problem; with nobody listening, it is raised."""
        if self.on_error is None:
            raise error
        self.on_error(error)


class DataSet(Protocol):
    """Rows that know their columns: a `datasets.Dataset`."""

    @property
    def features(self) -> Any:
        """The columns, with their types."""

    def __iter__(self) -> Iterator[Any]:
        """The rows, by column."""


class Document:
    """One source file: in memory, or on disk, from where JSON is read line by line and all else at once when needed.

    Args:
        data: its bytes, or the path of a file that can be read again and again.
        name: what errors call it: the path, or `<stdin>`.
        stem: what ids of its transcripts are made of when it holds none.
        options: what the caller said.
        rows: a data set in the place of bytes.
        is_part: whether it is part of a file, such as a cell, that holds one conversation and no more.
    """

    def __init__(
        self,
        data: bytes | Path,
        *,
        name: str,
        stem: str,
        options: Options,
        rows: DataSet | None = None,
        is_part: bool = False,
    ) -> None:
        self.path = data if isinstance(data, Path) else None
        if isinstance(data, bytes):
            self.data = data
        self.rows = rows
        self.name = name
        self.stem = stem
        self.options = options
        self.is_part = is_part
        self.warnings: list[str] = []
        self.made_ids: set[str] = set()

    def new_id(self, *, numbered: bool = False) -> str:
        """An id for a transcript whose source gives none: the file's stem, with a number from the second one on.

        `numbered` gives the first one a number as well.
        """
        made = f"{self.stem}-{len(self.made_ids) + 1}" if self.made_ids or numbered else self.stem
        self.made_ids.add(made)
        return made

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file."""
        with self.open() as file:
            return file.read()

    @cached_property
    def beginning(self) -> bytes:
        """The first 64 kB of the file: what sniffing looks at."""
        if self.path is None or "data" in self.__dict__:
            return self.data[:_BEGINNING]
        with self.open() as file:
            return file.read(_BEGINNING)

    @property
    def is_empty(self) -> bool:
        """Whether there are no rows, and nothing but blanks in the file."""
        return self.rows is None and not self.beginning.strip() and not self.data.strip()

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The file on disk, to read its bytes."""
        try:
            with (self.path or Path()).open("rb") as file:
                yield file
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=self.name) from error

    @cached_property
    def text(self) -> str:
        """The file as text, line ends as they are.

        Raises:
            UnsupportedFormat: the bytes are no text.
        """
        try:
            text, warnings = decode(self.data)
        except InputError as error:
            raise type(error)(error.message, path=self.name) from error
        self.warnings += warnings
        return text

    @cached_property
    def lines_text(self) -> str:
        r"""The file as text for formats made of lines: each line ends in `\n`."""
        text, warnings = unify_line_ends(self.text)
        self.warnings += warnings
        return text

    @cached_property
    def head(self) -> str:
        """The beginning of the file, line ends unified: what sniffing looks at. Empty for what is no text."""
        try:
            return unify_line_ends(decode_head(self.beginning))[0]
        except InputError:
            return ""

    @cached_property
    def json(self) -> JsonRecords:
        """The file as JSON."""
        return JsonRecords(self)

    def warn(self, warning: str) -> None:
        """Remember, once, what every transcript of this file should say."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def report(self, error: InputError) -> None:
        """Tell the caller about a problem of this file; with nobody listening, it is raised."""
        self.options.report(error if error.path else type(error)(error.message, path=self.name, where=error.where))

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """Report what goes wrong inside as a problem of this place, such as `line 3`, and go on after it."""
        try:
            yield
        except ValidationError as error:
            self.report(MalformedInput(_message(error), where=where or None))
        except MalformedInput as error:
            self.report(MalformedInput(error.message, path=error.path, where=error.where or where or None))


def unreported(document: Document) -> Document:
    """The same file, of which nothing is told: to look at before it is read."""
    other = copy(document)
    other.options = replace(document.options, on_error=lambda _: None)
    other.warnings = []
    return other


class JsonRecords:
    """The JSON records of a document: from disk by line, or from its text.

    Args:
        document: the file; its bytes are let go of once its text is read as JSON.

    Attributes:
        latest: the record that was read last.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.latest: Any = None

    @cached_property
    def first(self) -> Any:
        """The first JSON record that can be parsed, None when there is none."""
        return next((record.value for record in self._records() if isinstance(record, Record)), None)

    @cached_property
    def beginnings(self) -> list[Any]:
        """The first fifty JSON records that can be parsed: what sniffing by more than the first one looks at."""
        found = (record.value for record in self._records() if isinstance(record, Record))
        return list(islice(found, _BEGINNINGS))

    @property
    def problem(self) -> MalformedInput | None:
        """What stops a file that begins like JSON from being read as JSON at all."""
        if self.first is not None:
            return None
        return next((record for record in self._records() if isinstance(record, MalformedInput)), None)

    def records(self) -> Iterator[Record]:
        """The JSON records; one that is broken is reported with its position, and the rest is still read."""
        for record in self._records():
            if isinstance(record, Record):
                self.latest = record.value
                yield record
            else:
                self._document.report(record)

    def _records(self) -> Iterator[Record | MalformedInput]:
        if not is_json(self._document.head):
            return iter(())
        if self._is_read_by_line:
            return self._records_on_disk()
        if self._is_lines:
            return records_by_line(self._json_text, self._document.warn)
        return iter(self._whole)

    @cached_property
    def _is_lines(self) -> bool:
        return is_lines(self._json_text)

    @cached_property
    def _is_read_by_line(self) -> bool:
        """Whether the file on disk is one JSON object a line, in UTF-8; warns of halves of surrogate pairs."""
        if self._document.path is None or self._document.beginning.startswith(b"\xef\xbb\xbf"):
            return False
        halves = 0
        try:
            with self._document.open() as file:
                if not opens_lines("".join(_first_lines(file))):
                    return False
                file.seek(0)
                for line in file:
                    if b"\0" in line:  # which may mean UTF-16
                        return False
                    halves += replace_lone_surrogates(line.decode())[1]
        except UnicodeDecodeError:
            return False
        self._warn_of_halves(halves)
        return True

    def _records_on_disk(self) -> Iterator[Record | MalformedInput]:
        with self._document.open() as file:
            lines = (line.decode().removesuffix("\n") for line in file)
            yield from records_of_lines((replace_lone_surrogates(line)[0] for line in lines), self._document.warn)

    def _warn_of_halves(self, count: int) -> None:
        if count:
            self._document.warn(f"{count} halves of surrogate pairs are no text and were read as U+FFFD")

    @cached_property
    def _whole(self) -> list[Record | MalformedInput]:
        try:
            return list(records_of_document(self._json_text, self._document.warn))
        except MalformedInput as error:
            return [error]

    @cached_property
    def _json_text(self) -> str:
        text, replaced = replace_lone_surrogates(self._document.text)
        self._warn_of_halves(replaced)
        self._document.data = b""  # they are as large as the text, and JSON is read from that alone
        return text


def _first_lines(file: IO[bytes]) -> Iterator[str]:
    """The first two lines with something on them."""
    lines = (line.decode() for line in file)
    return islice((line for line in lines if line.strip()), 2)


def _message(error: ValidationError) -> str:
    """What pydantic found, in one line and without quoting any text of the input."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    first = problems[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}"
