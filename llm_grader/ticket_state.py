"""What a ticket's status says, whatever help desk wrote it. Pure."""

from __future__ import annotations

from llm_grader.transcript import Ticket

_DONE = frozenset({"solved", "resolved", "closed", "done", "completed"})
_OPEN = frozenset({"new", "open", "reopened", "pending", "hold", "on hold", "postponed", "snoozed", "in progress"})
_WAITING = "waiting"


def status_of(ticket: Ticket) -> str:
    """The status in small letters with single blanks: `On-Hold` is `on hold`; empty when there is none."""
    return " ".join((ticket.status or "").casefold().replace("-", " ").replace("_", " ").split())


def is_done(ticket: Ticket) -> bool:
    """Whether the status says that the case is solved or closed."""
    return status_of(ticket) in _DONE


def is_open(ticket: Ticket) -> bool:
    """Whether the status says that somebody still has to do something."""
    return status_of(ticket) in _OPEN or status_of(ticket).startswith(_WAITING)


def is_resolved(ticket: Ticket) -> bool | None:
    """Whether the case is solved, by its status, else by the times it was resolved or closed; None when not known."""
    if is_done(ticket) or is_open(ticket):
        return is_done(ticket)
    return True if ticket.resolved_at or ticket.closed_at else None
