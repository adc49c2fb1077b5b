"""What happened in a ticket of Zendesk: comments, and the changes that audits and ticket events tell of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from llm_grader.readers.desks.chat_log import ChatLog, read_chat_log
from llm_grader.readers.desks.help_desk import (
    event_turn,
    file_names,
    flag,
    message_turn,
    moment,
    written,
)
from llm_grader.readers.desks.zendesk_changes import Past, Scene, Update, change_events, changes_of, kind_of
from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.transcript import Role, Turn

CHATS = frozenset({"chat", "chat_transcript", "native_messaging", "messaging", "line", "instagram_dm", "wechat"})
CHATS |= {"whatsapp", "telegram", "facebook_messenger", "twitter_dm", "sms", "viber", "apple"}
"""Channels (`via.channel`) on which people chat."""

_REPEATED = frozenset(("html_body", "plain_body", "body", "author_id", "created_at", "public", "via", "attachments"))
_REPEATED |= {"type", "event_type", "audit_id", "metadata"}
_SYSTEM = ("-1", "0")  # the ids under which Zendesk itself writes: triggers, automations
_COMMENTS = ("Comment", "VoiceComment")
_SIDES: dict[str, Role] = {"end-user": "customer", "agent": "agent", "trigger": "bot", "system": "system"}


def read_history(comments: Sequence[JsonObject], updates: Sequence[Update], scene: Scene) -> tuple[list[Turn], Past]:
    """The turns of a ticket, comments first, and what else they tell."""
    past = Past()
    for update in updates:
        _look_ahead(update.events, past)
    for comment in comments:
        past.with_comment.add(comment.label("audit_id") or "")
        comment.leave("audit_id")
    turns = [turn for comment in comments for turn in _comment(comment, None, scene, past)]
    for update in updates:
        turns += _of_audit(update, scene, past)
    return turns, past


def _look_ahead(events: Sequence[JsonObject], past: Past) -> None:
    """What a later update says about an earlier one: comments made private, and chats told message by message."""
    for event in events:
        kind = kind_of(event)
        if kind == "CommentPrivacyChange" and (comment := event.label("comment_id")):
            past.private[comment] = flag(event, "public") is False
        past.has_chat = past.has_chat or bool(_history_of(event, kind))
        event.leave("comment_id", "public", "value")


def _history_of(event: JsonObject, kind: str) -> list[Any]:
    value = event.value("value") if kind.startswith("Chat") else None
    history = value.get("history") if isinstance(value, dict) else None
    return history if isinstance(history, list) else []


def _of_audit(update: Update, scene: Scene, past: Past) -> Iterator[Turn]:
    """One update: what was said first, then what was changed."""
    past.audited = True
    audit = update.fields
    at = moment(audit, "created_at", "timestamp", document=scene.document)
    author = next((who for key in ("author_id", "updater_id") if (who := audit.label(key))), None)
    by = scene.cast.says(author) if author and author not in _SYSTEM else None
    is_repeated = audit.label("id") in past.with_comment
    changes: dict[str, tuple[str | None, str | None]] = {}
    for event in update.events:
        kind = kind_of(event)
        if kind in _COMMENTS and is_repeated:
            event.skip(*_REPEATED)
        elif kind in _COMMENTS:
            yield from _comment(event, (author, at), scene, past)
        elif kind == "SatisfactionRating":
            words = filter(None, (event.label("score"), event.text("body", "comment")))
            yield event_turn("rating", ": ".join(words), at, by)
        elif history := _history_of(event, kind):
            event.skip("value")
            for number, entry in enumerate(history):
                yield from _chat_entry(JsonObject(entry, f"history[{number}]"), scene)
        else:
            changes |= changes_of(event)
    yield from change_events(changes, at, by, scene=scene, past=past)


def via_of(fields: JsonObject) -> str | None:
    """The channel that a ticket or comment came through, in Zendesk's words."""
    via = fields.value("via")
    fields.leave("via")
    channel = via.get("channel") if isinstance(via, dict) else None
    return channel if isinstance(channel, str) else None


def _is_merge(fields: JsonObject) -> bool:
    """Whether Zendesk wrote the comment in an agent's name when it merged another ticket into this one."""
    via = fields.value("via")
    fields.leave("via")
    source = via.get("source") if isinstance(via, dict) else None
    return isinstance(source, dict) and source.get("rel") == "merge"


def _comment(
    fields: JsonObject, by_audit: tuple[str | None, datetime | None] | None, scene: Scene, past: Past
) -> Iterator[Turn]:
    """A comment as what was said, a chat pasted into it as its lines, a call as an event with its transcription.

    Args:
        fields: the comment.
        by_audit: its author and time as the audit around it has them.
        scene: who and where.
        past: the comments read before; one that is there already is left out.
    """
    number = fields.label("id")
    fields.leave("id")
    text = written(fields.text("html_body"), fields.text("plain_body", "body"))
    fields.skip("html_body", "plain_body", "body")
    if number is not None and number in past.read:
        fields.skip(*_REPEATED)  # an audit tells a comment again
        return
    past.read.add(number or "")
    author = fields.label("author_id") or (by_audit[0] if by_audit else None)
    at = moment(fields, "created_at", document=scene.document) or (by_audit[1] if by_audit else None)
    log = read_chat_log(text) if scene.channel == "chat" or via_of(fields) in CHATS else None
    if log is not None:
        yield from _chat(log, at, scene, repeated=past.has_chat)
    else:
        private = past.private.get(number or "", False)
        yield from _body(fields, text, at, author=author, private=private, scene=scene)


def _body(
    fields: JsonObject, text: str, at: datetime | None, *, author: str | None, private: bool, scene: Scene
) -> Iterator[Turn]:
    """What a person or Zendesk says in a comment: a message or a note, an event where nobody wrote it.

    A rule, such as a trigger, writes in the name of an agent.
    """
    machine = author in _SYSTEM or via_of(fields) == "rule"
    author = None if machine else author
    public = _is_public(fields, author, scene) and not private
    if machine:
        by = scene.cast.says(None, "bot" if public else "system")
    else:
        by = scene.cast.says(author, None if public or author is None else _writer_of_note(author, scene))
    if _is_merge(fields):
        yield event_turn("merge", text, at, by)
        return
    if fields.value("type", "event_type") == "VoiceComment":
        spoken = _transcribed(fields)
        # the words of both sides are nobody's; a voice mail is its author's
        both = spoken if by["role"] != "customer" else ""
        yield event_turn("call", "\n\n".join(filter(None, (text, both))), at, by)
        text = "" if both else spoken
    if text:
        yield message_turn(text, at, by, channel=scene.channel, public=public)
    elif files := file_names(fields, "attachments", "file_name"):
        yield event_turn("attachment", files, at, by)


def _is_public(fields: JsonObject, author: str | None, scene: Scene) -> bool:
    public = flag(fields, "public")
    if public is None:
        public = flag(fields, "comment_public")
    if public is None and author is not None and scene.cast.says(author)["role"] == "customer":
        return True
    if public is None:
        scene.warnings.append("a comment that does not say whether the customer sees it was read as a note")
    return bool(public)


def _writer_of_note(author: str, scene: Scene) -> Role | None:
    """Who writes a note and is not known otherwise is an agent: nobody else can."""
    return "agent" if scene.cast.says(author)["role"] == "unknown" else None


def _transcribed(fields: JsonObject) -> str:
    """What was said on a voice mail or call, where it was transcribed."""
    data = fields.object("data")
    return (data.text("transcription_text") or "").strip() if data else ""


def _chat(log: ChatLog, at: datetime | None, scene: Scene, *, repeated: bool) -> Iterator[Turn]:
    """A chat in a comment. The customer saw its lines, also where the comment that keeps them is internal."""
    if repeated:
        scene.warnings.append("comments that repeat the messages of a chat were left out")
        return
    if log.heading:
        yield event_turn("chat", log.heading, at)
    for start, clock, who, text in log.lines:
        if who is None or not text:
            event = event_turn("chat", text or f"{who}: (nothing)", None)
            yield event.model_copy(update={"start": start, "clock": clock})
            continue
        by = scene.cast.says(scene.cast.called(who), stated_role(who, scene.document.options.roles))
        yield Turn(text=text, start=start, clock=clock, **by)


def _chat_entry(entry: JsonObject, scene: Scene) -> Iterator[Turn]:
    """One entry of a chat as its audit tells it."""
    at = moment(entry, "timestamp", "created_at", document=scene.document)
    name = entry.text("actor_name", "name")
    key = entry.label("actor_id")
    key = scene.cast.called(name) if name else None if key in _SYSTEM else key
    by = scene.cast.says(key, _SIDES.get(entry.text("actor_type") or ""))
    text = entry.text("message", "body")
    kind = entry.text("type") or "chat"
    if text and text.strip() and "Message" in kind:
        yield Turn(text=text.strip(), at=at, **by)
    else:
        yield event_turn("chat", " ".join(filter(None, (kind, text))), at, by)
