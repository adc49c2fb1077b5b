"""Text of a tree of nodes, as Atlassian's editor keeps what is written in it (ADF)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

_LONGEST_TIME = 13
_SHOWN = ("text", "shortName", "title", "url", "alt")
_LINES = ("paragraph", "heading", "codeBlock", "caption", "taskItem", "decisionItem")


def is_document(value: Any) -> bool:
    """Whether a value is a tree of nodes: an object that says that it is one."""
    return isinstance(value, dict) and value.get("type") == "doc"


def text_of_nodes(node: Any) -> str:
    """What a tree says, one paragraph, list item or row of a table on a line of its own.

    A list item begins with a dash, cells of a row stand between bars, and what is no text by itself is what the editor
    shows for it: the name of a mention, the address of a card, the word of an emoji.
    """
    return "\n".join(_lines(node)).strip()


def _lines(node: Any) -> Iterator[str]:
    """The lines of a node that is a block, or holds blocks."""
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind == "tableRow":
        yield " | ".join(" ".join(_below(cell)) for cell in _children(node))
    elif kind in ("bulletList", "orderedList"):
        yield from _items(node, numbered=kind == "orderedList")
    elif kind in _LINES:
        yield from _inline(node).split("\n")
    else:
        if alone := _shown(node):
            yield alone
        yield from _below(node)


def _below(node: Any) -> Iterator[str]:
    for child in _children(node):
        yield from _lines(child)


def _items(node: Any, *, numbered: bool) -> Iterator[str]:
    """The lines of a list, each item after its dash or its number."""
    for number, item in enumerate(_children(node), 1):
        first, *more = [*_below(item)] or [""]
        yield f"{number}. {first}" if numbered else f"- {first}"
        yield from more


def _inline(node: Any) -> str:
    """What a node of a line says."""
    if not isinstance(node, dict):
        return ""
    if node.get("type") == "hardBreak":
        return "\n"
    return _shown(node) + "".join(_inline(child) for child in _children(node))


def _shown(node: Mapping[str, Any]) -> str:
    """What a node shows by itself: its own text, or that of its attributes."""
    if isinstance(text := node.get("text"), str):
        return text
    attributes = node.get("attrs")
    if not isinstance(attributes, dict):
        return ""
    if node.get("type") == "date" and isinstance(day := attributes.get("timestamp"), (str, int)):
        return _day(str(day))
    return next((part for name in _SHOWN if isinstance(part := attributes.get(name), str) and part), "")


def _day(milliseconds: str) -> str:
    """The day of a date, as ISO writes it; what is no time of this era stays as it is written."""
    if not milliseconds.isdecimal() or len(milliseconds) > _LONGEST_TIME:
        return milliseconds
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).date().isoformat()


def _children(node: Any) -> list[Any]:
    found = node.get("content") if isinstance(node, dict) else None
    return found if isinstance(found, list) else []
