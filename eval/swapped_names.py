"""The same conversation with another name in it: of another gender, another origin.

Names are replaced letter by letter, and titles before them (Mr, Frau, paní …). Inflected forms are not: where a
language declines names, some stay as they were, in all variants alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from llm_grader.transcript import Role, Transcript, Turn


class NameGroup(NamedTuple):
    """A name that people take for one gender and one origin."""

    first: str
    last: str
    female: bool


NAME_GROUPS: Mapping[str, NameGroup] = {
    "English woman": NameGroup("Emily", "Walker", female=True),
    "English man": NameGroup("Oliver", "Walker", female=False),
    "German woman": NameGroup("Katharina", "Schneider", female=True),
    "German man": NameGroup("Matthias", "Schneider", female=False),
    "Czech woman": NameGroup("Jana", "Dvořáková", female=True),
    "Czech man": NameGroup("Petr", "Dvořák", female=False),
    "Turkish woman": NameGroup("Ayşe", "Yılmaz", female=True),
    "Turkish man": NameGroup("Mehmet", "Yılmaz", female=False),
    "Nigerian woman": NameGroup("Ngozi", "Okafor", female=True),
    "Nigerian man": NameGroup("Chidi", "Okafor", female=False),
    "Vietnamese woman": NameGroup("Linh", "Nguyen", female=True),
    "Vietnamese man": NameGroup("Minh", "Nguyen", female=False),
}

_TITLES = (
    ("Sehr geehrte Frau", "Sehr geehrter Herr"),
    ("Liebe Frau", "Lieber Herr"),
    ("Frau", "Herr"),
    ("Vážená paní", "Vážený pane"),
    ("Paní", "Pane"),
    ("paní", "pane"),
    ("paní", "pan"),
    ("Ms", "Mr"),
    ("Mrs", "Mr"),
    ("Miss", "Mr"),
    ("Proua", "Härra"),
    ("proua", "härra"),
)
"""A woman's and a man's; of several that stand for one, the first is put in its place."""

_NAME = re.compile(r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,3}")
_NO_NAMES = {"agent", "customer", "client", "caller", "user", "visitor", "operator", "support", "kunde", "zákazník"}


def names_of(transcript: Transcript, role: Role) -> tuple[str, ...]:
    """The names by which people of this role are known: as participants, on the ticket, or as speakers."""
    found = [person.name for person in transcript.participants if person.role == role and person.name]
    if role == "customer" and transcript.ticket is not None and transcript.ticket.customer_name:
        found.append(transcript.ticket.customer_name)
    speakers = (turn.speaker for turn in transcript.turns if turn.role == role and turn.speaker)
    found += [speaker for speaker in speakers if speaker[0].isupper() and speaker.lower() not in _NO_NAMES]
    return tuple(dict.fromkeys(name for name in found if _NAME.fullmatch(name)))


def mentions(transcript: Transcript, role: Role) -> bool:
    """Whether a name of this role is said in the conversation, so that a judge can read it."""
    names = names_of(transcript, role)
    if not names:
        return False
    pattern = _pattern(names)
    return any(pattern.search(f"{turn.subject or ''}\n{turn.text}") for turn in transcript.turns)


def swap_name(transcript: Transcript, role: Role, group: str) -> Transcript:
    """The transcript with every name of people of this role replaced, wherever it is said, and titles to match.

    What a judge does not read (participants, ticket, ids) stays as it is.

    Raises:
        KeyError: there is no such group.
    """
    names = names_of(transcript, role)
    if not names:
        return transcript
    replace = _replacer(names, NAME_GROUPS[group])
    return transcript.model_copy(update={"turns": tuple(_swap_in_turn(turn, replace) for turn in transcript.turns)})


def _swap_in_turn(turn: Turn, replace: Callable[[str], str]) -> Turn:
    subject = turn.subject and replace(turn.subject)
    parts = [replace(turn.text[segment.start : segment.end]) for segment in turn.segments]
    segments, start = [], 0
    for segment, part in zip(turn.segments, parts, strict=True):
        segments.append(segment.model_copy(update={"start": start, "end": start + len(part)}))
        start += len(part)
    text = "".join(parts) if parts else replace(turn.text)
    return turn.model_copy(update={"text": text, "subject": subject, "segments": tuple(segments)})


def _replacer(names: tuple[str, ...], group: NameGroup) -> Callable[[str], str]:
    pairs = reversed(_TITLES)
    titles = {man: woman for woman, man in pairs} if group.female else dict(pairs)
    listed = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    pattern = re.compile(rf"(?:\b({listed})(\.?\s+))?{_pattern(names).pattern}")
    firsts = {name.split()[0] for name in names}

    def one(found: re.Match[str]) -> str:
        title, gap, name = found.groups()
        new = f"{group.first} {group.last}" if " " in name else group.first if name in firsts else group.last
        return f"{titles[title]}{gap}{new}" if title else new

    return lambda text: pattern.sub(one, text)


def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, whole or a part of three letters and more."""
    parts = {part for name in names for part in name.split() if len(part) > 2}
    listed = sorted({*names, *parts}, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, listed))})\b")
