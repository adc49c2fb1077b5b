"""What speech recognition writes: words, segments and utterances, made into turns of a call."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llm_grader.readers.roles.roles import RoleMapping, stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.readers.source.sequence import in_order
from llm_grader.transcript import Transcript, Turn

JOINED_WITHIN = 2.0
"""Seconds: words and segments of a speaker that follow each other more closely than this make one turn."""

_BREATH = 0.5
_LANGUAGES = {
    "english": "en",
    "german": "de",
    "czech": "cs",
    "hungarian": "hu",
    "estonian": "et",
    "french": "fr",
    "spanish": "es",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "polish": "pl",
}


class Piece(NamedTuple):
    """A word, a segment or an utterance: times in seconds of the recording, confidence from 0 to 1."""

    text: str
    speaker: str | None = None
    channel: str | None = None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    language: str | None = None


def recording(
    document: Document,
    pieces: Sequence[Piece],
    *,
    source: JsonObject,
    name: str | None = None,
    language: str | None = None,
    warnings: Iterable[str] = (),
) -> Transcript:
    """A call in which each piece is a turn, in the order of their beginnings.

    Args:
        document: the file.
        pieces: who says what when; those without text are left out, with a warning.
        source: the record; what nobody asked for becomes metadata.
        name: the id, where the source gives one.
        language: what the source says of the whole, else it is the commonest of the pieces.
        warnings: what had to be assumed.
    """
    spoken, blanks = without_blanks(pieces)
    spoken = in_order(_by_channel(_named(spoken), document.options.roles), start_of)
    languages = Counter(piece.language for piece in spoken if piece.language)
    whole = language or next((code for code, _ in languages.most_common(1)), None)
    turns = tuple(_turn(piece, document, own_language=piece.language != whole) for piece in spoken)
    return Transcript(
        id=name or document.new_id(),
        channel=document.options.channel or "call",
        language=whole,
        turns=turns,
        metadata=source.rest,
        warnings=(*warnings, *blanks, *_unnamed(spoken)),
    )


def _turn(piece: Piece, document: Document, *, own_language: bool) -> Turn:
    return Turn(
        role=stated_role(piece.speaker, document.options.roles) or "unknown",
        text=piece.text.strip(),
        speaker=piece.speaker,
        start=piece.start,
        end=piece.end,
        language=piece.language if own_language else None,
        asr_confidence=piece.confidence,
    )


def _unnamed(spoken: Sequence[Piece]) -> Iterator[str]:
    unnamed = sum(piece.speaker is None for piece in spoken)
    if unnamed and unnamed == len(spoken):
        yield "the source does not tell the speakers apart"
    elif unnamed:
        yield f"{unnamed} of {len(spoken)} turns name no speaker"


def as_one_piece(text: str | None) -> list[Piece]:
    """A text of which nobody knows who says what; none when it is blank."""
    return [Piece(text)] if text and text.strip() else []


def without_blanks(pieces: Sequence[Piece]) -> tuple[list[Piece], list[str]]:
    """The pieces with some text, and the warning that others were left out."""
    spoken = [piece for piece in pieces if piece.text.strip()]
    blank = len(pieces) - len(spoken)
    return spoken, [f"{blank} of {len(pieces)} pieces hold no text and were left out"] if blank else []


def start_of(piece: Piece) -> float | None:
    """When a piece begins."""
    return piece.start


def spoken_words(words: Sequence[Piece]) -> list[Piece]:
    """Words as turns. One ends with a pause of two seconds, or of half a second in which someone else begins to speak.

    The words of a channel are in order; the channels may come one after the other.
    """
    phrases = _chained([[word] for word in _named(words)], _BREATH)
    phrases.sort(key=lambda phrase: next((word.start for word in phrase if word.start is not None), 0.0))
    return [_whole(words) for words in _chained(phrases, JOINED_WITHIN)]


def joined_segments(segments: Sequence[Piece]) -> tuple[list[Piece], list[list[float | None]]]:
    """Segments as turns: those of a known speaker are joined where less than two seconds lie between them.

    Returns:
        The turns, and where in a turn of several segments each of these begins: [turn, character, start, end].
    """
    groups = _chained([[segment] for segment in segments], JOINED_WITHIN, unnamed=False)
    places = [place for number, group in enumerate(groups) if len(group) > 1 for place in _places(number, group)]
    return [_whole(group) for group in groups], places


def _places(number: int, group: Sequence[Piece]) -> Iterator[list[float | None]]:
    at = 0
    for piece in group:
        yield [number, at, piece.start, piece.end]
        at += len(piece.text) + 1


def _chained(groups: Iterable[list[Piece]], within: float, *, unnamed: bool = True) -> list[list[Piece]]:
    chains: list[list[Piece]] = []
    for group in groups:
        joins = bool(chains) and (unnamed or group[0].speaker is not None)
        if joins and _follows(chains[-1][-1], group[0], within):
            chains[-1] += group
        else:
            chains.append(list(group))
    return chains


def _follows(before: Piece, piece: Piece, within: float) -> bool:
    if piece.speaker != before.speaker:
        return False
    return before.end is None or piece.start is None or piece.start - before.end <= within


def _whole(group: Sequence[Piece]) -> Piece:
    sure = [piece.confidence for piece in group if piece.confidence is not None]
    return Piece(
        text=" ".join(piece.text for piece in group),
        speaker=group[0].speaker,
        channel=group[0].channel,
        start=next((piece.start for piece in group if piece.start is not None), None),
        end=max((piece.end for piece in group if piece.end is not None), default=None),
        confidence=math.fsum(sure) / len(sure) if sure else None,
        language=group[0].language,
    )


def _named(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with one name for each voice: its channel's where each channel is one person's, else the speaker's."""
    voices = {(piece.channel, piece.speaker) for piece in pieces}
    channels = {channel for channel, _ in voices}
    if len(channels) < 2:
        return list(pieces)
    names = {voice: ", ".join(part for part in voice if part is not None) or None for voice in voices}
    if len(voices) == len(channels):
        names = {voice: voice[0] for voice in voices}
    return [piece._replace(speaker=names[piece.channel, piece.speaker], channel=None) for piece in pieces]


def _by_channel(pieces: Sequence[Piece], whose: RoleMapping) -> list[Piece]:
    """The pieces, those of no speaker called by the one channel that is heard, where the caller says who that is."""
    return [
        piece._replace(speaker=piece.channel) if piece.speaker is None and whose.role_of(piece.channel) else piece
        for piece in pieces
    ]


def numbered(word: str, label: str | None) -> str | None:
    """A speaker or channel that the source only numbers, in words: `Speaker 1`; other labels stay."""
    return f"{word} {label}" if label is not None and label.isdecimal() else label


def language_tag(name: str | None) -> str | None:
    """A language as a tag: `EN` and `english` are `en`, `en_us` is `en-us`."""
    if name is None:
        return None
    return _LANGUAGES.get(name.casefold()) or (name.lower() if len(name) <= 3 else name.replace("_", "-"))
