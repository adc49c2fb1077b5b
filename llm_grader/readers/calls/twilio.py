"""Twilio: messages of Conversations (and so of Flex), and sentences of Conversational Intelligence.

Both come in pages, and as the API or its libraries write them (`conversation_sid`, `conversationSid`). An author with a
phone number or a messenger's address is the customer; a sentence has only the number of its channel, and the role of
that channel's participant where the transcript's own record is there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers.calls.speech import Piece, language_tag, numbered, recording
from llm_grader.readers.roles.parties import Party
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of, number_of, seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, records_in
from llm_grader.transcript import Participant, Role, Transcript, Turn

NAME = "twilio"

_CONVERSATION = ("conversation_sid", "conversationSid", "channel_sid", "channelSid")
_CALL = ("transcript_sid", "transcriptSid")
_ADDRESS = re.compile(r"\+?\d{7,15}|(?:whatsapp|messenger|sms|rcs|viber|tel):.+", re.IGNORECASE)
_CALL_SID = re.compile(r"\bGT[0-9a-fA-F]{32}\b")
_INTELLIGENCE = "https://intelligence.twilio.com/"
_NO_SENTENCES = (
    "this is about a transcript and holds none of its words: export the list of its sentences "
    "(Transcripts/{sid}/Sentences), alone or as `sentences` of this record"
)
_SEALED = "the sentences are encrypted: decrypt what `location` leads to and give that"


class _Listing(NamedTuple):
    """The messages of a conversation or the sentences of a call, and the first of the pages on which they stand."""

    page: JsonObject
    items: list[JsonObject]


def sniff(document: Document) -> bool:
    """Whether there are messages or sentences, a page of them, or what Conversational Intelligence says besides."""
    first = first_fields(document)
    listed = next((first[key] for key in ("messages", "sentences") if isinstance(first.get(key), list)), [first])
    inside = listed[0] if listed and isinstance(listed[0], dict) else {}
    return _is_message(inside) or _is_sentence(inside) or str(first.get("url")).startswith(_INTELLIGENCE)


def _is_message(fields: dict[str, Any]) -> bool:
    return "body" in fields and any(key in fields for key in _CONVERSATION)


def _is_sentence(fields: dict[str, Any]) -> bool:
    return "transcript" in fields and bool({"media_channel", "mediaChannel"} & fields.keys())


def read(document: Document) -> Iterator[Transcript]:
    """One transcript a conversation, whose messages may be on several pages, and one a call.

    Raises:
        UnsupportedFormat: the file is about a transcript, or holds an encrypted one, and no words.
    """
    conversations: dict[str, _Listing] = {}
    calls: dict[str, _Listing] = {}
    for value, where in records_in(document):
        with document.at(where):
            page = JsonObject(value)
            for message in _items(page, "messages", alone=_is_message(value)):
                conversations.setdefault(message.needed_text(*_CONVERSATION), _Listing(page, [])).items.append(message)
            for sentence in _items(page, "sentences", alone=_is_sentence(value)):
                calls.setdefault(_call_of(sentence, page), _Listing(page, [])).items.append(sentence)
            if (meta := page.object("meta")) is not None:
                meta.skip("next_page_url", "nextPageUrl")
    if not conversations and not calls:
        raise UnsupportedFormat(_SEALED if "location" in first_fields(document) else _NO_SENTENCES)
    for name, listing in conversations.items():
        with document.at(name):
            yield _conversation(name, listing, document)
    for name, listing in calls.items():
        with document.at(name):
            yield _call(name, listing, document)


def _items(page: JsonObject, kind: str, *, alone: bool) -> list[JsonObject]:
    """What a page lists, or the record itself where each is one."""
    return [page] if alone else page.objects(kind, keep=False)


def _call_of(sentence: JsonObject, page: JsonObject) -> str:
    """The id of the call that a sentence is of; empty where nothing says it."""
    meta = page.object("meta") or JsonObject({})
    found = _CALL_SID.search(f"{page.text('sid')} {page.text('url')} {meta.text('url')}")
    return sentence.text(*_CALL) or (found[0] if found else "")


def _conversation(name: str, listing: _Listing, document: Document) -> Transcript:
    messages = sorted(listing.items, key=lambda message: number_of(message, "index") or 0.0)
    turns = [turn for message in messages for turn in _turns(message, name, document)]
    return Transcript(
        id=name,
        channel=document.options.channel or "chat",
        turns=tuple(turns),
        participants=tuple(_people(turns)),
        metadata=_metadata(listing, "messages", messages),
        warnings=() if document.options.channel else ("the channel is not stated: read as chat",),
    )


def _turns(message: JsonObject, conversation: str, document: Document) -> Iterator[Turn]:
    """What a message says, and the files that it brings."""
    author = message.text("author", "from")
    turn = Turn(
        role=_role(author, conversation, document.options.roles),
        text=(message.text("body") or "").strip(),
        speaker=author,
        at=instant_of(message, "date_created", "dateCreated", "timestamp", warn=document.warn),
    )
    files = ", ".join(file.text("filename", "content_type", "contentType") or "?" for file in message.objects("media"))
    if turn.text or not files:
        yield turn
    if files:
        yield turn.model_copy(update={"text": files, "kind": "event", "event": "attachment"})


def _role(author: str | None, conversation: str, roles: RoleMapping) -> Role:
    """A bot where the service itself is the author, a customer where an address is; an identity can be anybody's."""
    if author in ("system", conversation):
        return "bot"
    if author is None or roles.role_of(author):
        return "unknown"
    return "customer" if _ADDRESS.fullmatch(author) else role_of_label(author) or "unknown"


def _people(turns: list[Turn]) -> Iterator[Participant]:
    for speaker, role in {turn.speaker: turn.role for turn in turns if turn.speaker}.items():
        phone = speaker.partition(":")[2] or speaker
        is_phone = bool(_ADDRESS.fullmatch(speaker)) and phone.lstrip("+").isdigit()
        yield Participant(id=speaker, role=role, phone=phone if is_phone else None)


def _call(name: str, listing: _Listing, document: Document) -> Transcript:
    sentences = sorted(
        listing.items, key=lambda sentence: number_of(sentence, "sentence_index", "sentenceIndex") or 0.0
    )
    parties = _parties(listing.page, document.options.roles)
    language = language_tag(listing.page.text("language_code", "languageCode"))
    spoken = recording(
        document,
        [_piece(sentence) for sentence in sentences],
        source=listing.page,
        name=name or None,
        language=language,
    )
    named = {turn.speaker or "": parties.get(turn.speaker or "") for turn in spoken.turns}
    turns = [party.says(turn) if (party := named[turn.speaker or ""]) else turn for turn in spoken.turns]
    return spoken.model_copy(
        update={
            "turns": tuple(turns),
            "participants": tuple(party.who for party in parties.values()),
            "started_at": instant_of(listing.page, "media_start_time", "mediaStartTime", warn=document.warn),
            "metadata": _metadata(listing, "sentences", sentences),
        }
    )


def _piece(sentence: JsonObject) -> Piece:
    sentence.skip("words")
    return Piece(
        text=sentence.needed_text("transcript"),
        speaker=numbered("channel", sentence.label("media_channel") or sentence.label("mediaChannel")),
        start=seconds_of(sentence, "start_time", "startTime"),
        end=seconds_of(sentence, "end_time", "endTime"),
        confidence=share_of(sentence, "confidence"),
    )


def _parties(page: JsonObject, roles: RoleMapping) -> dict[str, Party]:
    """Who speaks on which channel, where the record of the transcript says so."""
    channel = page.object("channel")
    parties: dict[str, Party] = {}
    for person in channel.objects("participants") if channel else ():
        number = person.label("channel_participant") or person.label("channelParticipant") or str(len(parties) + 1)
        label = f"channel {number}"
        name = person.text("full_name", "fullName")
        stated = role_of_label(person.text("role") or "")
        mapped = roles.role_of(name, label)
        who = Participant(
            id=f"{name} ({label})" if name in [party.who.id for party in parties.values()] else name or label,
            role=stated or mapped or "unknown",
            name=name,
            email=person.text("email"),
            key=label if name else None,
        )
        parties[label] = Party(who, "source" if stated else "mapping" if mapped else None)
    return parties


def _metadata(listing: _Listing, kind: str, items: list[JsonObject]) -> dict[str, Any]:
    rests = [item.rest for item in items]
    listed = {kind: rests} if any(rests) else {}
    return listed if listing.page in items else {**listing.page.rest, **listed}
