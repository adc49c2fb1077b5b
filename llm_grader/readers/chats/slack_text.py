"""Slack's own markup in plain words: `<@U…>`, `<#C…|name>`, `<https://…|label>`, `&lt;`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llm_grader.readers.roles.parties import Party
from llm_grader.readers.source.json_object import JsonObject

_MARKUP = re.compile(r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>")


def plain_words(text: str, cast: Mapping[str, Party]) -> str:
    """The text as its readers saw it.

    Args:
        text: a message as it is exported.
        cast: people by their ids.
    """

    def word(found: re.Match[str]) -> str:
        return _word(found[1], found[2], found[3] or "", cast)

    # the characters of the markup are written as entities in what people type, so that these come last
    return html.unescape(_MARKUP.sub(word, text)) if "<" in text or "&" in text else text


def mentioned_in(text: str) -> Iterator[tuple[str, str]]:
    """The ids of people whom a message, as it is exported, mentions, each with the name beside it or an empty one."""
    return ((found[2], found[3] or "") for found in _MARKUP.finditer(text) if found[1] == "@")


def _word(mark: str, target: str, label: str, cast: Mapping[str, Party]) -> str:
    if mark == "@":
        return f"@{cast[target].who.id if target in cast else label or target}"
    if mark == "#":
        return f"#{label or target}"
    if mark == "!":
        return label or f"@{target.partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    same = not label or label in (address, address.partition("://")[2])
    return address if same else f"{label} ({address})"


def text_of(message: JsonObject) -> str:
    """What a message says: its text, else that of the attachments and blocks which apps write in its place."""
    text = message.text("text") or ""
    ways: tuple[Callable[[JsonObject], Iterator[str]], ...] = (_of_attachments, _of_blocks)
    for way in () if text.strip() else ways:
        text = text or "\n".join(way(message))
    return text.strip()


def _of_attachments(message: JsonObject) -> Iterator[str]:
    for each in message.objects("attachments"):
        parts = [each.text(key) for key in ("pretext", "title", "text")]
        told = [part for part in parts if part] or [each.text("fallback") or ""]
        yield "\n".join(told)


def _of_blocks(message: JsonObject) -> Iterator[str]:
    for block in message.objects("blocks", keep=False):
        yield from _texts(block.value("text"))
        for key in ("fields", "elements"):
            yield from _texts(block.value(key))


def _texts(value: Any) -> Iterator[str]:
    """The texts at any depth of a block."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        joined = "".join(text for each in value for text in _texts(each))
        yield from [joined] if joined else []
    elif isinstance(value, dict):
        for key in ("text", "elements"):
            yield from _texts(value.get(key))
