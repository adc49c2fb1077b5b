"""Attributions: the lines that introduce a quoted mail, such as `On 5 May 2024 Jana <j@x> wrote:`.

Each mail program words them in its own way; what they have in common is a verb, a date, an address, and how they end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from llm_grader.readers.mail.mail_words import (
    ABOVE_THIS,
    OF_A_DATED_SENTENCE,
    OF_A_PERSON,
    OF_A_SENTENCE,
    SAID,
    WROTE,
)

_MOST_LINES = 4
_LONGEST = 400
_DATE_WITHIN = 30
_DATE_AFTER = 12  # the verb, whatever the length of the name before it
_CLUE = re.compile(r"[@\d]")
_DATE = re.compile(r"\b(?:19|20)\d{2}(?!\d)|\b\d{1,2}[:.]\d{2}\b")
_DATE_FIRST = re.compile(r"[\s>*_]*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4})\b")
_SLASHED = re.compile(r"\d{4}/\d{1,2}/\d{1,2} \S")
_YEAR_AND_TIME = re.compile(r"(?=.{0,80}?(?<!\d)(?:19|20)\d{2}(?!\d)).{0,80}?(?<!\d)\d{1,2}[:.]\d{2}(?!\d)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_IN_BRACKETS = re.compile(r"[<(\[][^\s<>@]{1,64}@[^\s<>@]{1,255}[>)\]]")
_GAP = re.compile(r":[ \xa0]{2,}(?=\S)")
_ENDS = (":", "：", ">")
_LONGEST_MARKER = 120
_COMMENT_DATE = re.compile(
    r"\s*(?:\w{2,9}\.?,? )?(?:\w{3,9}\.? \d{1,2}|\d{1,2}\.? \w{3,9}\.?|\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}),?"
    r"(?: \d{4},?)?(?: \w{2,4})? \d{1,2}:\d{2}[^\n]{0,30}\s*"
)
_OPENING_MARKS = ('"', "„", "“", "”", "«", "»", "‚", "‘")
_AROUND = " \t\r\n-–—_*=~"
_GROUPWISE = re.compile(r">>> ?(?=[^\n]{0,200}(?:@|\d{4}))[^\n]{1,200}?(?:>>>|:)\s*")


def has_address(line: str) -> bool:
    """Whether an e-mail address stands in a line."""
    return _ADDRESS.search(line) is not None


def is_quote(line: str) -> bool:
    """Whether a line is quoted by a `>` before it."""
    return line.lstrip().startswith(">")


def introduces_unmarked(line: str) -> bool:
    """Whether a line such as `>>> Jana <j@x> 05.05.2024 10:12 >>>` stands above a quotation without any marks."""
    return line.startswith(">>>") and _GROUPWISE.fullmatch(line) is not None


def attributions(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where attributions begin and end, wrapped over up to four lines."""
    for last, line in enumerate(lines):
        bare = line.strip(_AROUND)
        if not bare or (is_quote(line) and not _closes_address(lines, last)):
            continue
        if _begins_quotation(lines, last):
            yield last, last + 1
        dashed = line.rstrip()[-1:] == "-" and line.lstrip()[:1] == "-"
        if bare[-1] in _ENDS or dashed:
            first = _first_line(lines, last)
            if first is not None:
                yield first, last + 1


def _closes_address(lines: Sequence[str], number: int) -> bool:
    """Whether the `>` at the beginning of a line belongs to an address that was broken in two."""
    above = lines[number - 1] if number else ""
    return above.rfind("<") > above.rfind(">")


def _begins_quotation(lines: Sequence[str], number: int) -> bool:
    """Whether the quotation begins on the line that introduces it, behind a gap, as Yahoo for Android writes it."""
    gap = _GAP.search(lines[number]) if "@" in lines[number] else None
    if gap is None or (number and lines[number - 1].strip()):
        return False
    head = lines[number][: gap.start() + 1].strip(_AROUND)
    return (
        len(head) <= _LONGEST
        and _IN_BRACKETS.search(head) is not None
        and _wrote(head)
        and _is_dated(head, lines, number)
    )


def _first_line(lines: Sequence[str], last: int) -> int | None:
    """The line an attribution that ends in `last` begins with, None when it is none."""
    by_address = None
    for first, joined, nameless in _joined_lines(lines, last):
        if not _CLUE.search(joined):
            continue
        if _is_dated(joined, lines, last):
            if not _is_of_the_author(joined, lines, first, last):
                return first
            if not WROTE.match(joined):  # else the name stands on the line above
                return by_address
        elif _wrote(joined) and has_address(joined):
            if _DATE.search(joined) and not joined.startswith(("<", "(")):
                return first
            by_address = first if by_address is None or nameless else by_address
    return by_address


def _joined_lines(lines: Sequence[str], last: int) -> Iterator[tuple[int, str, bool]]:
    """A line with more and more of those above it: the first, all as one, and whether those below lack a name."""
    joined = ""
    for first in range(last, max(last - _MOST_LINES, -1), -1):
        if not lines[first].strip() or (is_quote(lines[first]) and first < last):
            return
        nameless = joined.startswith(("<", "("))  # the name then stands on this line, above its address
        joined = f"{lines[first].strip(_AROUND)} {joined}".strip()
        if len(joined) > _LONGEST:
            return
        yield first, joined, nameless


def _is_dated(joined: str, lines: Sequence[str], last: int) -> bool:
    """Whether the words are an attribution by their date, and a verb or an address."""
    if not _DATE.search(joined):
        return False
    if _wrote(joined):
        named = not joined.startswith(("<", "("))  # else the name stands on the line above
        behind = [joined[verb.end() :][:_DATE_AFTER] for verb in WROTE.finditer(joined)] if named else []
        return any(character.isdigit() for part in (joined[:_DATE_WITHIN], *behind) for character in part)
    if joined[-1] not in ":：":
        # nothing but a date, a name and an address: a line of a list may be that as well
        old_gmail = _SLASHED.match(joined) is not None and not _is_introduced(lines, last)
        return _is_dated_address(joined) and (old_gmail or _is_above_quote(lines, last))
    return _is_dated_address(joined) or bool(_IN_BRACKETS.search(joined) and _YEAR_AND_TIME.match(joined))


def _is_of_the_author(joined: str, lines: Sequence[str], first: int, last: int) -> bool:
    """Whether the author tells what somebody wrote: `your colleague wrote to me on 5 May:`.

    A mail program gives an address, quotes with `>`, or keeps its line apart, with a name and no other words.
    """
    if _IN_BRACKETS.search(joined) or _is_above_quote(lines, last):
        return False
    if _YEAR_AND_TIME.match(joined):
        goes_on = joined[:1].islower() and OF_A_SENTENCE.search(joined) is not None
        is_sentence = goes_on or OF_A_DATED_SENTENCE.search(joined) is not None
        return is_sentence or (joined.islower() and not has_address(joined))
    if OF_A_SENTENCE.search(joined):
        return True
    if has_address(joined):
        return False
    below = next((line for line in lines[last + 1 : last + 4] if line.strip()), "")
    is_apart = first == 0 or not lines[first - 1].strip()
    return joined.islower() or not is_apart or below.lstrip().startswith(_OPENING_MARKS)


def _is_dated_address(joined: str) -> bool:
    return has_address(joined) and _DATE_FIRST.match(joined) is not None


def _is_above_quote(lines: Sequence[str], number: int) -> bool:
    below = next((line for line in lines[number + 1 : number + 4] if line.strip()), "")
    return is_quote(below) or below.startswith("&gt;")


def _is_introduced(lines: Sequence[str], number: int) -> bool:
    """Whether the words above end with a colon, as above a list."""
    above = next((line for line in reversed(lines[max(number - 3, 0) : number]) if line.strip()), "")
    return above.rstrip().endswith(":")


def _wrote(joined: str) -> bool:
    """Whether a verb says that somebody, whose name is no pronoun, wrote; `said` only beside an address."""
    verb = WROTE.search(joined) or (SAID.search(joined) if has_address(joined) else None)
    return verb is not None and not OF_A_PERSON.search(joined, 0, verb.start())


def earlier_comments(lines: Sequence[str]) -> int | None:
    """Where the history of a ticket begins in what a help desk sends: at the second name above a date.

    Only below the line `please type your reply above this line` that such mail begins with.
    """
    first = next((line for line in lines if line.strip()), "")
    if not is_above_marker(first):
        return None
    dated = [at for at, line in enumerate(lines) if at and lines[at - 1].strip() and _COMMENT_DATE.fullmatch(line)]
    return dated[1] - 1 if len(dated) > 1 else None


def is_above_marker(line: str) -> bool:
    """Whether a line asks to reply above it."""
    return len(line) <= _LONGEST_MARKER and ABOVE_THIS.search(line) is not None
