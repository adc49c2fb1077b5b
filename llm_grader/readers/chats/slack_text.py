"""Slack's own markup in plain words: `<@U…>`, `<#C…|name>`, `<https://…|label>`, `&lt;`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from llm_grader.readers.roles.parties import Party
from llm_grader.readers.source.json_object import JsonObject

_MARKUP = re.compile(r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>")

_PARAGRAPHS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
_MARKS = {
    "user": ("user_id", "<@{}>"),
    "usergroup": ("usergroup_id", "<!subteam^{}>"),
    "channel": ("channel_id", "<#{}>"),
    "broadcast": ("range", "<!{}>"),
    "emoji": ("name", ":{}:"),
    "date": ("fallback", "{}"),
}
"""The kinds of elements that stand for something: the field that says what, and how it is written in texts."""


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
    """What a message says: its text, or that of attachments and blocks which apps write in its place or below it."""
    text = (message.text("text") or "").strip()
    if not text:
        text = "\n".join(_of_attachments(message)).strip()
    blocks = list(_of_blocks(message, rich=not text))
    new = [block for block in blocks if _letters(block) not in _letters(text)]
    return "\n".join(filter(None, (text, *new))).strip()


def _letters(text: str) -> str:
    """The letters of a text alone: blocks repeat it with other marks and blanks."""
    return "".join(filter(str.isalnum, html.unescape(text))).casefold()


def _of_attachments(message: JsonObject) -> Iterator[str]:
    for attachment in message.objects("attachments"):
        parts = [attachment.text(key) for key in ("pretext", "title", "text")]
        lines = [part for part in parts if part] or [attachment.text("fallback") or ""]
        yield "\n".join(lines)


def _of_blocks(message: JsonObject, *, rich: bool) -> Iterator[str]:
    """The text of each block; those of `rich_text` only repeat the text where there is one."""
    for block in message.objects("blocks", keep=False):
        if block.value("type") == "rich_text" and not rich:
            continue
        parts = (text for key in ("text", "title", "fields", "elements") for text in _texts(block.value(key)))
        yield "\n".join(filter(str.strip, parts))


def _texts(value: Any) -> Iterator[str]:
    """The texts at any depth of a block."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        between = "\n" if any(_is_paragraph(part) for part in value) else ""
        joined = between.join(text for part in value for text in _texts(part))
        yield from [joined] if joined else []
    elif isinstance(value, dict):
        yield from _of_element(value)


def _is_paragraph(value: Any) -> bool:
    """Whether an element stands on lines of its own."""
    return isinstance(value, dict) and value.get("type") in (*_PARAGRAPHS, "mrkdwn", "plain_text")


def _of_element(element: dict[str, Any]) -> Iterator[str]:
    """An element in Slack's own markup, as it stands in texts."""
    kind = str(element.get("type"))
    if kind in _MARKS and isinstance(target := element.get(_MARKS[kind][0]), str):
        yield _MARKS[kind][1].format(target)
    elif kind == "link" and isinstance(url := element.get("url"), str):
        label = element.get("text")
        yield f"<{url}|{label}>" if isinstance(label, str) and label else f"<{url}>"
    elif kind == "text" and isinstance(text := element.get("text"), str):
        yield html.escape(text, quote=False)
    else:
        for key in ("text", "elements"):
            yield from _texts(element.get(key))
