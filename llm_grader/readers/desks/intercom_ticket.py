"""What Intercom knows about a conversation besides what was said."""

from __future__ import annotations

from llm_grader.readers.desks.help_desk import Person, count, customer_fields, moment, written
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import number_of
from llm_grader.readers.source.json_object import JsonObject, without_empty
from llm_grader.transcript import Ticket

_STATES = {"snoozed": "on-hold"}
_VENDOR = ("statistics", "conversation_rating", "custom_attributes", "sla_applied")


def about_conversation(
    record: JsonObject, source: JsonObject, customer: Person | None, *, document: Document
) -> Ticket:
    """The conversation as a ticket; statistics in seconds and in epochs."""
    kept = {key: record.value(key) for key in _VENDOR}
    statistics = JsonObject(kept["statistics"] or {}, "statistics")
    state = record.text("state")
    closed = moment(statistics, "last_close_at", document=document) if state == "closed" else None
    rating = JsonObject(kept["conversation_rating"] or {}, "conversation_rating")
    return Ticket(
        id=record.label("id"),
        status=_STATES.get(state or "", state),
        priority=record.text("priority"),
        tags=_tags(record),
        subject=written(record.text("title"), None) or written(source.text("subject"), None) or None,
        team=record.label("team_assignee_id"),
        opened_at=moment(record, "created_at", document=document),
        first_reply_at=moment(statistics, "first_admin_reply_at", document=document),
        resolved_at=closed,
        closed_at=closed,
        handle_seconds=number_of(statistics, "handling_time"),
        csat=number_of(rating, "rating"),
        reopens=count(statistics, "count_reopens"),
        vendor=without_empty(kept),
        **customer_fields(customer),
    )


def _tags(record: JsonObject) -> tuple[str, ...] | None:
    holder = record.object("tags")
    if holder is None:
        return None
    holder.skip("type")
    return tuple(name for tag in holder.objects("tags") if (name := tag.text("name")))
