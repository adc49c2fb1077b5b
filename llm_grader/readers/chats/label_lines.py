"""Lines that begin with a label, and which of these labels are speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from llm_grader.readers.roles.role_words import is_field, is_numbered_speaker, plain, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.times import STAMP

# Every part is bounded or cannot match what follows it, so that a line is read in one pass.
_BEFORE = (
    rf"[ \t]*(?:(?:[-*+•]|>+)[ \t]+)?[*_]{{0,3}}(?:[\[(<]?(?P<time>{STAMP})[\])>]?[ \t]*[-–—|]?[ \t]*)?[*_]{{0,3}}"
)
_LABEL = r"(?P<label>[^\s:：*_\[(<>][^:：\n*<>]{0,59}?)"
_AFTER = rf"[*_]{{0,3}}(?:[ \t]*[\[(](?P<late>{STAMP})[\])])?[*_]{{0,3}}[ \t]*[:：][*_]{{0,3}}(?:[ \t]+|$)"
_LINE = re.compile(_BEFORE + _LABEL + _AFTER)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,3}(?: \d{1,3})?")


class Line(NamedTuple):
    """One line: `label` is what may be a speaker (empty for none), `text` what follows it."""

    number: int
    whole: str
    label: str = ""
    text: str = ""
    stamp: str = ""
    bold: bool = False

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it, or a rule only."""
        return not self.whole.strip(" \t-=_*")


def parse_lines(text: str) -> list[Line]:
    """Every line of a text whose line ends are unified, numbered from 1."""
    return [parse_line(line, number) for number, line in enumerate(text.split("\n"), 1)]


def parse_line(line: str, number: int = 1) -> Line:
    """One line, with its label if it begins like `Agent:`, `[00:01:02] Kunde:`, `**Agent:**` or `Petr (10:22):`."""
    found = _LINE.match(line) if ":" in line or "：" in line else None
    if found is None:
        return Line(number, line)
    label = " ".join(found["label"].split())
    return Line(number, line, label, line[found.end() :], found["time"] or found["late"] or "", "*" in found[0])


def find_speakers(lines: Sequence[Line], roles: RoleMapping) -> frozenset[str]:
    """The labels that are speakers: known ones, and names where nothing better explains the lines.

    With an agent and a customer known, a name is a speaker only when it is marked (bold, stamped) as they are, or comes
    back after one of them; with one side known, or none, when it opens several turns, or every line of the text has a
    label.
    """
    counts = Counter(line.label for line in lines if line.label)
    known = {label for label in counts if _is_known(label, roles)}
    names = {label for label in counts if label not in known and is_name(label)}
    marked = {line.label for line in lines if line.stamp or line.bold}
    sides = {roles.role_of(label) or role_of_label(label) for label in known}
    if {"agent", "customer"} <= sides:
        return frozenset(known | _returning(lines, known, names) | (names & marked if known <= marked else set()))
    labels = names | known
    if not all(line.label in labels for line in lines if not line.blank):
        names = {name for name in names if counts[name] > 1 or name in marked}
    if not known and len({plain(name) for name in names}) < 2:
        return frozenset()
    return frozenset(known | names)


def _returning(lines: Sequence[Line], known: set[str], names: set[str]) -> set[str]:
    """The names that open lines in the turns of more than one of the known: no list in what one of them says."""
    stretches: dict[str, set[int]] = {}
    begun = 0
    for line in lines:
        begun += line.label in known
        if line.label in names:
            stretches.setdefault(line.label, set()).add(begun)
    return {name for name, several in stretches.items() if len(several) > 1}


def _is_known(label: str, roles: RoleMapping) -> bool:
    numbered = len(label) > 1 and not label.isdigit() and is_numbered_speaker(label)
    return numbered or roles.role_of(label) is not None or role_of_label(label) is not None


def is_name(label: str) -> bool:
    """Whether a label is written like a person's name or an initial, and is no field such as `Order`."""
    if is_field(label) or not _NAME.fullmatch(label):
        return False
    return all(part[0].isupper() or part[0].isdigit() for part in label.split())
