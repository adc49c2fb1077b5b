"""Whisper and what is built on it (WhisperX, the OpenAI API): segments in seconds, with or without speakers.

Segments are windows of the decoder, not turns, so that those of one speaker are joined, and one in which two speak is
told apart by its words; where each of them begins is kept in `metadata["cues"]` as [turn, character, start, end].
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean

from llm_grader.readers.calls.speech import (
    Piece,
    as_one_piece,
    joined_segments,
    language_tag,
    recording,
    start_of,
    without_blanks,
)
from llm_grader.readers.calls.word_speakers import MIXED, by_word_speakers, is_mixed, words_of
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import number_of, seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.readers.source.sequence import in_order
from llm_grader.transcript import Transcript

NAME = "whisper"


def sniff(document: Document) -> bool:
    """Whether there are `segments` with text and times, or none beside `text` and `language`."""
    first = first_fields(document)
    segments = first.get("segments")
    if not isinstance(segments, list):
        return False
    if not segments:
        return {"text", "language"} <= first.keys()
    return isinstance(segments[0], dict) and {"text", "start", "end"} <= segments[0].keys()


def read(document: Document) -> Iterator[Transcript]:
    """One call a record."""
    return read_each(document, _call)


def _call(record: JsonObject, document: Document) -> Transcript:
    record.skip("word_segments", "words")
    if "segments" not in record:
        raise record.wrong("segments", "a list of objects")
    whole = as_one_piece(record.text("text"))
    heard = [(_segment(entry), words_of(entry, "word", "text")) for entry in record.objects("segments")]
    mixed = sum(is_mixed(segment, words) for segment, words in heard)
    pieces = [piece for segment, words in heard for piece in by_word_speakers(segment, words)]
    segments, blanks = without_blanks(pieces or whole)
    turns, cues = joined_segments(in_order(segments, start_of))
    language = language_tag(record.text("language"))
    warnings = [*blanks, *([MIXED.format(mixed)] if mixed else [])]
    read = recording(document, turns, source=record, language=language, warnings=warnings)
    return read.model_copy(update={"metadata": {**read.metadata, "cues": cues}}) if cues else read


def _segment(segment: JsonObject) -> Piece:
    segment.skip("tokens", "chars")
    return Piece(
        text=segment.needed_text("text").strip(),
        speaker=segment.label("speaker"),
        start=seconds_of(segment, "start"),
        end=seconds_of(segment, "end"),
        confidence=_confidence(segment),
    )


def _confidence(segment: JsonObject) -> float | None:
    """The mean over the words, or the mean probability of a token: e to the power of `avg_logprob`."""
    words = segment.objects("words", keep=False)
    sure = [share for word in words for key in ("probability", "score") if (share := share_of(word, key)) is not None]
    logprob = number_of(segment, "avg_logprob")
    if sure:
        return fmean(sure)
    return None if logprob is None else math.exp(min(logprob, 0.0))
