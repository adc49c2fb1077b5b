"""The log of looks: every use of held-out gold, with how many there may be fixed before the first.

A held-out set that is tried again and again is no longer held out. A rubric has one budget of error for all its items:
with K looks in all, each at one or several items, the tests of a look are at the level .05 / K together, so that the
chance of ever accepting a wording of any item that is no better stays below .05 (Bonferroni over looks, Holm within).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import AwareDatetime, Field

from llm_grader.errors import UsageError
from llm_grader.files.model_lines import append_model_lines, read_model_lines
from llm_grader.transcript import Model

ALPHA = 0.05
DEFAULT_LOOKS = 2
"""Looks of a rubric. With two, an improvement of one item from 80 to 90 % shows in four of five cases on 150 held-out
conversations."""


class Look(Model):
    """One test of an item on held-out gold, in the rubric's `number`th look of `of`; `p` is adjusted over its items.

    `held_out` is the hash of the conversations and labels that were looked at, `wording` that of the rubric tried.
    """

    rubric_id: str
    item_id: str
    number: int = Field(ge=1)
    of: int = Field(ge=1)
    level: float
    held_out: str
    wording: str
    n: int
    improved: int
    worsened: int
    p: float
    accepted: bool
    at: AwareDatetime


class LookLog:
    """The looks that were taken, in a file of one JSON object a line that is only ever added to.

    Args:
        path: the file; made at the first look.
        of: how many looks a rubric has in all.

    Raises:
        MalformedInput: a line is no look.
        UsageError: `of` is not what it was at the first look.
    """

    def __init__(self, path: Path, *, of: int = DEFAULT_LOOKS) -> None:
        self.path = path
        self.of = of
        self.looks = read_model_lines(path, Look, wanted="a look as `llm-grader refine` writes it")
        if other := next((look for look in self.looks if look.of != of), None):
            raise UsageError(
                f"{path}: {other.of} looks were fixed at the first one, found {of}: more would let chance in. "
                "Label new conversations and start a new log for them"
            )

    @property
    def level(self) -> float:
        """The level of each look."""
        return ALPHA / self.of

    def used(self, rubric_id: str) -> int:
        """How many looks the rubric has taken."""
        return max((look.number for look in self.looks if look.rubric_id == rubric_id), default=0)

    def check(self, rubric_id: str) -> None:
        """Refuse a rubric that has no look left.

        Raises:
            UsageError: it has none.
        """
        if self.used(rubric_id) >= self.of:
            raise UsageError(
                f"{self.path}: all {self.of} looks of {rubric_id} are taken: "
                "label new conversations and start a new log"
            )

    def add(self, looks: Iterable[Look]) -> None:
        """Write looks down; they are on disk when this returns.

        Raises:
            DiskError: they cannot be written.
        """
        listed = list(looks)
        append_model_lines(self.path, listed)
        self.looks += listed
