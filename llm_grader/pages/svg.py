"""Drawings from numbers: the only markup that Python writes, and no text of anybody ever gets into it.

Every drawing is an image to a screen reader; its title comes from the template, which escapes it, and the same numbers
stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from markupsafe import Markup

_HEIGHT = 18
_WIDTH = 160
_EDGE = 5
_LEFT, _BELOW = 34, 32
"""Room for the numbers of a drawing with an axis."""
_ROOM = 24.0
"""The least distance of two numbers below."""


def interval(value: float, low: float | None = None, high: float | None = None, *, mark: str = "dot") -> Markup:
    """A value between 0 and 1 on a line, with its interval: a dot as judged, or a diamond (`mark`) as corrected."""
    middle = _HEIGHT / 2
    parts = [_line(_x(0), middle, _x(1), middle, "axis")]
    if low is not None and high is not None:
        parts.append(_line(_x(low), middle, _x(high), middle, "interval"))
    shapes = {
        "dot": f'<circle class="dot" cx="{_x(value):.1f}" cy="{middle:.1f}" r="4"/>',
        "diamond": f'<path class="diamond" d="M{_x(value):.1f} {middle - 5:.1f}l5 5-5 5-5-5z"/>',
    }
    return _drawing("".join([*parts, shapes[mark]]), _WIDTH, _HEIGHT)


def trend(
    values: Sequence[float | None],
    *,
    ranges: Sequence[tuple[float, float] | None] = (),
    changes: Sequence[int] = (),
    mark: float | None = None,
    axis: Sequence[tuple[int, int]] = (),
    size: tuple[int, int] = (_WIDTH, 48),
) -> Markup:
    """Values between 0 and 1 from left to right; a line joins those that both have an interval, where any has one.

    Args:
        values: from left to right.
        ranges: the interval of each, from its low to its high end; None for a value of too few cases.
        changes: places before which a line is drawn.
        mark: the height of a level line.
        axis: the ISO year and week of each value: they stand as far apart as in time, with both numbers below; heights
            are numbered from 0 to 100.
        size: width and height.
    """
    (width, whole), left = size, _LEFT if axis else _EDGE
    height = whole - (_BELOW if axis else 0)
    xs = _places(len(values), axis, left, width - _EDGE - (_EDGE if axis else 0))
    points = [None if v is None else (x, _y(v, height)) for x, v in zip(xs, values, strict=True)]
    parts = [_line(_before(xs, i), 0, _before(xs, i), height, "change") for i in changes]
    parts += [_line(left, _y(level, height), width - _EDGE, _y(level, height), "axis") for level in (0, 1)]
    if mark is not None:
        parts.append(_line(left, _y(mark, height), width - _EDGE, _y(mark, height), "level"))
    if axis:
        levels = (0, 1) if mark is None else (0, mark, 1)
        parts += [_number(left - 6, _y(level, height) + 4, round(100 * level), "end") for level in levels]
        parts += _dates(xs, axis, whole)
    for x, ends in zip(xs, ranges, strict=False):
        if ends is not None:
            parts.append(_line(x, _y(ends[0], height), x, _y(ends[1], height), "interval"))
    for i, (before, after) in enumerate(pairwise(points)):
        if before and after and (not ranges or (ranges[i] and ranges[i + 1])):
            parts.append(_line(*before, *after, "trend"))
    parts += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in filter(None, points)]
    return _drawing("".join(parts), width, whole)


def _places(count: int, axis: Sequence[tuple[int, int]], left: float, right: float) -> list[float]:
    """Where the values stand: as far apart as their weeks, or evenly."""
    days = [date.fromisocalendar(year, week, 1).toordinal() for year, week in axis] or list(range(count))
    whole = max(1, days[-1] - days[0]) if days else 1
    return [left + (day - days[0]) * (right - left) / whole for day in days]


def _before(xs: Sequence[float], at: int) -> float:
    return (xs[at - 1] + xs[at]) / 2


def _dates(xs: Sequence[float], axis: Sequence[tuple[int, int]], whole: int) -> Iterator[str]:
    """The weeks below, where there is room, and the year below the first of each."""
    last, year_before = -_ROOM, 0
    for x, (year, week) in zip(xs, axis, strict=True):
        if year != year_before or x - last >= _ROOM:
            yield _number(x, whole - 17, week, "middle")
            last = x
        if year != year_before:
            yield _number(x, whole - 3, year, "middle")
        year_before = year


def _number(x: float, y: float, number: int, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{number:d}</text>'


def _x(share: float) -> float:
    return _EDGE + min(1.0, max(0.0, share)) * (_WIDTH - 2 * _EDGE)


def _y(share: float, height: int) -> float:
    return height - _EDGE - min(1.0, max(0.0, share)) * (height - 2 * _EDGE)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _drawing(content: str, width: int, height: int) -> Markup:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return Markup(f'<svg {size} aria-hidden="true" focusable="false">{content}</svg>')  # noqa: S704 - numbers alone
