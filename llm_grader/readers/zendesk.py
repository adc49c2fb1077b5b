"""Zendesk: tickets with their comments, audits, ticket events of the incremental export, and ticket metrics.

A comment that is not public is a note. The requester is the customer, whatever else they are; of all others the role is
that of the user, who must stand in the same record (`users`). Changes of status, group and assignee are events, taken
from audits or ticket events. Lists of users, groups and metrics beside the tickets are only looked things up in.
Metrics, satisfaction and custom fields are the ticket's `vendor`, as they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.readers.document import Document
from llm_grader.readers.help_desk import by_id
from llm_grader.readers.json_object import JsonObject, first_fields, records_in
from llm_grader.readers.zendesk_ticket import Beside, person_of, read_ticket
from llm_grader.transcript import Transcript

NAME = "zendesk"

_ASKING, _HANDLING = ("requester_id", "requester"), ("submitter_id", "assignee_id", "submitter", "assignee")
_TELLING = ("via", "comments", "raw_subject", "satisfaction_rating", "metric_set", "brand_id")
_HISTORY = ("comments", "audits", "ticket_events")
_PAGES = frozenset(("count", "previous_page", "end_time", "end_of_stream", "links"))
_PAGES |= {"after_cursor", "before_cursor", "after_url", "before_url"}
_EXPECTED = "no ticket in it: expected `ticket` or `tickets` with their `comments`, `audits` or `ticket_events`"


def sniff(document: Document) -> bool:
    """Whether the first record is a ticket or an update of one, or holds some, as Zendesk names their fields."""
    first = first_fields(document)
    inside = (first.get("ticket"), *(_first_of(first, key) for key in ("tickets", *_HISTORY)))
    return any(_is_ticket(each) or _is_update(each) for each in (first, *inside))


def _first_of(fields: Mapping[str, Any], key: str) -> Any:
    listed = fields.get(key)
    return listed[0] if isinstance(listed, list) and listed else None


def _is_ticket(value: Any) -> bool:
    return isinstance(value, dict) and all(any(key in value for key in keys) for keys in (_ASKING, _HANDLING, _TELLING))


def _is_update(value: Any) -> bool:
    """Whether it is an audit, a ticket event or a comment."""
    if not isinstance(value, dict):
        return False
    if "ticket_id" in value and ("child_events" in value or ("events" in value and "author_id" in value)):
        return True
    return {"author_id", "public"} <= value.keys() and bool({"html_body", "plain_body", "audit_id"} & value.keys())


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a ticket; updates that stand alone make one of all that name the same ticket."""
    loose: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for value, where in records_in(document):
        with document.at(where):
            record = JsonObject(value)
            if _is_update(value):
                loose[record.label("ticket_id") or ""].append(record)
                continue
            beside = _beside(record)
            for place, ticket, updates in _cases(record, value, document):
                with document.at(", ".join(filter(None, (where, place)))):
                    yield read_ticket(JsonObject(ticket), updates, beside, document)
    for number, updates in loose.items():
        with document.at(f"ticket {number}" if number else ""):
            yield read_ticket(JsonObject(_unknown(number)), updates, Beside({}, {}, {}), document)


def _unknown(number: str) -> dict[str, Any]:
    """The ticket of which only updates are known."""
    return {"id": number} if number else {}


def _cases(record: JsonObject, value: Any, document: Document) -> Iterator[tuple[str, Any, list[JsonObject]]]:
    """The tickets of a record: where in it they stand, and their updates that stand beside them.

    Raises:
        MalformedInput: there are none.
    """
    if _is_ticket(value):
        yield "", value, []
        return
    listed = record.value("tickets")
    tickets = [(f"tickets[{n}]", each) for n, each in enumerate(listed)] if isinstance(listed, list) else []
    tickets += [("", record.value("ticket"))] if "ticket" in record else []
    only = _number(tickets[0][1]) if len(tickets) == 1 else ""
    updates: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for update in (each for key in _HISTORY for each in record.objects(key, keep=False)):
        updates[update.label("ticket_id") or only].append(update)
    known = {_number(ticket) for _, ticket in tickets}
    tickets += [(f"ticket {number}" if number else "", _unknown(number)) for number in updates if number not in known]
    if not tickets:
        raise MalformedInput(_EXPECTED)
    _tell_of_the_rest(record, document)
    yield from ((place, ticket, updates.get(_number(ticket), [])) for place, ticket in tickets)


def _number(ticket: Any) -> str:
    number = ticket.get("id") if isinstance(ticket, dict) else None
    return "" if number is None else str(number)


def _tell_of_the_rest(record: JsonObject, document: Document) -> None:
    pages = record.value("meta")
    if record.value("next_page") or (isinstance(pages, dict) and pages.get("has_more")):
        document.warn("the export goes on in further pages, which are not in this file")
    record.skip(*_PAGES)
    if record.rest:
        document.warn(f"what stands beside the tickets was left out: {', '.join(record.rest)}")


def _beside(record: JsonObject) -> Beside:
    people = {key: person_of(each, key) for key, each in by_id(record.objects("users", keep=False)).items()}
    teams = {key: each.text("name") or key for key, each in by_id(record.objects("groups", keep=False)).items()}
    metrics: dict[str, Any] = {}
    for key in ("metric_sets", "ticket_metrics", "metric_set", "ticket_metric"):
        found = record.value(key)
        listed = found if isinstance(found, list) else [found]
        metrics |= {str(each.get("ticket_id", "")): each for each in listed if isinstance(each, dict)}
    return Beside(people, teams, metrics)
