"""Azure speech: batch (ticks of 100 ns, ISO durations), fast transcription and content understanding (milliseconds)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_grader.readers.calls.speech import Piece, numbered, recording
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import number_of, seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Transcript

NAME = "azure-speech"

_TICKS = 10_000_000
_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?")


def sniff(document: Document) -> bool:
    """Whether there are `recognizedPhrases`, `combinedPhrases`, or contents with `transcriptPhrases`."""
    first = first_fields(document)
    if "recognizedPhrases" in first or {"combinedPhrases", "phrases"} <= first.keys():
        return True
    result = first.get("result", first)
    contents = result.get("contents") if isinstance(result, dict) else None
    return isinstance(contents, list) and any(
        isinstance(content, dict) and "transcriptPhrases" in content for content in contents
    )


def read(document: Document) -> Iterator[Transcript]:
    """One call a record, its phrases by their offsets."""
    return read_each(document, _call)


def _call(record: JsonObject, document: Document) -> Transcript:
    whole = _whole(record)
    if "recognizedPhrases" in record:
        phrases = record.objects("recognizedPhrases")
        heard = [phrase for phrase in phrases if phrase.text("recognitionStatus") in (None, "Success")]
        failed = len(phrases) - len(heard)
        warnings = [f"{failed} of {len(phrases)} phrases were not recognised"] if failed else []
        return recording(document, [_of_batch(phrase) for phrase in heard] or whole, source=record, warnings=warnings)
    if "phrases" in record:
        return recording(document, [_of_fast(phrase) for phrase in record.objects("phrases")] or whole, source=record)
    contents = (record.object("result") or record).objects("contents")
    if not contents:
        raise record.wrong("recognizedPhrases", "phrases, or contents with transcriptPhrases")
    return recording(document, [piece for content in contents for piece in _of_content(content)], source=record)


def _whole(record: JsonObject) -> list[Piece]:
    """All that is said on each channel in one piece, for when there are no phrases."""
    combined = [
        phrase for key in ("combinedRecognizedPhrases", "combinedPhrases") for phrase in record.objects(key, keep=False)
    ]
    return [
        Piece(phrase.text("display", "text") or "", channel=numbered("channel", phrase.label("channel")))
        for phrase in combined
    ]


def _of_batch(phrase: JsonObject) -> Piece:
    readings = phrase.objects("nBest")
    if not readings:
        raise phrase.wrong("nBest", "at least one reading")
    best = readings[0]
    best.skip("lexical", "itn", "maskedITN", "words", "displayWords")
    phrase.skip("offset", "duration", "offsetMilliseconds", "durationMilliseconds")
    start, end = _span(phrase, "offsetInTicks", "durationInTicks", per_second=_TICKS)
    if start is None:
        start, end = _iso_span(phrase)
    return Piece(
        text=best.needed_text("display"),
        speaker=numbered("Speaker", phrase.label("speaker")),
        channel=numbered("channel", phrase.label("channel")),
        start=start,
        end=end,
        confidence=share_of(best, "confidence"),
        language=phrase.text("locale"),
    )


def _of_fast(phrase: JsonObject) -> Piece:
    phrase.skip("words")
    named = "offsetMilliseconds" in phrase
    keys = ("offsetMilliseconds", "durationMilliseconds") if named else ("offset", "duration")
    start, end = _span(phrase, *keys, per_second=1000)
    return Piece(
        text=phrase.needed_text("text"),
        speaker=numbered("Speaker", phrase.label("speaker")),
        channel=numbered("channel", phrase.label("channel")),
        start=start,
        end=end,
        confidence=share_of(phrase, "confidence"),
        language=phrase.text("locale"),
    )


def _of_content(content: JsonObject) -> Iterator[Piece]:
    content.skip("markdown")  # it repeats the phrases, as WebVTT
    for phrase in content.objects("transcriptPhrases"):
        phrase.skip("words")
        yield Piece(
            text=phrase.needed_text("text"),
            speaker=phrase.label("speaker"),
            start=seconds_of(phrase, "startTimeMs", per_second=1000),
            end=seconds_of(phrase, "endTimeMs", per_second=1000),
            confidence=share_of(phrase, "confidence"),
            language=phrase.text("locale"),
        )


def _span(phrase: JsonObject, offset: str, duration: str, *, per_second: int) -> tuple[float | None, float | None]:
    """Beginning and end in seconds, from whole units, which add up exactly."""
    start, length = number_of(phrase, offset), number_of(phrase, duration)
    if start is None:
        return None, None
    return start / per_second, None if length is None else (start + length) / per_second


def _iso_span(phrase: JsonObject) -> tuple[float | None, float | None]:
    start, length = _iso_seconds(phrase, "offset"), _iso_seconds(phrase, "duration")
    return start, None if start is None or length is None else round(start + length, 7)


def _iso_seconds(phrase: JsonObject, key: str) -> float | None:
    text = phrase.text(key)
    if text is None:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        raise phrase.wrong(key, "a duration such as PT1.5S")
    hours, minutes, seconds = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
