"""Lines that begin with a label, as speakers are named in front of what they say."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from llm_grader.readers.roles.role_words import is_field, is_numbered_speaker, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.days import DATE_IN_FIGURES, DATE_WITH_MONTH, WEEKDAY

TO = r"(?:-+>|[-–—→~])"
"""What stands between the two times of a range."""

# Every part is bounded or cannot match what follows it, so that a line is read in one pass.
_NUMBER = r"(?:(?!\d{4}\. ?\d)#?\d{1,5}[.)|]?[ \t]+(?![-–—+*/x]))?"
_SECONDS = r"(?:(?:\d{1,2}h[ ]?)?(?:\d{1,3}m[ ]?)?\d{1,6}(?:\.\d{1,3})?[ ]?s|\d{1,6}\.\d{1,3})"
# the first word of a day is asked for first: that is cheap to see
_WEEKDAY = rf"(?:(?=[^\W\d_]{{2,12}}[., ])(?i:{WEEKDAY}))?"
_DATE = rf"(?:(?=[^\W_]{{1,12}}[-./, ])(?i:{DATE_IN_FIGURES}|{DATE_WITH_MONTH}))?"
_ZONE = r"(?:[ ](?:[Uu]hr|UTC|GMT|BST|CES?T|EES?T|WES?T|[ECMP][SD]T)(?![^\W_]))?"
_TIME = (
    rf"[\[(<{{]?[ ]?{_WEEKDAY}(?P<time>{_DATE}{STAMP}){_ZONE}(?:[ ]?{TO}[ ]?(?P<until>{STAMP}))?[ ]?[\])>}}]?"
    rf"|[\[(][ ]?(?P<seconds>{_SECONDS})(?:[ ]?{TO}[ ]?(?P<end>{_SECONDS}))?[ ]?[\])]"
    r"|\[(?P<words>[^\[\]\n:]{1,30}\d{1,2}:\d{2}[^\[\]\n]{0,20})\]"
)
_BEFORE = rf"[ \t]*(?:(?:[-*+•]|>+)[ \t]+)?{_NUMBER}[*_]{{0,3}}(?:(?:{_TIME})[ \t]*[-–—|]?[ \t]*)?[*_]{{0,3}}"
_LABEL = r"(?P<label>[^\s:：*_\[(<>\])][^:：\n*<>]{0,59}?)"
# no letter begins it: seen first, that spares most places of a line the rest
_AFTER = (
    rf"(?=[*_ \t\[(:：])[*_]{{0,3}}(?:[ \t]*[*_]{{0,3}}[\[(]{_WEEKDAY}(?P<late>{_DATE}{STAMP}){_ZONE}"
    rf"(?:[ ]?{TO}[ ]?(?P<last>{STAMP}))?[\])])?[*_]{{0,3}}"
    r"(?:[ \t]*[:：][*_]{0,3}(?:[ \t]+|$)|(?<![\d \t])[:：][*_]{0,3}(?=[\w\"'„“«¿¡(])|：)"
)
_LINE = re.compile(_BEFORE + _LABEL + _AFTER)
_ENCLOSED = re.compile(
    rf"{_BEFORE}(?:\[(?P<label>[^\[\]<>:\n]{{1,50}})\]|<(?P<nick>[^<>:@/\n]{{1,50}})>"
    rf"|(?P<name>[^\W\d_][^<>:@\[\n]{{0,50}}?)[ ]?<[^<>\s:@]{{1,60}}@[^<>\s:@]{{1,60}}>){_AFTER}"
)
"""A label in marks: `[Visitor]: …`, `<Visitor>: …`, or an address behind it: `Jana <jana@example.test>: …`."""
_GENDERED = re.compile(r"(?P<word>[^\W\d_]{2,30})[*:](?P<end>in(?:nen)?)(?=[ \t]{0,2}[*:：\[(])")
_MARKS = (("[", "]"), ("<", ">"), ("", " <"))
_FILES = re.compile(
    r"(?:attachments?|files?|images?|photos?|pictures?|videos?|links?|documents?|screenshots?|voice|audio|stickers?"
    r"|bild(?:er)?|anhang|anhänge|datei(?:en)?|foto[sy]?|přílohy?|soubory?|obrázek|fotka|odkaz|mellékletek|melléklet"
    r"|csatolmány|fájl|kép|link|manus(?:ed)?|fail|pilt)(?: \d{1,3})?",
    re.IGNORECASE,
)
"""What programs write in marks before the name of a file."""

_LABEL_WITHIN = 120
_TIME_BEHIND = re.compile(
    rf"{_BEFORE}(?P<label>[^\W\d_][^:：\n*<>\[\]()]{{0,49}}?),?[ ](?:(?:at|um|v|kell)[ ])?"
    rf"(?P<late>{_DATE}{STAMP}){_ZONE}[ ]?[:：](?:[ \t]+|$)"
)
"""A label with its time behind it and no marks around that: `Agent 10:02: …`, `Jana Nová, 10:02:11 AM: …`."""
_IS_WEEKDAY = re.compile(rf"(?i:{WEEKDAY})")
_COLON = re.compile(r"[:：](?:(?<!\d.)|(?!\d))|：")  # of a label: that of a clock has a digit on either side
_NICK = re.compile(rf"[ \t]*(?:(?:{_TIME})[ \t]*)?<(?P<label>[^\s<>:@/][^<>:\n@/]{{0,40}})>[ \t]+(?=\S)")
_STAMPED = re.compile(rf"[ \t]*{_NUMBER}(?:{_TIME})[ \t]*(?:[-–—|](?![-–—]))?[ \t]*(?=\S)")
_ALONE = re.compile(rf"[ \t]*(?:{_TIME})[ \t]*:?[ \t]*")
_FRAMES = re.compile(r"[ \t]*[\[(]?(\d{1,2}:\d{2}:\d{2})[:;]\d{2}[\])]?[ \t]*")
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,3}(?: \d{1,5})?(?: \([^()]{1,40}\))?")
_PARTICLES = frozenset(["from", "of", "at", "de", "van", "von", "da", "di", "del", "der", "den", "zu", "od", "z"])
TO_SOMEBODY = re.compile(
    r"(?:From|Von|Od|De|Feladó)[ \t]+(?P<who>.{1,60}?)(?:[ \t]+(?:to|an|pro|komu|à|a)[ \t]+.{1,60})?", re.IGNORECASE
)
"""Who writes to whom, as meetings write it above or before a message: `From Ana Weber to Everyone`."""

_PICTURES = re.compile(r"(?:[^\w\s\u0000-\u200c\u2010-\u2027\u2030-\u205e]\s*)+")
_SAYS = re.compile(r"(?P<who>.{1,50}) (?:says|said|wrote|sagt|schrieb|píše|napsala?|říká|írta|mondta|kirjutas|ütles)")


class Line(NamedTuple):
    """One line: `label` is what may be a speaker (empty for none), `text` what follows it.

    An empty one has no number. `stamp` is the time that stands before or behind the label, `until` the second one of a
    range.
    """

    number: int
    whole: str
    label: str = ""
    text: str = ""
    stamp: str = ""
    bold: bool = False
    until: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it, or a rule only."""
        return not self.whole.strip(" \t-=_*")

    def without_label(self) -> Line:
        """The line as one that opens no turn."""
        return Line(self.number, self.whole) if self.label else self


EMPTY = Line(0, "")


def parse_lines(text: str) -> list[Line]:
    """Every line of a text whose line ends are unified, numbered from 1."""
    parts = text.split("\n")
    if text[:1] == ">" and all(not part or part[0] == ">" for part in parts):  # what is quoted as a whole
        parts = ["" if part.strip() == ">" else part for part in parts]
    lines = [parse_line(line, number) if line else EMPTY for number, line in enumerate(parts, 1)]
    if "]" in text or ">" in text:
        lines = _without_things(lines)
    plain = ((at, line) for at, line in enumerate(lines) if ":" in line.whole and not line.label)
    found = {at: timed for at, line in plain if (timed := _timed_behind(line))}
    others = sum(1 for line in lines if found and (role_of_label(line.label) or is_name(line.label)))
    if 2 * others > len(found):  # beside turns of another form, it is what somebody tells: `Courier 10:02: not at home`
        return lines
    counts = Counter(line.label for line in found.values())
    # a single such line may be an appointment; a text of them is none
    is_chat = len(counts) > 1 and max(counts.values()) > 1 and 2 * len(found) >= sum(not line.blank for line in lines)
    if not is_chat:  # words for speakers beside others of these, which no log in somebody's words has
        are_roles = all(role_of_label(label) for label in {line.label for line in lines} if label)
        found = {at: line for at, line in found.items() if are_roles and role_of_label(line.label)}
    return [found.get(at, line) for at, line in enumerate(lines)] if found else lines


def _without_things(lines: list[Line]) -> list[Line]:
    """The lines, those that have a label in marks as what they are where no name comes back so: `[Settings]: …`."""
    found = [at for at, line in enumerate(lines) if _is_in_marks(line) and not role_of_label(line.label)]
    names = Counter(lines[at].label for at in found if not is_numbered_speaker(lines[at].label))
    if not names or max(names.values()) > 1:
        return lines
    things = {at for at in found if lines[at].label in names}
    return [line.without_label() if at in things else line for at, line in enumerate(lines)]


def _is_in_marks(line: Line) -> bool:
    opening = line.whole[: len(line.whole) - len(line.text)] if line.label else ""
    return ("]" in opening or ">" in opening) and any(
        f"{before}{line.label}{after}" in opening for before, after in _MARKS
    )


def _timed_behind(line: Line) -> Line | None:
    """The line with its label, if a time stands behind that without marks around it."""
    found = _TIME_BEHIND.match(line.whole) if line.whole.count(":") > 1 else None
    if found is None:
        return None
    label = " ".join(found["label"].split()).rstrip(" ,–—|-")
    label = saying["who"] if (saying := _SAYS.fullmatch(label)) else label
    if _IS_WEEKDAY.fullmatch(f"{label} ") or not (is_name(label) or is_turned_name(label) or role_of_label(label)):
        return None
    return Line(line.number, line.whole, label, line.whole[found.end() :], found["late"])


def parse_line(line: str, number: int = 1) -> Line:
    """One line, with its label if it begins like `Agent:`, `[00:01:02] Kunde:`, `**Agent:**` or `Petr (10:22):`."""
    may_be_labelled = (":" in line or "：" in line) and _COLON.search(line)
    found = _LINE.match(_masked(line)) if may_be_labelled else None
    if found is None:
        enclosed = _enclosed(line, number) if may_be_labelled and ("]" in line or ">" in line) else None
        return enclosed or (_by_nick(line, number) if "<" in line else Line(number, line))
    label = " ".join(line[slice(*found.span("label"))].split())
    if not label.isascii():
        label = _PICTURES.sub("", label, count=1).strip() or label
    stamp, until = stamps_of(found)
    text = line[found.end() :]
    if stamp and (sent := TO_SOMEBODY.fullmatch(label)):  # as meetings write their chats
        label = sent["who"]
    elif " " in label and (saying := _SAYS.fullmatch(label)) and (not text.strip() or role_of_label(saying["who"])):
        label = saying["who"]
    late = found["late"] or ""
    label = label.removesuffix(",") if late else label
    return Line(number, line, label, text, stamp or late, "*" in found[0], until or found["last"] or "")


def _masked(line: str) -> str:
    """The line, with a slash for the colon or the star of `Kund:in: …`, so that the label does not end there."""
    if ":in" not in line and "*in" not in line:
        return line
    found = _GENDERED.search(line, 0, _LABEL_WITHIN)
    if found is None or role_of_label(found[0]) is None:
        return line
    return f"{line[: found.end('word')]}/{line[found.start('end') :]}"


def _enclosed(line: str, number: int) -> Line | None:
    """One line whose label stands in marks, if that is a word for a speaker or a name."""
    found = _ENCLOSED.match(line)
    if found is None:
        return None
    label = " ".join((found["label"] or found["nick"] or found["name"]).split())
    is_numbered = len(label) > 1 and not label.isdigit() and is_numbered_speaker(label)
    if not (is_numbered or role_of_label(label) or is_name(label)) or _FILES.fullmatch(label):
        return None
    stamp, until = stamps_of(found)
    until = until or found["last"] or ""
    return Line(number, line, label, line[found.end() :], stamp or found["late"] or "", "*" in found[0], until)


def _by_nick(line: str, number: int) -> Line:
    """One line that may begin like `<Jana>` or `[10:22] <Jana>`."""
    found = _NICK.match(line)
    if found is None:
        return Line(number, line)
    return Line(number, line, found["label"], line[found.end() :], stamps_of(found)[0], bold=True)


def text_begins(line: str) -> int:
    """Where the words behind the label of a line begin; 0 for a line without one."""
    found = _LINE.match(_masked(line)) or _NICK.match(line)
    return found.end() if found else 0


def stamps_of(found: re.Match[str]) -> tuple[str, str]:
    """The time and the end of the range in a match, seconds such as `1m 20s` as a clock."""
    if found["seconds"]:
        return _clock(found["seconds"]), _clock(found["end"])
    return found["time"] or found["words"] or "", found["until"] or ""


def _clock(seconds: str | None) -> str:
    if not seconds:
        return ""
    hours, minutes, rest = (re.search(rf"([\d.]+)[ ]?{unit}", seconds) for unit in ("h", "m", "(?:s|$)"))
    total = sum(float(part[1]) * size for part, size in ((hours, 3600), (minutes, 60), (rest, 1)) if part)
    return f"{int(total // 3600):02}:{int(total // 60 % 60):02}:{total % 60:06.3f}"


def time_alone(line: str) -> tuple[str, str] | None:
    """The time that a line consists of, and the end of the range; None for any other line."""
    if frames := _FRAMES.fullmatch(line):
        return frames[1], ""
    found = _ALONE.fullmatch(line) if ":" in line or "s" in line else None
    return stamps_of(found) if found else None


def without_stamp(line: str) -> tuple[str, str]:
    """What stands on a line behind its time, and the time; the line itself where there is none."""
    may_begin = not line[:1].isalpha() and (":" in line or "s" in line)
    found = _STAMPED.match(line) if may_begin else None
    return (line[found.end() :].strip(), stamps_of(found)[0]) if found else (line.strip(), "")


def is_known(label: str, roles: RoleMapping) -> bool:
    """Whether a label is a word for a role, a number that a recogniser gives, or in the mapping."""
    numbered = len(label) > 1 and not label.isdigit() and is_numbered_speaker(label)
    return numbered or roles.role_of(label) is not None or role_of_label(label) is not None


def is_name(label: str) -> bool:
    """Whether a label is written like a person's name or an initial, and is no field such as `Order`."""
    if not _NAME.fullmatch(label) or is_field(label):
        return False
    first, *others = label.partition(" (")[0].split()
    return _begins_name(first) and all(_begins_name(part) or part in _PARTICLES for part in others)


def is_turned_name(label: str) -> bool:
    """Whether a label is a name with the family's first, as in `Nová, Jana`."""
    return ", " in label and is_name(label.replace(", ", " ", 1))


def _begins_name(part: str) -> bool:
    # letters of scripts without capitals begin names as well
    return part[0].isupper() or part[0].isdigit() or part[0].lower() == part[0].upper()
