"""Signature, what a mail program adds, and legal text at the end of what the author of a mail wrote.

Pure and linear, as the parts of a mail are that these belong to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from llm_grader.readers.mail.mail_words import CLOSING, CONTACT, DISCLAIMER, LEGAL, SENT_FROM
from llm_grader.transcript import SegmentKind

_SIGNATURE_LINES = 12
_DELIMITER = re.compile(r"(?:--|—|–|_{5,})[ \t]*")
_LINK = re.compile(r"<[^<>\s]*>")
_LONGEST_SIGNATURE_LINE = 100  # without the addresses of links
_LONGEST_CLOSING = 50
_SURE_DISCLAIMER = 3
_SHORTEST_DISCLAIMER = 80
_DISCLAIMED_PARAGRAPHS = 4


def mark_ending(lines: Sequence[str], kinds: list[SegmentKind], start: int, end: int) -> None:
    """Mark signature and disclaimer at the end of what the author wrote in one go."""
    signature = _delimited_signature(lines, start, end) or _contact_data(lines, start, end)
    if signature is not None:
        kinds[signature:end] = ["signature"] * (end - signature)
    for first, last in _paragraphs(lines, start, end)[-_DISCLAIMED_PARAGRAPHS:]:
        if _is_disclaimer("".join(lines[first:last])):
            kinds[first:last] = ["disclaimer"] * (last - first)
    last = next((at for at in reversed(range(start, end)) if kinds[at] == "body" and lines[at].strip()), end)
    # further up, such a line is the author's: `Sent via DHL on 5 May`
    if last < end and _is_brief(lines[last]) and SENT_FROM.match(lines[last]):
        stop = next((at for at in range(last, end) if kinds[at] != "body"), end)
        kinds[last:stop] = ["signature"] * (stop - last)


def _is_brief(line: str) -> bool:
    return len(_LINK.sub("", line).rstrip()) <= _LONGEST_SIGNATURE_LINE


def _delimited_signature(lines: Sequence[str], start: int, end: int) -> int | None:
    for number in range(start, end):
        line = lines[number]
        if len(line) <= _LONGEST_SIGNATURE_LINE and _DELIMITER.fullmatch(line.rstrip("\r\n")):
            below = sum(1 for other in lines[number + 1 : end] if other.strip())
            return number if below <= _SIGNATURE_LINES else None
    return None


def _contact_data(lines: Sequence[str], start: int, end: int) -> int | None:
    """The first line below `Kind regards, Jana` where only names, numbers and addresses follow."""
    written = [number for number in range(start, end) if lines[number].strip()]
    short = (at for at in reversed(range(len(written))) if len(lines[written[at]]) <= _LONGEST_CLOSING)
    closing = next((at for at in short if CLOSING.fullmatch(lines[written[at]].rstrip())), None)
    if closing is None:
        return None
    below = written[closing + 2 :]
    brief = all(_is_brief(lines[number]) for number in below)
    found = brief and len(below) <= _SIGNATURE_LINES and any(CONTACT.search(lines[number]) for number in below)
    return below[0] if found else None


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
