"""What in a mail its author wrote, and what is quoted, forwarded, signature or disclaimer.

Pure and linear: every line is looked at once, with windows of at most four lines. Nothing is removed; the segments
tile the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from llm_grader.readers.mail.attributions import (
    attributions,
    earlier_comments,
    has_address,
    introduces_unmarked,
    is_above_marker,
    is_quote,
)
from llm_grader.readers.mail.mail_words import (
    CLOSING,
    CONTACT,
    DISCLAIMER,
    FORWARDED,
    HEADER,
    HEADER_KIND,
    LEGAL,
    ORIGINAL,
    SENT_FROM,
    HeaderKind,
)
from llm_grader.transcript import Segment, SegmentKind

_HEADER_LINES = 10
_FROM_WITHIN = 3
_SIGNATURE_LINES = 12
_MARKED = re.compile(r"[\s>]{0,20}[-_=*]{2}|[^:\n]{1,80}:")  # cheap, and true for every line that could be a marker
_RULE = re.compile(r"\s*(?:[-_=*]{5,})\s*")
_DELIMITER = re.compile(r"(?:--|—|–|_{5,})[ \t]*")
_LINK = re.compile(r"<[^<>\s]*>")
_LONGEST_SIGNATURE_LINE = 100  # without the addresses of links
_LONGEST_CLOSING = 50
_SURE_DISCLAIMER = 3
_SHORTEST_DISCLAIMER = 80
_DISCLAIMED_PARAGRAPHS = 4


def split_reply(text: str) -> tuple[Segment, ...]:
    """Segments that tile the text of a mail, in characters; empty for an empty text.

    `body` is what the author wrote, with greeting and closing; `quoted` an earlier message with the line that
    introduces it; `forwarded` one passed on; `signature` contact data and what a mail program adds; `disclaimer` legal
    text. What the author wrote between quoted lines is body; below an unmarked quotation nothing can be told apart, so
    that all of it is quoted.
    """
    lines = text.splitlines(keepends=True)
    kinds = _kinds(lines)
    segments: list[Segment] = []
    start = 0
    for kind, several in groupby(zip(kinds, lines, strict=True), key=itemgetter(0)):
        end = start + sum(len(line) for _, line in several)
        segments.append(Segment(kind=kind, start=start, end=end))
        start = end
    return tuple(segments)


def _kinds(lines: Sequence[str]) -> list[SegmentKind]:
    """What each line is."""
    kinds: list[SegmentKind] = []
    introduced = dict(attributions(lines))
    written = False
    while (number := len(kinds)) < len(lines):
        kind, end = _part_at(lines, number, introduced, written=written)
        written = written or (kind == "body" and bool(lines[number].strip()))
        kinds += [kind] * (end - number)
    if (history := earlier_comments(lines)) is not None:
        kinds[history:] = ["quoted"] * (len(kinds) - history)
    _bridge_blanks(lines, kinds)
    for start, end in _runs(kinds, "body"):
        _mark_ending(lines, kinds, start, end)
    return kinds


def _part_at(
    lines: Sequence[str], number: int, introduced: dict[int, int], *, written: bool
) -> tuple[SegmentKind, int]:
    """What begins at a line, and where it ends; `written` is whether the author wrote anything above it."""
    line, end = lines[number], len(lines)
    marked = _MARKED.match(line) is not None
    if marked and FORWARDED.fullmatch(line):
        return "forwarded", _end_of_quotes(lines, number) if is_quote(line) else end
    if number in introduced:
        below = next((lines[at] for at in range(introduced[number], end) if lines[at].strip()), "")
        # above an answer in between, or with nothing above it, only the line itself is sure not to be the author's
        return "quoted", introduced[number] if is_quote(below) or not written else end
    if is_quote(line):
        return "quoted", end if written and introduces_unmarked(line) else number + 1
    if marked and (ORIGINAL.fullmatch(line) or _begins_headers(lines, number)):
        return ("quoted" if written else "forwarded"), end
    if is_above_marker(line):
        return "quoted", end if written else number + 1
    return "body", number + 1


def _end_of_quotes(lines: Sequence[str], number: int) -> int:
    return next((at for at in range(number, len(lines)) if lines[at].strip() and not is_quote(lines[at])), len(lines))


def _begins_headers(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of an earlier mail (`From: … Sent: … Subject: …`) begin here, or the rule above them."""
    if _RULE.fullmatch(lines[number]):
        number = next((at for at in range(number + 1, min(number + 4, len(lines))) if lines[at].strip()), number)
    if _header_kind(lines[number]) is None:
        return False
    headers = [(kind, line) for line in lines[number : number + _HEADER_LINES] if (kind := _header_kind(line))]
    kinds = {kind for kind, _ in headers}
    has_from = "from" in map(_header_kind, lines[number : number + _FROM_WITHIN])
    # an itinerary has From, To and Date as well, but neither a subject nor an address
    return has_from and len(kinds) >= 3 and ("subject" in kinds or any(has_address(line) for _, line in headers))


def _header_kind(line: str) -> HeaderKind | None:
    found = HEADER.match(line)
    return HEADER_KIND[found[1].casefold()] if found else None


def _bridge_blanks(lines: Sequence[str], kinds: list[SegmentKind]) -> None:
    """Blank lines between two quoted lines are quoted."""
    last_quoted = None
    for number, line in enumerate(lines):
        if kinds[number] == "quoted":
            if last_quoted is not None:
                kinds[last_quoted + 1 : number] = ["quoted"] * (number - last_quoted - 1)
            last_quoted = number
        elif line.strip():
            last_quoted = None


def _runs(kinds: Sequence[SegmentKind], wanted: SegmentKind) -> list[tuple[int, int]]:
    at, runs = 0, []
    for kind, several in groupby(kinds):
        end = at + sum(1 for _ in several)
        if kind == wanted:
            runs.append((at, end))
        at = end
    return runs


def _mark_ending(lines: Sequence[str], kinds: list[SegmentKind], start: int, end: int) -> None:
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
