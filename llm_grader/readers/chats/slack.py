"""Slack: an export's people, channels and days, put together into conversations across its files.

A thread is a conversation. What a channel's people write outside of threads is one conversation too, since nothing says
where in it one ends. Which channel a day is of, only the folder of its file says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.chats.slack_text import mentioned_in, plain_words, text_of
from llm_grader.readers.roles.parties import Party
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.readers.source.json_object import JsonObject, records_in
from llm_grader.readers.source.times import instant
from llm_grader.transcript import Participant, RoleSource, Transcript, Turn

NAME = "slack"

_PERSON = re.compile(r"[UW][A-Z0-9]{5,}")
_SLACKBOT = "USLACKBOT"
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{5,}")
_EMPTY_LISTS = ("channels", "groups", "dms", "mpims", "integration_logs", "canvases", "file_conversations")
_WRITTEN = (None, "bot_message", "file_share", "me_message", "reply_broadcast", "thread_broadcast", "file_comment")
_NO_DAYS = "people and channels without any day: read the whole export, a folder or its zip file"
_REPEATED = (
    *("blocks", "bot_profile", "client_msg_id", "latest_reply", "parent_user_id", "replies", "reply_users"),
    *("reply_users_count", "source_team", "subscribed", "team", "type", "upload", "user_profile", "user_team"),
)


class _Person(NamedTuple):
    """Somebody of `users.json`, or whom a message names who is not in it; `name` is what others see."""

    id: str
    name: str
    real_name: str | None = None
    email: str | None = None
    is_bot: bool = False
    source: str = ""


class _Channel(NamedTuple):
    """A channel: the name of its folder, and what else is said about it."""

    folder: str
    about: dict[str, Any]
    source: str


class _Message(NamedTuple):
    """One message, its text as exported; `ts` is its name in the channel, `thread` is empty outside of threads."""

    folder: PurePath
    ts: str
    at: datetime
    thread: str
    author: _Person | None
    text: str
    event: str | None
    files: str
    rest: dict[str, Any]


Piece = _Person | _Channel | _Message


def sniff(document: Document) -> bool:
    """Whether these are an export's messages, people, channels or its log of apps."""
    return _kind(document) is not None


def _kind(document: Document) -> str | None:
    if document.stem in _EMPTY_LISTS and document.head.split() == ["[]"]:  # which says nothing itself
        return "log"
    first = document.json.first
    if not isinstance(first, dict):
        return None
    name = str(first.get("id"))
    if first.get("type") == "message" and isinstance(first.get("ts"), str):
        return "message"
    if _PERSON.fullmatch(name) and "profile" in first:
        return "person"
    if _CHANNEL.fullmatch(name) and "members" in first:
        return "channel"
    return "log" if {"change_type", "user_id"} <= first.keys() else None


def pieces(document: Document) -> Iterator[Piece]:
    """What a file of an export says; of the log of apps only that it is there, as it tells no conversation."""
    kind = _kind(document)
    if kind is None:
        raise MalformedInput("expected a file of a Slack export: messages of a day, users.json or channels.json")
    if kind == "log":
        yield _Channel("", {}, document.name)
        return
    for value, where in records_in(document):
        with document.at(where):
            record = JsonObject(value)
            if kind == "person":
                yield _person(record, document.name)
            elif kind == "channel":
                name = record.text("name") or record.needed_text("id")
                record.skip("members", "created", "creator")
                yield _Channel(name, record.rest, document.name)
            else:
                yield _message(record, document)


def _person(record: JsonObject, source: str) -> _Person:
    profile = record.object("profile") or JsonObject({})
    real_name = profile.text("real_name") or record.text("real_name") or None
    names = (profile.text("display_name"), real_name, record.text("name"))
    name = record.needed_text("id")
    is_bot = record.value("is_bot") is True or name == _SLACKBOT
    return _Person(name, next(filter(None, names), name), real_name, profile.text("email"), is_bot, source)


def _message(record: JsonObject, document: Document) -> _Message:
    ts = record.needed_text("ts")
    at, _ = instant(ts)
    if at is None:
        raise record.wrong("ts", "seconds since 1970")
    subtype = record.text("subtype")
    files = ", ".join(file.text("name", "title") or "?" for file in record.objects("files"))
    message = _Message(
        folder=PurePath(document.name).parent,
        ts=ts,
        at=at,
        thread=record.text("thread_ts") or "",
        author=_author(record),
        text=text_of(record),
        event=None if subtype in _WRITTEN else subtype,
        files=files,
        rest={},
    )
    record.skip(*_REPEATED)
    return message._replace(rest=record.rest)


def _author(record: JsonObject) -> _Person | None:
    """Who a message names as its author; people whom the export does not list have their name here only."""
    profile = record.object("user_profile") or record.object("bot_profile") or JsonObject({})
    real_name = profile.text("real_name") or None
    named = record.text("username") or profile.text("display_name") or real_name or profile.text("name")
    user, bot = record.text("user"), record.text("bot_id")
    is_bot = bot is not None or record.text("subtype") == "bot_message" or user == _SLACKBOT
    name = user or bot or named
    return _Person(name, named or name, real_name, is_bot=is_bot) if name else None


def join(pieces: Iterable[Piece], options: Options) -> Iterator[Transcript]:
    """The conversations of all channels."""
    people: dict[str, _Person] = {}
    channels: dict[str, _Channel] = {}
    days: dict[PurePath, dict[tuple[str, str], _Message]] = defaultdict(dict)
    for piece in pieces:
        if isinstance(piece, _Person):
            people[piece.id] = piece
        elif isinstance(piece, _Channel):
            channels[piece.folder] = piece
        else:
            # a reply that is shown in the channel as well may be exported twice
            days[piece.folder].setdefault((piece.ts, piece.author.id if piece.author else ""), piece)
    if not days and (people or channels):
        sources = [*(person.source for person in people.values()), *(channel.source for channel in channels.values())]
        options.report(MalformedInput(_NO_DAYS, path=sources[0]))
    authors = {author.id: author for day in days.values() for message in day.values() if (author := message.author)}
    mentioned = (mention for day in days.values() for message in day.values() for mention in mentioned_in(message.text))
    others = {key: _Person(key, label) for key, label in mentioned if label and key not in {*authors, *people}}
    cast = _cast({**authors, **people, **others}.values(), options.roles)
    missing = len(authors.keys() - people.keys() - {name for name, author in authors.items() if author.is_bot})
    warnings = [f"{missing} people are not in users.json of the export"] if missing else []
    for folder, messages in days.items():
        yield from _of_channel(folder, list(messages.values()), channels.get(folder.name), cast=cast, warnings=warnings)


def _cast(people: Iterable[_Person], roles: RoleMapping) -> dict[str, Party]:
    """Everybody by id, called by a name that nobody else has."""
    cast: dict[str, Party] = {}
    taken: set[str] = set()
    for person in people:
        called = f"{person.name} ({person.id})" if person.name in taken else person.name
        taken.add(called)
        mapped = roles.role_of(person.name, person.real_name, person.id, person.email)
        source: RoleSource | None = "mapping" if mapped else "source" if person.is_bot else None
        role = mapped or ("bot" if person.is_bot else "unknown")
        named = person.real_name or person.name
        key = person.id if person.id != called else None
        cast[person.id] = Party(Participant(id=called, role=role, name=named, email=person.email, key=key), source)
    return cast


def _of_channel(
    folder: PurePath,
    messages: Sequence[_Message],
    channel: _Channel | None,
    *,
    cast: Mapping[str, Party],
    warnings: Sequence[str],
) -> Iterator[Transcript]:
    threads: dict[str, list[_Message]] = defaultdict(list)
    for message in sorted(messages, key=lambda message: message.at):
        threads[message.thread].append(message)
    loose = threads.get("", [])
    notices = list(warnings)
    if len(threads) > 1 and loose and all(message.event for message in loose):
        notices.append(f"{len(loose)} events of the channel belong to no thread and were left out")
        del threads[""]
    name = folder.name or "channel"
    for thread, several in threads.items():
        turns = tuple(turn for message in several for turn in _turns(message, cast))
        present = {message.author.id for message in several if message.author}
        present |= {key for message in several for key, _ in mentioned_in(message.text)}
        about = {"channel": channel.about if channel else {}, "messages": _rests(several)}
        yield Transcript(
            id=f"{name}-{thread}" if thread else name,
            channel="chat",
            turns=turns,
            participants=tuple(party.who for key, party in cast.items() if key in present),
            metadata={key: value for key, value in about.items() if value},
            warnings=tuple(notices),
        )


def _rests(messages: Sequence[_Message]) -> list[dict[str, Any]]:
    rests = [message.rest for message in messages]
    return rests if any(rests) else []


def _turns(message: _Message, cast: Mapping[str, Party]) -> Iterator[Turn]:
    """What a message says, and the files that it brings."""
    turn = Turn(
        role="system" if message.author is None else "unknown",
        text=plain_words(message.text, cast),
        at=message.at,
        kind="event" if message.event else "message",
        event=message.event,
    )
    turn = cast[message.author.id].says(turn) if message.author else turn
    if turn.text or not message.files:
        yield turn
    if message.files:
        yield turn.model_copy(update={"text": message.files, "kind": "event", "event": "attachment"})
