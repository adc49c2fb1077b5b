"""A conversation as the performance figures see it: with its ticket, waits, agents and grades. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeVar

from pydantic import Field, field_validator

from llm_grader.signals.business_hours import BusinessHours, zone_of
from llm_grader.signals.ticket_state import last_known, plain_name
from llm_grader.signals.waits import STAFF, Answer, exchange, is_written, measure_waits
from llm_grader.transcript import NO_ZONE, Model, Ticket, Transcript, Turn
from llm_grader.verdict import Label

UNKNOWN = "(unknown)"
SEVERAL = "(several agents)"
_Timed = TypeVar("_Timed", Turn, Ticket, Transcript)
_YEARS = range(1970, 2200)  # systems write "no date" as the year 1, 1601, 1900 or 9999


class FigureSettings(Model):
    """Settings of the figures: what help desks do differently.

    Attributes:
        satisfied_from: the lowest CSAT score of a satisfied customer, on a scale that ends at `satisfied_of`.
        satisfied_words: answers in words (`ticket.vendor["satisfaction_rating"]`) that say so; `dissatisfied_words`
            are the other answers, and what is in neither is no answer.
        negative_to: the highest survey score, of 10, that is negative.
        at_least: how many answers, tickets or customers it takes to speak of a rate.
        mystery_tags: tags of mystery calls. Case, hyphens and underscores make no difference in tags.
        review_tags: tags, or types, of tickets that are public reviews.
        timezone: of weeks; by default that of the business hours, else UTC.
        times_in: the zone of times whose source states none; by default that of weeks.
    """

    satisfied_from: float = 4
    satisfied_of: float = 5
    satisfied_words: tuple[str, ...] = ("good", "satisfied", "very satisfied")
    dissatisfied_words: tuple[str, ...] = ("bad", "dissatisfied", "very dissatisfied", "unsatisfied", "neutral")
    negative_to: float = 2
    at_least: int = Field(default=2, ge=1)
    mystery_tags: tuple[str, ...] = ("mystery", "mystery_call")
    review_tags: tuple[str, ...] = ("review", "public_review")
    timezone: str | None = None
    times_in: str | None = None

    @field_validator("timezone", "times_in")
    @classmethod
    def _names_a_zone(cls, value: str | None) -> str | None:
        if value is not None:
            zone_of(value)
        return value

    def zone_of_weeks(self, hours: BusinessHours | None) -> str:
        """The name of the zone in which weeks begin."""
        return self.timezone or (hours.timezone if hours else "UTC")

    def zone_of_times(self, hours: BusinessHours | None) -> str:
        """The name of the zone of times whose source states none."""
        return self.times_in or self.zone_of_weeks(hours)


def states_no_zone(transcript: Transcript) -> bool:
    """Whether times of its source had no zone and were read as UTC, which readers warn of."""
    return NO_ZONE in transcript.warnings


def by_clock_of(zone: str, transcript: Transcript) -> Transcript:
    """The transcript with times that were read as UTC, because the source states no zone, read as times of `zone`.

    Where the source states a zone for some times, those of them in UTC look like the others, and change too.
    """
    if zone == "UTC" or not states_no_zone(transcript):
        return transcript
    ticket = transcript.ticket and _by_clock_of(zone, transcript.ticket)
    turns = tuple(_by_clock_of(zone, turn) for turn in transcript.turns)
    return _by_clock_of(zone, transcript).model_copy(update={"turns": turns, "ticket": ticket})


def _by_clock_of(zone: str, timed: _Timed) -> _Timed:
    times = {name: value for name, value in timed if isinstance(value, datetime) and value.year in _YEARS}
    read = {name: at.replace(tzinfo=zone_of(zone)).astimezone(UTC) for name, at in times.items() if not at.utcoffset()}
    return timed.model_copy(update=read)


class Graded(NamedTuple):
    """A scorecard as far as figures need it: its score and labels by item."""

    score: float | None
    labels: Mapping[str, str]


class Wait(NamedTuple):
    """A wait for an answer, in seconds, and the agent who gave it."""

    seconds: float
    agent: str | None


@dataclass(frozen=True)
class Exchange:
    """The turns in which customers and human staff speak to each other, without bots and events."""

    turns: Sequence[Turn]

    @cached_property
    def agents(self) -> tuple[str | None, ...]:
        """The human agents who spoke, by first appearance; None stands for those without a name."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.role == "agent"))

    @property
    def replies(self) -> int:
        """The number of written replies by humans: not the opening, and messages of one person in a row once."""
        opened = next((n for n, turn in enumerate(self.turns) if turn.role == "customer"), len(self.turns))
        after = [(turn.role in STAFF, turn.speaker) for turn in self.turns[opened:]]
        return sum(now[0] and now != before for before, now in pairwise(after))

    @property
    def length(self) -> float | None:
        """Seconds from the first words of a human agent to the last words of a chat or call; None when not known."""
        first = next((turn for turn in self.turns if turn.role in STAFF), None)
        if first is None:
            return None
        ends = [turn.start if turn.end is None else turn.end for turn in self.turns]
        seconds = [end for end in ends if end is not None]
        if first.start is not None and len(seconds) == len(ends):
            return max(seconds) - first.start
        moments = [turn.at.timestamp() for turn in self.turns if turn.at is not None]
        return max(moments) - first.at.timestamp() if first.at and len(moments) == len(ends) else None


@dataclass(frozen=True)
class Case:
    """A conversation with what figures need beside it: settings, business hours, its grade and its labels."""

    transcript: Transcript
    settings: FigureSettings
    hours: BusinessHours | None = None
    graded: Graded | None = None
    labels: tuple[Label, ...] = ()

    @cached_property
    def ticket(self) -> Ticket:
        """The ticket, an empty one when there is none."""
        return self.transcript.ticket or Ticket()

    @property
    def written(self) -> bool:
        """Whether it has messages that are answered, rather than people who speak to each other."""
        return is_written(self.transcript)

    @property
    def is_mystery(self) -> bool:
        """Whether the customer was a mystery caller."""
        return self.is_tagged(self.settings.mystery_tags)

    @property
    def is_review(self) -> bool:
        """Whether the ticket is a public review."""
        return self.is_tagged(self.settings.review_tags, self.ticket.type)

    def is_tagged(self, tags: Iterable[str], *more: str | None) -> bool:
        """Whether the ticket has one of the tags, or `more` has it."""
        wanted = {plain_name(tag) for tag in tags}
        return any(plain_name(name) in wanted for name in (*(self.ticket.tags or ()), *more) if name)

    @cached_property
    def exchange(self) -> Exchange:
        """The turns in which customers and human staff speak to each other."""
        return Exchange(exchange(self.transcript))

    @property
    def agent(self) -> str:
        """The agent to whom it counts: the one under review, else the only one."""
        if self.transcript.agent_id is not None:
            return self.transcript.agent_id
        agents = self.exchange.agents
        return SEVERAL if len(agents) > 1 else next(iter(agents), None) or UNKNOWN

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """The waits for the answers in a chat or mail; empty on calls and without times."""
        answers = measure_waits(self.transcript).answers if self.written else []
        timed = [(self._waited(answer), answer.given.speaker) for answer in answers]
        return tuple(Wait(seconds, agent) for seconds, agent in timed if seconds is not None)

    def _waited(self, answer: Answer) -> float | None:
        if answer.question.at is not None and answer.given.at is not None:
            return self.seconds_between(answer.question.at, answer.given.at)
        return answer.seconds if self.hours is None else None

    @property
    def begun(self) -> datetime | None:
        """The time when the ticket was opened, else when the conversation began; None when not known."""
        times = (self.ticket.opened_at, self.transcript.started_at, *(turn.at for turn in self.transcript.turns))
        return next((at for at in times if at is not None and at.year in _YEARS), None)

    def seconds_between(self, begin: datetime | None, end: datetime | None) -> float | None:
        """The time, or the business hours in it; None when a moment is not known or the first comes last."""
        if begin is None or end is None or begin.year not in _YEARS or end.year not in _YEARS:
            return None
        # the difference of two moments in the same zone would be one of wall clocks
        elapsed = end.timestamp() - begin.timestamp()
        if elapsed < 0:
            return None
        return elapsed if self.hours is None else self.hours.seconds_between(begin, end)

    @cached_property
    def latest_at(self) -> float:
        """Seconds since the epoch, by which the conversations of a ticket are ordered; -inf when not known."""
        at = last_known(self.transcript)
        return -math.inf if at is None else at.timestamp()
