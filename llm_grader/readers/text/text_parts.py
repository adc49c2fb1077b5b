"""Where one labelled text holds several conversations: by headings, headers with ids, rules, or lines that end one.

Nothing is split on a guess: every part must be a conversation of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from llm_grader.readers.labels.speakers import find_speakers
from llm_grader.readers.roles.role_words import is_field, plain, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.text.chat_events import bare_event, may_end
from llm_grader.readers.text.label_lines import EMPTY, Line, without_stamp
from llm_grader.readers.text.text_header import greets

_WORDS = """
    conversation, chat, call, transcript, dialog, dialogue, ticket, case, session, gespräch, unterhaltung, anruf,
    konversation, konverzace, rozhovor, hovor, chat, případ, beszélgetés, hívás, jegy, vestlus, kõne, pilet
"""
_HEADING = re.compile(
    rf"[\W_]*(?:{'|'.join(word.strip() for word in _WORDS.split(','))})[ \t]*(?:id|no|nr|číslo|č)?[.:#№ \t]*"
    r"(?P<id>(?:\w+-)*\d[\w-]*)[\W_]*(?:[-–—|,(][ \t]*[^\n:]{0,12}\d[^\n]{0,30})?",
    re.IGNORECASE,
)
_IDS = frozenset(f"{word}{tail}" for word in map(plain, _WORDS.split(",")) for tail in ("", " id", " number")) | {"id"}
_RULE = re.compile(r"[ \t]*(?:([=#*_~-])[ \t]*)(?:\1[ \t]*){2,}")
_DIGIT = re.compile(r"\d")
_MARKS = "=#*_~-"  # what separates more comes first
_ENDS_RULE = frozenset(_MARKS + " \t")
_LONGEST_HEADING = 80
_LONGEST_END = 110


class Parts(NamedTuple):
    """The conversations of a text, and what had to be assumed about it as a whole."""

    conversations: list[list[Line]]
    warnings: tuple[str, ...] = ()


def conversations_in(lines: list[Line], roles: RoleMapping) -> Parts:
    """The lines of each conversation; all of them together where nothing clear separates several."""
    for way, starts in (("numbered headings", _headings(lines)), ("headers with ids", _headers(lines))):
        if len(starts) < 2 or _speakers(lines[: starts[0]], roles):
            continue
        parts = [_without_end(lines[start:end]) for start, end in pairwise([0, *starts[1:], len(lines)])]
        if all(_speakers(part, roles) for part in parts):
            return _parts_by(parts, way)
    rules = _rules(lines)
    ruled = [
        (f"lines of {mark * 3}", [lines[start + 1 : end] for start, end in pairwise([-1, *rules[mark], len(lines)])])
        for mark in sorted(rules, key=_MARKS.index)
    ]
    ended = ("lines such as `Chat ended`", [lines[start:end] for start, end in pairwise(_ends(lines))])
    for way, separated in (*ruled, ended):
        if len(separated) < 2:
            continue
        parts = [part for part in separated if any(not line.blank for line in part)]
        whole = sum(_speakers(part, roles) > 1 for part in parts)
        if whole == len(parts) > 1:
            return _parts_by(parts, way)
        if whole > 1:
            return Parts([lines], (f"not all that {way} separate are conversations: read as a single one",))
    return Parts([lines], tuple(_blank_doubt(lines, roles)))


def _blank_doubt(lines: list[Line], roles: RoleMapping) -> Iterator[str]:
    """The warning that blank lines may stand between conversations.

    They do when they are wider than the others, or each part begins with a greeting, and both sides speak in each part.
    """
    gaps = {start: length for start, length in _gaps(lines) if start and start + length < len(lines)}
    widest = max(gaps.values(), default=0)
    bounds = [0, *(start for start, length in gaps.items() if length == widest), len(lines)]
    if not gaps or not all(_has_two_labels(lines[start:end]) for start, end in pairwise(bounds)):
        return
    parts = [lines[start:end] for start, end in pairwise(bounds)]
    clear = widest > 1 or all(_greeted(part) for part in parts)
    if clear and all(_speakers(part, roles) > 1 for part in parts):
        first = parts[1][widest].number
        yield (
            f"blank lines may separate {len(parts)} conversations (the second: line {first}): read as a single one; "
            "lines of --- between them tell them apart"
        )


def _gaps(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Each stretch of blank lines: its place and its length."""
    empty = [at for at, line in enumerate(lines) if not line.whole or line.whole.isspace()]
    for _, following in groupby(enumerate(empty), key=lambda numbered: numbered[1] - numbered[0]):
        places = [at for _, at in following]
        yield places[0], len(places)


def _has_two_labels(part: Sequence[Line]) -> bool:
    return len({line.label for line in part if line.label}) > 1


def _greeted(part: Sequence[Line]) -> bool:
    """Whether one of the first two turns begins as a conversation does."""
    return any(greets(line.text) for line in [line for line in part if line.label][:2])


def _parts_by(parts: list[list[Line]], way: str) -> Parts:
    return Parts(parts, (f"one of {len(parts)} conversations of the file, which {way} tell apart",))


def _without_end(part: list[Line]) -> list[Line]:
    """The lines up to the last one that is neither blank nor a rule, which belongs to the heading below."""
    return part[: 1 + _last_filled(part)]


def _last_filled(lines: Sequence[Line]) -> int:
    """The place of the last line that is neither blank nor a rule; -1 where there is none."""
    return next((at for at in range(len(lines) - 1, -1, -1) if not lines[at].blank), -1)


def _speakers(lines: Sequence[Line], roles: RoleMapping) -> int:
    """How many speak in these lines."""
    speakers = find_speakers(lines, roles)
    return len({line.label.casefold() for line in lines if line.label in speakers})


def _rules(lines: Sequence[Line]) -> dict[str, list[int]]:
    """The lines of three or more of the same mark and nothing else, by mark."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if line.whole[-1:] in _ENDS_RULE and (rule := _RULE.fullmatch(line.whole)):
            found.setdefault(rule[1], []).append(number)
    return found


def _headings(lines: Sequence[Line]) -> list[int]:
    """Lines such as `=== Conversation 12 ===` below a blank one, each with a number of its own."""
    beside = enumerate(zip([EMPTY, *lines], lines, strict=False))
    after_blank = ((at, line.whole) for at, (above, line) in beside if above.blank and _DIGIT.search(line.whole))
    found = ((at, _HEADING.fullmatch(whole[:_LONGEST_HEADING])) for at, whole in after_blank)
    return _if_distinct([(at, name["id"]) for at, name in found if name])


def _headers(lines: Sequence[Line]) -> list[int]:
    """Blocks of lines such as `Date: …` and `Chat ID: 4711` below a blank one, each with an id of its own."""
    found: dict[str, list[tuple[int, str]]] = {}
    first: list[str] = []
    fields = {label for label in {line.label for line in lines if line.label} if is_field(label)}
    if not fields:
        return []
    for are_fields, numbered in groupby(enumerate(lines), key=lambda numbered: numbered[1].label in fields):
        if not are_fields:
            continue
        block = list(numbered)
        labels = [plain(line.label) for _, line in block]
        begins = _below_blank(lines, block[0][0]) or (len(labels) > 1 and labels == first)
        for _, line in block if begins else ():
            if plain(line.label) in _IDS and re.fullmatch(r"\S*\d\S*", line.text.strip()):
                found.setdefault(plain(line.label), []).append((block[0][0], line.text.strip()))
                first = first or labels
    return max((_if_distinct(candidates) for candidates in found.values()), key=len, default=[])


def _below_blank(lines: Sequence[Line], at: int) -> bool:
    return at == 0 or lines[at - 1].blank


def _ends(lines: Sequence[Line]) -> list[int]:
    """The beginning, what follows each line that tells the end of a conversation, and the end."""
    told = {label for label in {line.label for line in lines} if not label or role_of_label(label) == "system"}
    after = [at + 1 for at, line in enumerate(lines) if line.whole and line.label in told and _tells_end(line)]
    last = _last_filled(lines)
    return [0, *(at for at in after if at <= last), len(lines)]


def _tells_end(line: Line) -> bool:
    if len(line.whole) > _LONGEST_END or not may_end(line.whole):
        return False
    event = bare_event(line.text if line.label else without_stamp(line.whole)[0])
    return event is not None and event[0] == "end"


def _if_distinct(found: Sequence[tuple[int, str]]) -> list[int]:
    """The places of what tells conversations apart; none where two have the same name."""
    return [number for number, _ in found] if len({name for _, name in found}) == len(found) else []
