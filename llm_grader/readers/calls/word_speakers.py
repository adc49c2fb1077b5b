"""Segments of speech recognition in which two people speak, told apart by the speakers of their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from llm_grader.readers.calls.speech import Piece
from llm_grader.readers.source.json_figures import seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject

MIXED = "{} segments hold words of several speakers, which do not make up their texts: read as one speaker's"
"""The warning about segments that stay whole."""


def words_of(segment: JsonObject, *keys: str, per_second: int = 1) -> list[Piece]:
    """The words of a segment, their text in the first of these fields that is there; those without text left out."""
    found = segment.objects("words", keep=False)
    return [
        Piece(
            text=text,
            speaker=word.label("speaker"),
            start=seconds_of(word, "start", per_second=per_second),
            end=seconds_of(word, "end", per_second=per_second),
            confidence=share_of(word, "confidence"),
        )
        for word in found
        if (text := (word.text(*keys) or "").strip())
    ]


def by_word_speakers(segment: Piece, words: Sequence[Piece]) -> list[Piece]:
    """A segment as a piece for each stretch of words of one speaker, cut from its own text.

    A word without a speaker is said by whoever says the word before, the first ones by who says the next. A segment
    stays whole where nobody but one speaks, or where the words do not make up its text (see `is_mixed`).
    """
    if len({word.speaker for word in words if word.speaker is not None}) < 2:
        speaker = segment.speaker or next((word.speaker for word in words if word.speaker is not None), None)
        return [segment._replace(speaker=speaker)]
    places = _places(segment.text, words)
    if places is None:
        return [segment]
    return list(_cut(segment, words, places))


def is_mixed(segment: Piece, words: Sequence[Piece]) -> bool:
    """Whether several speak in a segment that cannot be taken apart."""
    several = len({word.speaker for word in words if word.speaker is not None}) > 1
    return several and _places(segment.text, words) is None


def _places(text: str, words: Sequence[Piece]) -> list[int] | None:
    """Where each word begins in the text; None where they are not all of it."""
    at, places = 0, []
    lower = text.lower() if len(text.lower()) == len(text) else text
    for word in words:
        found = lower.find(word.text.lower(), at)
        if found < 0 or any(map(str.isalnum, text[at:found])):
            return None
        places.append(found)
        at = found + len(word.text)
    return None if any(map(str.isalnum, text[at:])) else places


def _cut(segment: Piece, words: Sequence[Piece], places: Sequence[int]) -> Iterator[Piece]:
    speakers = _filled(words)
    runs = [list(run) for _, run in groupby(range(len(words)), key=lambda at: speakers[at])]
    ends = [*(places[run[0]] for run in runs[1:]), len(segment.text)]
    for number, (run, end) in enumerate(zip(runs, ends, strict=True)):
        stretch = [words[at] for at in run]
        sure = [word.confidence for word in stretch if word.confidence is not None]
        yield segment._replace(
            text=segment.text[places[run[0]] if number else 0 : end].strip(),
            speaker=speakers[run[0]],
            start=next((word.start for word in stretch if word.start is not None), segment.start),
            end=next((word.end for word in reversed(stretch) if word.end is not None), segment.end),
            confidence=math.fsum(sure) / len(sure) if sure else segment.confidence,
        )


def _filled(words: Sequence[Piece]) -> list[str | None]:
    """The speaker of each word, those that name none by their neighbours."""
    speaker = next((word.speaker for word in words if word.speaker is not None), None)
    return [speaker := word.speaker if word.speaker is not None else speaker for word in words]
