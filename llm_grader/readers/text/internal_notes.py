"""Notes of the house in a pasted text: `Internal note: …`, `Tom (private note): …`, `[Interne Notiz] …`.

The other side never saw them. A `Note: …` that does not say for whom it is may be part of what somebody writes.
English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.text.label_lines import Line

_INTERNAL = r"internal(?:ly)?|interne[rs]?|interní|belső|sisemine|sise"
_PRIVATE = r"intern|private?|private[rs]|soukrom[áýé]|privát|privaatne"
_OURS = r"(?:agents?['’]?s?|staff|wrap[ -]up|after[ -]call)"  # whose comments and messages are for the customer
_NOTED = r"(?:notes?|notiz(?:en)?|vermerk|poznámk[ay]|megjegyzés(?:ek)?|jegyzet|märkus(?:ed)?|märge)"
_COMMENT = rf"(?:{_NOTED}|comments?|remarks?|anmerkung(?:en)?|kommentar|komentář|kommentaar)"
_HIDDEN = rf"(?:{_INTERNAL}|{_PRIVATE})"
_NAMED = (
    rf"(?:{_HIDDEN} {_COMMENT}|(?:{_INTERNAL}) (?:messages?|zpráva|üzenet)|{_OURS} {_NOTED}|{_NOTED} to self"
    rf"|{_COMMENT} (?:[-–] |[(\[])?{_HIDDEN}[)\]]?|whisper(?:ed)?)"
)
_OF_NOBODY = re.compile(rf"{_NAMED}(?: (?:by|from|to|von|an|od) (?P<by>[^()\[\]]+))?", re.IGNORECASE)
_OF_SOMEBODY = re.compile(
    rf"(?P<by>[^()\[\]]+?) ?(?:[-–] |[(\[])"
    rf"(?:{_NAMED}|(?:{_INTERNAL})|(?P<private>{_PRIVATE})|(?<=[(\[]){_NOTED})[)\]]?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"[ \t>*_#]*[\[(]?(?P<label>{_NAMED}(?: (?:by|from|von|od) [^()\[\]:\n]{{1,40}})?)"
    r"(?:[*_ \t]*[\])][*_ \t]*:?|[*_ \t]*:|(?P<alone>[*_ \t]*$))[*_ \t]*",
    re.IGNORECASE,
)
_BARE = re.compile(_NOTED, re.IGNORECASE)
_LONGEST_LABEL = 60


def may_be_note(label: str) -> bool:
    """Whether a label is a word for a note that does not say for whom it is."""
    return _BARE.fullmatch(label) is not None


def with_notes_labelled(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that begin a note with that for a label: `[Internal note] …`, or the words alone on a line."""
    return [line if line.label else _labelled(line) for line in lines]


def _labelled(line: Line) -> Line:
    found = _OPENING.match(line.whole)
    if found is None or (found["alone"] is not None and not _BARE.search(found["label"])):
        return line
    text = line.whole[found.end() :].rstrip()
    opened = found[0].lstrip(" \t>*_#")[:1] in ("[", "(") and found[0].rstrip("*_ \t").endswith(":")
    closed = opened and "]" not in found[0] and ")" not in found[0] and text.endswith((")", "]"))
    return Line(line.number, line.whole, found["label"].strip(), text[:-1] if closed else text)


@lru_cache(maxsize=4096)
def note_author(label: str) -> str | None:
    """Who wrote the note that a label opens; empty where it does not say, None where it opens none."""
    if not label or len(label) > _LONGEST_LABEL:
        return None
    if found := _OF_NOBODY.fullmatch(label):
        return (found["by"] or "").strip()
    found = _OF_SOMEBODY.fullmatch(label)
    # `Maya (private)` may tell a telephone from another
    if found is None or (found["private"] and role_of_label(found["by"]) != "agent"):
        return None
    return str(found["by"])
