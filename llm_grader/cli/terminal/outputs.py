"""Output of a command: files, checked before anything is paid for, and streams that cannot command the terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from llm_grader.errors import DiskError

# Control characters but tabs and line ends, and those that turn the direction of the text.
_COMMANDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")


def need_writable(path: Path) -> None:
    """Make sure that a file can be written.

    Raises:
        DiskError: its folder is missing, or file or folder may not be written.
    """
    if not path.parent.is_dir():
        raise DiskError(f"{path}: cannot be written: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise DiskError(f"{path}: cannot be written: choose another file")


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        DiskError: it cannot be written.
    """
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise DiskError(f"{path}: cannot be written: {error.strerror}") from error


class Neutral:
    """Text stream on which nothing can command the terminal: control characters are shown as `�`.

    Whoever styles text on purpose, and has made sure of what it says, writes to `styled(stream)`.

    Args:
        stream: where the text goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self.styled = stream

    def __getattr__(self, name: str) -> Any:
        """Whatever else a stream has."""
        return getattr(self.styled, name)

    def write(self, text: str) -> int:
        """Write the text without what a terminal would obey; returns its length."""
        self.styled.write(_COMMANDS.sub("\ufffd", text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all of them."""
        for line in lines:
            self.write(line)


def guard_streams() -> None:
    """See to it that no text from outside commands the terminal, and none ends the command.

    What is printed may hold control characters of transcripts and file names. stderr never carries them, stdout not to
    a terminal: elsewhere it is data. Characters that the encoding of a stream lacks are escaped.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            continue
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        if name == "stderr" or stream.isatty():
            setattr(sys, name, Neutral(stream))


def styled(stream: TextIO) -> TextIO:
    """The stream for text that commands the terminal on purpose."""
    return stream.styled if isinstance(stream, Neutral) else stream
