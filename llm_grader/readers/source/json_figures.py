"""Fields of a JSON export that are measured: numbers, seconds, shares and points in time.

A field that is missing or null is None; one that is no such figure is a `MalformedInput` with its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from llm_grader.readers.source.json_object import JsonObject
from llm_grader.readers.source.times import instant
from llm_grader.transcript import NO_ZONE


def number_of(fields: JsonObject, *keys: str) -> float | None:
    """The first of these fields that is there, a number or the text of one."""
    key, value = fields.first(*keys)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise fields.wrong(key, "a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise fields.wrong(key, "a number")
    return number


def seconds_of(fields: JsonObject, *keys: str, per_second: int = 1) -> float | None:
    """A time or duration in seconds, from a field that counts `per_second` units in each."""
    number = number_of(fields, *keys)
    return None if number is None else number / per_second


def share_of(fields: JsonObject, key: str) -> float | None:
    """A number from 0 to 1."""
    number = number_of(fields, key)
    if number is not None and not 0 <= number <= 1:
        raise fields.wrong(key, "a number from 0 to 1")
    return number


def instant_of(fields: JsonObject, *keys: str, warn: Callable[[str], None]) -> datetime | None:
    """A point in time; one without a zone is read as UTC, which `warn` is told."""
    key, value = fields.first(*keys)
    if value is None:
        return None
    try:
        at, assumed = instant(value) if _may_be_time(value) else (None, False)
    except OverflowError:
        at, assumed = None, False
    if at is None:
        raise fields.wrong(key, "a point in time")
    if assumed:
        warn(NO_ZONE)
    return at


def _may_be_time(value: object) -> bool:
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)
