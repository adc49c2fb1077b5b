"""Output files of a command: checked before anything is paid for, and written whole."""

from __future__ import annotations

import os
from pathlib import Path

from llm_grader.errors import DiskError


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
