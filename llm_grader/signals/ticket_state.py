"""What the words of a ticket say, its status above all, whatever help desk wrote them. Pure."""

from __future__ import annotations

from datetime import datetime

from llm_grader.transcript import Ticket, Transcript

DONE = frozenset({"solved", "resolved", "closed", "done", "completed"})
"""Statuses, by their `plain_name`, of a case that is solved or closed."""
_OPEN = frozenset({"new", "open", "reopened", "pending", "hold", "on hold", "postponed", "snoozed", "in progress"})
_WAITING = "waiting"


def plain_name(name: str) -> str:
    """A status, tag, type or answer in small letters with single blanks: `On-Hold` is `on hold`."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def status_of(ticket: Ticket) -> str:
    """The `plain_name` of the status; empty when there is none."""
    return plain_name(ticket.status or "")


def is_done(ticket: Ticket) -> bool:
    """Whether the status says that the case is solved or closed."""
    return status_of(ticket) in DONE


def is_open(ticket: Ticket) -> bool:
    """Whether the status says that somebody still has to do something."""
    return status_of(ticket) in _OPEN or status_of(ticket).startswith(_WAITING)


def is_resolved(ticket: Ticket) -> bool | None:
    """Whether the case is solved, by its status, else by the times it was resolved or closed; None when not known."""
    if is_done(ticket) or is_open(ticket):
        return is_done(ticket)
    return True if ticket.resolved_at or ticket.closed_at else None


def last_known(transcript: Transcript) -> datetime | None:
    """The latest time that the conversation and its ticket tell something about; when it is due is none."""
    ticket = transcript.ticket or Ticket()
    of_ticket = (ticket.opened_at, ticket.first_reply_at, ticket.resolved_at, ticket.closed_at)
    times = (transcript.last_time(), *of_ticket, *(ticket.sent or {}).values())
    return max((at for at in times if at is not None), default=None)
