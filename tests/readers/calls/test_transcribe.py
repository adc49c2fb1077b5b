from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.readers import RoleMapping
from tests.support.exports import TRANSCRIBE, needs_samples, put, read_one, refusal, sample, spoken


def word(text: str, start: str, end: str, **fields: Any) -> dict[str, Any]:
    alternatives = [{"content": text, "confidence": "1.0"}]
    return {"type": "pronunciation", "start_time": start, "end_time": end, "alternatives": alternatives, **fields}


def test_words_become_turns_with_marks_behind_them(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, TRANSCRIBE, RoleMapping(agents=("spk_0",)))
    assert (transcript.id, transcript.channel, transcript.language) == ("job-1", "call", "hu-HU")
    assert [(turn.speaker, turn.role, turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("spk_0", "agent", "Jó napot.", 0.5, 1.5),
        ("spk_1", "customer", "Segítség!", 3.25, 4.0),
    ]
    # (1.0 + 0.5) / 2: marks have no confidence
    assert [turn.asr_confidence for turn in transcript.turns] == [0.75, 0.25]


def test_labels_beside_the_words_are_the_same(tmp_path: Path) -> None:
    export = deepcopy(TRANSCRIBE)
    for item, label in zip(export["results"]["items"], ["spk_1", "spk_1", None, "spk_0", None], strict=True):
        item["speaker_label"] = label
    assert spoken(read_one(tmp_path, export)) == [("spk_1", "Jó napot."), ("spk_0", "Segítség!")]


def test_channels_are_the_speakers(tmp_path: Path) -> None:
    channels = [
        {"channel_label": "ch_0", "items": [word("one", "0.0", "1.0"), word("two", "1.75", "2.5")]},
        {"channel_label": "ch_1", "items": [word("hm", "1.25", "1.5")]},
    ]
    results = {"transcripts": [{"transcript": "one hm two"}], "channel_labels": {"channels": channels}, "items": []}
    transcript = read_one(tmp_path, {"results": results}, RoleMapping(channels={"1": "agent"}))
    assert [(turn.speaker, turn.role, turn.text) for turn in transcript.turns] == [
        ("ch_0", "customer", "one"),
        ("ch_1", "agent", "hm"),
        ("ch_0", "customer", "two"),
    ]


def test_a_transcript_without_words_is_one_turn(tmp_path: Path) -> None:
    export = {"results": {"transcripts": [{"transcript": "All of it."}], "items": []}}
    assert spoken(read_one(tmp_path, export)) == [(None, "All of it.")]


def test_the_first_reading_of_a_word_counts_and_what_is_not_understood_stays_in_the_metadata(tmp_path: Path) -> None:
    export = deepcopy(TRANSCRIBE)
    export["results"]["language_identification"] = [{"code": "hu-HU", "score": "0.9"}]
    export["results"]["items"][0]["alternatives"].append({"content": "Job", "confidence": "0.1"})
    transcript = read_one(tmp_path, export)
    assert transcript.turns[0].text == "Jó napot."
    assert transcript.metadata["results"]["language_identification"] == [{"code": "hu-HU", "score": "0.9"}]
    assert transcript.metadata["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (word("a", "soon", "1.0"), "results.items[0].start_time: expected a number, found text"),
        ({"type": "pronunciation", "alternatives": []}, "results.items[0].alternatives: expected at least one reading"),
        (word("a", "nan", "1.0"), "results.items[0].start_time: expected a number, found text"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, item: dict[str, Any], found: str) -> None:
    error = refusal(put(tmp_path, {"results": {"transcripts": [], "items": [item]}}))
    assert isinstance(error, MalformedInput)
    assert found in str(error)


@needs_samples
def test_the_public_sample_with_speakers_is_read() -> None:
    transcript = sample("contact-lens/awsdocs_diarization-output-batch_1.json")
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("spk_0", "I've been on hold for an hour.", 4.87, 6.88),
        ("spk_1", "Sorry about that.", 8.49, 9.24),
    ]


@needs_samples
def test_the_public_sample_of_segments_is_read() -> None:
    transcript = sample("contact-lens/awsword_bda-standard.json")
    assert (transcript.language, len(transcript.turns)) == ("en", 51)
    assert [turn.speaker for turn in transcript.turns].count("ch_0") == 28
    first, last = transcript.turns[0], transcript.turns[-1]
    assert first.text == "Hello. Sleepaway Camp Hotel. We're a cut above the competition. How can I help you?"
    assert (first.speaker, first.start, first.end) == ("ch_1", 1.62, 5.84)
    assert (last.speaker, last.text, last.start) == ("ch_0", "Bye now.", 271.78)
    assert transcript.metadata["statistics"]["word_count"] == 737
