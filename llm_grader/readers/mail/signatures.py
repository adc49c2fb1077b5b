"""Signature, what a mail program adds, and legal text at the end of what the author of a mail wrote.

Pure and linear, as the parts of a mail are that these belong to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice

from llm_grader.readers.mail.mail_words import CLOSING, DISCLAIMER, LEGAL
from llm_grader.readers.mail.said import is_asked, is_contact, is_postscript, is_said, is_sent_from_device, may_be_name
from llm_grader.transcript import SegmentKind

_SIGNATURE_LINES = 12
_DELIMITER = re.compile(r"(?:--|—|–|_{5,})[ \t]*")
_SURE_DELIMITER = "-- "
_LONGEST_SIGNATURE = 30
"""Lines below the delimiter that mail programs set themselves."""
_FIELD = re.compile(r"(?!(?:tel|mob|fax|phone|mail|e-?mail|web|t|m|f|e|w)\w{0,6}\.?:)[^:]{1,30}:[ \t]", re.IGNORECASE)
_CLOSING_WITHIN = 8
_MOST_DELIMITERS = 4
_LINK = re.compile(r"<[^<>\s]*>")
_LONGEST_SIGNATURE_LINE = 100  # without the addresses of links
_LONGEST_CLOSING = 50
_SURE_DISCLAIMER = 3
_SHORTEST_DISCLAIMER = 80
_DISCLAIMED_PARAGRAPHS = 4


def mark_ending(lines: Sequence[str], kinds: list[SegmentKind], start: int, end: int) -> None:
    """Mark signature and disclaimer at the end of what the author wrote in one go."""
    for first, last in _paragraphs(lines, start, end)[-_DISCLAIMED_PARAGRAPHS:]:
        if _is_disclaimer("".join(lines[first:last])):
            kinds[first:last] = ["disclaimer"] * (last - first)
    signature = _delimited_signature(lines, start, end) or _contact_data(lines, kinds, start, end)
    for number in range(*signature) if signature else ():
        kinds[number] = "signature" if kinds[number] == "body" else kinds[number]
    last = next((at for at in reversed(range(start, end)) if kinds[at] == "body" and lines[at].strip()), end)
    if last < end and _is_brief(lines[last]) and is_sent_from_device(lines[last]):
        stop = next((at for at in range(last, end) if kinds[at] != "body"), end)
        kinds[last:stop] = ["signature"] * (stop - last)


def _is_brief(line: str) -> bool:
    return len(_LINK.sub("", line).rstrip()) <= _LONGEST_SIGNATURE_LINE


def _delimited_signature(lines: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """The lines below `-- ` or another delimiter; those that part what the author writes are none."""
    found = [at for at in range(max(start, 1), end) if _is_delimiter(lines[at])]
    tried = dict.fromkeys((*found[:_MOST_DELIMITERS], *found[-_MOST_DELIMITERS:]))
    spans = (_below_delimiter(lines, at, end, alone=len(found) == 1) for at in tried)
    return next((span for span in spans if span is not None), None)


def _is_delimiter(line: str) -> bool:
    return len(line) <= _LONGEST_SIGNATURE_LINE and _DELIMITER.fullmatch(line.rstrip("\r\n")) is not None


def _below_delimiter(lines: Sequence[str], number: int, end: int, *, alone: bool) -> tuple[int, int] | None:
    """From a delimiter to what is said again: a sentence, but below a mark of mail programs only a postscript."""
    sure = lines[number].rstrip("\r\n") == _SURE_DELIMITER
    above = [line for line in lines[max(number - _CLOSING_WITHIN, 0) : number] if line.strip()]
    closed = any(len(line) <= _LONGEST_CLOSING and CLOSING.fullmatch(line.rstrip()) for line in above)
    ends = is_postscript if sure else is_asked if closed else is_said
    written = (at for at in range(number + 1, end) if lines[at].strip())
    near = list(islice(written, _LONGEST_SIGNATURE + 1))
    said = next((at for at in near if ends(lines[at])), None)
    stop = end if said is None else said
    below = [lines[at] for at in near if at < stop]
    if sure:
        short = len(below) <= _SIGNATURE_LINES or not any(map(is_said, below[:_LONGEST_SIGNATURE]))
        return (number, stop) if short and len(below) <= _LONGEST_SIGNATURE else None
    # a name, and no `Order 2: missing` nor a space to fill in
    begins = bool(below) and not _FIELD.match(below[0]) and not (above and above[-1].rstrip().endswith(":"))
    enough = (alone and stop == end) or any(map(is_contact, below))
    return (number, stop) if begins and enough and len(below) <= _SIGNATURE_LINES else None


def _contact_data(lines: Sequence[str], kinds: Sequence[SegmentKind], start: int, end: int) -> tuple[int, int] | None:
    """The lines below `Kind regards, Jana` where only names, numbers and addresses follow, to what is said again."""
    written = [number for number in range(start, end) if lines[number].strip()]
    short = (at for at in reversed(range(len(written))) if len(lines[written[at]]) <= _LONGEST_CLOSING)
    closing = next((at for at in short if CLOSING.fullmatch(lines[written[at]].rstrip())), None)
    if closing is None or not all(map(may_be_name, (lines[at] for at in written[closing + 1 :][:1]))):
        return None
    below = written[closing + 2 :]
    if len(below) > _SIGNATURE_LINES or not all(_is_brief(lines[number]) for number in below):
        return None
    own = [number for number in below if kinds[number] == "body"]
    stop = _end_of_contact_data(lines, own, end)
    found = any(is_contact(lines[number]) for number in below if number < stop)
    return (below[0], stop) if found else None


def _end_of_contact_data(lines: Sequence[str], below: Sequence[int], end: int) -> int:
    """Where the author says something again, with the line above where that goes on there."""
    at = next((at for at, number in enumerate(below) if is_said(lines[number])), None)
    if at is None:
        return end
    while at and lines[below[at]].lstrip()[:1].islower() and below[at - 1] == below[at] - 1:
        at -= 1
    return below[at]


def _paragraphs(lines: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    at, found = start, []
    for blank, several in groupby(lines[start:end], key=lambda line: not line.strip()):
        length = sum(1 for _ in several)
        if not blank:
            found.append((at, at + length))
        at += length
    return found


def _is_disclaimer(paragraph: str) -> bool:
    if len(paragraph) < _SHORTEST_DISCLAIMER:
        return False
    folded = paragraph.lower()
    if not any(word in folded for word in LEGAL):
        return False
    return sum(1 for words in DISCLAIMER if words.search(paragraph)) >= _SURE_DISCLAIMER
