"""Scorecards in a file, one a line: what `llm-grader grade --json` and `results show --json` write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from llm_grader.errors import InputError, MalformedInput
from llm_grader.verdict import Scorecard


def read_cards(path: Path) -> Iterator[Scorecard]:
    """The scorecards of a file, as they are read.

    Raises:
        MalformedInput: a line is no scorecard; names the file and the line.
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _card(line, path, number)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error


def _card(line: bytes, path: Path, number: int) -> Scorecard:
    try:
        return Scorecard.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise MalformedInput(
            f"expected a scorecard, as `llm-grader grade --json` prints it: {place}: {first['msg']}",
            path=path,
            where=f"line {number}",
        ) from None
