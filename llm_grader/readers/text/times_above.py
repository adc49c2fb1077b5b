"""Turns whose time stands above the label or in the words, in a text that gives most of them theirs this way."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.label_lines import EMPTY, Line, time_alone

_FEWEST = 2
_BEFORE_WORDS = re.compile(rf"[\[(]?(?P<stamp>{STAMP})[\])]?(?:[ ]?\t|[ ]?[|–—][ ]|[ ]-[ ])\s*(?=\S)")
_BEHIND_WORDS = re.compile(rf"(?<=\S)[ \t]{{1,4}}(?:\((?P<stamp>{STAMP})\)|\[(?P<other>{STAMP})\])[ \t]*$")
_LONGEST_STAMP = 50


def with_times_above(lines: Sequence[Line], speakers: Container[str]) -> list[Line]:
    """The lines, those that open a turn with the time above them, which is then no line.

    A text that begins otherwise, or gives fewer than half of the turns a time, is handed back as it is: there a time
    on its own line may be what somebody says.
    """
    openings = [at for at, line in enumerate(lines) if line.label in speakers]
    if not openings or _time_above(lines, openings[0]) is None:
        return list(lines)
    timed = {at: above for at in openings if (above := _time_above(lines, at)) is not None}
    # a time between blank lines is one of a part of the talk, unless each turn has one
    apart = any(at - above > 1 for at, above in timed.items())
    if len(timed) < _FEWEST or (4 * len(timed) < 3 * len(openings) or (apart and len(timed) < len(openings))):
        return list(lines)
    found = list(lines)
    for at, above in timed.items():
        stamp, until = time_alone(lines[above].whole) or ("", "")
        found[at] = lines[at]._replace(stamp=stamp, until=until)
        found[above] = EMPTY
    return found


def _time_above(lines: Sequence[Line], at: int) -> int | None:
    """The place of a time that stands alone above a label which has none; a blank line may be between."""
    above = next((place for place in (at - 1, at - 2) if place >= 0 and lines[place].whole.strip()), None)
    if above is None or lines[at].stamp or lines[above].label:
        return None
    return above if time_alone(lines[above].whole) else None


def with_times_beside(lines: Sequence[Line], speakers: Container[str]) -> list[Line]:
    """The lines, those that open a turn with the time that begins or ends their words, where all of them have one."""
    openings = [at for at, line in enumerate(lines) if line.label in speakers]
    if len(openings) < _FEWEST or any(lines[at].stamp for at in openings):
        return list(lines)
    for timed in (_time_before, _time_behind):
        if timed(lines[openings[0]]) is None:  # most texts have none: the first turn shows it
            continue
        found = {at: line for at in openings if (line := timed(lines[at]))}
        if len(found) == len(openings):
            return [found.get(at, line) for at, line in enumerate(lines)]
    return list(lines)


def _time_before(line: Line) -> Line | None:
    found = _BEFORE_WORDS.match(line.text)
    return line._replace(text=line.text[found.end() :], stamp=found["stamp"]) if found else None


def _time_behind(line: Line) -> Line | None:
    found = _BEHIND_WORDS.search(line.text, max(len(line.text) - _LONGEST_STAMP, 0)) if line.text else None
    return line._replace(text=line.text[: found.start()], stamp=found["stamp"] or found["other"]) if found else None
