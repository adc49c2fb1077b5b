r"""Transcripts that lost their line breaks: on one line, or with `\n`, `<br>` or ` | ` where one turn ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llm_grader.readers.chats.label_lines import is_name
from llm_grader.readers.roles.role_words import is_numbered_speaker, role_of_label
from llm_grader.readers.roles.roles import RoleMapping

_WRITTEN_BREAK = re.compile(r"\\r\\n|\\n|\\r|<br[ ]?/?>|<br>|</?p>|</?div>", re.IGNORECASE)
_LABEL = r"(?P<label>[^\W\d_][^\n:：|.!?;]{0,40}?)[ ]?[:：](?=\s|$)"
_OPENING = re.compile(rf"\s*(?:\[[\d:. ]{{4,20}}\]\s*)?{_LABEL}")
_INSIDE = re.compile(
    rf"(?:(?<=[.!?…;\"”»)])|(?<=[ ]\|)|(?<=[ ][/–—-])|(?<=//)|(?<=\|\|))\s+(?:\[[\d:. ]{{4,20}}\]\s*)?{_LABEL}"
)
_LOOSE = re.compile(rf"\s+{_LABEL}")
_TRAIL = re.compile(r"[ ]*(?:\|\|?|//|[ ][/–—-])[ ]*$", re.MULTILINE)


def unfolded(text: str, roles: RoleMapping) -> str:
    """The text with a line break before each turn.

    Breaks that are written out become breaks. A text that is one line then is broken before labels behind the end of a
    sentence or a separator: those that are known as speakers, and names that come back. A text of several lines, or
    with no label to begin with, stays as it is.
    """
    text = _WRITTEN_BREAK.sub("\n", text) if _WRITTEN_BREAK.search(text) else text
    if "\n" in text.strip():
        return _TRAIL.sub("", text)
    opening = _OPENING.match(text)
    if opening is None or not _speaks(opening["label"], roles):
        return text
    found = [(match.start(), match["label"].strip()) for match in _labels(text, opening.end(), roles)]
    labels = [opening["label"].strip(), *(label for _, label in found)]
    starts = [start for start, label in found if _is_speaker(label, labels, roles)]
    pieces = [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]
    return _TRAIL.sub("", "\n".join(piece.strip() for piece in pieces))


def _labels(text: str, start: int, roles: RoleMapping) -> list[re.Match[str]]:
    """Labels behind the end of a sentence, and those of known speakers behind any blank."""
    clear = {match.start("label"): match for match in _INSIDE.finditer(text, start)}
    for match in _known_anywhere(text, start, roles):
        clear.setdefault(match.start("label"), match)
    return [clear[place] for place in sorted(clear)]


def _known_anywhere(text: str, start: int, roles: RoleMapping) -> list[re.Match[str]]:
    """Single words such as `Customer:` that name a side, wherever they stand, written as labels are."""
    words = re.compile(r"\s+(?P<label>[^\W\d_]\w*(?:[ ]\d{1,2})?)[ ]?[:：](?=\s)")
    return [
        match for match in words.finditer(text, start) if match["label"][0].isupper() and _known(match["label"], roles)
    ]


def _known(label: str, roles: RoleMapping) -> bool:
    return roles.role_of(label) is not None or role_of_label(label) is not None


def _speaks(label: str, roles: RoleMapping) -> bool:
    label = label.strip()
    return _known(label, roles) or is_name(label) or (len(label) > 1 and is_numbered_speaker(label))


def _is_speaker(label: str, labels: Sequence[str], roles: RoleMapping) -> bool:
    """Whether a label in the line is a speaker: a known one, or a name where another one comes back around it."""
    if _known(label, roles) or (len(label) > 1 and is_numbered_speaker(label)):
        return True
    return is_name(label) and (labels.count(label) > 1 or labels.count(labels[0]) > 1)
