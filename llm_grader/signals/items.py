"""Items and figures computed from timestamps, turns and ticket fields. Pure; no model is asked.

Each signal is a function of its settings and a transcript. Missing data makes cannot_assess, and the reason says what
is missing; it never makes a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, get_args

from llm_grader.errors import RubricError
from llm_grader.rubric.model import Item, Signal
from llm_grader.signals.ticket_state import is_done, is_open, last_known, status_of
from llm_grader.signals.waits import STAFF, exchange, in_words, measure_waits
from llm_grader.transcript import Channel, SentKind, Ticket, Transcript
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Verdict

__all__ = ["SIGNALS", "Outcome", "judge_signal"]

_NO_TICKET = "no ticket came with the conversation"


class Outcome(NamedTuple):
    """The label that a signal gives, and the figures behind it in plain words."""

    label: str
    reason: str


def judge_signal(item: Item, transcript: Transcript) -> Verdict:
    """The verdict of the item's signal.

    Raises:
        RubricError: the item names no signal, one that there is not, or a field that there is not.
    """
    signal = _checked(item)
    label, reason = SIGNALS[signal.name](signal, transcript)
    return Verdict(item_id=item.id, label=label, reason=reason, judged=item.judged)


def _checked(item: Item) -> Signal:
    signal = item.signal
    if signal is None or signal.name not in SIGNALS:
        found = "none" if signal is None else repr(signal.name)
        raise RubricError(f"signal: found {found}, expected one of {', '.join(SIGNALS)}", where=f"item {item.id}")
    known = get_args(SentKind) if signal.name == "ticket_sent" else tuple(Ticket.model_fields)
    for name in signal.fields:
        if name not in known:
            message = f"signal.fields: found {name!r}, expected some of {', '.join(known)}"
            raise RubricError(message, where=f"item {item.id}")
    return signal


def _response_time(signal: Signal, transcript: Transcript) -> Outcome:
    """The longest of the waits against the limit."""
    limit = _limit(signal, transcript.channel)
    if limit is None:
        return _no_limit(transcript.channel)
    if not any(turn.role == "customer" for turn in exchange(transcript)):
        return Outcome(NOT_APPLICABLE, "no customer message waited for an answer")
    waits = measure_waits(transcript)
    if not waits.answers:
        why = "no human agent answered the customer" if waits.unanswered else "not every message has a time"
        return Outcome(CANNOT_ASSESS, f"no response time: {why}")
    longest = max(answer.seconds for answer in waits.answers)
    left = "; the customer's last message got no answer, which is not counted as a wait" if waits.unanswered else ""
    reason = (
        f"the customer's longest wait for an answer of a human agent was {in_words(longest)} (answers: "
        f"{len(waits.answers)}, bots not counted); at most {in_words(limit)} is asked{left}"
    )
    return Outcome(MET if longest <= limit else NOT_MET, reason)


def _contact_gap(signal: Signal, transcript: Transcript) -> Outcome:
    """The longest time without a public message of a human agent while the case was open."""
    limit = _limit(signal, transcript.channel)
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
    contacts = sorted(at for at, role in timed if role in STAFF and opened < at < until)
    longest = max((after - before).total_seconds() for before, after in pairwise([opened, *contacts, until]))
    length = (until - opened).total_seconds()
    if length < limit:
        return _short_case(length, limit, ended=settled is not None or _has_ended(transcript))
    end = "its solution" if settled else "the last message"
    reason = (
        f"the longest time without a public message of a human agent was {in_words(longest)} between the customer's "
        f"first message and {end} {in_words(length)} later; at most {in_words(limit)} is asked"
    )
    return Outcome(MET if longest <= limit else NOT_MET, reason)


def _short_case(length: float, limit: float, *, ended: bool) -> Outcome:
    seen = f"the case is known for {in_words(length)}, less than the {in_words(limit)} within which contact is due"
    return Outcome(NOT_APPLICABLE, seen) if ended else Outcome(CANNOT_ASSESS, f"{seen}, and not known to have ended")


def _has_ended(transcript: Transcript) -> bool:
    return transcript.ended_at is not None or (transcript.ticket is not None and is_done(transcript.ticket))


def _settled_at(transcript: Transcript, opened: datetime) -> datetime | None:
    ticket = transcript.ticket
    times = (ticket.resolved_at, ticket.closed_at) if ticket else ()
    return next((at for at in times if at is not None and at >= opened), None)


def _resolved_in_time(signal: Signal, transcript: Transcript) -> Outcome:
    """The ticket's resolution against its due time, else against the limit from its opening."""
    ticket = transcript.ticket
    if ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    due = _due_at(ticket, _limit(signal, transcript.channel))
    if due is None:
        return Outcome(
            CANNOT_ASSESS, "no due time: the ticket has no due_at, and no opened_at with a limit in the rubric"
        )
    if ticket.resolved_at is not None:
        early = (due - ticket.resolved_at).total_seconds()
        side = "before" if early >= 0 else "after"
        reason = f"resolved {in_words(abs(early))} {side} it was due ({due:%Y-%m-%d %H:%M %Z})"
        return Outcome(MET if early >= 0 else NOT_MET, reason)
    return _unresolved(ticket, due, last_known(transcript))


def _unresolved(ticket: Ticket, due: datetime, last: datetime | None) -> Outcome:
    if ticket.closed_at is not None and ticket.closed_at <= due:
        return Outcome(MET, f"closed {in_words((due - ticket.closed_at).total_seconds())} before it was due")
    if is_done(ticket) or ticket.closed_at is not None:
        return Outcome(CANNOT_ASSESS, "the ticket is done, but resolved_at, when it was resolved, is missing")
    if last is not None and last > due:
        return Outcome(NOT_MET, f"not resolved {in_words((last - due).total_seconds())} after it was due")
    if last is not None and is_open(ticket):
        return Outcome(NOT_APPLICABLE, f"still open, and due only {in_words((due - last).total_seconds())} later")
    return Outcome(CANNOT_ASSESS, "resolved_at is missing, and nothing is known of the time after it was due")


def _due_at(ticket: Ticket, limit: float | None) -> datetime | None:
    if ticket.due_at is not None:
        return ticket.due_at
    return ticket.opened_at + timedelta(seconds=limit) if ticket.opened_at and limit is not None else None


def _ticket_fields(signal: Signal, transcript: Transcript) -> Outcome:
    """Every named field of the ticket is filled."""
    if transcript.ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    return _filled(signal.fields, transcript.ticket)


def _filled(fields: Iterable[str], ticket: Ticket) -> Outcome:
    values = {name: getattr(ticket, name) for name in fields}
    empty = [name for name, value in values.items() if value is not None and _is_empty(value)]
    unknown = [name for name, value in values.items() if value is None]
    if empty:
        return Outcome(NOT_MET, f"empty in the ticket: {', '.join(empty)}")
    if unknown or not values:
        return Outcome(CANNOT_ASSESS, f"the ticket does not tell: {', '.join(unknown) or 'no field is named'}")
    return Outcome(MET, f"filled in the ticket: {', '.join(values)}")


def _ticket_sent(signal: Signal, transcript: Transcript) -> Outcome:
    """Everything named went to the customer."""
    if transcript.ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    sent: Any = transcript.ticket.sent
    if sent is None or not signal.fields:
        return Outcome(CANNOT_ASSESS, "what was sent to the customer is not known")
    missing = [kind for kind in signal.fields if kind not in sent]
    if missing:
        return Outcome(NOT_MET, f"not sent to the customer: {', '.join(missing)}")
    return Outcome(
        MET, "sent to the customer: " + ", ".join(f"{kind} on {sent[kind]:%Y-%m-%d}" for kind in signal.fields)
    )


def _ticket_closed(signal: Signal, transcript: Transcript) -> Outcome:
    """The ticket is solved, with the named fields and the time of it recorded."""
    ticket = transcript.ticket
    if ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    state = status_of(ticket)
    if is_open(ticket):
        return Outcome(NOT_MET, f"the ticket's status is {state}")
    if not is_done(ticket):
        return Outcome(CANNOT_ASSESS, f"whether the ticket is closed is not known: its status is {state or 'missing'}")
    fields = _filled(signal.fields, ticket) if signal.fields else Outcome(MET, "no field is asked for")
    if fields.label != MET:
        return Outcome(fields.label, f"the ticket is {state}; {fields.reason}")
    if ticket.resolved_at is None and ticket.closed_at is None:
        return Outcome(CANNOT_ASSESS, f"the ticket is {state}, but the time of it is missing")
    return Outcome(MET, f"the ticket is {state}, and the time of it is recorded; {fields.reason}")


def _limit(signal: Signal, channel: Channel) -> float | None:
    return signal.within_seconds.get(channel) if isinstance(signal.within_seconds, dict) else signal.within_seconds


def _no_limit(channel: Channel) -> Outcome:
    return Outcome(CANNOT_ASSESS, f"the rubric sets no limit (within_seconds) for conversations by {channel}")


def _is_empty(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else isinstance(value, (tuple, dict)) and not value


SIGNALS: dict[str, Callable[[Signal, Transcript], Outcome]] = {
    "resolved_in_time": _resolved_in_time,
    "ticket_fields": _ticket_fields,
    "ticket_sent": _ticket_sent,
    "ticket_closed": _ticket_closed,
    "contact_gap": _contact_gap,
    "response_time": _response_time,
}
"""What an item's `signal.name` may be."""
