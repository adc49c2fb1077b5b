"""Amazon Transcribe: words with seconds as text, by speaker (`spk_0`) or channel (`ch_0`).

Who is who it does not know: that is up to the role mapping. Bedrock's standard output for sound, which holds segments
in milliseconds under the same labels, is read too. Other readings of a word are not kept. Call analytics and Contact
Lens are another reader's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from llm_grader.readers.calls.speech import Piece, as_one_piece, language_tag, recording, spoken_words
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.transcript import Transcript

NAME = "transcribe"


def sniff(document: Document) -> bool:
    """Whether there are `results` with `items` or channels, or `audio_segments`."""
    first = first_fields(document)
    if isinstance(first.get("audio_segments"), list):
        return True
    results = first.get("results")
    return isinstance(results, dict) and "transcripts" in results and bool({"items", "channel_labels"} & results.keys())


def read(document: Document) -> Iterator[Transcript]:
    """One call a record."""
    return read_each(document, _call)


def _call(record: JsonObject, document: Document) -> Transcript:
    if "audio_segments" in record:
        record.skip("audio_items")
        segments = [_segment(segment) for segment in record.objects("audio_segments")]
        return recording(document, segments, source=record)
    results = record.needed_object("results")
    results.skip("audio_segments")
    whole = " ".join(filter(None, (reading.text("transcript") for reading in results.objects("transcripts"))))
    words = _words(results)
    return recording(
        document,
        spoken_words(words) or as_one_piece(whole),
        source=record,
        name=record.text("jobName"),
        language=language_tag(results.text("language_code")),
    )


def _segment(segment: JsonObject) -> Piece:
    segment.skip("audio_item_indices")
    speaker, channel = segment.object("speaker"), segment.object("channel")
    return Piece(
        text=segment.needed_text("text"),
        speaker=speaker.text("speaker_label") if speaker else None,
        channel=channel.text("channel_label") if channel else None,
        start=seconds_of(segment, "start_timestamp_millis", per_second=1000),
        end=seconds_of(segment, "end_timestamp_millis", per_second=1000),
        language=language_tag(segment.text("language")),
    )


def _words(results: JsonObject) -> list[Piece]:
    """The words of each channel, where they were told apart, else those of the whole."""
    items = results.objects("items", keep=False)
    split = results.object("channel_labels")
    if split is None:
        return _with_marks(items, _speakers(results))
    channels = split.objects("channels")
    return [
        word
        for channel in channels
        for word in _with_marks(channel.objects("items", keep=False), {}, channel=channel.text("channel_label"))
    ]


def _speakers(results: JsonObject) -> dict[float | None, str | None]:
    """Who begins a word at which second: older files say it beside the words only."""
    labels = results.object("speaker_labels")
    segments = labels.objects("segments", keep=False) if labels else []
    words = [word for segment in segments for word in segment.objects("items", keep=False)]
    return {seconds_of(word, "start_time"): word.text("speaker_label") for word in words}


def _with_marks(
    items: list[JsonObject], speakers: Mapping[float | None, str | None], *, channel: str | None = None
) -> list[Piece]:
    """Words, each with the punctuation marks behind it."""
    words: list[Piece] = []
    for item in items:
        readings = item.objects("alternatives")
        if not readings:
            raise item.wrong("alternatives", "at least one reading")
        content = readings[0].needed_text("content")
        if item.text("type") == "punctuation" and words:
            words[-1] = words[-1]._replace(text=words[-1].text + content)
            continue
        start = seconds_of(item, "start_time")
        words.append(
            Piece(
                text=content,
                speaker=item.text("speaker_label") or speakers.get(start),
                channel=channel,
                start=start,
                end=seconds_of(item, "end_time"),
                confidence=share_of(readings[0], "confidence"),
            )
        )
    return words
