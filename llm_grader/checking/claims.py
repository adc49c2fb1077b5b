"""Claims: what a judge says about the items of a transcript, until it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from llm_grader.usage import Usage


class Quote(NamedTuple):
    """Words that a judge cites, and the number of the turn (from 0) where it says they are."""

    turn: int
    quote: str


class Claim(NamedTuple):
    """Answer of a judge about one item, unchecked. `confidence` is 0–1 where the judge gives one."""

    item_id: str
    label: str
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    confidence: float | None = None


class Failed(NamedTuple):
    """Answer about one item that failed a check: its problem, and the claim where there was one."""

    problem: str
    claim: Claim | None = None


@dataclass(frozen=True)
class Reply:
    """Answers of a judge about some items of one transcript.

    `problems` names, for each item without a claim, why there is none: missing, duplicate, malformed or the code of an
    error. `rejected` has the label of a malformed answer, for people to see: never for the judge, who only reads the
    problem. `windows` is how many parts the transcript was read in.
    """

    claims: dict[str, Claim] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    windows: int = 1

    def __add__(self, later: Reply) -> Reply:
        """This reply completed and corrected by a later one, which counts wherever both speak of an item."""
        claims = {**self.claims, **later.claims}
        problems = {id_: why for id_, why in {**self.problems, **later.problems}.items() if id_ not in claims}
        rejected = {id_: label for id_, label in {**self.rejected, **later.rejected}.items() if id_ in problems}
        windows = max(self.windows, later.windows)
        usage = self.usage + later.usage
        return Reply(claims=claims, problems=problems, rejected=rejected, usage=usage, windows=windows)
