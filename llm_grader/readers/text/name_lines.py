"""Turns whose speaker stands on a line of its own, as people paste them: `Jana Nová  0:02`, `10:22 Petr`, a bare name.

A file is read this way as a whole or not at all: what opens a turn in one place does so in all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.chat_events import bare_event, is_time
from llm_grader.readers.text.days import DATE_IN_FIGURES, DATE_WITH_MONTH, WEEKDAY, is_day
from llm_grader.readers.text.label_lines import (
    EMPTY,
    TO,
    TO_SOMEBODY,
    Line,
    is_known,
    is_name,
    is_turned_name,
    time_alone,
)
from llm_grader.readers.text.other_marks import with_other_marks

_LONGEST = 110
_LONGEST_NAME = 60
_MOST_WORDS = 8
_DAY = (
    r"(?:(?:today|yesterday|heute|gestern|dnes|včera|ma|tegnap|täna|eile)[ ,]{0,2}(?:at |um |v |kell )?"
    rf"|(?=\w+\.?,? \w)(?:{WEEKDAY}(?:{DATE_WITH_MONTH})?|{DATE_WITH_MONTH})|{DATE_IN_FIGURES})"
)
# a day has a blank behind its first word and a time below: asked first, that is cheap to see
_WHEN = rf"(?:(?=[^\W_]{{1,12}}[., ])(?P<day>{_DAY}))?(?P<stamp>{STAMP})(?:[ ]?{TO}[ ]?(?P<until>{STAMP}))?(?: uhr)?"
# it ends where no letter follows: nowhere else is a time looked for
_NAME = r"(?P<name>[^\W\d_][^\n\[\]():|<>]{0,58}?[^\s\[\]():|<>,·•@–—-](?: \([^()\d\n]{1,30}\))?)(?![^\W\d_])"
_NAME_FIRST = re.compile(
    rf"[ \t>]*[\[*_]{{0,3}}{_NAME}[\]*_]{{0,3}}[ \t]*+(?:(?:[,|·•@–—-]|at|um|v|kell)[ \t]*+)?"
    rf"[*_]{{0,3}}[\[(]?{_WHEN}[\])]?[*_]{{0,3}}[ \t]*:?",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    rf"[ \t>]*[\[(]?{_WHEN}[\])]?[ \t]*[-–—|·,]?[ \t]*[\[*_]{{0,3}}{_NAME}[\]*_]{{0,3}}[ \t]*:?", re.IGNORECASE
)
_CLOCK = re.compile(r"\d:\d\d")
_CLOCK_AND_DAY = re.compile(rf"[ \t]*(?P<clock>{STAMP}),? (?P<day>[^\n]{{6,30}}?)[ \t]*")
_LETTER = re.compile(r"[^\W\d_]")
_AFTER_LOGIN = re.compile(r"[\w.-]{2,32} — (?i:today|yesterday|\d)")  # as Discord copies messages
_TALK = re.compile(
    r"chat|\bcall|conversation|transcript|gespräch|anruf|hovor|konverza|beszélget|hívás|vestlus|kõne", re.IGNORECASE
)
_LONGEST_TITLE = 3  # in lines
_FEWEST = 2
_FEWEST_BARE = 3


def with_name_lines(lines: Sequence[Line], roles: RoleMapping) -> list[Line]:
    """The lines, those that hold a speaker and nothing else with that label; the others then open no turn.

    Where such lines do not explain the text better than labels in front of words, it is handed back as it is.
    """
    opening = Counter(line.label for line in lines if line.label and line.text.strip())
    labelled = sum(count for label, count in opening.items() if is_known(label, roles))
    if labelled and 2 * labelled >= sum(not line.blank for line in lines):
        return list(lines)
    ways: list[Callable[[Sequence[Line], RoleMapping], dict[int, Line]]] = [_with_times, _bare]
    if not labelled:
        ways.insert(0, with_other_marks)
    for way in ways:
        heads = way(lines, roles)
        if len(heads) > labelled:
            return [heads.get(at) or line.without_label() for at, line in enumerate(lines)]
    return list(lines)


def _with_times(lines: Sequence[Line], roles: RoleMapping) -> dict[int, Line]:
    """The lines of a name and a time, or of a name below a time."""
    heads = {at: head for at, line in enumerate(lines) if ":" in line.whole and (head := _head(line)) is not None}
    sent = {at for at in heads if lines[at].label and lines[at].text.strip()}  # `From Ana to Everyone: 10:22`
    if sent and len(sent) < len(heads):  # among other heads, it is what somebody says: `From Praha to Brno: 10:22`
        heads = {at: head for at, head in heads.items() if at not in sent}
    elif sent:  # words stand below each
        below = {at: next(iter(lines[at + 1 : at + 2]), EMPTY) for at in heads}
        heads = {
            at: head
            for at, head in heads.items()
            if at + 1 not in sent
            and not below[at].blank
            and not (is_name(below[at].label) or is_known(below[at].label, roles))
        }
    labels = {head.label for head in heads.values()}
    dashed = {head.label for head in heads.values() if _AFTER_LOGIN.match(head.whole)}
    speaking = {label for label in labels if is_known(label, roles) or is_name(label) or is_turned_name(label)} | dashed
    heads = {at: head for at, head in heads.items() if head.label in speaking}
    below = _below_times(lines, {head.label for head in heads.values()}, roles)
    heads |= below
    if len(heads) < _FEWEST or len({head.label for head in heads.values()}) < _FEWEST:
        return {}
    return heads | {at - 1: EMPTY for at in below}


def _below_times(lines: Sequence[Line], known: set[str], roles: RoleMapping) -> dict[int, Line]:
    """The lines of a name alone right below a time alone: of names in `known`, or of all times where names come back.

    What somebody says below a time may be written like a name, such as `Thanks`; a full name is none of these.
    """
    found: dict[int, Line] = {}
    times = 0
    for at, line in enumerate(lines):
        when = time_alone(line.whole) if line.whole[-1:].isdigit() else None
        if when is None:
            continue
        times += 1
        who = _called(lines[at + 1]) if at + 2 < len(lines) and not lines[at + 2].blank else ""
        if is_name(who) or is_known(who, roles):
            found[at + 1] = _marked(lines[at + 1], who, *when)
        elif not known:
            return {}
    counts = Counter(head.label for head in found.values())
    are_people = any(" " in label or is_known(label, roles) for label in counts)
    if are_people and len(found) == times and len(counts) > 1 and max(counts.values()) > 1:
        return found
    return {at: head for at, head in found.items() if head.label in known and (at < _FEWEST or lines[at - 2].blank)}


def _head(line: Line) -> Line | None:
    whole = line.whole
    if len(whole) > _LONGEST:
        return None
    if line.label and line.text.strip():
        sent = TO_SOMEBODY.fullmatch(line.label)
        when = time_alone(line.text) if sent else None
        return _marked(line, sent["who"], *when) if sent and when else None
    if line.label and line.stamp:
        return line
    if not _CLOCK.search(whole) or not _LETTER.search(whole):
        return None
    found = _NAME_FIRST.fullmatch(whole) or _TIME_FIRST.fullmatch(whole)
    if found is None or bare_event(whole):
        return None
    stamp = (found["day"] or "") + found["stamp"]
    return _marked(line, " ".join(found["name"].split()), stamp, found["until"] or "")


def _bare(lines: Sequence[Line], roles: RoleMapping) -> dict[int, Line]:
    """The lines of a name and nothing else, of which one comes back, and the times below them, which are theirs."""
    is_somebody = lru_cache(maxsize=4096)(lambda words: is_name(words) or is_known(words, roles))
    called = {at: who for at, line in enumerate(lines) if line.whole and (who := _called(line)) and is_somebody(who)}
    counts = Counter(called.values())
    kept: dict[int, Line] = {}
    for at, who in called.items():
        # what stands right below a name, or the time below that, is said by that one
        is_said = at - 1 in kept or (at - 2 in kept and kept[at - 2].stamp != "")
        has_words = at + 1 < len(lines) and lines[at + 1].whole.strip() and not is_said
        if has_words and (counts[who] > 1 or is_known(who, roles) or _opens(lines, at)):
            kept[at] = _marked(lines[at], who, _time_below(lines, at))
    sure = sum(bool(head.stamp) or counts[head.label] > 1 or is_known(head.label, roles) for head in kept.values())
    begins = next((at for at, line in enumerate(lines) if not line.blank), 0)
    names = {head.label for head in kept.values()}
    if len(kept) < _FEWEST_BARE or 2 * sure < len(kept) or len(names) < _FEWEST:
        return {}
    is_titled = sure == len(kept) and _has_title(lines, begins, kept, roles)
    if begins not in kept and not is_titled and not all(head.stamp for head in kept.values()):
        return {}
    return kept | {at + 1: EMPTY for at, head in kept.items() if head.stamp}


def _has_title(lines: Sequence[Line], begins: int, kept: Mapping[int, Line], roles: RoleMapping) -> bool:
    """Whether what stands above the first name is a title: short, and a blank line stands above each name.

    Names of which none is a word for a speaker may be headings of any text, unless the title tells of a chat or a call.
    """
    above = [line.whole for line in lines[begins : min(kept)] if not line.blank]
    if len(above) > _LONGEST_TITLE or any(len(line) > _LONGEST or line.rstrip()[-1] in ".!?," for line in above):
        return False
    names = {head.label for head in kept.values()}
    talks = any(is_known(name, roles) for name in names) or any(map(_TALK.search, above))
    return talks and all(lines[at - 1].blank for at in kept)


def _marked(line: Line, label: str, stamp: str = "", until: str = "") -> Line:
    """A line that is nothing but its label, as sure as a label in bold letters."""
    return Line(line.number, line.whole, label, "", stamp, bold=True, until=until)


def _called(line: Line) -> str:
    """What a line consists of, where that may be a name."""
    words = line.label if line.label and not line.text.strip() else line.whole.strip(" \t*_:#")
    if not words or len(words) > _LONGEST_NAME or words.count(" ") >= _MOST_WORDS:
        return ""
    return "" if ":" in words or words[-1] in ".!?," else words


def _time_below(lines: Sequence[Line], at: int) -> str:
    below = lines[at + 1].whole
    if (found := _CLOCK_AND_DAY.fullmatch(below)) and is_day(found["day"]):
        return f"{found['day']} {found['clock']}"
    return below.strip(" \t[]()") if is_time(below) else ""


def _opens(lines: Sequence[Line], at: int) -> bool:
    """Whether a line stands at the beginning, below a blank line or an event, or above a time, or ends with a colon."""
    return (
        bool(lines[at].label)
        or at == 0
        or lines[at - 1].blank
        or bool(bare_event(lines[at - 1].whole))
        or bool(_time_below(lines, at))
    )
