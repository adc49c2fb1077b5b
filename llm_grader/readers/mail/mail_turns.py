"""The turns of mail from any source: what of them their authors wrote, and what they quote, forward or sign with.

Mail does not come from mail files alone. Whatever a table, a help desk or our own format gives as e-mail passes here
once, so that no quoted word is taken for its author's.
"""

from __future__ import annotations

import re

from llm_grader.readers.mail.html_text import html_to_text, is_html
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.transcript import Segment, SegmentKind, Transcript, Turn

_KEPT = "{} e-mails hold HTML, which was kept as it stands: give them as text, so that signatures are known as well"
_QUOTED = re.compile(
    r"<blockquote\b|<[^<>]{0,200}(?:gmail_quote|yahoo_quoted|divRplyFwdMsg|appendonsend|OutlookMessageHeader|moz-cite)",
    re.IGNORECASE,
)
_QUOTE_ENDS = re.compile(r"</blockquote\s*>", re.IGNORECASE)


def with_mail_parts(transcript: Transcript, *, as_written: bool = False) -> Transcript:
    """An e-mail conversation in which every message and note has segments; those that have some stay as they are.

    HTML becomes the text its reader sees. This is part of reading: later, a text is never changed.

    Args:
        transcript: the conversation; one of another channel is handed back.
        as_written: whether texts must stay letter by letter, as in our own format; HTML is then told.
    """
    if transcript.channel != "email" or all(turn.segments or turn.kind == "event" for turn in transcript.turns):
        return transcript
    marked_up = sum(_is_unread_html(turn) for turn in transcript.turns) if as_written else 0
    turns = tuple(_with_parts(turn, as_written=as_written) for turn in transcript.turns)
    warnings = (*transcript.warnings, *([_KEPT.format(marked_up)] if marked_up else []))
    return transcript.model_copy(update={"turns": turns, "warnings": warnings})


def _is_unread_html(turn: Turn) -> bool:
    return not turn.segments and turn.kind != "event" and is_html(turn.text)


def _with_parts(turn: Turn, *, as_written: bool) -> Turn:
    if turn.segments or turn.kind == "event":
        return turn
    marked_up = is_html(turn.text)
    if marked_up and as_written:
        return turn.model_copy(update={"segments": _of_html(turn.text)})
    text = html_to_text(turn.text) if marked_up else turn.text
    return turn.model_copy(update={"text": text, "segments": split_reply(text)})


def _of_html(text: str) -> tuple[Segment, ...]:
    """What stands in the quotation of a mail program is quoted, all else body."""
    found = _QUOTED.search(text)
    start = found.start() if found else len(text)
    ends = [end.end() for end in _QUOTE_ENDS.finditer(text, start)]
    spans: tuple[tuple[SegmentKind, int, int], ...] = (
        ("body", 0, start),
        ("quoted", start, end := ends[-1] if ends else len(text)),
        ("body", end, len(text)),
    )
    return tuple(Segment(kind=kind, start=first, end=last) for kind, first, last in spans if first < last)
