"""The texts of a rubric, wherever its models have one: whoever shows or checks them need not know the fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from pydantic import BaseModel

IS_TEXT: Final = object()
"""Stands in the annotation of a field that holds a text."""


def texts_of(model: BaseModel, *, without: Collection[str] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    """The place and the wordings (language → words) of each text in `model`, in the order of its fields.

    A place is written as the keys of the file, with numbers from 1 in lists: `guidance.met`, `examples.2.quote`. An
    optional text that was left out is not there; a required one is, even if it is empty.

    Args:
        model: it, and the models in its fields, may have texts.
        without: fields of `model` that are not looked at.
    """
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name in without:
            continue
        if IS_TEXT in field.metadata:
            if value or field.is_required():
                yield name, value
        elif isinstance(value, BaseModel):
            yield from _inside(name, value)
        elif isinstance(value, tuple):
            for number, part in enumerate(value, start=1):
                yield from _inside(f"{name}.{number}", part)


def _inside(place: str, value: object) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, BaseModel):
        yield from ((f"{place}.{rest}", text) for rest, text in texts_of(value))
