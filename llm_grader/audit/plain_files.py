"""Plain files that survive: lines that are on disk before anybody hears so, files replaced whole, one writer each."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import ValidationError

from llm_grader.errors import DiskError, MalformedInput, UsageError
from llm_grader.transcript import Model

Stamp = tuple[int, int, int] | None
_MODE = 0o600
_Line = TypeVar("_Line", bound=Model)


class Lines:
    """A file of lines that only grows; to be written by one process at a time.

    What a killed process had half written, a line without its end, is cut off on opening.

    Args:
        path: the file; made where it is not there, for its owner's eyes alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with as_disk_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _MODE)
            self._size = len(_whole_lines(path.read_bytes()))
            os.ftruncate(self._file, self._size)
            os.fsync(self._file)
            sync_folder(path.parent)

    def append(self, lines: Sequence[Model]) -> None:
        """Add lines. They are on disk when this returns; where they cannot be written, none of them stays.

        Raises:
            DiskError: they cannot be written.
        """
        text = "".join(line.model_dump_json(exclude_defaults=True) + "\n" for line in lines).encode()
        try:
            with as_disk_error(self.path):
                _write_all(self._file, text)
                os.fsync(self._file)
        except DiskError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(text)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


class OneWriter:
    """A lock that says who writes: held until it is closed or its process ends, however that ends.

    Args:
        path: of the lock; its text names the process that has it.
        what: what is locked, for the error.

    Raises:
        UsageError: another process has it; names the process and its machine.
    """

    def __init__(self, path: Path, what: str) -> None:
        with as_disk_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _owner(self._file)
            self._file.close()
            raise UsageError(f"{what} is being written by {owner}: stop that process first") from None
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())
        self._file.flush()

    def close(self) -> None:
        """Let others write."""
        self._file.close()


@contextlib.contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Wait until no other process is inside with this lock: for files that several append to, a line at a time."""
    with as_disk_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_lines(path: Path, kind: type[_Line]) -> list[_Line]:
    """The lines of a file, each as a model; a last line without its end is not there yet. No file: no lines.

    Raises:
        MalformedInput: a line is damaged; names it.
    """
    try:
        with as_disk_error(path):
            whole = _whole_lines(path.read_bytes()) if path.exists() else b""
        lines = whole.decode().split("\n")[:-1]
    except UnicodeDecodeError:
        raise MalformedInput("not UTF-8: restore the file from a copy", path=path) from None
    return [_parsed(line, kind, path, number) for number, line in enumerate(lines, 1)]


def _parsed(line: str, kind: type[_Line], path: Path, number: int) -> _Line:
    try:
        return kind.model_validate_json(line)
    except ValidationError:  # its own text would quote what somebody wrote
        message = f"damaged: expected a line of {kind.__name__}; restore the file from a copy, or remove the line"
        raise MalformedInput(message, path=path, where=f"line {number}") from None


def stamp_of(path: Path) -> Stamp:
    """What changes whenever a file does; taken before it is read, so that it is at worst read once more."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def replace_file(path: Path, text: str) -> None:
    """Put a file in place, whole or not at all: whoever reads it sees the old text or the new one.

    Raises:
        DiskError: it cannot be written; what was there stays.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with as_disk_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
            try:
                _write_all(file, text.encode())
                os.fsync(file)
            finally:
                os.close(file)
            beside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """See to it that the names of the files in a folder are on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def as_disk_error(path: Path) -> Iterator[None]:
    """Failures of the disk as our own error, with the file's name."""
    try:
        yield
    except OSError as error:
        raise DiskError(f"{path}: cannot be written ({error.strerror}): make room, or choose another folder") from error


def _write_all(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def _whole_lines(raw: bytes) -> bytes:
    return raw[: raw.rfind(b"\n") + 1]


def _owner(file: BinaryIO) -> str:
    file.seek(0)
    try:
        owner = json.loads(file.read())
        return f"process {owner['pid']} on {owner['host']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
