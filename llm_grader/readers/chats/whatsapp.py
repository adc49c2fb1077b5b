"""WhatsApp, a chat exported as text: `01/05/2024, 14:05 - Jana: …` or `[1.5.24, 14:05:31] Jana: …`.

How a date is written depends on the phone's language, so that all dates of a file decide together which of its numbers
is the day. Lines without a name (joined, encrypted, called) and what stands in the place of a file are events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.chats.whatsapp_dates import Dates
from llm_grader.readers.chats.whatsapp_words import event_in, people_in
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.turn_copies import TurnCopies
from llm_grader.readers.text.label_lines import is_name, is_turned_name
from llm_grader.transcript import Participant, Transcript, Turn, TurnKind

NAME = "whatsapp"

_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_MARKS = "".join(sorted(_DIRECTIONS))
_AROUND = f"{_MARKS} \t\n\u00a0\u202f"
_BLANK = "[ \u00a0\u202f\u2009]"
_OPENING = re.compile(
    rf"[{_MARKS}]*(?P<bracket>\[)?(?P<date>\d{{1,4}}(?P<point>[./‐‑-]){_BLANK}?\d{{1,2}}(?P=point){_BLANK}?\d{{1,4}})\.?"
    rf"(?P<comma>,)?{_BLANK}(?:klo{_BLANK}|kl\.{_BLANK})?(?P<clock>\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?)"
    rf"(?:{_BLANK}?(?P<half>[ap])\.?{_BLANK}?m\.?)?(?(bracket)\]|{_BLANK}?[-–—−‐‑])"
    rf"{_BLANK}?(?P<rest>.*)",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"(?P<name>[^:\n\"“”„«»]{1,80}):(?P<blank> |\n|$)?(?P<text>)")
_FEWEST_NAMES = 2
_EDITED = re.compile(r"(?<=\S) ?\u200e<[^<>\n]{3,60}>$")


class _Entry(NamedTuple):
    """One line with a date and those below it; `name` is empty where nobody is named."""

    date: str
    clock: str
    half: str
    name: str
    text: str


def sniff(document: Document) -> bool:
    """Whether the first line that is not blank begins as every message does, and names do not stand there alone."""
    found = _OPENING.match(next((line for line in document.head.split("\n") if line.strip()), ""))
    if found is None:
        return False
    # `[2024-05-01 10:22] Jana: …` and `[5/6/2024 10:22] Agent: …` are how anybody stamps a line
    is_iso = len(found["date"].partition(found["point"])[0]) == 4
    anybodys = is_iso or role_of_label(found["rest"].partition(":")[0]) is not None
    return not found["bracket"] or not ((not found["comma"] and anybodys) or _names_alone(document.head))


def _names_alone(head: str) -> bool:
    """Whether a name and nothing else stands behind each date, with the words below, as meetings copy their chats."""
    lines = head.split("\n")
    opened = [(at, found["rest"].strip(_AROUND)) for at, line in enumerate(lines) if (found := _OPENING.match(line))]
    below = [next(iter(lines[at + 1 : at + 2]), "") for at, _ in opened]
    said = sum(bool(words.strip()) and not _OPENING.match(words) for words in below)
    names = [rest for _, rest in opened if is_name(rest) or is_turned_name(rest)]
    if any(":" in rest for _, rest in opened) or len(set(names)) < _FEWEST_NAMES:
        return False
    return 2 * said > len(opened) and 2 * len(names) > len(opened)


def read(document: Document) -> Iterator[Transcript]:
    """The one chat of the file.

    Raises:
        MalformedInput: no line begins with a date and a time.
    """
    above, entries = _entries(document.lines_text)
    if not entries:
        raise MalformedInput("no line begins with a date and a time, as in `01/05/2024, 14:05 - Jana: …`")
    dates = Dates([(entry.date, entry.clock, entry.half) for entry in entries])
    turns: list[Turn] = []
    edited: list[int] = []
    copies = TurnCopies()
    for number, entry in enumerate(entries):
        turns += _turns(entry, dates.time_of(number), document, copies)
        edited += [len(turns) - 1] if _is_edited(entry) else []
    about = {"heading": above, "edited": edited}
    yield Transcript(
        id=document.new_id(),
        channel=document.options.channel or "chat",
        turns=tuple(turns),
        participants=tuple(map(_participant, _people(turns))),
        metadata={key: value for key, value in about.items() if value},
        warnings=tuple(dates.warnings),
    )


def _entries(text: str) -> tuple[str, list[_Entry]]:
    """What stands above the first dated line, and the entries."""
    above: list[str] = []
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in text.split("\n"):
        if opening := _OPENING.match(line):
            found.append((opening, [opening["rest"]]))
        else:
            (found[-1][1] if found else above).append(line)
    rests = ["\n".join(lines).rstrip() for _, lines in found]
    speeches = [_SPEECH.match(rest) for rest in rests]
    named = {_clean(speech["name"]) for speech in speeches if speech and speech["blank"] is not None}
    openings = (opening for opening, _ in found)
    entries = [_entry(*entry, named) for entry in zip(openings, rests, speeches, strict=True)]
    return "\n".join(above).strip(), entries


def _entry(opening: re.Match[str], rest: str, speech: re.Match[str] | None, named: set[str]) -> _Entry:
    # a colon without a blank may be that of a time: only who is named elsewhere speaks there
    name = _clean(speech["name"]) if speech else ""
    text = rest[speech.start("text") :] if speech and name in named else rest
    return _Entry(opening["date"], opening["clock"], opening["half"] or "", name if name in named else "", text)


@lru_cache(maxsize=1024)
def _clean(name: str) -> str:
    """A name without marks of direction, and without the `~` before people who are no contacts."""
    return " ".join(re.sub(f"[{_MARKS}]", "", name).split()).removeprefix("~").strip()


def _turns(entry: _Entry, time: dict[str, Any], document: Document, copies: TurnCopies) -> Iterator[Turn]:
    """What an entry tells; what somebody writes below a file is a message of its own."""
    unmarked = _EDITED.sub("", entry.text) if _is_edited(entry) else entry.text
    text = unmarked.strip(_AROUND)
    marked = entry.text[:1] in _DIRECTIONS
    first, caption = (part.strip(_AROUND) for part in text.partition("\n")[::2]) if "\n" in text else (text, "")
    on_file = bool(entry.name and caption) and event_in(first, marked=marked) == "attachment"
    for words, by_it in ((first, marked), (caption, False)) if on_file else ((text, marked),):
        event = event_in(words, marked=by_it) if entry.name else "system"
        if event == "system":
            yield copies.turn(words, time, role="system", kind="event", event=event)
            continue
        role = stated_role(entry.name, document.options.roles) or "unknown"
        kind: TurnKind = "event" if event else "message"
        yield copies.turn(words, time, role=role, speaker=entry.name, kind=kind, event=event)


def _people(turns: Sequence[Turn]) -> Iterable[str]:
    """Who says something, and who is in a line that nobody said, as they are called."""
    speakers = [turn.speaker for turn in turns if turn.speaker]
    named = [name for turn in turns if turn.event == "system" for name in people_in(_clean(turn.text))]
    return dict.fromkeys((*speakers, *named))


def _participant(called: str) -> Participant:
    by_number = called.startswith("+")
    return Participant(
        id=called, role="unknown", name=None if by_number else called, phone=called if by_number else None
    )


def _is_edited(entry: _Entry) -> bool:
    return "\u200e<" in entry.text and _EDITED.search(entry.text) is not None
