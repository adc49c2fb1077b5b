"""Problems of a file that pydantic found, in plain words and at their places in the file."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from llm_grader.files.yaml_strict import Key

_TIME = "a time with its zone, such as 2026-01-31T09:00:00+01:00"
_EXPECTED = {
    "string_type": "text",
    "string_pattern_mismatch": "lower-case letters, digits and underscores, a letter first, 64 at most",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
}
_EXPECTED_WITH_FIGURES = {
    "literal_error": "{expected}",
    "greater_than_equal": "at least {ge:g}",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "at most {le:g}",
    "less_than": "less than {lt:g}",
    "too_short": "a list of at least {min_length}",
    "string_too_short": "at least {min_length} characters",
}


class Problem(NamedTuple):
    """One thing that is wrong: the keys and list positions that lead to it, and a message for people."""

    place: tuple[Key, ...]
    message: str


def explain(error: ValidationError, data: Any, *, keys: Collection[str] = ()) -> list[Problem]:
    """The problems of `data`, in the order in which pydantic found them.

    Alternatives that pydantic tried for one value become one problem; what only follows from another problem is left
    out. `keys` are those of the format, to suggest one for an unknown key.
    """
    found: dict[tuple[Key, ...], list[ErrorDetails]] = defaultdict(list)
    for details in error.errors(include_url=False):
        found[_place_in(data, details["loc"])].append(details)
    return [
        Problem(place, message)
        for place, here in found.items()
        for message in _messages(here, more_beneath=_any_beneath(place, found), keys=keys)
    ]


def _place_in(data: Any, location: tuple[Key, ...]) -> tuple[Key, ...]:
    # pydantic's locations also name the members of unions that it tried, and keys that are missing.
    place: list[Key] = []
    for step in location:
        position = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if position or (isinstance(data, dict) and step in data):
            data = data[step]
            place.append(step)
    return tuple(place)


def _any_beneath(place: tuple[Key, ...], places: Collection[tuple[Key, ...]]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _messages(here: list[ErrorDetails], *, more_beneath: bool, keys: Collection[str]) -> list[str]:
    """The messages for one place: those that stand by themselves, else one that joins the alternatives."""
    messages = [message for details in here for message in _own_message(details, keys)]
    expected = list(dict.fromkeys(words for details in here if (words := _expected(details))))
    if messages or more_beneath or not expected:
        return messages
    value = here[0]["input"]
    return [f"expected {' or '.join(expected)}, found {_describe(value)}{_advice(value, expected)}"]


def _own_message(details: ErrorDetails, keys: Collection[str]) -> list[str]:
    kind, last = details["type"], details["loc"][-1:]
    if kind == "missing":
        return [f"the key {last[0]!r} is missing"]
    if kind == "extra_forbidden":
        return [f"unknown key{_close_match(str(last[0]), keys)}"]
    if kind in ("value_error", "assertion_error"):
        return str(details["ctx"]["error"]).split("\n")
    return [] if _expected(details) else [details["msg"]]


def _expected(details: ErrorDetails) -> str | None:
    kind = details["type"]
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind in _EXPECTED_WITH_FIGURES:
        return _EXPECTED_WITH_FIGURES[kind].format(**details.get("ctx", {}))
    return None


def _describe(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return repr(value) if len(value) <= 60 else repr(value[:60] + "…")
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return "a mapping" if isinstance(value, dict) else "nothing"


def _advice(value: Any, expected: list[str]) -> str:
    if expected == ["text"] and isinstance(value, (bool, int, float)):
        return "; put it in quotes"
    if isinstance(value, str):
        return _close_match(value, re.findall(r"'([^']+)'", " ".join(expected)))
    return ""


def _close_match(word: str, words: Collection[str]) -> str:
    matches = difflib.get_close_matches(word, words, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""
