"""JSON as export files hold it: one document, a list of records, or one record a line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from pydantic_core import from_json

from llm_grader.errors import MalformedInput

_JSON_START = re.compile(r"\s*(?:\{|\[\s*[\[{\"])")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)

_NOT_FINITE = re.compile(r"NaN|Infinity")

NOT_FINITE = "numbers that are NaN or infinite were read as missing"
"""The warning of a file with such numbers."""


class Record(NamedTuple):
    """One JSON value and where it stands: `line 3`, `item 2`, or the empty string for a whole document."""

    value: Any
    where: str


def parse_json(text: str) -> Any:
    """The value of one JSON text, bounded in depth (200) and free of NaN, infinity and repeated keys.

    Half of a surrogate pair cannot be text; `replace_lone_surrogates` comes first where it must not stop the reading.

    Raises:
        MalformedInput: with the line and column at which the text stops being JSON.
    """
    try:
        from_json(text, allow_inf_nan=False, cache_strings="none")  # it bounds the depth and names the position
        return _DECODER.decode(text)
    except ValueError as error:
        raise MalformedInput(f"not valid JSON: {error}") from None


def parse_export(text: str, warn: Callable[[str], None]) -> Any:
    """Parse one JSON value of somebody else's export: as `parse_json`, but NaN and infinity are read as null, and told.

    Python writes both although JSON has neither: an export is not lost for one measure that could not be taken.

    Args:
        text: the JSON.
        warn: told, once a value, that there was such a number.

    Raises:
        MalformedInput: with the line and column at which the text stops being JSON.
    """
    try:
        return parse_json(text)
    except MalformedInput:
        if not _NOT_FINITE.search(text):
            raise
    try:
        from_json(text, cache_strings="none")
        value = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_nothing).decode(text)
    except ValueError as error:
        raise MalformedInput(f"not valid JSON: {error}") from None
    warn(NOT_FINITE)
    return value


def _nothing(_: str) -> None:
    return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:40]!r} stands twice in one object")
    return value


def _finite(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {number[:40]} is too large")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite)


def replace_lone_surrogates(text: str) -> tuple[str, int]:
    r"""The text with U+FFFD for every `\uD8xx` escape without its other half, and how many there were."""
    if "\\u" not in text or ("\\ud" not in text and "\\uD" not in text):
        return text, 0
    count = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal count
        if match[1] is None:
            return match[0]
        count += 1
        return "\\ufffd"

    return _ESCAPE.sub(replaced, text), count


def is_json(head: str) -> bool:
    """Whether a text begins like JSON: an object, or a list of objects, lists or strings."""
    return _JSON_START.match(head) is not None


def is_lines(text: str) -> bool:
    """Whether `text` holds one JSON object a line rather than one document: what parses as one document is one.

    Lines of which the first is broken are lines where the second is an object of its own.
    """
    first, second = _first_two(text)
    if opens_lines(text):
        return True
    both = first.lstrip().startswith("{") and second.lstrip().startswith("{")
    return both and _parses(second) and not _parses(text)


def opens_lines(text: str) -> bool:
    """Whether the first line of `text` is a JSON object, and another line follows."""
    first, second = _first_two(text)
    return bool(second) and first.lstrip().startswith("{") and _parses(first)


def _first_two(text: str) -> tuple[str, str]:
    """The first two lines with something on them; empty where there are none."""
    lines = (line for line in _lines(text) if line.strip())
    return next(lines, ""), next(lines, "")


def _parses(text: str) -> bool:
    try:
        from_json(text, cache_strings="none")
    except ValueError:
        return False
    return True


def records_of_document(text: str, warn: Callable[[str], None]) -> list[Record]:
    """The records of one JSON document: the objects of the list at its top, else the document itself.

    `warn` is told what `parse_export` tells.

    Raises:
        MalformedInput: it is not JSON.
    """
    value = parse_export(text, warn)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [Record(item, f"item {number}") for number, item in enumerate(value, 1)]
    return [Record(value, "")]


def records_by_line(text: str, warn: Callable[[str], None]) -> Iterator[Record | MalformedInput]:
    """The records of a text with one JSON value a line; a line that is not JSON comes out as the error it is."""
    return records_of_lines(_lines(text), warn)


def records_of_lines(lines: Iterable[str], warn: Callable[[str], None]) -> Iterator[Record | MalformedInput]:
    """`records_by_line` of a text that is in lines already."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Record(parse_export(line, warn), f"line {number}")
        except MalformedInput as error:
            yield MalformedInput(error.message, where=f"line {number}")


def _lines(text: str) -> Iterator[str]:
    # str.splitlines would also break at U+2028, which JSON allows inside strings
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def describe(value: Any) -> str:
    """The kind of a JSON value, in words and without its content."""
    return "nothing" if value is None else _WORDS.get(type(value), type(value).__name__)


_WORDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
