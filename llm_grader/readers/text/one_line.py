r"""A transcript on one line, or with `\n`, `<br>` or ` | ` where one turn ends: a line for each turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.roles.role_words import is_numbered_speaker, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.text.internal_notes import note_author
from llm_grader.readers.text.label_lines import is_name

_WRITTEN_BREAK = re.compile(r"\\r\\n|\\n|\\r")
_TAG = re.compile(r"<br ?/?>|</(?:p|div|li|tr|td)>", re.IGNORECASE)
_MARKS = "|;/–—•-"
_COLON = re.compile(r"[:：](?!//)(?!\d)")
_WORD = r"[^\W\d_][\w'’-]*"
# what begins behind a letter would have begun with that one: seen first, that spares most places the rest
_PHRASE = re.compile(
    rf"(?<![^\W\d_]){_WORD}(?:[ ]{_WORD}){{0,2}}(?:[ ]\d{{1,2}})?(?:[ ]?\([^()]{{1,30}}\))?[*_]{{0,2}}[ ]?$"
)
_STAMP = re.compile(r"(?:[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[ ]?[AaPp][Mm])?[\])]|(?<!\S)\d{1,2}:\d{2}:\d{2})[ ]*$")
_STAMP_ENDS = (")", "]")
_BOLD = re.compile(r"[*_]{0,3}")
_LONGEST_LABEL = 70
_SENTENCE_ENDS = (".", "!", "?", "…", '"', "”", "»", ")", *_MARKS)

_NOTE_BEHIND = (".", "!", "?", "…", "|", "•")
_CLOSING = '"”“»)] '


class _Opening(NamedTuple):
    """Where a turn may begin: its label, what stands before it, and whether that ends a sentence or parts turns."""

    start: int
    end: int
    label: str
    stamp: str
    clear: bool


def unfolded(text: str, roles: RoleMapping) -> str:
    """The text of one line with a line break before each turn.

    Breaks that are written out become breaks. What is one line then is broken before labels that are known as
    speakers, and before names that stand behind the end of a sentence or a separator and come back. A text with no
    label to begin with stays as it is.
    """
    text = html_to_text(text) if _TAG.search(text) else text
    text = _WRITTEN_BREAK.sub("\n", text)
    openings = list(_openings(text, roles)) if "\n" not in text.strip() else []
    if not openings or text[: openings[0].start].strip(f" {_MARKS}*") or not _speaks(openings[0].label, roles):
        return _without_marks(text.split("\n")) if "\n" in text.strip() else text
    labels = Counter(opening.label for opening in openings)
    turns = [openings[0], *(opening for opening in openings[1:] if _begins(opening, openings[0].label, labels, roles))]
    ends = [*(turn.start for turn in turns[1:]), len(text)]
    return _without_marks(
        [f"{turn.stamp}{turn.label}: {text[turn.end : end].strip()}" for turn, end in zip(turns, ends, strict=True)]
    )


def may_hold_others(text: str, roles: RoleMapping) -> bool:
    """Whether a single turn has something in it that is written like another speaker's name, and may be one."""
    inside = list(_openings(text, roles))[1:]
    return any(opening.clear and is_name(opening.label) for opening in inside)


def _openings(text: str, roles: RoleMapping) -> Iterator[_Opening]:
    """Everything in a line that is written like a label and a colon."""
    done = 0
    for colon in _COLON.finditer(text):
        head = text[max(done, colon.start() - _LONGEST_LABEL) : colon.start()]
        phrase = _PHRASE.search(head)
        label = _label_in(head[: phrase.start()], phrase[0], roles) if phrase else ""
        if label:
            before = text[done : colon.start() - len(label)].rstrip("*_ ")
            last = before.rstrip()[-1:]
            stamp = _STAMP.search(before) if last.isdigit() or last in _STAMP_ENDS else None
            above = before[: stamp.start()].rstrip() if stamp else before
            # a note begins behind a sentence: in one, or behind `It says:`, somebody speaks of it
            is_note = note_author(label.strip("*_ ")) is not None
            clear = above.rstrip(_CLOSING).endswith(_NOTE_BEHIND) if is_note else _is_clear(above)
            start, done = done + len(above), colon.end() + len(_BOLD.match(text, colon.end())[0])  # type: ignore[index]
            yield _Opening(start, done, label.strip("*_ "), f"{stamp[0].strip()} " if stamp else "", clear)


def _is_clear(above: str) -> bool:
    return not above or above.endswith(_SENTENCE_ENDS)


def _label_in(above: str, phrase: str, roles: RoleMapping) -> str:
    """The end of a phrase before a colon that is a label: the shortest that is known, else all of it."""
    words = phrase.split(" ")
    for first in reversed(range(len(words))):
        tail = " ".join(words[first:])
        if _is_role(tail.strip("*_ "), roles) and not (first and words[first - 1] and tail[:1] in "(0123456789"):
            return tail
    ends = not above.strip() or above.rstrip("*_ ").endswith((*_SENTENCE_ENDS, "]"))
    return phrase if ends else ""


def _begins(opening: _Opening, first: str, labels: Mapping[str, int], roles: RoleMapping) -> bool:
    """Whether a label in the line begins a turn: a known one, or a name where it or the first one comes back."""
    label = opening.label
    if note_author(label) is not None:
        return opening.clear
    if _is_role(label, roles) or (len(label) > 1 and is_numbered_speaker(label)):
        # in the middle of a sentence only a single word written as the first label is: `the customer: …` is no turn
        return opening.clear or (" " not in label and (label[0].isupper() or not first[0].isupper()))
    return opening.clear and (labels[label] > 1 or labels[first] > 1) and is_name(label)


def _is_role(label: str, roles: RoleMapping) -> bool:
    return roles.role_of(label) is not None or role_of_label(label) is not None or note_author(label) is not None


def _speaks(label: str, roles: RoleMapping) -> bool:
    return _is_role(label, roles) or is_name(label) or (len(label) > 1 and is_numbered_speaker(label))


def _without_marks(lines: Sequence[str]) -> str:
    """Lines without the mark between turns, where all but the last one end with it."""
    lines = [line.strip() for line in lines]
    ends = {line[-1:] for line in lines[:-1] if line}
    if len(ends) == 1 and (mark := ends.pop()) in _MARKS:
        lines = [line.rstrip(f"{mark} ") for line in lines]
    return "\n".join(lines)
