"""Logs: one JSON object a line, each an instance of a model, in a file that is only ever added to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from llm_grader.errors import DiskError, InputError, MalformedInput
from llm_grader.transcript import Model

_Line = TypeVar("_Line", bound=Model)


def read_model_lines(path: Path, model: type[_Line], *, wanted: str) -> list[_Line]:
    """The lines of a log, none where there is no file yet; `wanted` says what a line should be.

    Raises:
        MalformedInput: a line is something else.
        InputError: the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8").split("\n")  # texts may hold what else breaks lines
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    found = []
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        try:
            found.append(model.model_validate_json(line))
        except ValidationError:
            raise MalformedInput(f"expected {wanted}", path=path, where=f"line {number}") from None
    return found


def append_model_lines(path: Path, lines: Iterable[Model]) -> None:
    """Add lines to a log; they are on disk when this returns.

    Raises:
        DiskError: they cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(line.model_dump_json() + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DiskError(f"{path}: cannot be written: {error.strerror}") from error
