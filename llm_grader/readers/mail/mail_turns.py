"""The turns of mail from any source: what of them their authors wrote, and what they quote, forward or sign with.

Mail does not come from mail files alone. Whatever a table, a help desk or our own format gives as e-mail passes here
once, so that no quoted word is taken for its author's.
"""

from __future__ import annotations

from llm_grader.readers.mail.html_text import html_to_text, is_html
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.transcript import Transcript, Turn

_KEPT = "{} e-mails hold HTML, which was kept as it stands: quoted parts of it may not be told apart"


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
    text = html_to_text(turn.text) if not as_written and is_html(turn.text) else turn.text
    return turn.model_copy(update={"text": text, "segments": split_reply(text)})
