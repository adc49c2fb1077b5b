r"""Transcripts that lost their line ends: on one line, or with a literal `\n`, `<br>` or ` | ` between turns.

Lines are broken before a label and nowhere else; what stands between two turns goes with the break. A text that is
one line, as in the cell of a table, is read by `one_line`; here are those of several lines, of which some are broken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from llm_grader.files.json_strict import is_json
from llm_grader.readers.labels.likely_names import is_likely_name
from llm_grader.readers.roles.role_words import is_numbered_speaker, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.days import DATE_IN_FIGURES
from llm_grader.readers.text.internal_notes import note_author
from llm_grader.readers.text.label_lines import is_known, is_name, parse_line, text_begins
from llm_grader.readers.text.one_line import unfolded

_MARKS = ("\\n", "<br", "<BR", "<p", "<div", " | ", " || ", "\t", " // ", " • ", " ¶ ")
_BETWEEN = re.compile(
    r"[ \t]*(?:(?:(?:\\r)?\\n)+|(?:</?(?:br|p|div)[ ]?/?>[ ]?)+|[ ]\|{1,2}[ ]|[ ]//[ ]|[ ][•¶][ ]|\t)[ \t]*",
    re.IGNORECASE,
)
_COLON = re.compile(r"(?P<words>(?:(?<=\s)|^)(?:[^\s:：]{1,30}[ ]){0,3}[^\s:：]{1,30})[ ]?[:：](?=\s|[^\W\d]|\*|$)")
_LAST_WORD = re.compile(r"([^\s:：]{1,30})[ ]?[:：]")
_STAMP_BEFORE = re.compile(rf"[\[(]?(?:(?<!\d){DATE_IN_FIGURES})?{STAMP}[\])]?[ \t]*[-–—|]?[ \t]*[*_]{{0,3}}$")
_ENDS = '.!?…"”»)]*'
_LOOKED_AT = 60
_LONGEST_STAMP = 40
_LONGEST_OPENING = 300
_FEWEST = 2
_HEAD = 1000


def with_line_ends(text: str, roles: RoleMapping) -> str:
    """The text with every turn on a line of its own, where that is lost; else the text as it is."""
    if is_json(text[:_HEAD]):
        return text
    if "\n" not in text.strip():
        text = unfolded(text, roles)
        if "\n" in text.strip():
            return text
    if any(mark.strip(" ")[0] in text and mark in text for mark in _MARKS):  # one character is soon looked for
        text = _broken_at_marks(text, roles)
    beginning = text.split("\n", _LOOKED_AT)[:_LOOKED_AT]
    inside = [line[start - 1] for line in beginning for start, _ in _breaks(line, roles)]
    at_start = sum(is_known(parse_line(line).label, roles) for line in beginning if line)
    is_lost = len(inside) >= _FEWEST or (at_start == 1 and all(end in _ENDS for end in inside))
    if not inside or not is_lost or len(inside) < at_start:
        return text
    return "\n".join(_broken(line, _breaks(line, roles)) for line in text.split("\n"))


def _broken_at_marks(text: str, roles: RoleMapping) -> str:
    parts = [(line, list(_BETWEEN.finditer(line))) for line in text.split("\n")]
    opening = Counter(parse_line(part).label for line, marks in parts for part in _between(line, marks))
    del opening[""]
    stated = {label for label in opening if is_known(label, roles) or note_author(label) is not None}
    whole = Counter(parse_line(line).label for line, marks in parts if marks)  # `Jana | Visitor: …` is one label
    stated |= {label for label in whole if is_known(label, roles) or (whole[label] > 1 and is_likely_name(label))}
    returning = max(opening.values(), default=0) > 1
    speakers = stated | ({label for label in opening if is_name(label)} if returning else set())
    places = [_places(line, marks, speakers) if marks else [] for line, marks in parts]
    inside = sum(map(len, places))
    if inside < _FEWEST and not (inside and stated):
        return text
    return "\n".join(_broken(line, breaks) for (line, _), breaks in zip(parts, places, strict=True))


def _places(line: str, marks: Sequence[re.Match[str]], speakers: Container[str]) -> list[tuple[int, int]]:
    """The marks before a turn or at the end of a line; not those before its own label, as in `10:22 | Jana: …`."""
    own = text_begins(line) if parse_line(line).label in speakers else 0
    return [mark.span() for mark in marks if mark.start() >= own and _begins(line, mark.end(), speakers)]


def _begins(line: str, at: int, speakers: Container[str]) -> bool:
    rest = line[at : at + _LONGEST_OPENING]
    return parse_line(rest).label in speakers or not rest.strip()


def _between(line: str, marks: list[re.Match[str]]) -> Iterator[str]:
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(line)]
    yield from (line[start:end] for start, end in zip(starts, ends, strict=True))


def _broken(line: str, breaks: list[tuple[int, int]]) -> str:
    at, parts = 0, []
    for start, end in breaks:
        parts.append(line[at:start])
        at = end
    return "\n".join([*parts, line[at:]])


def _breaks(line: str, roles: RoleMapping) -> list[tuple[int, int]]:
    """Where labels begin inside a line, each with the blanks before it."""
    if line.count(":") + line.count("：") < _FEWEST:
        return []
    first = parse_line(line[:_LONGEST_OPENING]).label
    opens = bool(first) and (is_name(first) or is_known(first, roles))
    labels = Counter(_LAST_WORD.findall(line))
    found = []
    for colon in _COLON.finditer(line, text_begins(line[:_LONGEST_OPENING]) if opens else 0):
        around = line[max(colon.start() - _LONGEST_STAMP, 0) : colon.start()]
        label = _label_in(colon["words"], around, labels, first=first if opens else "", roles=roles)
        at = colon.start() + len(colon["words"]) - len(label)
        stamp = _STAMP_BEFORE.search(line, max(at - _LONGEST_STAMP, 0), at) if label else None
        at = stamp.start() if stamp else at
        before = line[max(at - _LONGEST_STAMP, 0) : at]
        if label and before.strip(" \t*_-"):
            found.append((at - len(before) + len(before.rstrip()), at))
    return found


def _label_in(words: str, above: str, labels: Mapping[str, int], *, first: str, roles: RoleMapping) -> str:
    """The longest words before a colon that are a speaker; empty for none.

    Args:
        words: up to four words.
        above: what stands before them.
        labels: how often each last word before a colon occurs.
        first: the label of the line.
        roles: which words are speakers besides.
    """
    parts = words.split(" ")
    for skipped in range(len(parts)):
        label = " ".join(parts[skipped:])
        if any(part[-1:] in _ENDS[:4] for part in parts[skipped:-1]):
            continue
        before = parts[skipped - 1] if skipped else above.rstrip()
        bare = label.strip("*_")
        exact = role_of_label(bare.casefold()) or (is_numbered_speaker(bare) and len(bare) > 1) or roles.role_of(bare)
        if exact or bare == first or (before[-1:] in _ENDS and note_author(bare) is not None):
            return label
        if before[-1:] in _ENDS and is_name(bare) and labels[bare.split()[-1]] > 1:
            return label
    return ""
