"""Notes of the house in a pasted text: `Internal note: …`, `Tom (private note): …`, `[Interne Notiz] …`.

The other side never saw them. A `Note: …` that does not say for whom it is may be part of what somebody writes.
English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache

from llm_grader.readers.roles.role_words import is_field, role_of_label
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.label_lines import Line, is_name

_INTERNAL = r"internal(?:ly)?|interne[rs]?|interní|interná|belső|sisemine|sise|interna|wewnętrzna"
_PRIVATE = r"intern|private?|private[rs]|soukrom[áýé]|privát|privaatne"
_OURS = r"(?:agents?['’]?s?|staff|wrap[ -]up|after[ -]call)"  # whose comments and messages are for the customer
_NOTED = (
    r"(?:notes?|notiz(?:en)?|vermerk|poznámk[ay]|megjegyzés(?:ek)?|jegyzet|märkus(?:ed)?|märge|nota|notitie|notatka)"
)
_COMMENT = rf"(?:{_NOTED}|comments?|remarks?|anmerkung(?:en)?|kommentar|komentář|kommentaar)"
_HIDDEN = rf"(?:{_INTERNAL}|{_PRIVATE})"
_NAMED = (
    rf"(?:{_HIDDEN} {_COMMENT}|(?:{_INTERNAL}) (?:messages?|zpráva|üzenet)|{_OURS} {_NOTED}"
    rf"|{_COMMENT} (?:[-–] |[(\[])?{_HIDDEN}[)\]]?|whisper(?:ed)?)"
)
_AUTHOR = r"(?: (?:by|from|to|von|an|od) |,? ?[-–—|] |, | ?[(\[]|(?P<blank> ))(?P<by>\w[^()\[\]:\n]{0,39}?)"
_BY_SOMEBODY = rf"{_COMMENT} (?:by|from|von|od) (?P<author>[^()\[\]:\n]{{1,40}}?) ?[(\[]{_HIDDEN}"
_WHISPERS = r"whisper(?:s|ed|ing)?|(?:ge)?flüstert?|šept[áa]\w{0,3}|súg\w{0,3}|suttog\w{0,3}|sosista\w{0,2}"
_AGENT = r"agent|operát?or|mitarbeiter|berater|poradc|ügyintéző|ügynök|klienditeenindaja"
_TO_AGENT = rf"(?:{_WHISPERS})(?: (?:to|an|zu))?(?: (?:the|den|dem|die|der|az?))? (?:{_AGENT})\w{{0,6}}"
_OF_NOBODY = re.compile(rf"(?:{_NAMED}(?:{_AUTHOR})?|{_BY_SOMEBODY})[)\]]?", re.IGNORECASE)
_OF_SOMEBODY = re.compile(
    rf"(?P<by>[^()\[\]]+?) ?(?:[-–—] |[(\[])"
    rf"(?:(?P<aside>{_TO_AGENT})|{_NAMED}|(?P<word>{_INTERNAL}|(?P<private>{_PRIVATE})|(?<=[(\[]){_NOTED}))[)\]]?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"[ \t>*_#]*(?P<ruled>[-=~]{{2,}}[ ]?)?[\[(]?(?P<label>{_NAMED}(?:{_AUTHOR})?|{_BY_SOMEBODY})"
    rf"(?:[ ,(\[–-]{{1,3}}(?P<stamp>{STAMP}))?"
    r"(?(ruled)[)\]]?[ ]?[-=~]{2,}$|(?:[*_ \t]*[\])][*_ \t]*:?|[*_ \t]*:|(?P<alone>[*_ \t]*$))[*_ \t]*)",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    rf"[ \t>*_]*[\[(](?:{_INTERNAL}|(?-i:intern|INTERN)|{_NAMED})[\])][*_ \t]*"
    r"(?P<by>[^\W\d_][^()\[\]:\n]{0,39}?)[*_]{0,3}[ ]?:[*_ \t]*",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"[+-]?\d")  # `(internal) Memory: 64 GB` is what somebody asks about
_MANY = re.compile(r"(?:whisper\w*|.*\b(?:notes|notizen|comments|remarks)) ", re.IGNORECASE)  # `Private Notes App`
_NO_AUTHOR = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|pondělí|úterý|středa"
    r"|čtvrtek|pátek|sobota|neděle|hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap|\w+päev) "
    r"|(?:.* )?(?:page|seite|strana|oldal|lehekülg|line|part|section|step|item|version|v) ?\d.* "
    r"|(?:.* )?(?:inc|ltd|llc|gmbh|corp|s\.r\.o|kft|editor|app|software|feature|pro|plus|mode|tool|plugin)\.? ",
    re.IGNORECASE,
)
"""What is no person, with a blank behind it: `Monday`, `Page 5`, `Inc`, `Editor`."""
_BARE = re.compile(_NOTED, re.IGNORECASE)
_LONGEST_LABEL = 60
_NOBODY: frozenset[str] = frozenset()


def may_be_note(label: str) -> bool:
    """Whether a label is a word for a note that does not say for whom it is, or begins like one of the house."""
    return _BARE.fullmatch(label) is not None or (
        len(label) <= _LONGEST_LABEL and _OF_NOBODY.fullmatch(label) is not None
    )


def with_notes_labelled(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that begin a note with that for a label: `[Internal note] …`, or the words alone on a line."""
    return [line if line.label or not line.whole else _labelled(line) for line in lines]


def _labelled(line: Line) -> Line:
    tagged = _BEFORE_NAME.match(line.whole) if line.whole.lstrip(" \t>*_")[:1] in ("[", "(") else None
    if tagged and is_name(by := tagged["by"]) and not (is_field(by) or _MEASURED.match(line.whole, tagged.end())):
        return Line(line.number, line.whole, f"{by} (internal note)", line.whole[tagged.end() :].rstrip())
    found = _OPENING.match(line.whole)
    if found is None or (found["alone"] is not None and not _BARE.search(found["label"])):
        return line
    label = found["label"].strip()
    author = note_author(label)
    if author is None or (found["alone"] is not None and found["by"] and not author):
        return line
    text = line.whole[found.end() :].rstrip()
    opened = found[0].lstrip(" \t>*_#")[:1] in ("[", "(") and found[0].rstrip("*_ \t").endswith(":")
    closed = opened and "]" not in found[0] and ")" not in found[0] and text.endswith((")", "]"))
    return Line(line.number, line.whole, label, text[:-1] if closed else text, found["stamp"] or "")


@lru_cache(maxsize=4096)
def note_author(label: str, speakers: Container[str] = _NOBODY) -> str | None:
    """Who wrote the note that a label opens; empty where it does not say, None where it opens none.

    `Storage (internal)` opens none: with no word for a note, that is one of an agent or of the `speakers`.
    """
    if not label or len(label) > _LONGEST_LABEL:
        return None
    if found := _OF_NOBODY.fullmatch(label):
        if found["blank"] is not None and _MANY.match(label):
            return None
        who = str(found["by"] or found["author"] or "").strip()
        if who not in speakers and _NO_AUTHOR.fullmatch(f"{who} "):
            return "" if label.endswith((")", "]")) else None
        return _named(who, is_apart=found["blank"] is None)
    found = _OF_SOMEBODY.fullmatch(label)
    if found is None:
        return None
    by = str(found["by"])
    if found["aside"] and role_of_label(by) == "customer":
        return None
    if found["word"] and role_of_label(by) != "agent":
        # `Maya (private)` may tell a telephone from another
        is_somebody = not found["private"] and by in speakers and role_of_label(by) is None
        return by if is_somebody else None
    # an `Agent (Intern)` is a trainee
    return None if found["private"] and found["private"].startswith("I") else by


def _named(who: str, *, is_apart: bool) -> str | None:
    """Whom the words behind a word for a note name: nobody with `(urgent)`, and with a sentence it is no label."""
    if is_name(who) and role_of_label(who) != "customer":
        return who
    return None if " " in who or not is_apart else ""


def without_quoted(lines: Sequence[Line], speakers: frozenset[str], ours: Container[str]) -> list[Line]:
    """The lines, those without their label that begin a note as what somebody reads out: `It says:` stands above.

    Args:
        lines: the lines of a conversation.
        speakers: the labels of those who speak.
        ours: those of them who speak for the house, and are not taken to quote.
    """
    notes = {label for label in {line.label for line in lines} if note_author(label, speakers) is not None}
    if not notes:
        return list(lines)
    found, by, above, quoted = list[Line](), "", "", False
    for line in lines:
        is_note = line.label in notes
        if is_note and by and by not in ours and (quoted or above.endswith(":")):
            line = line.without_label()
        found.append(line)
        if is_note and line.label:
            by = ""
        elif line.label in speakers:
            by = line.label
        if not line.blank:
            quoted = is_note and not line.label
            above = line.whole.rstrip("*_ \t")
    return found


def notes_between(lines: Sequence[Line], speakers: frozenset[str], ours: Container[str]) -> Iterator[tuple[int, str]]:
    """The notes, by line and label, that do not say whose they are and that words of a customer may stand around."""
    notes = {label for label in {line.label for line in lines} if note_author(label) is not None}
    labelled = [at for at, line in enumerate(lines) if line.label in speakers or line.label in notes] if notes else []
    for above, at, below in zip(labelled, labelled[1:], [*labelled[2:], len(lines)], strict=False):
        line, by = lines[at], lines[above].label
        author = note_author(line.label)
        if author is None or author in speakers or by not in speakers or by in ours:
            continue
        more = sum(not other.blank for other in lines[at + 1 : below])
        goes_on = below < len(lines) and lines[below].label == by
        if goes_on or more > (not line.text.strip()):
            yield line.number, line.label
