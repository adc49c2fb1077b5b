"""AssemblyAI: utterances where speakers were asked for, else words. Times are milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

from llm_grader.errors import MalformedInput
from llm_grader.readers.calls.speech import Piece, as_one_piece, language_tag, numbered, recording, spoken_words
from llm_grader.readers.calls.word_speakers import MIXED, by_word_speakers, is_mixed, words_of
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Transcript

NAME = "assemblyai"

_TELLING = frozenset(
    ("audio_url", "utterances", "language_code", "audio_duration", "dual_channel", "multichannel", "acoustic_model")
)


def sniff(document: Document) -> bool:
    """Whether there are `text` and `words` beside fields that only this service writes."""
    first = first_fields(document)
    return {"text", "words"} <= first.keys() and len(_TELLING & first.keys()) > 1


def read(document: Document) -> Iterator[Transcript]:
    """One call a record; a job that is not completed is an error."""
    return read_each(document, _call)


def _call(record: JsonObject, document: Document) -> Transcript:
    status = record.text("status")
    if status not in (None, "completed"):
        raise MalformedInput("status: expected completed, found another: there is no transcript in it (yet)")
    whole = record.needed_text("text")
    heard = [(_piece(entry), words_of(entry, "text", per_second=1000)) for entry in record.objects("utterances")]
    utterances = [piece for whole, words in heard for piece in by_word_speakers(whole, words)]
    mixed = sum(is_mixed(whole, words) for whole, words in heard)
    words = [_piece(word) for word in record.objects("words", keep=False)]
    return recording(
        document,
        utterances or spoken_words(words) or as_one_piece(whole),
        source=record,
        name=record.text("id"),
        language=language_tag(record.text("language_code")),
        warnings=[MIXED.format(mixed)] if mixed else [],
    )


def _piece(utterance: JsonObject) -> Piece:
    utterance.skip("words")
    return Piece(
        text=utterance.needed_text("text"),
        speaker=utterance.label("speaker"),
        channel=numbered("channel", utterance.label("channel")),
        start=seconds_of(utterance, "start", per_second=1000),
        end=seconds_of(utterance, "end", per_second=1000),
        confidence=share_of(utterance, "confidence"),
    )
