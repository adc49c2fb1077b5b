from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from tests.support.exports import (
    AZURE_BATCH,
    AZURE_CONTENT,
    AZURE_FAST,
    SAMPLES,
    needs_samples,
    put,
    read_one,
    refusal,
    sample,
    spoken,
)

CONVERSATIONS = {"cell": "Content", "id": "ConversationId", "channel": "call"}


def test_a_batch_counts_in_ticks_or_iso_durations(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, AZURE_BATCH)
    # 5,000,000 ticks of 100 ns are 0.5 s, and a second later is 1.5; PT1M2.25S is 62.25 s, half a second later 62.75
    assert [(turn.start, turn.end) for turn in transcript.turns] == [(0.5, 1.5), (62.25, 62.75)]
    assert spoken(transcript) == [("channel 0", "Dobrý den."), ("channel 1", "Ahoj.")]
    assert [turn.asr_confidence for turn in transcript.turns] == [0.75, 0.5]
    assert transcript.language == "cs-CZ"


def test_other_readings_of_a_phrase_stay_in_the_metadata(tmp_path: Path) -> None:
    metadata = read_one(tmp_path, AZURE_BATCH).metadata
    assert metadata["recognizedPhrases"][0]["nBest"][1]["display"] == "Dobry den."
    assert metadata["source"] == "https://example.org/call.wav"


def test_phrases_that_were_not_recognised_are_told(tmp_path: Path) -> None:
    export = deepcopy(AZURE_BATCH)
    export["recognizedPhrases"][1]["recognitionStatus"] = "InitialSilenceTimeout"
    transcript = read_one(tmp_path, export)
    assert "1 of 2 phrases were not recognised" in transcript.warnings
    assert len(transcript.turns) == 1


def test_phrases_of_a_fast_transcription_are_ordered_by_offset(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, AZURE_FAST)
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("Speaker 1", "Tere.", 0.12, 0.2),
        ("Speaker 2", "Tere päevast.", 2.6, 3.0),
    ]


def test_the_preview_of_fast_transcription_names_its_milliseconds_otherwise(tmp_path: Path) -> None:
    phrase = {"offset": 720, "duration": 480, "text": "Hello.", "locale": "en-US", "channel": 0}
    (turn,) = read_one(tmp_path, {"duration": 1200, "combinedPhrases": [], "phrases": [phrase]}).turns
    assert (turn.start, turn.end) == (0.72, 1.2)


def test_content_understanding_states_roles(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, AZURE_CONTENT)
    assert [(turn.role, turn.role_source, turn.start, turn.end) for turn in transcript.turns] == [
        ("agent", "source", 0.08, 0.64),
        ("customer", "source", 0.9, 1.2),
    ]
    fields = transcript.metadata["result"]["contents"][0]["fields"]
    assert fields["Sentiment"]["valueString"] == "Positive"


def test_a_phrase_in_another_language_says_so(tmp_path: Path) -> None:
    phrases = [{"offset": n, "text": "x", "locale": tag} for n, tag in enumerate(["en-GB", "de-DE", "en-GB"])]
    transcript = read_one(tmp_path, {"combinedPhrases": [], "phrases": phrases})
    assert transcript.language == "en-GB"
    assert [turn.language for turn in transcript.turns] == [None, "de-DE", None]


def test_a_whole_without_phrases_is_one_turn_a_channel(tmp_path: Path) -> None:
    export = {**AZURE_BATCH, "recognizedPhrases": []}
    assert spoken(read_one(tmp_path, export)) == [("channel 0", "Dobrý den."), ("channel 1", "Ahoj.")]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"nBest": []}, r"recognizedPhrases[0].nBest: expected at least one reading"),
        ({"offsetInTicks": None, "offset": "soon"}, r"recognizedPhrases[0].offset: expected a duration"),
        ({"nBest": [{"lexical": "a"}]}, r"recognizedPhrases[0].nBest[0].display: expected text, found nothing"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], found: str) -> None:
    export = {"recognizedPhrases": [{**AZURE_BATCH["recognizedPhrases"][0], **change}]}
    error = refusal(put(tmp_path, export))
    assert isinstance(error, MalformedInput)
    assert found in str(error)


@needs_samples
def test_the_public_sample_of_a_batch_is_read() -> None:
    transcript = sample("azure/azspeech_summarizationInputSample.json")
    assert [(turn.speaker, turn.start, turn.end) for turn in transcript.turns] == [
        ("Speaker 1", 0.13, 0.56),
        ("Speaker 2", 1.41, 2.99),
        ("Speaker 1", 3.87, 8.1),
        ("Speaker 2", 8.98, 12.31),
    ]
    assert transcript.turns[0].text == "Hi."
    assert transcript.turns[-1].text == "You can bring the disk to the nearest Microsoft Store to return it."
    assert transcript.turns[0].asr_confidence == 0.87210596


@needs_samples
@pytest.mark.parametrize("file", sorted((SAMPLES / "azure").glob("ckm_*")), ids=lambda file: file.name[:20])
def test_the_conversations_in_a_cell_of_the_public_samples_need_a_mapping(file: Path) -> None:
    error = refusal(file)
    assert isinstance(error, UnsupportedFormat)
    assert "EndTime" in str(error)
    assert "a column mapping" in str(error)
    if "ckm_tel_" in file.name:  # there nothing says who speaks
        assert "no line begins with a speaker" in str(refusal(file, columns=CONVERSATIONS))
        return
    (transcript,) = read_transcripts(file, columns=CONVERSATIONS)
    assert transcript.id in file.name
    assert {turn.role for turn in transcript.turns} == {"agent", "customer"}
    assert transcript.turns[0].text.startswith("Thank you for calling Woodgrove  IT Helpdesk.")
