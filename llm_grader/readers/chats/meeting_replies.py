"""Replies and reactions as programs write them into messages: `Replying to "…"` above words, `Reacted to "…" with 👍`.

What a reply quotes is the other's; a reaction is no message.
English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re

from llm_grader.transcript import Segment, Turn

_QUOTE = r"[\"“„»][^\n]{0,2000}[\"”“«]"
_REPLY = re.compile(
    rf"(?:replying to|in reply to|antwort(?:en)? auf|odpověď na|odpovídá na|válasz (?:erre|a következőre)|vastus)"
    rf":?[ ]{_QUOTE}[ \t]*\n\s*(?=\S)",
    re.IGNORECASE,
)
_PICTURE = r"(?:[^\w\s]{1,12}|:\w{1,30}:)"
_REACTION = re.compile(
    rf"(?:reacted|reagierte|reagoval[ai]?|reagált|reageeris)[ ](?:to|auf|na|erre)?:?[ ]?{_QUOTE}"
    rf"(?:[ ](?:with|mit|s))?[ ]{_PICTURE}"
    rf"|reacted {_PICTURE} to {_QUOTE}|removed an? {_PICTURE} reaction (?:to|from) {_QUOTE}"
    r"|(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned) “[^\n]{0,2000}”",
    re.IGNORECASE,
)


def with_replies(turn: Turn) -> Turn:
    """The turn with what it quotes as a segment of its own, or as the event that a reaction is."""
    if turn.kind != "message" or not ('"' in turn.text or "“" in turn.text or "„" in turn.text or "»" in turn.text):
        return turn
    if _REACTION.fullmatch(turn.text):
        return turn.model_copy(update={"kind": "event", "event": "reaction"})
    reply = _REPLY.match(turn.text)
    if reply is None or turn.segments:
        return turn
    end = reply.end()
    segments = (Segment(kind="quoted", start=0, end=end), Segment(kind="body", start=end, end=len(turn.text)))
    return turn.model_copy(update={"segments": segments})
