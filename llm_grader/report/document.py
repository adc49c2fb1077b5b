"""A report before it is written: what it shall show, every figure, and the conversations that it shows in full."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from llm_grader.eval.judge.disagreements import Disagreement
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import ItemRow
from llm_grader.grading.confidence import Calibration, hash_of
from llm_grader.report.checked.item_rates import ItemSummary
from llm_grader.report.figures import FEWEST, Mean
from llm_grader.report.gather import Gathered
from llm_grader.report.hiding.colleagues import Colleagues
from llm_grader.report.hiding.redacted import RedactedResults
from llm_grader.report.people import People
from llm_grader.report.results import StoredResults
from llm_grader.report.rows import ConversationRow
from llm_grader.report.summary import AgentSummary, Summary, WeekSummary
from llm_grader.verdict import Scorecard

ALL_UP_TO = 2000
"""With more conversations only those that need a look are shown in full, unless all are asked for."""
AT_RANDOM = 200


@dataclass(frozen=True)
class ReportSettings:
    """What a report shows, and how.

    Args:
        language: of the page, one of `pages.texts.LANGUAGES`.
        title: of the page, instead of the usual one.
        zone: of weeks and days.
        agent: one agent's version: their own conversations, and no other names.
        conversations: those shown in full: `review` (those that need a look, and some at random), all, or so many;
            None is all up to `ALL_UP_TO` and `review` above.
        redact: tokens in place of personal data.
        script: whether the page has a script; without one it holds 300 conversations at most.
        seed: of resampling and of what is drawn at random.
        now: when it is made; `SOURCE_DATE_EPOCH` or the time of the clock where it is None.
    """

    language: str = "en"
    title: str | None = None
    zone: tzinfo = UTC
    agent: str | None = None
    conversations: Literal["review", "all"] | int | None = None
    redact: bool = False
    script: bool = True
    seed: int = 0
    now: datetime | None = None


@dataclass(frozen=True)
class ScoreChange:
    """The mean change of the score since an earlier run, over the conversations that both have."""

    run: int
    mean: Mean


@dataclass(frozen=True)
class ReportDocument:
    """A report: its figures by section, and the rows of the conversations shown in full, by their place in it."""

    settings: ReportSettings
    results: StoredResults | RedactedResults
    run: int
    one_run: bool
    people: People
    gathered: Gathered
    gates: tuple[ItemRow, ...]
    summary: Summary
    items: tuple[ItemSummary, ...]
    agents: tuple[AgentSummary, ...]
    weeks: tuple[WeekSummary, ...]
    cases: dict[str, tuple[Disagreement, ...]]
    shown: tuple[int, ...]
    drawn: int
    gold: LabelledSet | None = None
    calibration: Calibration | None = None
    change: ScoreChange | None = None
    colleagues: Colleagues | None = None

    @property
    def places(self) -> dict[int, int]:
        """The place in the file of each conversation that is shown in full, by the number of its row."""
        return {number: place for place, number in enumerate(self.shown)}

    def shown_cards(self) -> Iterator[tuple[ConversationRow, Scorecard]]:
        """Row and card of each conversation that is shown in full; cards are read anew."""
        rows, wanted = {row.number: row for row in self.gathered.rows}, set(self.shown)
        return ((rows[number], card) for number, card in enumerate(self.results.cards()) if number in wanted)

    @property
    def first(self) -> datetime | None:
        """When the first conversation began."""
        return min((row.started_at for row in self.gathered.rows if row.started_at), default=None)

    @property
    def last(self) -> datetime | None:
        """When the last conversation began."""
        return max((row.started_at for row in self.gathered.rows if row.started_at), default=None)

    @property
    def week_scores(self) -> list[float | None]:
        """The mean score of each week as a share of 100."""
        return [None if week.score.estimate is None else week.score.estimate / 100 for week in self.weeks]

    @property
    def week_ranges(self) -> list[tuple[float, float] | None]:
        """The interval of each week's mean score as shares of 100."""
        ends = ((week.score.low, week.score.high) for week in self.weeks)
        return [None if low is None or high is None else (low / 100, high / 100) for low, high in ends]

    @property
    def week_numbers(self) -> list[tuple[int, int]]:
        """The ISO years and weeks, as 2026 and 48 of 2026-W48."""
        return [(int(week.week[:4]), int(week.week[-2:])) for week in self.weeks]

    @property
    def full_weeks(self) -> list[WeekSummary]:
        """The weeks with conversations enough to say something of them."""
        return [week for week in self.weeks if week.score.n >= FEWEST]

    @property
    def week_changes(self) -> list[int]:
        """The places of the weeks in which something new graded."""
        return [place for place, week in enumerate(self.weeks) if week.new_judges]

    def item_trend(self, at: int) -> list[float | None]:
        """The share that passed the item at this place, by week with conversations enough."""
        return [week.items[at].estimate for week in self.full_weeks]

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The labels and the calibration it rests on, by name, with their SHA-256."""
        gold = () if self.gold is None else ((self.gold.name, self.gold.labels_hash),)
        return (*gold, *(() if self.calibration is None else (("calibration", hash_of(self.calibration)),)))

    @property
    def now(self) -> datetime:
        """When it was made."""
        return self.settings.now or _now()


def _now() -> datetime:
    """The time that SOURCE_DATE_EPOCH names, for files that are the same byte by byte, else that of the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)


def choose_shown(found: Gathered, settings: ReportSettings, *, disputed: set[str]) -> tuple[tuple[int, ...], int]:
    """The rows of conversations shown in full, and how many of them were drawn at random."""
    rows, wanted = found.rows, settings.conversations
    if wanted is None:
        wanted = "all" if len(rows) <= ALL_UP_TO else "review"
    if wanted == "all":
        return tuple(row.number for row in rows), 0
    if isinstance(wanted, int):
        first = sorted(rows, key=lambda row: (not _needs_a_look(row, disputed), row.number))[:wanted]
        return tuple(sorted(row.number for row in first)), 0
    waiting = {case.number for case in found.review}
    look = {row.number for row in rows if row.number in waiting or _needs_a_look(row, disputed)}
    others = [row.number for row in rows if row.number not in look]
    drawn = random.Random(settings.seed).sample(others, min(AT_RANDOM, len(others)))  # noqa: S311 - no secret
    return tuple(sorted(look | set(drawn))), len(drawn)


def _needs_a_look(row: ConversationRow, disputed: set[str]) -> bool:
    return bool(row.critical_failures) or row.status != "ok" or row.transcript_id in disputed


def disputed(cases: dict[str, tuple[Disagreement, ...]]) -> set[str]:
    """The conversations on which people and model differ."""
    return {case.unit.transcript_id for own in cases.values() for case in own}
