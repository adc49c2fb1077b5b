"""The log of looks at gates.

Who compares again after every twenty labels until an item is GREEN sees that by chance nearly three times as often as
who looks once. Nothing is forbidden here; each gate says at which look it is.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime

from llm_grader.files.model_lines import append_model_lines, read_model_lines
from llm_grader.transcript import Model


class GateLook(Model):
    """One look: which judge was compared with which labels, by their hashes, and the gate of each item."""

    rubric_id: str
    judge: str
    labels: str
    verdicts: str
    gates: dict[str, str | None]
    at: AwareDatetime


class GateLog:
    """The looks so far, in a file of one JSON object a line that is only ever added to.

    Args:
        path: the file; made at the first look.

    Raises:
        MalformedInput: a line is no look.
        InputError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.looks = read_model_lines(path, GateLook, wanted="a look as `llm-grader eval` writes it")

    def number(self, look: GateLook) -> int:
        """Which look at this judge it is; one at the same labels and verdicts as before is the one before."""
        alike = self._alike(look)
        seen = (n for n, old in enumerate(alike, 1) if (old.labels, old.verdicts) == (look.labels, look.verdicts))
        return next(seen, len(alike) + 1)

    def _alike(self, look: GateLook) -> list[GateLook]:
        return [old for old in self.looks if (old.rubric_id, old.judge) == (look.rubric_id, look.judge)]

    def add(self, look: GateLook) -> int:
        """Write a look down, unless it is one before, and return its number.

        Raises:
            DiskError: it cannot be written.
        """
        number = self.number(look)
        if number <= len(self._alike(look)):
            return number
        append_model_lines(self.path, [look])
        self.looks.append(look)
        return number
