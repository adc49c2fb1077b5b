"""Identity: what a thing says, in one canonical form, and the hash of that.

What stands at its default is no part of it: a result, a calibration and a store stay valid when the library learns a
new optional field. That holds as long as a released default never changes, for nobody writes it down: files that
leave the field out would say something else under the same hash. A default that has to change gets a new field.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter

_ANYTHING = TypeAdapter[Any](Any)


def content_of(thing: Any, *, without: Collection[str] = ()) -> Any:
    """What `thing` says, as JSON values: models by the names of their fields, without those at their default.

    A field of a model counts as soon as it differs from its default; inside a mapping or a list everything counts. A
    whole number is the same as int and as float.

    Args:
        thing: a model, or mappings, lists and plain values with models in them.
        without: fields of the outermost model that are left out.
    """
    found = _ANYTHING.dump_python(
        thing,
        mode="json",
        exclude=set(without) or None,
        exclude_defaults=True,
        serialize_as_any=True,  # or what a subclass adds would be missing below the outermost model
    )
    return _plain(found)


def content_hash(thing: Any, *, without: Collection[str] = ()) -> str:
    """SHA-256 of `content_of` (64 hexadecimal digits); the order of keys makes no difference."""
    return hashlib.sha256(json.dumps(content_of(thing, without=without), sort_keys=True).encode()).hexdigest()


def differing(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that are not at their default: what `content_of` leaves of a model, for a plain mapping."""
    return {name: value for name, value in values.items() if name not in defaults or value != defaults[name]}


def _plain(value: Any) -> Any:
    """The JSON value with whole numbers as int."""
    if isinstance(value, str):  # first, as most are
        return value
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
