"""Legends: lines above a conversation that say who is who, such as `Agent: Jana`, `A = agent`, `Petr (customer)`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from llm_grader.readers.roles.role_words import is_field, role_of_label
from llm_grader.readers.text.label_lines import Line, is_name
from llm_grader.transcript import Role

_WITHIN = 25
_LONGEST = 160
_TITLE = re.compile(
    r"[*_# \t]*(?:legend|key|speakers?|participants?|legende|teilnehmer|sprecher|legenda|účastníci|mluvčí|jelmagyarázat"
    r"|résztvevők|osalejad|kõnelejad)[*_ \t]*(?:[:=–-]|$)[*_ \t]*",
    re.IGNORECASE,
)
_ATTENDEES = re.compile(
    r"[*_# \t]*(?:attendees|participants|invited|teilnehmer(?:innen)?|účastníci|résztvevők|osalejad)[*_ \t]*(?::|$)",
    re.IGNORECASE,
)
_INTERCOM = (
    re.compile(r"[*_# ]*Conversation with \S"),
    re.compile(r"[*_ ]*Started on [^\n]{4,30} at \d{1,2}:\d\d"),
)
_CLAUSES = re.compile(r"[,;|/]|\b(?:and|und|a|és|ja)\b")
_PAIR = re.compile(
    r"(?P<a>[^=:：–—→()]{1,40}?)[ \t]*(?:=|:|：|[–—→]|-+>|[ ]-[ ]|[ ](?:is|ist|je)[ ])[ \t]*(?P<b>[^=:：()]{1,60})"
    r"(?:\([^()]{1,40}\))?"
    r"|(?P<c>[^=:：()]{1,40}?)[ \t]*\((?P<d>[^()]{1,40})\)"
)
_NAMED = re.compile(r"(?<=\w)[ _-](?:full )?names?$", re.IGNORECASE)  # an `Agent Name` is the agent's
_ARTICLES = re.compile(r"(?:the|our|der|die|das|unser|unsere|az?)[ ]+", re.IGNORECASE)


class Legend(NamedTuple):
    """The roles of labels, and the numbers of the lines that say so."""

    roles: dict[str, Role]
    lines: frozenset[int]


def read_legend(lines: Sequence[Line]) -> Legend:
    """What the lines at the top say about labels that open lines further down; nothing below a turn is a legend."""
    roles: dict[str, Role] = {}
    used: list[Line] = []
    titles: set[int] = set()
    left = Counter(line.label for line in lines)
    for line in islice((line for line in lines if not line.blank), _WITHIN):
        left[line.label] -= 1
        words = _TITLE.sub("", line.whole, count=1).strip(" \t*_-•.")
        pairs = list(_pairs(words, left)) if 0 < len(words) <= _LONGEST else []
        if pairs:
            roles |= {label: role for label, role in pairs if label not in roles}
            used.append(line)
        elif not words:
            titles.add(line.number)
        elif line.label and not is_field(line.label):
            break
    # a single `Petr: Agent` may be what Petr wants
    if not used or (len(used) == 1 and used[0].label in roles):
        return Legend({}, frozenset())
    return Legend(roles, frozenset({*titles, *(line.number for line in used)}))


def of_export(lines: Sequence[Line]) -> dict[str, Role]:
    """The roles of labels in the text of a program known by its first lines: Intercom calls its bot Operator."""
    above = [line.whole for line in islice((line for line in lines if not line.blank), 2)]
    is_intercoms = len(above) > 1 and _INTERCOM[0].match(above[0]) and _INTERCOM[1].match(above[1])
    return {"Operator": "bot"} if is_intercoms else {}


def names_listed(lines: Sequence[Line]) -> frozenset[str]:
    """The names under a line such as `Attendees`, or behind it: who speaks further down, whatever the role."""
    above = (line for line in lines if not line.blank)
    for line, below in pairwise(islice(above, _WITHIN)):
        if title := _ATTENDEES.match(line.whole):
            words = line.whole[title.end() :].strip(" \t*_:") or below.whole
            return frozenset(name for part in _CLAUSES.split(words) if is_name(name := part.strip(" \t*_-•")))
    return frozenset()


def _pairs(words: str, left: Mapping[str, int]) -> Iterator[tuple[str, Role]]:
    """The label and role of each clause; none where one clause says something else."""
    found = []
    for clause in filter(None, (part.strip(" \t*_.") for part in _CLAUSES.split(words))):
        pair = _PAIR.fullmatch(clause)
        stated = _stated(pair, left) if pair else _titled(clause, left)
        if stated is None:
            return
        found.append(stated)
    yield from found


def _stated(pair: re.Match[str], left: Mapping[str, int]) -> tuple[str, Role] | None:
    one, other = (part.strip(" \t*_") for part in (pair["a"] or pair["c"], pair["b"] or pair["d"]))
    for who, what in ((one, other), (other, one)):
        role = _role_in(what)
        label = next((name for name in _short(who) if left.get(name, 0) > 0), None)
        if role and label and role_of_label(label) is None:
            return label, role
    return None


def _titled(words: str, left: Mapping[str, int]) -> tuple[str, Role] | None:
    """The label and role of `Agent Tom`, where Tom speaks further down."""
    title, _, name = words.partition(" ")
    role = role_of_label(title)
    speaks = name != "" and left.get(name, 0) > 0
    return (name, role) if role and speaks and role_of_label(name) is None else None


def _short(who: str) -> tuple[str, ...]:
    """How somebody may be called further down: as here, by the first or the last name, by initials."""
    parts = who.split()
    return (who, parts[0], parts[-1], "".join(part[0] for part in parts)) if parts else ()


def _role_in(words: str) -> Role | None:
    """The role that `agent`, `the agent`, `agent Jana` or `Jana, agent` names."""
    words = _NAMED.sub("", _ARTICLES.sub("", words, count=1))
    first, _, rest = words.partition(" ")
    before, _, last = words.rpartition(" ")
    if rest and is_name(rest) and role_of_label(first.casefold()):
        return role_of_label(first.casefold())
    if before and is_name(before) and role_of_label(last.casefold()):
        return role_of_label(last.casefold())
    return role_of_label(words)
