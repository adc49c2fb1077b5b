from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.readers import RoleMapping
from tests.support.exports import ASSEMBLYAI, needs_samples, put, read_one, refusal, sample, spoken


def test_utterances_are_turns_and_milliseconds_are_seconds(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, ASSEMBLYAI, RoleMapping(agents=("A",)))
    assert (transcript.id, transcript.language) == ("aai-1", "en-us")
    assert [(turn.speaker, turn.role, turn.start, turn.end, turn.asr_confidence) for turn in transcript.turns] == [
        ("A", "agent", 0.25, 1.2, 0.98),
        ("B", "customer", 1.3, 2.0, 0.75),
    ]


def test_channels_are_the_speakers_where_they_were_recorded_apart(tmp_path: Path) -> None:
    utterances = [{**each, "channel": str(number)} for number, each in enumerate(ASSEMBLYAI["utterances"], 1)]
    transcript = read_one(tmp_path, {**ASSEMBLYAI, "utterances": utterances}, RoleMapping(channels={"2": "agent"}))
    assert [(turn.speaker, turn.role) for turn in transcript.turns] == [
        ("channel 1", "customer"),
        ("channel 2", "agent"),
    ]


def test_without_utterances_the_words_are_grouped(tmp_path: Path) -> None:
    words = [
        {"text": "Yeah.", "start": 170, "end": 718, "confidence": 1, "speaker": "A"},
        {"text": "As", "start": 884, "end": 1166, "confidence": 0.5, "speaker": "A"},
        {"text": "No.", "start": 1300, "end": 1500, "confidence": 0.5, "speaker": "B"},
    ]
    transcript = read_one(tmp_path, {**ASSEMBLYAI, "utterances": None, "words": words})
    assert spoken(transcript) == [("A", "Yeah. As"), ("B", "No.")]
    assert transcript.turns[0].asr_confidence == 0.75


def test_text_alone_is_one_turn(tmp_path: Path) -> None:
    export = {**ASSEMBLYAI, "utterances": [], "words": None}
    assert spoken(read_one(tmp_path, export)) == [(None, "Hello. Hi.")]


@pytest.mark.parametrize("status", ["queued", "processing", "error"])
def test_a_job_that_is_not_completed_is_refused(tmp_path: Path, status: str) -> None:
    error = refusal(put(tmp_path, {**ASSEMBLYAI, "status": status, "text": None, "utterances": None}))
    assert isinstance(error, MalformedInput)
    assert "status: expected completed" in str(error)


def test_settings_of_the_job_stay_in_the_metadata(tmp_path: Path) -> None:
    metadata = read_one(tmp_path, ASSEMBLYAI).metadata
    assert metadata == {"audio_url": "https://example.org/call.mp3", "redact_pii": False}


@needs_samples
def test_the_public_sample_is_read() -> None:
    transcript = sample("assemblyai/dgcap_assemblyai_transcription.json")
    assert (transcript.id, transcript.language) == ("6a9zvzyx8u-f8fd-4bf4-9614-9497d76c6891", "en")
    (turn,) = transcript.turns  # one speaker, and no pause of two seconds
    assert (turn.speaker, turn.start, turn.end) == ("A", 0.17, 25.14)
    assert turn.text.startswith("Yeah. As much as it's worth celebrating the first spacewalk")
    assert len(turn.text.split()) == 60


def test_a_recording_of_several_channels_needs_no_length_to_be_known(tmp_path: Path) -> None:
    kept = {key: ASSEMBLYAI[key] for key in ("id", "status", "text", "utterances", "words") if key in ASSEMBLYAI}
    transcript = read_one(tmp_path, {**kept, "words": [], "dual_channel": True, "multichannel": True})
    assert [text for _, text in spoken(transcript)] == [turn["text"] for turn in ASSEMBLYAI["utterances"]]
