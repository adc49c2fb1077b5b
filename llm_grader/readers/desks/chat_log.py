"""A chat inside one message: lines such as `(10:12:01) Jana: Hello` and `(10:12:05) *** Bob joined the chat ***`."""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple

from llm_grader.readers.source.times import clock_time

_STAMPED = re.compile(r"\((\d{1,2}):(\d{2}):(\d{2})(?: ?([AaPp])\.?[Mm]\.?)?\)[ \t]+(\S.*)")
_NOTICE = re.compile(r"\*\*\*\s*(.+?)\s*\*\*\*")
_SPEECH = re.compile(r"([^:]{1,80}):(?:\s+(.*))?")
_FEWEST = 2
_DAY = 86_400


class ChatLine(NamedTuple):
    """What somebody said, or with `who` None what happened; `start` in seconds since the first line."""

    start: float
    clock: time
    who: str | None
    text: str


class ChatLog(NamedTuple):
    """The lines of a chat, and what stands above them."""

    heading: str
    lines: tuple[ChatLine, ...]


def read_chat_log(text: str) -> ChatLog | None:
    """The chat in a text; None when it holds none. Lines without a stamp belong to the one above them."""
    heading: list[str] = []
    lines: list[ChatLine] = []
    for row in text.splitlines():
        found = _STAMPED.fullmatch(row.strip())
        if found:
            lines.append(_line(found))
        elif lines:
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text}\n{row}")
        else:
            heading.append(row)
    if sum(line.who is not None for line in lines) < _FEWEST:
        return None
    first = lines[0].start
    # a chat may go on past midnight
    timed = (line._replace(start=(line.start - first) % _DAY, text=line.text.strip()) for line in lines)
    return ChatLog("\n".join(heading).strip(), tuple(timed))


def _line(found: re.Match[str]) -> ChatLine:
    hours, minutes, seconds, half, rest = found.groups()
    hour = int(hours) if half is None else int(hours) % 12 + (12 if half in "Pp" else 0)
    start = float(hour * 3600 + int(minutes) * 60 + int(seconds))
    notice, speech = _NOTICE.fullmatch(rest), _SPEECH.fullmatch(rest)
    who = speech[1].strip() if speech and not notice else None
    text = notice[1] if notice else (speech[2] or "") if speech else rest
    return ChatLine(start, clock_time(start), who, text)
