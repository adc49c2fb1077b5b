"""Lines whose speaker is set off by other marks than a colon: `[Agent] …`, `agent> …`, `Agent - …`, in columns of tabs.

Only words that are speakers anywhere count here: a name in brackets, or before a dash, may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.label_lines import Line, is_known

_TIME = rf"(?:[\[(]?(?P<stamp>{STAMP})[\])]?[ \t]*[-–—|]?[ \t]*)?"
_WORDS = r"[^\W\d_][\w .'’-]{0,40}?(?: ?\([^()\n]{1,30}\))?"
_MARKED = re.compile(
    rf"[ \t]*[*_]{{0,3}}{_TIME}(?:(?:[\[(](?P<a>{_WORDS})[\])]:?|<(?P<b>{_WORDS})>:?"
    rf"|(?P<c>{_WORDS})[*_]{{0,3}}(?:[ ]?>+|[ ][-–—|→]+|[ ][-=]+>))[ \t]+(?:(?P<late>{STAMP}):[ \t]+)?"
    rf"|(?P<e>{_WORDS})[ ](?:at|um|v|kell)[ ](?P<after>{STAMP}):[ \t]+|(?P<d>{_WORDS})[ ]?\t[ \t]*)"
    r"(?=\S)"
)
_TIME_ONLY = re.compile(rf"{STAMP}[ \t]*")
_LONGEST = 120
_LOOKED_AT = 100
_FEWEST = 2


def with_other_marks(lines: Sequence[Line], roles: RoleMapping) -> dict[int, Line]:
    """The lines that begin so, by their place; none where the first of them do not tell two speakers apart."""
    if len(set(_speakers(lines[:_LOOKED_AT], roles))) < _FEWEST:
        return {}
    known = frozenset(_speakers(lines, roles))
    found = ((at, _marked(line)) for at, line in enumerate(lines))
    marked = {at: line for at, line in found if line is not None and line.label in known}
    # where most are a name and a time, the words stand below; where few are, a time is what somebody answers
    said = {at: line for at, line in marked.items() if not _TIME_ONLY.fullmatch(line.text)}
    return said if 2 * len(said) < len(marked) else marked


def _speakers(lines: Sequence[Line], roles: RoleMapping) -> Iterator[str]:
    labels = dict.fromkeys(marked.label for line in lines if (marked := _marked(line)) is not None)
    return (label for label in labels if is_known(label, roles))


def _marked(line: Line) -> Line | None:
    begins = _MARKED.match(line.whole[:_LONGEST]) if line.whole else None
    if begins is None:
        return None
    label = next(filter(None, begins.group("a", "b", "c", "d", "e"))).strip()
    stamp = begins["stamp"] or begins["late"] or begins["after"] or ""
    return Line(line.number, line.whole, label, line.whole[begins.end() :], stamp)
