"""The records of a help desk's export: tickets alone, in lists or with what happened in them beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, records_in
from llm_grader.transcript import Transcript

_PAGES = frozenset(
    ("count", "next_page", "previous_page", "end_time", "end_of_stream", "links", "page", "per_page", "total", "meta")
)
_PAGES |= {"after_cursor", "before_cursor", "after_url", "before_url"}


class Shape(NamedTuple):
    """How a help desk writes its tickets.

    Attributes:
        is_ticket: whether a value is a ticket.
        is_update: whether it is something that happened in one, such as a comment.
        history: the fields with lists of updates.
        number: the fields of an update that name its ticket.
        beside: what the lists beside the tickets tell, such as users.
        make: the conversation of a ticket and its updates, with what stands beside them.
    """

    is_ticket: Callable[[Any], bool]
    is_update: Callable[[Any], bool]
    history: tuple[str, ...]
    number: tuple[str, ...]
    beside: Callable[[JsonObject], Any]
    make: Callable[[JsonObject, Sequence[JsonObject], Any, Document], Transcript]


def holds_tickets(fields: Mapping[str, Any], shape: Shape) -> bool:
    """Whether a record is a ticket or an update of one, or holds some, to know a format by."""
    listed = (fields.get(key) for key in ("tickets", *shape.history))
    inside = (fields, fields.get("ticket"), *(values[0] for values in listed if isinstance(values, list) and values))
    return any(shape.is_ticket(value) or shape.is_update(value) for value in inside)


def read_tickets(document: Document, shape: Shape) -> Iterator[Transcript]:
    """One conversation a ticket; updates that stand alone make one of all that name the same ticket."""
    loose: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for value, where in records_in(document):
        with document.at(where):
            record = JsonObject(value)
            if not shape.is_ticket(value) and shape.is_update(value):
                loose[_named(record, shape)].append(record)
                continue
            beside = shape.beside(record)
            for place, ticket, updates in _cases(record, value, shape, document):
                with document.at(", ".join(filter(None, (where, place)))):
                    yield shape.make(JsonObject(ticket), updates, beside, document)
    for number, updates in loose.items():
        with document.at(f"ticket {number}" if number else ""):
            yield shape.make(JsonObject(_unknown(number)), updates, shape.beside(JsonObject({})), document)


def _named(update: JsonObject, shape: Shape) -> str:
    return next((number for key in shape.number if (number := update.label(key))), "")


def _unknown(number: str) -> dict[str, Any]:
    """The ticket of which only updates are known."""
    return {"id": number} if number else {}


def _cases(
    record: JsonObject, value: Any, shape: Shape, document: Document
) -> Iterator[tuple[str, Any, list[JsonObject]]]:
    """The tickets of a record: where in it they stand, and their updates that stand beside them.

    Raises:
        MalformedInput: there are none.
    """
    if shape.is_ticket(value):
        yield "", value, []
        return
    listed = record.value("tickets")
    tickets = [(f"tickets[{n}]", ticket) for n, ticket in enumerate(listed)] if isinstance(listed, list) else []
    tickets += [("", record.value("ticket"))] if "ticket" in record else []
    only = _number(tickets[0][1]) if len(tickets) == 1 else ""
    updates: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for update in (found for key in shape.history for found in record.objects(key, keep=False)):
        updates[_named(update, shape) or only].append(update)
    numbers = {_number(ticket) for _, ticket in tickets}
    tickets += [(f"ticket {number}" if number else "", _unknown(number)) for number in updates if number not in numbers]
    if not tickets:
        raise MalformedInput(f"no ticket in it: expected `ticket` or `tickets` with their {' or '.join(shape.history)}")
    _tell_of_the_rest(record, document)
    yield from ((place, ticket, updates.get(_number(ticket), [])) for place, ticket in tickets)


def _number(ticket: Any) -> str:
    number = ticket.get("id") if isinstance(ticket, dict) else None
    return "" if number is None else str(number)


def _tell_of_the_rest(record: JsonObject, document: Document) -> None:
    record.skip(*_PAGES)
    if record.rest:
        document.warn(f"what stands beside the tickets was left out: {', '.join(record.rest)}")
