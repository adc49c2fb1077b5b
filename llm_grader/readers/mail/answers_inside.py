"""Whether the author of a mail answers inside the mail that it quotes, where nothing tells the two apart.

Known by names in brackets before the answers, or by a word to the reader that they stand there.
"""

from __future__ import annotations

import re

from llm_grader.readers.mail.attributions import is_quote
from llm_grader.transcript import Segment

ANSWERS_INSIDE = "the author of a mail may answer inside the mail that it quotes: such answers were read as quoted"

_LONGEST_LINE = 400
_LOOKED_AT = 20_000
_NAMED = re.compile(
    r"\s{0,8}(?:\[|\*\*|<<|>>|\(\()\s?([^\W\d_][\w .'-]{0,40}?)\s?(?::\s?\]|\]\s?:?|:\s?\*\*|\*\*\s?:|:)"
)
_BELOW = re.compile(
    r"\b(?:answers?|repl(?:y|ies)|comments?|responses?)\b[^.!?\n]{0,40}\b(?:below|in-?line"
    r"|in (?:red|blue|green|colou?r|bold|capitals|your (?:e-?mail|mail|message|text)))\b"
    r"|\b(?:antwort(?:en)?|kommentare?|anmerkungen)\b[^.!?\n]{0,40}\b(?:unten|im text"
    r"|in (?:rot|blau|grün|farbe|ihrer (?:e-?mail|mail|nachricht))|(?:rot|blau|farbig))\b"
    r"|\bodpově(?:ď|di)\b[^.!?\n]{0,40}\b(?:níže|v textu|červeně|modře|barevně|ve vašem)\b"
    r"|\bválasz\w{0,8}[^.!?\n]{0,40}\b(?:lent|lejjebb|alább|pirossal|kékkel|a szövegben|a levelében)\b"
    r"|\bvastus\w{0,6}[^.!?\n]{0,40}\b(?:allpool|punasega|sinisega|teksti sees|kirja sees)\b",
    re.IGNORECASE,
)


def may_answer_inside(text: str, segments: tuple[Segment, ...], name: str) -> bool:
    """Whether what a mail quotes without marks may hold its author's answers.

    Args:
        text: the mail.
        segments: its parts.
        name: what its author is called.
    """
    unmarked = [line for part in segments if part.kind == "quoted" for line in _unmarked(text[part.start : part.end])]
    if not unmarked:
        return False
    body = "".join(text[part.start : part.end] for part in segments if part.kind == "body")
    if _BELOW.search(body[:_LOOKED_AT]):
        return True
    first = {word.casefold() for word in name.split()}
    found = (_NAMED.match(line) for line in unmarked)
    return any(mark and not first.isdisjoint(mark[1].casefold().split()) for mark in found)


def _unmarked(quoted: str) -> list[str]:
    """The lines of a quotation below its first blank line that no `>` marks."""
    _, _, below = quoted[:_LOOKED_AT].partition("\n\n")
    return [line for line in below.splitlines() if line.strip() and not is_quote(line) and len(line) <= _LONGEST_LINE]
