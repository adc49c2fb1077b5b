"""Plain text in which each turn begins with its speaker.

`Agent: …`, `[00:01:02] Kunde: …`, `**Agent:** …` and the like, or the speaker on a line of its own above the words; a
line without a label belongs to the turn above it, unless it tells an event. Text without labels is refused, never
guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from llm_grader.errors import MalformedInput
from llm_grader.readers.chats.meeting_replies import with_replies
from llm_grader.readers.labels.likely_names import is_bare_id, is_likely_name
from llm_grader.readers.labels.speakers import find_speakers
from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.times import Stamps
from llm_grader.readers.text.chat_events import bare_event
from llm_grader.readers.text.internal_notes import (
    may_be_note,
    note_author,
    notes_between,
    with_notes_labelled,
    without_quoted,
)
from llm_grader.readers.text.label_lines import Line, is_name, parse_line, parse_lines, without_stamp
from llm_grader.readers.text.labelled_turns import cast_of, event_of, turns_of
from llm_grader.readers.text.legend import names_listed, of_export, read_legend
from llm_grader.readers.text.line_ends import with_line_ends
from llm_grader.readers.text.name_lines import with_name_lines
from llm_grader.readers.text.text_header import may_be_summary, split_header
from llm_grader.readers.text.text_parts import Parts, conversations_in
from llm_grader.readers.text.times_above import with_times_above, with_times_beside
from llm_grader.transcript import Channel, Transcript, Turn

NAME = "text"

_FIRST_SPEAKER_WITHIN = 20
_BLANKS = ("\u00a0", "\u202f")  # as programs put them before the half of the day
_DOUBTS_TOLD = 5
_FEWEST_INNER = 2
_INNER_LABEL = re.compile(r"[.!?…\"”)|][ \t]+[^\W\d_][\w'’.-]{0,30}(?: [^\W\d_][\w'’.-]{0,30})?:[ \t]")
_NO_SPEAKER = (
    "no line begins with a speaker, as in `Agent: …`; label the turns, or name the speakers in the role mapping"
)
_NO_DIALOGUE = "a header without a conversation below it: names and fields only, as above a summary"
_SUMMARY = "each side speaks once, beside fields of a report: this may be a summary and no conversation"
_LOST = "the turns stand on one line and cannot be told apart: nobody was taken for the speaker"
_QUOTED = "line {}: {!r} below a line that ends with a colon: read as words of the turn above, and no note"
_BETWEEN = "line {}: {!r} between lines of one speaker: read as a note up to the next label, which may be theirs"
_LIKELY = "line {}: read as an event, for every other line opens a turn: it may be words of the turn above"
_REPORT = "line {}: the last paragraph was read as a report on the talk: it may be words of the turn above"
_ABOVE = "line {}: sentences above the first speaker were read as a heading (lines: {}): they may be somebody's words"
_SENTENCE_ENDS = ".!?…"
_FEWEST_OF_SENTENCE = 3
_MOST_OF_TITLE = 14
_EVENTS_ABOVE = ("joined", "left", "start", "transfer", "hold")
_CALL_WORDS = re.compile(r"\b(?:call|phone|telefon\w*|anruf\w*|hovor\w*|hívás\w*|kõne\w*)\b", re.IGNORECASE)
_CALLERS = re.compile(r"(?:caller|ivr|anrufer(?:in)?|volající|hívó|helistaja)\b", re.IGNORECASE)
_CHAT_WORDS = re.compile(
    r"\b(?:chat\w{0,5}|live ?chat|messag(?:es|ing)|whatsapp|csevegés\w*|vestlus\w*)\b", re.IGNORECASE
)


def sniff(document: Document) -> bool:
    """Whether a speaker opens one of the first lines."""
    lines = [line for line in _lines(document.head, document) if not line.blank]
    named = read_legend(lines).roles.keys() | names_listed(lines)
    speakers = find_speakers(lines, document.options.roles, named, event_in=bare_event)
    return any(line.label in speakers for line in lines[:_FIRST_SPEAKER_WITHIN])


def read(document: Document) -> Iterator[Transcript]:
    """The conversation in the file, or each of several that something clear tells apart.

    What stands above the first speaker is kept in `metadata`: `header` (lines of `Date: …`), `legend` (who is who) and
    `heading`.

    Raises:
        MalformedInput: no line begins with a speaker, or there is nothing but a header.
    """
    parts = _parts(document)
    is_one = len(parts.conversations) == 1
    while parts.conversations:  # the lines of each are let go of before it is handed on
        name = document.new_id(numbered=not is_one)
        yield _conversation(parts.conversations.pop(0), name, document, warnings=parts.warnings)


def _parts(document: Document) -> Parts:
    lines = _lines(document.lines_text, document)
    return Parts([lines]) if document.is_part else conversations_in(lines, document.options.roles)


def _lines(text: str, document: Document) -> list[Line]:
    """The lines of a text as it is pasted, each turn on one of its own."""
    roles = document.options.roles
    for blank in _BLANKS:
        text = text.replace(blank, " ")
    return with_notes_labelled(with_name_lines(parse_lines(with_line_ends(text, roles)), roles))


def _conversation(lines: list[Line], name: str, document: Document, *, warnings: tuple[str, ...]) -> Transcript:
    legend = read_legend(lines)
    legend = legend._replace(roles=of_export(lines) | legend.roles)
    legend_lines = [line.whole.strip() for line in lines if line.number in legend.lines] if legend.lines else []
    roles = document.options.roles
    header, lines = split_header([line for line in lines if line.number not in legend.lines])
    named = legend.roles.keys() | names_listed(lines)
    speakers = find_speakers(lines, roles, named, event_in=_is_aside)
    ours = {label for label in speakers if (legend.roles.get(label) or stated_role(label, roles)) == "agent"}
    labelled, lines = lines, without_quoted(lines, speakers, ours)
    quoted = [(line.number, line.label) for line, read in zip(labelled, lines, strict=True) if read is not line]
    lines = with_times_beside(with_times_above(lines, speakers), speakers)
    first = next((at for at, line in enumerate(lines) if line.label in speakers), None)
    if first is None:
        raise MalformedInput(_NO_DIALOGUE if header else _NO_SPEAKER)
    begun = _events_above(lines[:first])
    heading = "\n".join(line.whole for line in lines[: first - len(begun)]).strip()
    cast = cast_of(lines, speakers, legend=legend.roles, roles=roles)
    of_events = [stamp for line in begun if (stamp := without_stamp(line.whole)[1])]
    stamps = Stamps(of_events + [line.stamp for line in lines if line.label in cast.empty and line.stamp])
    of_callers = any(map(_CALLERS.match, speakers))
    above = "call" if of_callers else " ".join((heading, *(line.whole for line in begun), *header, *header.values()))
    channel, assumed = _channel(document, above, stamps)
    above_all = [event for line in begun if (event := event_of(line, stamps))]
    turns, lost = _with_doubt((*above_all, *map(with_replies, turns_of(lines[first:], cast, stamps))))
    about = (("header", header), ("legend", "\n".join(legend_lines)), ("heading", heading))
    return Transcript(
        id=name,
        channel=channel,
        turns=turns,
        metadata={key: value for key, value in about if value},
        warnings=(
            *warnings,
            *stamps.warnings,
            *assumed,
            *_above(lines[:first]),
            *_sentences_above(lines[: first - len(begun)]),
            *_doubts(lines[first:], speakers | cast.notes),
            *(_QUOTED.format(*note) for note in quoted[:1]),
            *(_BETWEEN.format(*note) for note in notes_between(lines[first:], speakers, ours)),
            *(_LIKELY.format(number) for number in cast.guessed),
            *([_REPORT.format(cast.reported)] if cast.reported else []),
            *lost,
        ),
    )


def _events_above(lines: Sequence[Line]) -> list[Line]:
    """The lines right above the first turn that tell who came or that the chat began, and the blank ones between."""
    events = ((line, bare_event(without_stamp(line.whole)[0])) for line in reversed(lines))
    found = takewhile(lambda told: told[0].blank or (told[1] or ("",))[0] in _EVENTS_ABOVE, events)
    return [line for line, _ in found][::-1]


def _is_aside(line: str) -> bool:
    """Whether a line is an event or begins a note: nobody says it to the other side."""
    return bare_event(line) is not None or note_author(parse_line(line).label) is not None


def _with_doubt(turns: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], list[str]]:
    """The turns; where a single one holds what looks like labels of others, it is nobody's."""
    if sum(turn.kind == "message" for turn in turns) != 1 or len(_INNER_LABEL.findall(turns[0].text)) < _FEWEST_INNER:
        return turns, []
    nobodys = {"role": "unknown", "speaker": None, "role_source": None, "role_confidence": None}
    return (turns[0].model_copy(update=nobodys), *turns[1:]), [_LOST]


def _channel(document: Document, above: str, stamps: Stamps) -> tuple[Channel, list[str]]:
    if document.options.channel:
        return document.options.channel, []
    if _CALL_WORDS.search(above):
        return "call", []
    if _CHAT_WORDS.search(above):
        return "chat", []
    if stamps.are_offsets:
        return "call", []
    return "chat", ["the channel is not stated: read as chat"]


def _above(lines: list[Line]) -> list[str]:
    """The warning that somebody may speak above the first speaker."""
    doubtful = [line for line in lines if line.text.strip() and _may_speak(line.label)]
    return [f"line {line.number}: {line.label!r} is not known as a speaker: read as a heading" for line in doubtful[:1]]


def _sentences_above(lines: Sequence[Line]) -> list[str]:
    """The warning that words stand above the first speaker, as sentences and not as a title."""
    filled = [line for line in lines if not line.blank]
    doubtful = [line for line in filled if not line.label and _is_sentence(line.whole)]
    return [_ABOVE.format(doubtful[0].number, len(filled))] if doubtful else []


def _is_sentence(line: str) -> bool:
    words = line.strip(" \t*_#>\"”'").split()
    ends = bool(words) and words[-1][-1] in _SENTENCE_ENDS
    letters = sum(word[0].isalpha() for word in words)
    return letters > (_MOST_OF_TITLE if not ends else _FEWEST_OF_SENTENCE)


def _may_speak(label: str) -> bool:
    return bool(label) and (is_name(label) or is_likely_name(label) or is_bare_id(label))


def _doubts(lines: list[Line], speakers: frozenset[str]) -> list[str]:
    summary = [_SUMMARY] if may_be_summary(lines, speakers) else []
    first = {line.label: line.number for line in reversed(lines) if line.label and line.label not in speakers}
    doubtful = ((number, label) for label, number in first.items() if _may_speak(label) or may_be_note(label))
    doubts = sorted(doubtful)[:_DOUBTS_TOLD]
    return summary + [
        f"line {at}: {label!r} is not known as a speaker: read as text of the turn above" for at, label in doubts
    ]
