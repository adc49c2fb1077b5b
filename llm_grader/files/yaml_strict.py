"""YAML without its surprises: mappings, lists and scalars, each with the line it stands in.

Aliases, anchors, tags, merge keys, repeated keys, literal tabs and anything deeper or larger than a rubric could be are
errors. Unquoted text stays text (`no`, `on`, `12:30`, `007`, `1e5`, `2026-01-31`) unless it is exactly true, false,
null or a number in plain decimal form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml

from llm_grader.errors import MalformedInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

Key: TypeAlias = str | int
Lines: TypeAlias = dict[tuple[Key, ...], int]
"""Where each value stands: the keys and list positions that lead to it → the line (from 1) of its key or entry."""

Parser: TypeAlias = type["yaml.SafeLoader | yaml.CSafeLoader"]
FASTEST_PARSER: Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, which is ten times as fast; PyYAML's own, which reads the same, where it was built without."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_WORDS = {"true": True, "false": False, "null": None, "": None}
_FORBIDDEN = re.compile("[^\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORBIDDEN_ESCAPED = re.compile("[\x00\ud800-\udfff]")

_PLAIN_WORDS = {
    "mapping values are not allowed": "a colon inside unquoted text, or a key indented too far; put text with a colon "
    "in quotes",
    "expected <block end>": "this line does not fit the ones above it; check the indentation",
    "did not find expected key": "this line does not fit the ones above it; check the indentation and the quotes",
    "did not find expected '-' indicator": "this line does not fit the list above it; check the indentation",
    "cannot start any token": "unquoted text cannot begin with this character; put it in quotes",
    "unexpected end of stream": "a quote is opened and never closed",
    "expected ',' or": "a bracket or brace is opened and not closed, or a comma is missing",
    "could not find expected ':'": "a key without a colon, or text that continues without indentation",
}
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"


def load_yaml(
    source: Path | str | bytes, *, path: Path | str | None = None, parser: Parser = FASTEST_PARSER
) -> tuple[Any, Lines]:
    """The data of one YAML document, with the line of every value.

    Args:
        source: a `Path` is read; a string or bytes are the text itself.
        path: what error messages call the text.
        parser: which of PyYAML's parsers splits the text; the data and the messages are the same.

    Returns:
        The data, made of dict, list, str, int, float, bool and None, and the line of every value in it. The keys of
        every dict are strings.

    Raises:
        MalformedInput: the file cannot be read, or is not YAML of this kind; with `path` and the line.
    """
    name = source if isinstance(source, Path) else path
    document = _Document(_text(source, name), name, parser)
    return document.read(), document.lines


def _text(source: Path | str | bytes, name: Path | str | None) -> str:
    raw = _read(source) if isinstance(source, Path) else source
    if len(raw) > MAX_BYTES:
        raise MalformedInput(f"larger than {MAX_BYTES:,} bytes; no rubric or mapping is", path=name)
    text = raw if isinstance(raw, str) else _decode(raw, name)
    text = text.removeprefix("\ufeff")
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise MalformedInput(_describe_forbidden(found[0]), path=name, where=f"line {line}")
    return text


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MalformedInput(f"cannot be read: {error.strerror}", path=path) from error


def _decode(raw: bytes, name: Path | str | None) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"the byte 0x{raw[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise MalformedInput(message, path=name, where=f"line {line}") from error


def _describe_forbidden(character: str) -> str:
    if character == "\t":
        return "a tab; indent and separate with spaces"
    if character == "\0":
        return "a NUL character; save the file as plain UTF-8 text"
    return f"the control character U+{ord(character):04X}; remove it"


class _Document:
    """Data is built from the parser's events, so that an alias is refused before anything could expand it."""

    def __init__(self, text: str, name: Path | str | None, parser: Parser) -> None:
        self.lines: Lines = {(): 1}
        self._name = name
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=parser)

    def read(self) -> Any:
        next(self._events)  # the start of the stream
        value = None
        if isinstance(self._next(), yaml.DocumentStartEvent):
            value = self._value(self._next(), ())
            self._next()  # the end of the document
            if isinstance(event := self._next(), yaml.DocumentStartEvent):
                self._refuse(event, "a second document begins here; expected one a file")
        return value

    def _next(self) -> yaml.Event:
        try:
            return next(self._events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"line {mark.line + 1}" if mark else None
            raise MalformedInput(_message(error), path=self._name, where=where) from error

    def _value(self, event: yaml.Event, place: tuple[Key, ...]) -> Any:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors (&) and aliases (*) are not allowed; write the text out, or put it in quotes")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tags (!) are not allowed; put text that begins with ! in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(place) >= MAX_DEPTH:
            self._refuse(event, _TOO_DEEP)
        return self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(place)

    def _scalar(self, event: yaml.ScalarEvent) -> str | float | bool | None:
        text: str = event.value
        if found := _FORBIDDEN_ESCAPED.search(text):
            self._refuse(event, f"the escape for U+{ord(found[0]):04X}, which is not text")
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if number := _NUMBER.fullmatch(text):
            return float(text) if number[1] else int(text)
        return text

    def _list(self, place: tuple[Key, ...]) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            entry = (*place, len(values))
            self.lines[entry] = _line(event)
            values.append(self._value(event, entry))
        return values

    def _mapping(self, place: tuple[Key, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            entry = (*place, key)
            if key in values:
                self._refuse(event, f"the key {key!r} stands in line {self.lines[entry]} already; expected it once")
            self.lines[entry] = _line(event)
            values[key] = self._value(self._next(), entry)
        return values

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a key must be a single word; put text that begins with [ or { or * in quotes")
        self._value(event, ())
        if event.implicit[0] and event.value == "<<":
            self._refuse(event, "merge keys (<<) are not allowed; write the keys out")
        key: str = event.value
        return key

    def _refuse(self, event: yaml.Event, message: str) -> NoReturn:
        raise MalformedInput(message, path=self._name, where=f"line {_line(event)}")


def _message(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "not YAML"
    if (
        "nesting" in problem
    ):  # libyaml bounds it too since 0.2.6, and looks far ahead before there is an event to refuse
        return _TOO_DEEP
    return f"not valid YAML: {next((words for part, words in _PLAIN_WORDS.items() if part in problem), problem)}"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
