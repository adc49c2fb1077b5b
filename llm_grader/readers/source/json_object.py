"""One JSON object of an export: its fields by kind, and the rest that its reader left unread.

A reader asks for what it understands and keeps the rest as metadata under the source's own names. So nothing of an
export is dropped unless its reader says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import Record, describe
from llm_grader.readers.source.document import Document
from llm_grader.transcript import Transcript

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def read_each(document: Document, make: Callable[[JsonObject, Document], Transcript]) -> Iterator[Transcript]:
    """What `make` makes of each record; one that is broken is reported with its position, and the rest is read."""
    for value, where in records_in(document):
        with document.at(where):
            yield make(JsonObject(value), document)


def records_in(document: Document) -> Iterator[Record]:
    """The records of a file that should hold some.

    Raises:
        MalformedInput: there is no JSON in it.
    """
    if document.json.first is None and document.json.problem is None:
        raise MalformedInput("no JSON object in it")
    return document.json.records()


def first_fields(document: Document) -> dict[str, Any]:
    """The fields of the first record, to know a format by; empty when it is no object."""
    return document.json.first if isinstance(document.json.first, dict) else {}


class JsonObject:
    """An object of an export. A field that is missing or null is None; one of another kind is an error with its place.

    Args:
        value: the object as it was parsed.
        place: where in the record it stands, such as `Transcript[3]`; empty for the record itself.

    Raises:
        MalformedInput: `value` is no object.
    """

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, dict):
            raise MalformedInput(f"{place or 'the record'}: expected an object, found {describe(value)}")
        self._fields: dict[str, Any] = value
        self._place = place
        self._read: set[str] = set()
        self._inner: dict[str, JsonObject | list[JsonObject]] = {}

    def __contains__(self, key: str) -> bool:
        return self._fields.get(key) is not None

    def first(self, *keys: str) -> tuple[str, Any]:
        """The first of these fields that is there, by name, else the first of the names; and what it holds."""
        for key in keys:
            if (value := self._fields.get(key)) is not None:
                self._read.add(key)
                return key, value
        self._read.add(keys[0])
        return keys[0], None

    def value(self, *keys: str) -> Any:
        """The first of these fields that is there, as it stands."""
        return self.first(*keys)[1]

    def text(self, *keys: str) -> str | None:
        """The first of these fields that is there, a text."""
        key, value = self.first(*keys)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "text")
        return value

    def needed_text(self, *keys: str) -> str:
        """The first of these fields that is there; an error when none is."""
        text = self.text(*keys)
        if text is None:
            raise self.wrong(keys[0], "text")
        return text

    def label(self, key: str) -> str | None:
        """A name or a number that stands for something, as text."""
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(key)

    def object(self, key: str) -> JsonObject | None:
        """The object in a field."""
        value = self.value(key)
        if value is None:
            return None
        inner = JsonObject(value, self._at(key))
        self._inner[key] = inner
        return inner

    def needed_object(self, key: str) -> JsonObject:
        """The object in a field; an error when there is none."""
        inner = self.object(key)
        if inner is None:
            raise self.wrong(key, "an object")
        return inner

    def objects(self, key: str, *, keep: bool = True) -> list[JsonObject]:
        """The objects of the list in a field; without `keep`, what is left over of them is no metadata."""
        value = self.value(key)
        if value is not None and not isinstance(value, list):
            raise self.wrong(key, "a list of objects")
        found = [JsonObject(item, f"{self._at(key)}[{number}]") for number, item in enumerate(value or ())]
        if keep:
            self._inner[key] = found
        return found

    def skip(self, *keys: str) -> None:
        """Leave out fields that only repeat what others say."""
        self._read.update(keys)

    def leave(self, *keys: str) -> None:
        """Keep fields as metadata although they were looked at."""
        self._read.difference_update(keys)

    @property
    def rest(self) -> dict[str, Any]:
        """What was left unread, here and in the objects inside, with the source's names; without what is empty."""
        unread = {key: value for key, value in self._fields.items() if key not in self._read}
        inner = {key: _rest_of(value) for key, value in self._inner.items()}
        return without_empty(unread | inner)

    def wrong(self, key: str, expected: str) -> MalformedInput:
        """The error that a field is not what it should be."""
        return MalformedInput(f"{self._at(key)}: expected {expected}, found {self._found(key)}")

    def _found(self, key: str) -> str:
        return describe(self._fields.get(key))

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that hold something."""
    return {key: value for key, value in fields.items() if value not in _EMPTY}


def _rest_of(inner: JsonObject | list[JsonObject]) -> Any:
    if isinstance(inner, JsonObject):
        return inner.rest
    rests = [item.rest for item in inner]
    return rests if any(rests) else []
