"""The cues of WebVTT and SRT files: times and raw text, each with the line it stands in.

Read here and not by a library, which drops what it cannot time without a word and takes 2.2 s for 10 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile
from typing import NamedTuple

from llm_grader.readers.roles.role_words import is_field
from llm_grader.readers.text.label_lines import parse_line

ARROW = "-->"
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*(?:-->|->|[—–]>|→|,(?=\d{{1,2}}:\d\d:\d\d))[ \t]*{_TIME}(?=\s|$)")
_LIKE_TIMING = re.compile(r"[ \t]*(?=\S{0,20}\d)\S{1,24}[ \t]*-->")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)\w*[ \t]*")
_FENCED_HEAD = re.compile(r"[ \t]*(?:```|~~~)[ \t]*(?=WEBVTT)")
_FENCE_END = re.compile(r"(?:```|~~~)[ \t]*$")
_HEAD = re.compile(rf"\s*(?:WEBVTT(?:\s|$)|(?:\d+[ \t]*\n)?{_TIMING.pattern})")
_BELOW_TITLE = re.compile(
    rf"\n(?:[ \t]*\n(?:WEBVTT[^\n]*\n\s*)?(?:\d+[ \t]*\n)?|[01][ \t]*\n)(?=[^\n]*-->){_TIMING.pattern}"
)
_LONGEST_TITLE = 500
_FENCED = re.compile(rf"^{_FENCE.pattern}\n{_HEAD.pattern}", re.MULTILINE)


class Cue(NamedTuple):
    """One cue: seconds, None where the times cannot be read; `lines` as they are in the file, below `identifier`."""

    number: int
    start: float | None
    end: float | None
    lines: list[str]
    identifier: str = ""


@dataclass
class CaptionFile:
    """What a caption file holds: its cues, and the header and notes around them."""

    cues: list[Cue]
    header: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def looks_like_captions(head: str) -> bool:
    """Whether a text begins as WebVTT or SRT, below a title at most, or in a fence as chat assistants write it."""
    return (_HEAD.match(head) or _FENCED.search(head)) is not None or _has_title(head)


def _has_title(head: str) -> bool:
    """Whether captions begin below lines of which none is what somebody says."""
    first = _BELOW_TITLE.search(head[:_LONGEST_TITLE]) if "-->" in head[: 2 * _LONGEST_TITLE] else None
    if first is None:
        return False
    labels = (parse_line(line).label for line in head[: first.start()].split("\n"))
    return all(not label or is_field(label) for label in labels)


def parse_captions(text: str) -> CaptionFile:
    """Every cue of a WebVTT or SRT text whose line ends are unified.

    In WebVTT a blank line ends a cue; in SRT a text may hold blank lines. Nothing is dropped: what belongs to no cue
    is header (above the first one) or notes.
    """
    lines = _unfenced(text.split("\n")) if "```" in text or "~~~" in text else text.split("\n")
    is_vtt = any(line.startswith("WEBVTT") for line in takewhile(lambda line: ARROW not in line, lines))
    timings = [at for at, line in enumerate(lines) if ":" in line and _is_timing(lines, at)]
    starts = [_first_line(lines, at) for at in timings]
    found = CaptionFile([], header=lines[: starts[0]] if starts else lines)
    for start, at, end in zip(starts, timings, [*starts[1:], len(lines)], strict=False):
        below = lines[at + 1 : max(end, at + 1)]
        own = list(takewhile(str.strip, dropwhile(str.isspace, below))) if is_vtt else below
        found.cues.append(_cue(at + 1, lines[at], own, identifier=lines[start] if start < at else ""))
        found.notes += _blocks(below[_end_of(below, own) :])
    return found


def _end_of(below: Sequence[str], own: Sequence[str]) -> int:
    """Where the lines of a cue end; lines of blanks above its words belong to it."""
    return len(own) + sum(1 for _ in takewhile(str.isspace, below))


def _unfenced(lines: Sequence[str]) -> list[str]:
    """The lines without the fences of chat assistants, which may share a line with the header or the last words."""
    found: list[str] = []
    is_open = False
    for line in lines:
        if head := _FENCED_HEAD.match(line):
            line, is_open = line[head.end() :], True
        elif _FENCE.fullmatch(line):
            line, is_open = "", not is_open
        elif is_open and (end := _FENCE_END.search(line)):
            line, is_open = line[: end.start()], False
        found.append(line)
    return found


def _is_timing(lines: Sequence[str], at: int) -> bool:
    """Whether a line holds the times of a cue; broken ones stand where times should, an arrow in speech does not."""
    line = lines[at]
    if _TIMING.match(line):
        return True
    above = lines[at - 1].strip() if at else ""
    if above and not (above.isdigit() and not (lines[at - 2].strip() if at > 1 else "")):
        return False
    return ARROW in line and _LIKE_TIMING.match(line) is not None


def _first_line(lines: Sequence[str], timing: int) -> int:
    """Where a cue begins: at its timing line, or at the identifier above it, which stands alone or is a number."""
    above = lines[timing - 1].strip() if timing else ""
    alone = timing < 2 or not lines[timing - 2].strip()
    return timing - 1 if above and ARROW not in above and (alone or above.isdigit()) else timing


def _cue(number: int, timing: str, lines: list[str], *, identifier: str) -> Cue:
    while lines and not lines[-1].strip():
        lines.pop()
    found = _TIMING.match(timing)
    if found is None:
        return Cue(number, None, None, lines, identifier)
    times = found.groups()
    return Cue(number, _seconds(*times[:4]), _seconds(*times[4:]), lines, identifier)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction) / 10 ** len(fraction) if fraction else float(whole)


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []
