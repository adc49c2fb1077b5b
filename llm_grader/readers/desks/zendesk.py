"""Zendesk: tickets with their comments, audits, ticket events of the incremental export, and ticket metrics.

A comment that is not public is a note. The requester is the customer, whatever else they are; of all others the role is
that of the user, who must stand in the same record (`users`). Changes of status, group and assignee are events, taken
from audits or ticket events. A chat that a comment holds, or an audit, is read line by line; a call is an event, and
what was transcribed of a voice mail the caller's message. Lists of users, groups and metrics beside the tickets are
only looked things up in. Metrics, satisfaction and custom fields are the ticket's `vendor`, as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_grader.readers.desks.help_desk import Beside, by_id
from llm_grader.readers.desks.ticket_records import Shape, holds_tickets, read_tickets
from llm_grader.readers.desks.zendesk_ticket import person_of, read_ticket
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields
from llm_grader.transcript import Transcript

NAME = "zendesk"

_ASKING, _HANDLING = ("requester_id", "requester"), ("submitter_id", "assignee_id", "submitter", "assignee")
_TELLING = ("via", "comments", "raw_subject", "satisfaction_rating", "metric_set", "brand_id")


def sniff(document: Document) -> bool:
    """Whether the first record is a ticket or an update of one, or holds some, as Zendesk names their fields."""
    return holds_tickets(first_fields(document), _SHAPE)


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a ticket; updates that stand alone make one of all that name the same ticket."""
    return read_tickets(document, _SHAPE)


def _is_ticket(value: Any) -> bool:
    return isinstance(value, dict) and all(any(key in value for key in keys) for keys in (_ASKING, _HANDLING, _TELLING))


def _is_update(value: Any) -> bool:
    """Whether it is an audit, a ticket event or a comment."""
    if not isinstance(value, dict):
        return False
    if "ticket_id" in value and ("child_events" in value or ("events" in value and "author_id" in value)):
        return True
    return {"author_id", "public"} <= value.keys() and bool({"html_body", "plain_body", "audit_id"} & value.keys())


def _beside(record: JsonObject) -> Beside:
    people = {key: person_of(user, key) for key, user in by_id(record.objects("users", keep=False)).items()}
    teams = {key: group.text("name") or key for key, group in by_id(record.objects("groups", keep=False)).items()}
    metrics: dict[str, Any] = {}
    for key in ("metric_sets", "ticket_metrics", "metric_set", "ticket_metric"):
        found = record.value(key)
        listed = found if isinstance(found, list) else [found]
        metrics |= {str(metric.get("ticket_id", "")): metric for metric in listed if isinstance(metric, dict)}
    return Beside(people, teams, metrics)


_SHAPE = Shape(
    is_ticket=_is_ticket,
    is_update=_is_update,
    history=("comments", "audits", "ticket_events"),
    number=("ticket_id",),
    beside=_beside,
    make=read_ticket,
)
