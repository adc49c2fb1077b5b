"""Differences between two versions of a rubric, item by item and field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Model


class Change(Model):
    """An item that was added, removed or changed; `item` is None for the rubric's own fields and its sections.

    `fields` names what differs, such as `weight` or `guidance.met.de`; it is empty for added and removed items.
    """

    item: str | None
    kind: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()


def compare_rubrics(old: Rubric, new: Rubric) -> list[Change]:
    """The differences from `old` to `new`: the rubric's own, then changed, added and removed items.

    An item is known by its id, so one that was renamed is removed and added. Its section is one of its fields.
    """
    before, after = _items(old), _items(new)
    kept = [item_id for item_id in after if item_id in before]
    return [
        *_changed(old, new, [None, *kept]),
        *(Change(item=item_id, kind="added") for item_id in after if item_id not in before),
        *(Change(item=item_id, kind="removed") for item_id in before if item_id not in after),
    ]


def _changed(old: Rubric, new: Rubric, item_ids: Iterable[str | None]) -> Iterator[Change]:
    for item_id in item_ids:
        if fields := tuple(_differences(_fields(old, item_id), _fields(new, item_id))):
            yield Change(item=item_id, kind="changed", fields=fields)


def _items(rubric: Rubric) -> list[str]:
    return [item.id for item in rubric.items()]


def _fields(rubric: Rubric, item_id: str | None) -> dict[str, Any]:
    if item_id is None:
        sections = {section.id: section.texts() for section in rubric.sections}
        return {**rubric.model_dump(by_alias=True, exclude={"sections"}), "sections": sections}
    section = next(section.id for section in rubric.sections if any(item.id == item_id for item in section.items))
    return {**rubric.item(item_id).model_dump(by_alias=True), "section": section}


def _differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """The dotted names of what differs; a list is one value."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield name
        return
    for key in {**old, **new}:
        yield from _differences(old.get(key), new.get(key), f"{name}.{key}".lstrip("."))
