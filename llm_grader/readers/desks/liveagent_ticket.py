"""What LiveAgent knows about a ticket, its codes in words."""

from __future__ import annotations

from llm_grader.readers.desks.help_desk import Beside, customer_fields, moment, texts
from llm_grader.readers.desks.liveagent_groups import GroupScene
from llm_grader.readers.source.json_object import JsonObject, without_empty
from llm_grader.transcript import Ticket

_STATUSES = {
    "I": "new",
    "N": "new",
    "T": "open",  # chatting
    "P": "open",  # calling
    "C": "open",
    "A": "pending",  # answered: the customer's turn
    "W": "on-hold",  # postponed
    "R": "solved",
    "X": "deleted",
    "B": "spam",
}


def about_ticket(fields: JsonObject, scene: GroupScene, beside: Beside, *, solved: int) -> Ticket:
    """The ticket; one that was solved several times was reopened in between.

    Args:
        fields: the ticket.
        scene: who takes part; a status that is not known becomes a warning.
        beside: the departments.
        solved: how often its groups say that it was solved.
    """
    code = fields.text("status") or None
    status = _STATUSES.get(code or "")
    if code and status is None:
        scene.warnings.append("the ticket's status is not known, and was not read")
    team = fields.label("departmentid")
    customer = scene.customer
    kept = {key: fields.value(key) for key in ("code", "custom_fields", "channel_type")} | {"status": code}
    return Ticket(
        id=fields.label("id"),
        status=status,
        tags=texts(fields, "tags"),
        subject=fields.text("subject"),
        team=beside.teams.get(team or "", team),
        opened_at=moment(fields, "date_created", document=scene.document),
        due_at=moment(fields, "date_due", document=scene.document),
        resolved_at=moment(fields, "date_resolved", document=scene.document) if status == "solved" else None,
        reopens=None if status is None else max(solved - (status == "solved"), 0),
        vendor=without_empty(kept),
        **customer_fields(customer),
    )
