"""Waits for people: response times and gaps in contact, against the limits of a signal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from llm_grader.rubric.model import Signal
from llm_grader.signals.business_hours import load_business_hours
from llm_grader.signals.waits import STAFF, Answer, exchange, in_words, measure_waits
from llm_grader.transcript import Channel, Transcript
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET


class Outcome(NamedTuple):
    """The label that a signal gives, and the figures behind it in plain words."""

    label: str
    reason: str


def response_time(signal: Signal, transcript: Transcript) -> Outcome:
    """The median of the waits against the limit. A silence within a call is no wait for an answer."""
    if transcript.channel == "call":
        return Outcome(CANNOT_ASSESS, "how long the caller waited to be answered is telephone data, and not known")
    limit = limit_of(signal, transcript.channel)
    if limit is None:
        return _no_limit(transcript.channel)
    if not any(turn.role == "customer" for turn in exchange(transcript)):
        return Outcome(NOT_APPLICABLE, "no customer message waited for an answer")
    waits = measure_waits(transcript)
    if not waits.answers:
        why = "no human agent answered the customer" if waits.unanswered else "not every message has a time"
        return Outcome(CANNOT_ASSESS, f"no response time: {why}")
    seconds = _counted_seconds(signal, waits.answers)
    if seconds is None:
        return Outcome(CANNOT_ASSESS, "no response time in business hours: not every message has a point in time")
    usual = median(seconds)
    left = "; the customer's last message got no answer, which is not counted as a wait" if waits.unanswered else ""
    counted = " in business hours" if signal.business_hours else ""
    reason = (
        f"the customer's median wait for an answer of a human agent was {in_words(usual)}{counted} (answers: "
        f"{len(seconds)}, bots not counted); at most {in_words(limit)} is asked{left}"
    )
    return Outcome(MET if usual <= limit else NOT_MET, reason)


def _counted_seconds(signal: Signal, answers: Iterable[Answer]) -> list[float] | None:
    """The seconds of each wait that count: those in business hours, where the signal has them.

    None when it has them and a moment is not known.
    """
    if signal.business_hours is None:
        return [answer.seconds for answer in answers]
    hours = load_business_hours(signal.business_hours)
    counted = []
    for answer in answers:
        if answer.question.at is None or answer.given.at is None:
            return None
        counted.append(hours.seconds_between(answer.question.at, answer.given.at))
    return counted


def contact_gap(signal: Signal, transcript: Transcript) -> Outcome:
    """The longest time without a public message of a human agent while the case was open and the company at turn."""
    limit = limit_of(signal, transcript.channel)
    if limit is None:
        return _no_limit(transcript.channel)
    turns = exchange(transcript)
    if not any(turn.role == "customer" for turn in turns):
        return Outcome(CANNOT_ASSESS, "no message of the customer says when the case began")
    if any(turn.at is None for turn in turns):
        return Outcome(CANNOT_ASSESS, "no times between contacts: not every message has a point in time")
    timed = [(turn.at, turn.role) for turn in turns if turn.at]
    opened = min(at for at, role in timed if role == "customer")
    settled = _settled_at(transcript, opened)
    until = settled or max(at for at, _ in timed)
    length = (until - opened).total_seconds()
    if length < limit:
        age = f"the case is known for {in_words(length)}"
        return Outcome(NOT_APPLICABLE, f"{age}, less than the {in_words(limit)} within which contact is due")
    longest = max(_silences(timed, until), default=0.0)
    end = "its solution" if settled else "the last message"
    reason = (
        f"the customer waited {in_words(longest)} at most for a public message of a human agent, in the "
        f"{in_words(length)} from their first message to {end}; at most {in_words(limit)} is asked"
    )
    return Outcome(MET if longest <= limit else NOT_MET, reason)


def _silences(timed: Iterable[tuple[datetime, str]], until: datetime) -> Iterator[float]:
    """How many seconds the company let pass each time that it was at turn: until it wrote, or until the end."""
    since = None
    for at, role in sorted(timed, key=itemgetter(0)):
        if at >= until:
            break
        if role not in STAFF:
            since = since or at
        elif since is not None:
            yield (at - since).total_seconds()
            since = None
    if since is not None:
        yield (until - since).total_seconds()


def _settled_at(transcript: Transcript, opened: datetime) -> datetime | None:
    ticket = transcript.ticket
    times = (ticket.resolved_at, ticket.closed_at) if ticket else ()
    return next((at for at in times if at is not None and at >= opened), None)


def limit_of(signal: Signal, channel: Channel) -> float | None:
    """The signal's limit in seconds for conversations on `channel`; None when it sets none."""
    return signal.within_seconds.get(channel) if isinstance(signal.within_seconds, dict) else signal.within_seconds


def _no_limit(channel: Channel) -> Outcome:
    return Outcome(CANNOT_ASSESS, f"the rubric sets no limit (within_seconds) for conversations by {channel}")
