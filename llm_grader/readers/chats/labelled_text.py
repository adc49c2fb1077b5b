"""Plain text in which each turn begins with its speaker.

`Agent: …`, `[00:01:02] Kunde: …`, `**Agent:** …` and the like; a line without a label belongs to the turn above it.
Text without labels is refused, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_grader.errors import MalformedInput
from llm_grader.readers.chats.label_lines import Line, find_speakers, is_name, parse_lines
from llm_grader.readers.chats.text_parts import Parts, conversations_in
from llm_grader.readers.roles.role_words import is_field
from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.times import Stamps
from llm_grader.transcript import Channel, Role, Transcript, Turn

NAME = "text"

_FIRST_SPEAKER_WITHIN = 20
_DOUBTS_TOLD = 5
_CALL_WORDS = re.compile(r"\b(?:call|phone|telefon\w*|anruf\w*|hovor\w*|hívás\w*|kõne\w*)\b", re.IGNORECASE)


def sniff(document: Document) -> bool:
    """Whether a speaker opens one of the first lines."""
    lines = [line for line in parse_lines(document.head) if not line.blank]
    speakers = find_speakers(lines, document.options.roles)
    return any(line.label in speakers for line in lines[:_FIRST_SPEAKER_WITHIN])


def read(document: Document) -> Iterator[Transcript]:
    """The conversation in the file, or each of several that something clear tells apart.

    What stands above the first speaker is kept in `metadata`: `header` (lines of `Date: …`) and `heading`.

    Raises:
        MalformedInput: no line begins with a speaker.
    """
    lines = parse_lines(document.lines_text)
    parts = Parts([lines]) if document.is_part else conversations_in(lines, document.options.roles)
    for part in parts.conversations:
        name = document.new_id(numbered=len(parts.conversations) > 1)
        yield _conversation(part, name, document, warnings=parts.warnings)


def _conversation(lines: list[Line], name: str, document: Document, *, warnings: tuple[str, ...]) -> Transcript:
    header, lines = _split_header(lines)
    speakers = find_speakers(lines, document.options.roles)
    first = next((at for at, line in enumerate(lines) if line.label in speakers), None)
    if first is None:
        raise MalformedInput(
            "no line begins with a speaker, as in `Agent: …`; label the turns, or name the speakers in the role mapping"
        )
    heading = "\n".join(line.whole for line in lines[:first]).strip()
    stamps = Stamps([line.stamp for line in lines if line.label in speakers and line.stamp])
    channel, assumed = _channel(document, " ".join((heading, *header.values())), stamps)
    return Transcript(
        id=name,
        channel=channel,
        turns=tuple(_turns(lines[first:], speakers, stamps=stamps, document=document)),
        metadata={key: value for key, value in (("header", header), ("heading", heading)) if value},
        warnings=(*warnings, *stamps.warnings, *assumed, *_doubts(lines[first:], speakers)),
    )


def _split_header(lines: list[Line]) -> tuple[dict[str, str], list[Line]]:
    """Lines such as `Date: …` above the conversation, and the other lines.

    An `Agent: Jana Novak` among them is no turn, an `Agent: Good morning!` is one.
    """
    start = next((at for at, line in enumerate(lines) if line.label), len(lines))
    end = next((at for at in range(start, len(lines)) if not _in_header(lines[at])), len(lines))
    block = lines[start:end]
    if not block or not is_field(block[0].label) or len({line.label for line in block}) < len(block):
        return {}, lines
    return {line.label: line.text.strip() for line in block}, lines[:start] + lines[end:]


def _in_header(line: Line) -> bool:
    if is_field(line.label):
        return True
    words = line.text.split()
    return bool(line.label) and len(words) <= 4 and all(word[0].isupper() and word[-1].isalnum() for word in words)


def _turns(lines: list[Line], speakers: frozenset[str], *, stamps: Stamps, document: Document) -> Iterator[Turn]:
    cast = _cast(lines, speakers, document)
    opens = [at for at, line in enumerate(lines) if line.label in speakers]
    for start, end in zip(opens, [*opens[1:], len(lines)], strict=True):
        line = lines[start]
        speaker, role = cast[line.label]
        text = "\n".join((line.text, *(below.whole for below in lines[start + 1 : end])))
        at, seconds = stamps.read(line.stamp)
        yield Turn(
            role=role or "unknown",
            text=text.strip(),
            speaker=speaker,
            at=at,
            start=seconds,
            role_source="source" if role else None,
            role_confidence=1.0 if role else None,
        )


def _cast(lines: list[Line], speakers: frozenset[str], document: Document) -> dict[str, tuple[str, Role | None]]:
    spelling: dict[str, str] = {}
    for label in dict.fromkeys(line.label for line in lines if line.label in speakers):
        spelling.setdefault(label.casefold(), label)
    names = {label: spelling[label.casefold()] for label in speakers if label.casefold() in spelling}
    return {label: (name, stated_role(name, document.options.roles)) for label, name in names.items()}


def _channel(document: Document, above: str, stamps: Stamps) -> tuple[Channel, list[str]]:
    if document.options.channel:
        return document.options.channel, []
    if stamps.are_offsets or _CALL_WORDS.search(above):
        return "call", []
    return "chat", ["the channel is not stated: read as chat"]


def _doubts(lines: list[Line], speakers: frozenset[str]) -> list[str]:
    doubtful = {
        line.label: line.number for line in reversed(lines) if line.label not in speakers and is_name(line.label)
    }
    told = sorted((number, label) for label, number in doubtful.items())[:_DOUBTS_TOLD]
    return [f"line {at}: {label!r} is not known as a speaker: read as text of the turn above" for at, label in told]
