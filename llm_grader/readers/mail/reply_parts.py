"""What in a mail its author wrote, and what is quoted, forwarded, signature or disclaimer.

Pure and linear: every line is looked at once, with windows of at most four lines. Nothing is removed; the segments
tile the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice
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
    FORWARDED,
    HEADER,
    HEADER_KIND,
    MESSAGE_FIELD,
    ORIGINAL,
    ORIGINAL_ALONE,
    SENT,
    HeaderKind,
    pattern,
)
from llm_grader.readers.mail.signatures import mark_ending
from llm_grader.transcript import Segment, SegmentKind

_HEADER_LINES = 10
_LONGEST_MARK = 60
_SENTENCE = 3
"""The words of a line that begins a sentence, and is no greeting."""
_COMPARED = re.compile(r"\s{0,20}> ?\d{1,9}(?:[.,]\d{1,6})? ?(?:[^\W\d_]{1,12}\b|[%€$£°])")
_OF_READERS_WORDS = pattern(
    """you|your|said|says|wrote|asked|sie|ihre?|ihrer|ihrem|ihren|schrieben|fragten|vy|vám|váš|vaše|psali?|napsali?
    |ptali?|ön|önök|írta|kérdezte|teie|te|kirjutasite|küsisite""",
    before=r"\b",
    after=r"\b",
)
"""What tells that a line is above words of whoever reads the mail, as in `you asked about`."""
_FROM_WITHIN = 3
_MARKED = re.compile(r"[\s>]{0,20}[-_=*]{2}|[^:\n]{1,80}:")  # cheap, and true for every line that could be a marker
_FIELD = re.compile(r"[^:\n]{1,40}:")
_RULE = re.compile(r"\s*(?:[-_=*]{5,})\s*")


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
    compared = _comparison(lines)
    written = False
    while (number := len(kinds)) < len(lines):
        if number == compared:
            kinds.append("body")
            continue
        kind, end = _part_at(lines, number, introduced, written=written)
        written = written or (kind == "body" and bool(lines[number].strip()))
        kinds += [kind] * (end - number)
    if (history := earlier_comments(lines)) is not None:
        kinds[history:] = ["quoted"] * (len(kinds) - history)
    _bridge_blanks(lines, kinds)
    for start, end in _runs(kinds, "body"):
        mark_ending(lines, kinds, start, end)
    return kinds


def _comparison(lines: Sequence[str]) -> int | None:
    """The line that goes on with a sentence, as in `it weighs` above `> 5 kg`, where no other line is quoted."""
    quotes = list(islice((number for number, line in enumerate(lines) if is_quote(line)), 2))
    if len(quotes) != 1 or quotes[0] == 0 or not _COMPARED.match(lines[quotes[0]]):
        return None
    if _OF_READERS_WORDS.search(lines[quotes[0] - 1]):
        return None
    above = lines[quotes[0] - 1].split()
    return quotes[0] if len(above) >= _SENTENCE and above[-1].isalpha() and above[-1].islower() else None


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
    may_mark = marked or (_has_field(lines[number + 1 : number + 2]) and _is_original_alone(line))
    if may_mark and (ORIGINAL.fullmatch(line) or _begins_headers(lines, number)):
        return ("quoted" if written else "forwarded"), end
    if is_above_marker(line):
        return "quoted", end if written else number + 1
    return "body", number + 1


def _end_of_quotes(lines: Sequence[str], number: int) -> int:
    return next((at for at in range(number, len(lines)) if lines[at].strip() and not is_quote(lines[at])), len(lines))


def _begins_headers(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of an earlier mail (`From: … Sent: … Subject: …`) begin here, or what stands above them."""
    if _RULE.fullmatch(lines[number]) or _is_original_alone(lines[number]):
        number = next((at for at in range(number + 1, min(number + 4, len(lines))) if lines[at].strip()), number)
    if _header_kind(lines[number]) is None:
        return False
    headers = [(kind, line) for line in lines[number : number + _HEADER_LINES] if (kind := _header_kind(line))]
    kinds = {kind for kind, _ in headers}
    has_from = "from" in map(_header_kind, lines[number : number + _FROM_WITHIN])
    # an itinerary has From, To and Date as well, but neither a subject nor an address
    of_mail = "subject" in kinds or any(has_address(line) for _, line in headers)
    return has_from and len(kinds) >= 3 and of_mail and not _is_form(lines, number)


def _has_field(lines: Sequence[str]) -> bool:
    return any(map(_FIELD.match, lines))


def _is_original_alone(line: str) -> bool:
    return len(line) <= _LONGEST_MARK and ORIGINAL_ALONE.fullmatch(line) is not None


def _is_form(lines: Sequence[str], number: int) -> bool:
    """Whether fields of a contact form begin at a line: they name no recipient, and the last holds what is written.

    Below a blank line that field stands by itself: else somebody begins a letter with such a word.
    """
    for at in range(number, min(number + _HEADER_LINES, len(lines))):
        line = lines[at]
        if MESSAGE_FIELD.match(line):
            return True
        if not line.strip():
            return MESSAGE_FIELD.fullmatch("".join(lines[at + 1 : at + 2]).rstrip()) is not None
        if _header_kind(line) == "to" or SENT.match(line) or not _FIELD.match(line):
            return False
    return False


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
