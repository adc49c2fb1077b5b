"""Items and figures computed from timestamps, turns and ticket fields. Pure; no model is asked.

Each signal is a function of its settings and a transcript. Missing data makes cannot_assess, and the reason says what
is missing; it never makes a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, get_args

from llm_grader.errors import MalformedInput, RubricError
from llm_grader.rubric.model import Item, Signal
from llm_grader.signals.business_hours import load_business_hours
from llm_grader.signals.ticket_state import is_done, is_open, last_known, status_of
from llm_grader.signals.timing import Outcome, contact_gap, limit_of, response_time
from llm_grader.signals.waits import in_words
from llm_grader.transcript import SentKind, Ticket, Transcript
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Verdict

__all__ = ["SIGNALS", "Outcome", "judge_signal"]

_NO_TICKET = "no ticket came with the conversation"


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
    names = get_args(SentKind) if signal.name == "ticket_sent" else tuple(Ticket.model_fields)
    for name in signal.fields:
        if name not in names:
            message = f"signal.fields: found {name!r}, expected some of {', '.join(names)}"
            raise RubricError(message, where=f"item {item.id}")
    try:
        if signal.business_hours is not None:
            load_business_hours(signal.business_hours)
    except MalformedInput as error:
        raise RubricError(f"signal.business_hours: {error.message}", where=f"item {item.id}") from None
    return signal


def _resolved_in_time(signal: Signal, transcript: Transcript) -> Outcome:
    """The ticket's resolution against its due time, else against the limit from its opening."""
    ticket = transcript.ticket
    if ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    due = _due_at(ticket, limit_of(signal, transcript.channel))
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


def _follow_up_sent(_: Signal, transcript: Transcript) -> Outcome:
    """A follow-up went to the customer where something was left to be done after the conversation."""
    ticket = transcript.ticket
    if ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    if ticket.sent is None:
        return Outcome(CANNOT_ASSESS, "what was sent to the customer is not known")
    if "follow_up" in ticket.sent:
        return Outcome(MET, f"sent to the customer: follow_up on {ticket.sent['follow_up']:%Y-%m-%d}")
    if is_done(ticket) and "thank_you" in ticket.sent:
        return Outcome(NOT_APPLICABLE, f"the ticket is {status_of(ticket)}, and the customer was thanked")
    if is_open(ticket):
        return Outcome(NOT_MET, f"the ticket is {status_of(ticket)}, and no follow-up was sent to the customer")
    return Outcome(CANNOT_ASSESS, "no follow-up was sent, and whether anything was agreed is not known")


def _ticket_closed(signal: Signal, transcript: Transcript) -> Outcome:
    """The solved ticket is closed, with the named fields and the time of it recorded; an open one alone is no fault."""
    ticket = transcript.ticket
    if ticket is None:
        return Outcome(CANNOT_ASSESS, _NO_TICKET)
    state = status_of(ticket)
    if is_open(ticket):
        solved = _known_solved(ticket)
        rest = "and a solution is recorded" if solved else "and nothing tells that the case is solved"
        return Outcome(NOT_MET if solved else NOT_APPLICABLE, f"the ticket's status is {state}, {rest}")
    if not is_done(ticket):
        return Outcome(CANNOT_ASSESS, f"whether the ticket is closed is not known: its status is {state or 'missing'}")
    fields = _filled(signal.fields, ticket) if signal.fields else Outcome(MET, "no field is asked for")
    if fields.label != MET:
        return Outcome(fields.label, f"the ticket is {state}; {fields.reason}")
    if ticket.resolved_at is None and ticket.closed_at is None:
        return Outcome(CANNOT_ASSESS, f"the ticket is {state}, but the time of it is missing")
    return Outcome(MET, f"the ticket is {state}, and the time of it is recorded; {fields.reason}")


def _known_solved(ticket: Ticket) -> bool:
    """Whether an open ticket tells that its case is solved all the same; what came before it was reopened does not."""
    reopened = bool(ticket.reopens) or status_of(ticket) == "reopened"
    return bool((ticket.solution or "").strip() or ticket.resolved_at) and not reopened


def _is_empty(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else isinstance(value, (tuple, dict)) and not value


SIGNALS: dict[str, Callable[[Signal, Transcript], Outcome]] = {
    "resolved_in_time": _resolved_in_time,
    "ticket_fields": _ticket_fields,
    "ticket_sent": _ticket_sent,
    "follow_up_sent": _follow_up_sent,
    "ticket_closed": _ticket_closed,
    "contact_gap": contact_gap,
    "response_time": response_time,
}
"""What an item's `signal.name` may be."""
