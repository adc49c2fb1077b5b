"""Places in JSON, as JMESPath says them: compiled once, and asked of every turn of a file.

Keys, positions, comparisons, `||`, `&&` and `!` become functions of their own, since jmespath walks its tree for each
value again: most expressions hold nothing else, and are several times as fast so. Projections and functions are left to
jmespath.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, cast

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import parse_json

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
        self._find = _finder(compiled.parsed)

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
    return not value and (value is None or isinstance(value, (str, list, dict)))


def _finder(node: Mapping[str, Any]) -> Finder:
    """The function that a node of the parsed expression is."""
    kind, value = node["type"], node.get("value")
    if kind == "field":
        return lambda found: found.get(value) if isinstance(found, dict) else None
    if kind == "index":
        return lambda found: _at(found, value)
    if kind == "literal":
        return lambda _: value
    if kind in ("identity", "current"):
        return lambda found: found
    if kind == "function_expression" and value == "type" and len(node["children"]) == 1:
        return _type_of(_finder(node["children"][0]))
    return _COMPOUND[kind](*map(_finder, node["children"]), value) if kind in _COMPOUND else _searching(node)


class _Ours(Functions):
    """JMESPath's functions, and two of ours.

    `parse_json` is the value of a text that is JSON, null for any other. `spread` is a list of objects in which each
    object that holds several items in a list of its own stands once for each of them, marked with `spread`.
    """

    @signature({"types": ["array", "null"]}, {"types": ["string"]})
    def _func_spread(self, objects: list[Any] | None, key: str) -> Any:
        return None if objects is None else [one for found in objects for one in _spread(found, key)]

    @signature({"types": ["string", "null"]})
    def _func_parse_json(self, text: str | None) -> Any:
        try:
            return parse_json(text or "null")
        except MalformedInput:
            return None


def _spread(found: Any, key: str) -> list[Any]:
    listed = found.get(key) if isinstance(found, dict) else None
    several = isinstance(listed, list) and len(listed) > 1
    return [{**found, key: [item], "spread": True} for item in listed or ()] if several else [found]


_WITH_OURS = jmespath.Options(custom_functions=_Ours())


def _searching(node: Mapping[str, Any]) -> Finder:
    search = ParsedResult("", cast("Any", node)).search

    def find(value: Any) -> Any:
        try:
            return search(value, options=_WITH_OURS)
        except (JMESPathError, TypeError):  # a value is of another type than can be compared: there is nothing to find
            return None

    return find


def _at(found: Any, index: Any) -> Any:
    return found[index] if isinstance(found, list) and -len(found) <= index < len(found) else None


def _inside(*steps: Any) -> Finder:
    first, *others = steps[:-1]  # the last is the value of the node, of which this kind has none
    if len(others) > 1:
        first, others = _inside(first, *others[:-1], None), others[-1:]
    second = others[0]
    return lambda found: None if (inner := first(found)) is None else second(inner)


def _either(first: Finder, second: Finder, _: Any) -> Finder:
    return lambda found: left if _true(left := first(found)) else second(found)


def _both(first: Finder, second: Finder, _: Any) -> Finder:
    return lambda found: second(found) if _true(left := first(found)) else left


def _not(first: Finder, _: Any) -> Finder:
    return lambda found: not _true(first(found))


def _compared(first: Finder, second: Finder, how: Any) -> Finder:
    if how == "eq":
        return lambda found: _same(first(found), second(found))
    if how == "ne":
        return lambda found: not _same(first(found), second(found))
    compare = _ORDERS[how]
    return lambda found: compare(left, right) if _ordered(left := first(found), right := second(found)) else None


def _same(left: Any, right: Any) -> bool:
    # Python's 1 is True, and JMESPath's is not
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _ordered(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return True
    return all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (left, right))


def _type_of(inner: Finder) -> Finder:
    return lambda found: _TYPES.get(type(inner(found)))


_TYPES = {
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
    str: "string",
    float: "number",
    int: "number",
}
_NESTED = ("subexpression", "index_expression", "pipe", "projection", "value_projection", "filter_projection")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_COMPOUND: dict[str, Callable[..., Finder]] = {
    "subexpression": _inside,
    "index_expression": _inside,
    "pipe": _inside,
    "or_expression": _either,
    "and_expression": _both,
    "not_expression": _not,
    "comparator": _compared,
}


def _true(value: Any) -> bool:
    """What JMESPath takes for true: everything but false and what is empty."""
    return bool(value) or not (value is None or value is False or isinstance(value, (str, list, dict)))


def _consumed(node: Mapping[str, Any], outside: Steps) -> Iterator[Steps]:
    """The places that a node reads; what a filter looks at is not read."""
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        yield (*outside, node["value"])
    elif kind in ("identity", "current", "index", "slice"):
        yield outside
    elif kind in _NESTED:
        reached = [outside]
        for child in children[:2] if kind == "filter_projection" else children:
            reached = [steps for inside in reached for steps in _consumed(child, inside)]
        yield from reached
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
