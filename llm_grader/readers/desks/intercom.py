"""Intercom: conversations, lists of them, and webhooks with one; `source` comes first, then the parts.

What has a body was said to the customer, whatever the type of the part, unless it is a note. Messages that were sent
automatically are a bot's. Assignments, closing, snoozing and reopening are events; all other parts without a body are
metadata. Statistics, the rating and attributes are the ticket's `vendor`, and the rating its `csat`, from 1 to 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.readers.desks.help_desk import Cast, Person, ordered_turns, settled_channel
from llm_grader.readers.desks.intercom_parts import Story, read_opening, read_part, read_rating
from llm_grader.readers.desks.intercom_ticket import about_conversation
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields, records_in
from llm_grader.transcript import Channel, Role, Transcript

NAME = "intercom"

_CHATS = ("conversation", "facebook", "instagram", "whatsapp", "twitter", "sms", "push", "telegram", "line")
_CALLS = ("phone_call", "phone_switch")
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(_CHATS, "chat"),
    **dict.fromkeys(_CALLS, "call"),
    "email": "email",
}
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("user", "lead", "contact", "visitor"), "customer"),
    **dict.fromkeys(("admin", "team"), "agent"),
    "bot": "bot",
}
_SOURCES = ("source", "conversation_message")  # the second one in versions 1
_REDACTED = "conversation_part.redacted"


def sniff(document: Document) -> bool:
    """Whether the first record is a conversation, a list of them, or a webhook."""
    first = first_fields(document)
    listed = first.get("type") == "conversation.list" and isinstance(first.get("conversations"), list)
    return listed or _is_conversation(first) or _is_webhook(first)


def _is_conversation(value: Any) -> bool:
    is_typed = isinstance(value, dict) and value.get("type") == "conversation"
    return is_typed and any(isinstance(value.get(key), dict) for key in (*_SOURCES, "conversation_parts"))


def _is_webhook(fields: Mapping[str, Any]) -> bool:
    return fields.get("type") == "notification_event" and isinstance(fields.get("data"), dict)


def read(document: Document) -> Iterator[Transcript]:
    """One transcript a conversation."""
    for value, where in records_in(document):
        with document.at(where):
            record = JsonObject(value)
            topic = record.text("topic") if _is_webhook(value) else None
            for place, conversation in _conversations(record, value, document):
                with document.at(", ".join(filter(None, (where, place)))):
                    yield _conversation(JsonObject(conversation), topic, document)


def _conversations(record: JsonObject, value: Any, document: Document) -> list[tuple[str, Any]]:
    """The conversations of a record, and where in it they stand.

    Raises:
        MalformedInput: there are none.
    """
    if _is_webhook(value):
        item = record.needed_object("data").value("item")
        if not _is_conversation(item):
            raise MalformedInput(f"a webhook of {record.text('topic') or 'no topic'}: no conversation in it")
        document.warn("a webhook holds the newest parts of a conversation only")
        return [("data.item", item)]
    listed = record.value("conversations")
    if isinstance(listed, list) and listed:
        pages = record.object("pages")
        if pages and pages.value("next"):
            document.warn("the export goes on in further pages, which are not in this file")
        return [(f"conversations[{number}]", item) for number, item in enumerate(listed)]
    if _is_conversation(value):
        return [("", value)]
    raise MalformedInput(
        "no conversation in it: expected one with `source` and `conversation_parts`, or a list of them"
    )


def _conversation(record: JsonObject, topic: str | None, document: Document) -> Transcript:
    source = next((found for key in _SOURCES if (found := record.object(key))), JsonObject({}))
    holder = record.value("conversation_parts")
    parts = _parts(record, holder)
    cast = Cast(dict(_people(record, source, parts)), document.options.roles, {})
    stated = source.text("type")
    channel, warnings = settled_channel(_CHANNELS.get(stated or ""), document, otherwise="chat")
    story = Story(cast, channel, document, redacted=topic == _REDACTED)
    turns = list(read_opening(record, source, story))
    turns += [turn for part in parts for turn in read_part(part, story)]
    turns += read_rating(record, story)
    if not turns:
        raise MalformedInput("nobody says anything in it: export conversations with their parts")
    if holder is None:
        warnings.append("the conversation's parts are missing: only its first message was read")
    elif isinstance(total := holder.get("total_count") if isinstance(holder, dict) else None, int) and total > len(
        parts
    ):
        warnings.append(f"of {total} parts only {len(parts)} are in it")
    about = about_conversation(record, source, _customer(record, cast), document=document)
    return Transcript(
        id=about.id or document.new_id(),
        channel=channel,
        turns=ordered_turns(turns, about.subject, channel),
        participants=cast.participants,
        ticket=about,
        metadata=record.rest,
        warnings=tuple(warnings),
    )


def _customer(record: JsonObject, cast: Cast) -> Person | None:
    """The first contact, or in versions 1 the user."""
    contacts = record.value("contacts")
    listed = contacts.get("contacts") if isinstance(contacts, dict) else contacts
    named = [record.value("user"), *(listed if isinstance(listed, list) else [])]
    record.leave("contacts", "user")
    first = next((person for mention in named if (person := _person(mention))), None)
    return cast.person(first.key) if first else None


def _parts(record: JsonObject, holder: Any) -> list[JsonObject]:
    if isinstance(holder, list):
        return record.objects("conversation_parts")
    inside = record.object("conversation_parts")
    if inside is None:
        return []
    inside.skip("type", "total_count")
    return inside.objects("conversation_parts")


def _people(record: JsonObject, source: JsonObject, parts: list[JsonObject]) -> Iterator[tuple[str, Person]]:
    """Everyone whom the conversation names, by id; the last of several mentions with a name counts."""
    holders = [*parts, source, record]
    named = [holder.value(key) for holder in holders for key in ("author", "assigned_to", "user", "assignee")]
    for holder in holders:
        holder.leave("author", "assigned_to", "user", "assignee")
    for key, inside in (("contacts", "contacts"), ("teammates", "admins")):
        listed = record.value(key)
        record.leave(key)
        listed = listed.get(inside) if isinstance(listed, dict) else listed
        named += listed if isinstance(listed, list) else []
    people = [person for mention in named if (person := _person(mention))]
    yield from ((person.key, person) for person in sorted(people, key=lambda person: bool(person.name)))


def _person(value: Any) -> Person | None:
    if not isinstance(value, dict) or not isinstance(number := value.get("id"), (str, int)):
        return None
    name, mail, phone = (text if isinstance(text := value.get(key), str) and text else None for key in _KNOWN)
    kind = value.get("type")
    return Person(str(number), _ROLES.get(kind) if isinstance(kind, str) else None, name, mail, phone)


_KNOWN = ("name", "email", "phone")
