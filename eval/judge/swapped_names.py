"""Names swapped: the same conversation with a name of another gender or origin.

Names are replaced letter by letter, and titles before them (Mr, Frau, paní …). Inflected forms are not: where a
language declines names, some stay as they were, in all variants alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from llm_grader.transcript import Participant, Role, Transcript, Turn


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

    Speakers, participants and the ticket's customer are renamed alike, as it is from them that redaction knows names.

    Raises:
        KeyError: there is no such group.
    """
    names = names_of(transcript, role)
    if not names:
        return transcript
    replace = _replacer(names, NAME_GROUPS[group])
    labels = _new_labels(transcript, role, {name: replace(name) for name in names})
    turns = (_swap_in_turn(turn, replace, labels) for turn in transcript.turns)
    ticket = transcript.ticket
    if role == "customer" and ticket is not None and ticket.customer_name in names:
        ticket = ticket.model_copy(update={"customer_name": replace(ticket.customer_name)})
    update = {
        "turns": tuple(turns),
        "participants": tuple(_swap_participant(person, role, replace, labels) for person in transcript.participants),
        "ticket": ticket,
        "agent_id": _renamed(transcript.reviewed_agent or transcript.agent_id, labels),
    }
    return transcript.model_copy(update=update)


def _new_labels(transcript: Transcript, role: Role, new_names: Mapping[str, str]) -> dict[str, str]:
    """The labels of speakers who are renamed: two people stay two, with a number after the name."""
    speakers = dict.fromkeys(turn.speaker for turn in transcript.turns if turn.speaker)
    own = {turn.speaker for turn in transcript.turns if turn.role == role}
    renamed = [speaker for speaker in speakers if speaker in own and speaker in new_names]
    taken = set(speakers).difference(renamed)
    labels: dict[str, str] = {}
    for speaker in renamed:
        labels[speaker] = next(label for label in _numbered(new_names[speaker]) if label not in taken)
        taken.add(labels[speaker])
    return labels


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} {number}" for number in count(2))


def _renamed(label: str | None, labels: Mapping[str, str]) -> str | None:
    return None if label is None else labels.get(label, label)


def _swap_participant(
    person: Participant, role: Role, replace: Callable[[str], str], labels: Mapping[str, str]
) -> Participant:
    name = replace(person.name) if person.name and person.role == role else person.name
    return person.model_copy(update={"id": _renamed(person.id, labels), "name": name})


def _swap_in_turn(turn: Turn, replace: Callable[[str], str], labels: Mapping[str, str]) -> Turn:
    subject = turn.subject and replace(turn.subject)
    parts = [replace(turn.text[segment.start : segment.end]) for segment in turn.segments]
    segments, start = [], 0
    for segment, part in zip(turn.segments, parts, strict=True):
        segments.append(segment.model_copy(update={"start": start, "end": start + len(part)}))
        start += len(part)
    text = "".join(parts) if parts else replace(turn.text)
    speaker = _renamed(turn.speaker, labels)
    return turn.model_copy(update={"text": text, "subject": subject, "segments": tuple(segments), "speaker": speaker})


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
