"""Conversations with language models: OpenAI `messages` (role, content) and ShareGPT (from, value).

An assistant is a bot, which is not graded as the agent; where it stands for one, the role mapping says so
(`--agent assistant`). System prompts are notes, tools and their calls are events: the user sees none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Role, Transcript, Turn

NAME = "messages"

_LISTS = ("messages", "conversations", "conversation")
_ROLES: dict[str, Role] = {
    "human": "customer",
    "gpt": "bot",
    "chatgpt": "bot",
    "model": "bot",
    "developer": "system",
    "tool": "system",
    "function": "system",
    "observation": "system",
    "function_call": "system",
}
_TOOLS = {"tool": "tool", "function": "tool", "observation": "tool", "function_call": "tool_call"}
_TOOL_PARTS = {"tool_use": "tool_call", "server_tool_use": "tool_call", "tool_result": "tool"}
_READ_AS_BOT = "the assistant was read as a bot, which is not graded; if it is the agent, name it as one"


def sniff(document: Document) -> bool:
    """Whether the first record is a message, or the first with anything in its list holds a list of them."""
    if _is_message(first_fields(document)):
        return True
    begun = (value for value in document.json.beginnings if isinstance(value, dict) and not _is_empty(value))
    return _list_in(next(begun, {})) is not None


def _is_empty(fields: dict[str, Any]) -> bool:
    """Whether nobody has written yet in a conversation."""
    return any(key in fields and fields[key] in ([], None) for key in _LISTS)


def _list_in(fields: dict[str, Any]) -> str | None:
    """The field that holds the messages."""
    for key in _LISTS:
        listed = fields.get(key)
        if isinstance(listed, list) and listed and _is_message(listed[0]):
            return key
    return None


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("role"), str):
        return "content" in value or "tool_calls" in value
    return isinstance(value.get("from"), str) and "value" in value


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a record, or one of the whole file where each record is a message."""
    if _is_message(first_fields(document)):
        with document.at(""):
            yield _conversation(JsonObject({"messages": [value for value, _ in document.json.records()]}), document)
        return
    yield from read_each(document, _conversation)


def _conversation(record: JsonObject, document: Document) -> Transcript:
    key = next((key for key in _LISTS if key in record), _LISTS[0])
    if key not in record:
        raise record.wrong(key, "a list of messages")
    messages = record.objects(key)
    turns = [turn for message in messages for turn in _turns(message, document.options.roles)]
    parts = [part for message in messages for part in _parts(message) if not _tool_in(part)]
    no_text = sum(part.text("text", "refusal") is None for part in parts)
    warnings = (
        "" if document.options.channel else "the channel is not stated: read as chat",
        _READ_AS_BOT if any(turn.role == "bot" for turn in turns) else "",
        f"{no_text} parts of messages are no text and were left out" if no_text else "",
    )
    return Transcript(
        id=record.label("id") or record.label("conversation_id") or document.new_id(),
        channel=document.options.channel or "chat",
        turns=tuple(turns),
        metadata=record.rest,
        warnings=tuple(filter(None, warnings)),
    )


def _turns(message: JsonObject, roles: RoleMapping) -> Iterator[Turn]:
    """What is said in a message, and the tools that it calls."""
    word = message.needed_text("role", "from")
    stated = None if roles.role_of(word) else _ROLES.get(word.casefold()) or role_of_label(word)
    turn = Turn(role=stated or "unknown", text=_text(message), speaker=word)
    calls = message.objects("tool_calls")
    tools = [_of_tool(part, turn) for part in _parts(message) if _tool_in(part)]
    yield from (found for found in tools if found.event == "tool")  # what one answered comes before what is said of it
    if turn.text or not (calls or tools):
        yield turn.model_copy(update=_hidden(word, stated))
    yield from (found for found in tools if found.event != "tool")
    for call in calls:
        function = call.object("function") or call
        words = f"{function.label('name') or '?'} {function.label('arguments') or ''}".strip()
        yield turn.model_copy(update={"text": words, "kind": "event", "visibility": "internal", "event": "tool_call"})


def _tool_in(part: JsonObject) -> str | None:
    """The event that a part of a content is, which asks a tool or gives what one answered; None for what is said."""
    kind = part.value("type")
    event = _TOOL_PARTS.get(kind) if isinstance(kind, str) else None
    if event is None and "text" not in part:
        part.leave("type")
    return event


def _of_tool(part: JsonObject, turn: Turn) -> Turn:
    """What was asked of a tool, by whoever speaks, or what it answered, which nobody says."""
    event = _tool_in(part)
    hidden = {"kind": "event", "visibility": "internal", "event": event}
    if event == "tool_call":
        asked = part.value("input")
        words = f"{part.text('name') or '?'} {'' if asked is None else json.dumps(asked, ensure_ascii=False)}".strip()
        return turn.model_copy(update={**hidden, "text": words})
    answer = part.value("content")
    texts = [text for found in answer if (text := _said_in(found))] if isinstance(answer, list) else [answer or ""]
    return turn.model_copy(update={**hidden, "text": "\n".join(map(str, texts)), "role": "system", "speaker": "tool"})


def _said_in(part: Any) -> str | None:
    text = part.get("text") if isinstance(part, dict) else None
    return text if isinstance(text, str) else None


def _hidden(word: str, stated: Role | None) -> dict[str, str]:
    """How what the user does not see is marked."""
    if word.casefold() in _TOOLS:
        return {"kind": "event", "visibility": "internal", "event": _TOOLS[word.casefold()]}
    return {"kind": "note", "visibility": "internal"} if stated == "system" else {}


def _text(message: JsonObject) -> str:
    if "value" in message:
        return message.needed_text("value").strip()
    if parts := _parts(message):
        return "\n".join(filter(None, (part.text("text", "refusal") for part in parts))).strip()
    return (message.text("content", "refusal") or "").strip()


def _parts(message: JsonObject) -> list[JsonObject]:
    """The parts of a content that is a list."""
    parts = message.objects("content") if isinstance(message.value("content"), list) else []
    for part in parts:
        if "text" in part:
            part.skip("type")
    return parts
