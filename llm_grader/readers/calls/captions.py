"""WebVTT and SRT: cues with times, and speakers as voices (`<v Jana>`), labels (`Jana:`) or in brackets (`[Jana]`).

Cues of the same speaker that follow within two seconds make one turn; where each of them begins is kept in
`metadata["cues"]` as [turn, character, start, end].
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.calls.caption_cues import CaptionFile, Cue, looks_like_captions, parse_captions
from llm_grader.readers.calls.cue_speakers import Spoken, read_metadata, spoken_by_names
from llm_grader.readers.calls.rolling import repeated
from llm_grader.readers.calls.speech import JOINED_WITHIN
from llm_grader.readers.labels.likely_names import is_likely_name
from llm_grader.readers.labels.speakers import find_speakers
from llm_grader.readers.roles.role_words import is_numbered_speaker, role_of_label
from llm_grader.readers.roles.roles import RoleMapping, stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.turn_copies import TurnCopies
from llm_grader.readers.text.label_lines import Line, is_name, parse_line
from llm_grader.readers.text.one_line import unfolded
from llm_grader.signals.machines import is_mailbox, is_recording
from llm_grader.transcript import Role, Transcript, Turn

NAME = "captions"

_SOUND = re.compile(r"[\[(♪♫][^\[\]()\n:]{0,40}[\])♪♫]|[♪♫]+")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]+)>|</v>")
_MARKUP = re.compile(r"</?(?:[bciuv]|ruby|rt|lang|font)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^{}\n]*\}")
_QUOTES = re.compile('["“”„«»]')
_OPEN_QUOTES = ("'", "‘", "‚", "‹", "`")
_ENDS = (".", "!", "?", "…", '"', "”", "»", ")", "]", "|", ";", "/", "–", "—", "•", "-")
_CHANGE = re.compile(r"(?<=\s)>{2,3}(?=[ \t]*[^\s>])")
_FEWEST_LABELS = 2
_LONGEST_INNER = 5
_BRACKETED = re.compile(r"[ \t]*(?:>{2,3}[ \t]*)?\[([^\[\]\n]{1,60})\][ \t]*:?[ \t]*")


_MOST = 1.5  # two of three cues
_NUMBER = re.compile(r"[ \t]*(\+?\d[\d ()*/-]{5,20}\d):[ \t]+")  # as Zoom hides those of who calls in
_BETWEEN_WORDS = re.compile(r" (?:and|und|a|és|ja|to) ")
_NAMED = re.compile(r"\+?\d[\d ()*/-]{5,20}\d|[^\W\d_]\w*\.\w+|(?:[^\W\d_]+['’]s )?i(?:Phone|Pad)(?: \(\d+\))?")


class _Piece(NamedTuple):
    """What one speaker says in one cue."""

    speaker: str | None
    text: str
    cue: Cue

    @property
    def is_sound(self) -> bool:
        """Whether it is `[Music]` or the like, which nobody says."""
        return self.speaker is None and _SOUND.fullmatch(self.text) is not None


def sniff(document: Document) -> bool:
    """Whether the file begins with `WEBVTT`, or with the times of a cue."""
    return looks_like_captions(document.head)


def read(document: Document) -> Iterator[Transcript]:
    """The one recording the captions are of.

    Raises:
        MalformedInput: there is no cue, nor the header of a file that may be without.
    """
    captions = parse_captions(document.lines_text)
    if not captions.cues and not sniff(document):
        raise MalformedInput("no cue in it; expected lines such as 00:00:01.000 --> 00:00:03.500")
    pieces = list(_pieces(captions.cues, document))
    pieces, assumed = _labels_at_changes(pieces)
    pieces, left_out = _without_repeats(pieces)
    turns, cues = _joined(pieces, document.options.roles)
    yield Transcript(
        id=document.new_id(),
        channel=document.options.channel or "call",
        language=_language(captions.header),
        turns=tuple(turns),
        metadata=_metadata(captions, cues),
        warnings=(*assumed, *left_out, *_problems(captions.cues), *_data_only(captions.cues)),
    )


def _pieces(cues: Sequence[Cue], document: Document) -> Iterator[_Piece]:
    texts = ["\n".join(cue.lines) for cue in cues]
    data = [read_metadata(text) if text[:1] in "{ " else None for text in texts]
    if any(data):
        for cue, text, found in zip(cues, texts, data, strict=True):
            spoken = found or Spoken(None, _clean(text))
            if spoken.text:
                yield _Piece(spoken.speaker, spoken.text, cue)
        return
    if any("<v" in text and _VOICE.search(text) for text in texts):
        for cue, text in zip(cues, texts, strict=True):
            yield from (_Piece(speaker, words, cue) for speaker, words in _by_voice(text) if words)
        return
    roles = document.options.roles
    lines = [[_line(line, document) for line in _labels_apart(_without_markup(text), roles)] for text in texts]
    every = [line for several in lines for line in several]
    callers = _names_at_cues(lines)
    speakers = find_speakers(every, roles, callers, event_in=lambda line: is_mailbox(line) or is_recording(line))
    if not speakers and (named := list(_by_names(cues, lines, roles))):
        yield from named
        return
    for cue, several in zip(cues, lines, strict=True):
        yield from (_Piece(speaker, words, cue) for speaker, words in _by_label(several, speakers) if words)


def _names_at_cues(lines: Sequence[Sequence[Line]]) -> frozenset[str]:
    """What stands before a colon at the beginning of most cues, which is who speaks, a device or a number as well."""
    labels = Counter(several[0].label for several in lines if several and several[0].whole)
    labelled = labels.total() - labels.pop("", 0)
    if len(labels) < _FEWEST_LABELS or _MOST * labelled < len(lines) or max(labels.values()) < _FEWEST_LABELS:
        return frozenset()
    names = [label for label in labels if is_name(label) or _is_likely(label) or _NAMED.fullmatch(label)]
    return frozenset(names) if 2 * len(names) > len(labels) else frozenset()


def _is_likely(label: str) -> bool:
    """Whether a label may be somebody, and no subject of a sentence such as `Terms and Conditions`."""
    return is_likely_name(label) and _BETWEEN_WORDS.search(label) is None


def _labels_apart(text: str, roles: RoleMapping) -> list[str]:
    """The lines of a cue, broken before each label where one of them holds the words of several."""
    lines = text.split("\n")
    if ">>" in text or "&gt;" in text:
        lines = [part for line in lines for part in _at_changes(line.replace("&gt;", ">"))]
    return [part for line in lines for part in _apart(line, roles)]


def _at_changes(line: str) -> list[str]:
    """The parts of a line, broken before each `>>` that stands above a label: there the speaker changes."""
    starts = [mark.start() for mark in _CHANGE.finditer(line) if _changes(line, mark.start())]
    return [line[start:end].rstrip() for start, end in pairwise([0, *starts, len(line)]) if end > start]


def _changes(line: str, at: int) -> bool:
    """Whether a word for a speaker stands there, or a name behind the end of a sentence."""
    label = parse_line(line[at:]).label
    is_sure = role_of_label(label) is not None or is_numbered_speaker(label)
    return is_sure or (is_name(label) and line[:at].rstrip().endswith(_ENDS[:6]))


def _apart(line: str, roles: RoleMapping) -> list[str]:
    if line.count(":") < _FEWEST_LABELS or not _may_hold_two(line):
        return [line]
    parts = unfolded(line, roles).split("\n")
    # what stands in quotation marks is of one turn: `The sign said: "Agent: Bond."`
    quoted = any(len(_QUOTES.findall(part)) % 2 or part.rstrip().endswith(_OPEN_QUOTES) for part in parts)
    return [line] if quoted or len(parts) == 1 else parts


def _may_hold_two(line: str) -> bool:
    """Whether something before a colon inside is written like a label: cheaper to ask than which it is."""
    for phrase in line.split(":")[1:-1]:
        words = phrase.split()[-_LONGEST_INNER:]
        behind_sentence = any(word.endswith(_ENDS) for word in words)
        if words and (behind_sentence or not words[-1][0].islower()):
            return True
    return False


def _by_names(cues: Sequence[Cue], lines: Sequence[Sequence[Line]], roles: RoleMapping) -> Iterator[_Piece]:
    """The pieces where every cue names its speaker in a way that is no label."""
    found = spoken_by_names(cues, [[line.whole for line in several] for several in lines], roles)
    for cue, spoken in zip(cues, found, strict=True) if found else ():
        if text := _clean(spoken.text or ""):
            yield _Piece(spoken.speaker, text, cue)


def _by_voice(text: str) -> Iterator[tuple[str | None, str]]:
    speaker, at = None, 0
    for tag in _VOICE.finditer(text):
        yield speaker, _clean(text[at : tag.start()])
        speaker, at = (unescape(" ".join(tag[1].split())) if tag[1] else None), tag.end()
    yield speaker, _clean(text[at:])


def _by_label(lines: Sequence[Line], speakers: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    speaker, texts = None, list[str]()
    for line in lines:
        if line.label not in speakers:
            texts.append(line.whole)
            continue
        if texts:
            yield speaker, _clean("\n".join(texts))
        speaker, texts = line.label, [line.text]
    yield speaker, _clean("\n".join(texts))


def _line(text: str, document: Document) -> Line:
    """A line with its label; one in brackets is a label only when we know it for a speaker: `[Music]` is none."""
    found = _BRACKETED.match(text) if "[" in text else None
    if found is None:
        number = _NUMBER.match(text) if "*" in text else None
        return Line(0, text, number[1], text[number.end() :]) if number else parse_line(text)
    label = " ".join(found[1].split())
    is_speaker = document.options.roles.role_of(label) or role_of_label(label) or is_numbered_speaker(label)
    return Line(0, text, label, text[found.end() :]) if is_speaker else Line(0, text)


def _clean(text: str) -> str:
    return unescape(_without_markup(text)).strip()


def _without_markup(text: str) -> str:
    return _MARKUP.sub("", text) if "<" in text or "{" in text else text


def _labels_at_changes(pieces: list[_Piece]) -> tuple[list[_Piece], list[str]]:
    """Where labels stand only when the speaker changes, what follows one without a label is the same speaker's."""
    labels = [piece.speaker for piece in pieces if piece.speaker is not None]
    unnamed = sum(piece.speaker is None and not piece.is_sound for piece in pieces)
    if not unnamed:
        return pieces, []
    if len(labels) < 2 or any(one == next_one for one, next_one in pairwise(labels)):
        return pieces, [f"{unnamed} of {len(pieces)} cues name no speaker"]
    first = next(at for at, piece in enumerate(p for p in pieces if not p.is_sound) if piece.speaker is not None)
    carried, speaker = [], None
    for piece in pieces:
        speaker = piece.speaker or speaker
        carried.append(piece if piece.is_sound else piece._replace(speaker=speaker))
    told = [f"{first} of {len(pieces)} cues, before the first label, name no speaker"] if first else []
    if unnamed > first:
        last = f"{unnamed - first} cues without one were read as the last speaker's"
        told.append(f"labels stand at changes of speaker: {last}")
    return carried, told


def _without_repeats(pieces: list[_Piece]) -> tuple[list[_Piece], list[str]]:
    """The pieces without what the piece before showed already, where captions roll."""
    counts = repeated([piece.text for piece in pieces], [piece.speaker for piece in pieces]) if pieces else []
    if not any(counts):
        return pieces, []
    cut = [piece._replace(text=piece.text[count:].strip()) for piece, count in zip(pieces, counts, strict=True)]
    rolled = sum(count > 0 for count in counts)
    warning = f"rolling captions: {rolled} cues begin with words of the cue before, which were left out"
    return [piece for piece in cut if piece.text], [warning]


def _joined(pieces: Sequence[_Piece], roles: RoleMapping) -> tuple[list[Turn], list[list[Any]]]:
    """The turns, and for those made of several cues where each cue begins."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and _continues(groups[-1][-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    speakers = {speaker: stated_role(speaker, roles) for speaker in {piece.speaker for piece in pieces}}
    copies = TurnCopies()
    turns = [_turn(group, speakers[group[0].speaker], copies) for group in groups]
    return turns, [cue for number, group in enumerate(groups) for cue in _places(number, group)]


def _continues(before: _Piece, piece: _Piece) -> bool:
    if piece.speaker is None or piece.speaker != before.speaker:
        return False
    if before.cue.start is None or before.cue.end is None or piece.cue.start is None:
        return before.cue is piece.cue
    return before.cue.start <= piece.cue.start <= before.cue.end + JOINED_WITHIN


def _turn(group: Sequence[_Piece], role: Role | None, copies: TurnCopies) -> Turn:
    ends = [piece.cue.end for piece in group if piece.cue.end is not None]
    if group[0].is_sound:
        cue = group[0].cue
        return Turn(role="system", text=group[0].text, kind="event", event="sound", start=cue.start, end=cue.end)
    return copies.turn(
        " ".join([piece.text for piece in group]),
        {"start": group[0].cue.start, "end": max(ends, default=None)},
        role=role or "unknown",
        speaker=group[0].speaker,
        role_source="source" if role else None,
        role_confidence=1.0 if role else None,
    )


def _places(number: int, group: Sequence[_Piece]) -> Iterator[list[Any]]:
    at = 0
    for piece in group if len(group) > 1 else ():
        yield [number, at, piece.cue.start, piece.cue.end]
        at += len(piece.text) + 1


def _language(header: Sequence[str]) -> str | None:
    found = (re.match(r"Language:[ \t]*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)[ \t]*$", line) for line in header)
    return next((match[1] for match in found if match), None)


def _metadata(captions: CaptionFile, cues: list[list[Any]]) -> dict[str, Any]:
    header = "\n".join(captions.header).strip()
    fields = {"header": "" if header == "WEBVTT" else header, "notes": captions.notes, "cues": cues}
    return {key: value for key, value in fields.items() if value}


def _data_only(cues: Sequence[Cue]) -> Iterator[str]:
    texts = ("\n".join(cue.lines) for cue in cues)
    found = sum(data is not None and data.text is None for data in map(read_metadata, texts))
    if found:
        yield f"{found} cues hold data and no words, and were left out"


def _problems(cues: Sequence[Cue]) -> Iterator[str]:
    for what, found in (
        ("whose times cannot be read were kept without them", [cue for cue in cues if cue.start is None]),
        ("end before they begin", [cue for cue in cues if (cue.end or 0) < (cue.start or 0)]),
        ("hold no text", [cue for cue in cues if not "".join(cue.lines).strip()]),
    ):
        if found:
            yield f"{len(found)} cues {what} (the first: line {found[0].number})"
