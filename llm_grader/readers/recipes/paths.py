"""Places in JSON, as JMESPath says them: compiled once, and asked of every turn of a file.

The plain ones (`a.b`, `a[0]`, `a || b`) become functions of their own, since jmespath walks its tree for each value
again; they are nine in ten, and ten times as fast so. All others are left to jmespath.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError

Finder: TypeAlias = Callable[[Any], Any]
Steps: TypeAlias = tuple[str, ...]

_NOTHING: tuple[Any, ...] = (None, "", [], {})


class Path:
    """A place in JSON. Called with a value it gives what stands there, None for nothing.

    Args:
        expression: the JMESPath expression.

    Attributes:
        consumed: the keys that lead to what it reads, each as the names from the outside in.

    Raises:
        ValueError: it is no JMESPath.
    """

    def __init__(self, expression: str) -> None:
        try:
            compiled = jmespath.compile(expression)
        except JMESPathError as error:
            reason = str(error).partition("\n")[0][:120]
            raise ValueError(f"expected a JMESPath expression: {reason}") from None
        self.expression = expression
        self.consumed: frozenset[Steps] = frozenset(_consumed(compiled.parsed, ()))
        self._find = _plain(compiled.parsed) or _searching(compiled.search)

    def __call__(self, value: Any) -> Any:
        """What stands there in a value, None for nothing."""
        return self._find(value)


@lru_cache(maxsize=2048)
def path(expression: str) -> Path:
    """The compiled expression; the same text gives the same object.

    Raises:
        ValueError: it is no JMESPath.
    """
    return Path(expression)


def is_nothing(value: Any) -> bool:
    """Whether a value holds nothing: null, or an empty text, list or object."""
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def _searching(search: Finder) -> Finder:
    def find(value: Any) -> Any:
        try:
            return search(value)
        except JMESPathError:  # a function was given another type than it takes: there is nothing to find
            return None

    return find


def _plain(node: Mapping[str, Any]) -> Finder | None:
    """A function for a node of the parsed expression, None where jmespath has to search."""
    kind, value, children = node["type"], node.get("value"), node.get("children", [])
    if kind == "field":
        return lambda found: found.get(value) if isinstance(found, dict) else None
    if kind == "index":
        return lambda found: _at(found, value)
    if kind == "literal":
        return lambda _: value
    if kind in ("identity", "current"):
        return lambda found: found
    if kind in ("subexpression", "index_expression", "pipe", "or_expression", "and_expression"):
        return _joined(kind, [_plain(child) for child in children])
    return None


def _at(found: Any, index: int) -> Any:
    return found[index] if isinstance(found, list) and -len(found) <= index < len(found) else None


def _joined(kind: str, finders: Sequence[Finder | None]) -> Finder | None:
    if len(finders) != 2 or finders[0] is None or finders[1] is None:
        return None
    first, second = finders[0], finders[1]
    if kind == "or_expression":
        return lambda found: left if _true(left := first(found)) else second(found)
    if kind == "and_expression":
        return lambda found: second(found) if _true(left := first(found)) else left
    return lambda found: None if (inner := first(found)) is None else second(inner)


def _true(value: Any) -> bool:
    """What JMESPath takes for true: everything but false and what is empty."""
    return value is not False and not is_nothing(value)


def _consumed(node: Mapping[str, Any], outside: Steps) -> Iterator[Steps]:
    """The places that a node reads; what a filter looks at is not read."""
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        yield (*outside, node["value"])
    elif kind in ("identity", "current", "index", "slice"):
        yield outside
    elif kind in ("subexpression", "index_expression", "pipe", "projection", "value_projection", "filter_projection"):
        for inside in _consumed(children[0], outside):
            yield from _consumed(children[1], inside)
    elif kind != "literal":
        for child in children:
            if isinstance(child, Mapping):
                yield from _consumed(child, outside)


Tree: TypeAlias = dict[str, "Tree"]
"""Keys that were read, from the outside in; an empty tree is a key that was read with all that is in it."""


def tree_of(places: Iterator[Steps] | Sequence[Steps] | frozenset[Steps]) -> Tree:
    """The keys that were read as a tree; a place that was read as a whole has nothing below it."""
    tree: Tree = {}
    for steps in sorted(places, key=len, reverse=True):
        inside = tree
        for step in steps[:-1]:
            inside = inside.setdefault(step, {})
        if steps:
            inside[steps[-1]] = {}
    return tree


def left_over(value: Any, tree: Tree) -> Any:
    """What of a value was not read: without the keys of the tree, and without what is empty."""
    if isinstance(value, list):
        rest = [left_over(item, tree) for item in value]
        return rest if any(not is_nothing(item) for item in rest) else None
    if not isinstance(value, dict):
        return None if tree else value
    left = {}
    for key, inside in value.items():
        below = tree.get(key)
        if below is None:
            if inside not in _NOTHING:
                left[key] = inside
        elif below and not is_nothing(rest := left_over(inside, below)):
            left[key] = rest
    return left
