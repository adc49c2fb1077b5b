from __future__ import annotations

import math
from pathlib import Path

import pytest

from llm_grader.errors import UnsupportedFormat
from tests.support.exports import SAMPLES, WHISPER, needs_samples, put, read_one, refusal, spoken


def test_segments_of_one_speaker_are_joined_and_their_places_kept(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, WHISPER)
    assert (transcript.channel, transcript.language) == ("call", "en")
    assert spoken(transcript) == [("SPEAKER_00", "Good morning. How can I help?"), (None, "My phone is broken.")]
    assert (transcript.turns[0].start, transcript.turns[0].end) == (0.0, 3.0)
    assert transcript.metadata["cues"] == [[0, 0, 0.0, 1.5], [0, 14, 1.6, 3.0]]
    assert transcript.turns[0].text[14:] == "How can I help?"


def test_a_segment_without_a_speaker_is_nobodys_and_this_is_told(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, WHISPER)
    assert "1 of 2 turns name no speaker" in transcript.warnings
    assert transcript.turns[1].role == "unknown"


def test_without_speakers_each_segment_is_a_turn(tmp_path: Path) -> None:
    segments = [{key: value for key, value in each.items() if key != "speaker"} for each in WHISPER["segments"]]
    transcript = read_one(tmp_path, {**WHISPER, "segments": segments})
    assert [turn.text for turn in transcript.turns] == ["Good morning.", "How can I help?", "My phone is broken."]
    assert "cues" not in transcript.metadata
    assert "the source does not tell the speakers apart" in transcript.warnings


def test_a_speaker_who_is_named_by_a_role_has_it(tmp_path: Path) -> None:
    segments = [{"start": 0, "end": 1, "text": "Hi", "speaker": "agent"}]
    turn = read_one(tmp_path, {"segments": segments, "language": "english", "text": "Hi"}).turns[0]
    assert (turn.role, turn.role_source) == ("agent", "source")


def test_the_confidence_is_that_of_the_words_or_of_the_mean_token(tmp_path: Path) -> None:
    words = [{"word": "a", "score": 0.5}, {"word": "b", "score": 0.25}, {"word": "c"}]
    segments = [
        {"start": 0, "end": 1, "text": "a b c", "words": words},
        {"start": 1, "end": 2, "text": "d", "avg_logprob": -0.5},
        {"start": 2, "end": 3, "text": "e"},
    ]
    transcript = read_one(tmp_path, {"segments": segments})
    # (0.5 + 0.25) / 2 of the words that have a score; e^-0.5 = 0.6065; none
    assert [turn.asr_confidence for turn in transcript.turns] == [0.375, pytest.approx(math.exp(-0.5)), None]


@pytest.mark.parametrize(("stated", "tag"), [("english", "en"), ("Czech", "cs"), ("ET", "et"), ("de-AT", "de-AT")])
def test_the_language_is_a_tag(tmp_path: Path, stated: str, tag: str) -> None:
    assert read_one(tmp_path, {**WHISPER, "language": stated}).language == tag


def test_blank_segments_are_told_and_text_without_segments_is_read(tmp_path: Path) -> None:
    blank = {"start": 9, "end": 10, "text": " "}
    transcript = read_one(tmp_path, {"segments": [*WHISPER["segments"], blank]})
    assert "1 of 4 pieces hold no text and were left out" in transcript.warnings
    assert spoken(read_one(tmp_path, {"segments": [], "text": "Hello", "language": "en"})) == [(None, "Hello")]


def test_what_the_decoder_says_of_a_segment_stays_in_the_metadata(tmp_path: Path) -> None:
    segments = [{"id": 4, "start": 0, "end": 1, "text": "a", "tokens": [1, 2], "no_speech_prob": 0.5}]
    metadata = read_one(tmp_path, {"segments": segments}).metadata
    assert metadata == {"segments": [{"id": 4, "no_speech_prob": 0.5}]}


@needs_samples
def test_a_collection_of_reference_texts_is_no_transcription() -> None:
    error = refusal(SAMPLES / "whisper" / "openai_meanwhile.json")
    assert isinstance(error, UnsupportedFormat)
    assert "JSON with the columns 1YOmY-Vjy-o" in str(error)


def test_a_segment_that_is_no_object_is_told_with_its_place(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, {"segments": [WHISPER["segments"][0], 5]}))
    assert "segments[1]: expected an object, found a whole number" in str(error)
