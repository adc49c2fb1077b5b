"""Deepgram, pre-recorded: utterances where they were asked for, else words by speaker or channel.

Of several alternatives the first, which is the best, is read; the others stay in the metadata. One alternative alone,
as vCon servers store it, is read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from llm_grader.readers.calls.speech import Piece, as_one_piece, language_tag, numbered, recording, spoken_words
from llm_grader.readers.calls.word_speakers import MIXED, by_word_speakers, is_mixed, words_of
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Transcript

NAME = "deepgram"

_UNSURE_BELOW = 0.5


def sniff(document: Document) -> bool:
    """Whether there are `results` with `channels`, or an alternative with `transcript` and `words`."""
    first = first_fields(document)
    results = first.get("results")
    if isinstance(results, dict):
        return isinstance(results.get("channels"), list)
    return isinstance(first.get("transcript"), str) and isinstance(first.get("words"), list)


def read(document: Document) -> Iterator[Transcript]:
    """One call a record."""
    return read_each(document, _call)


def _call(record: JsonObject, document: Document) -> Transcript:
    results = record.object("results")
    channels = results.objects("channels") if results else [record]
    entries = results.objects("utterances") if results else []
    utterances = [piece for entry in entries for piece in by_word_speakers(_utterance(entry), _spoken_in(entry))]
    mixed = sum(is_mixed(_utterance(entry), _spoken_in(entry)) for entry in entries)
    heard = [channel.objects("alternatives")[:1] for channel in channels] if results else [[record]]
    words = [
        word
        for number, best in enumerate(heard)
        for alternative in best
        for word in _words(alternative, f"channel {number}")
    ]
    about = record.object("metadata")
    languages = [channel.text("detected_language") for channel in channels]
    return recording(
        document,
        utterances or spoken_words(words),
        source=record,
        name=about.text("request_id") if about else None,
        language=language_tag(next(filter(None, languages), None)),
        warnings=[*_doubts([best[0] for best in heard if best]), *([MIXED.format(mixed)] if mixed else [])],
    )


def _utterance(utterance: JsonObject) -> Piece:
    utterance.skip("words")
    return Piece(
        text=utterance.needed_text("transcript"),
        speaker=numbered("Speaker", utterance.label("speaker")),
        channel=numbered("channel", utterance.label("channel")),
        start=seconds_of(utterance, "start"),
        end=seconds_of(utterance, "end"),
        confidence=share_of(utterance, "confidence"),
    )


def _spoken_in(utterance: JsonObject) -> list[Piece]:
    """The words of an utterance, their speakers called as it is."""
    words = words_of(utterance, "punctuated_word", "word")
    return [word._replace(speaker=numbered("Speaker", word.speaker)) for word in words]


def _words(alternative: JsonObject, channel: str) -> list[Piece]:
    alternative.skip("paragraphs")
    whole = alternative.needed_text("transcript")
    words = [
        Piece(
            text=word.needed_text("punctuated_word", "word"),
            speaker=numbered("Speaker", word.label("speaker")),
            channel=channel,
            start=seconds_of(word, "start"),
            end=seconds_of(word, "end"),
            confidence=share_of(word, "confidence"),
        )
        for word in alternative.objects("words", keep=False)
    ]
    return words or [piece._replace(channel=channel) for piece in as_one_piece(whole)]


def _doubts(alternatives: Sequence[JsonObject]) -> Iterator[str]:
    words = [word for alternative in alternatives for word in alternative.objects("words", keep=False)]
    sure = [share for word in words if (share := share_of(word, "speaker_confidence")) is not None]
    if sure and fmean(sure) < _UNSURE_BELOW:
        yield f"the speakers are told apart with a confidence of {fmean(sure):.2f} only"
