"""Segments in which two people speak are told apart by the speakers of their words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.readers.calls.speech import Piece
from llm_grader.readers.calls.word_speakers import by_word_speakers, is_mixed
from llm_grader.transcript import Transcript


def read(folder: Path, value: object) -> Transcript:
    text = value if isinstance(value, str) else json.dumps(value)
    (folder / "call.json").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "call.json")
    return transcript


def words(said: list[tuple[Any, str]], key: str, unit: int = 1) -> list[dict[str, Any]]:
    """Words of a tenth of a second each."""
    return [
        {key: word, "start": number * unit / 10, "end": (number + 1) * unit / 10, "confidence": 0.5, "speaker": who}
        for number, (who, word) in enumerate(said)
    ]


SAID: list[tuple[Any, str]] = [(0, "Is"), (0, "it"), (0, "late?"), (1, "Yes,"), (1, "very.")]
TEXT = "Is it late? Yes, very."
UTTERANCE = {"start": 0, "end": 5, "confidence": 0.5, "speaker": 1}
EXPORTS: dict[str, dict[str, Any]] = {
    "whisper": {"segments": [{"text": f" {TEXT}", **UTTERANCE, "words": words(SAID, "word")}], "language": "en"},
    "deepgram": {
        "results": {
            "channels": [{"alternatives": [{"transcript": TEXT, "words": []}]}],
            "utterances": [{"transcript": TEXT, "channel": 0, **UTTERANCE, "words": words(SAID, "punctuated_word")}],
        }
    },
    "assemblyai": {
        "id": "1",
        "status": "completed",
        "audio_url": "x",
        "text": TEXT,
        "words": [],
        "utterances": [{"text": TEXT, **UTTERANCE, "words": words(SAID, "text", 1000)}],
    },
}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_speaker_of_a_segment_has_a_turn(tmp_path: Path, name: str) -> None:
    transcript = read(tmp_path, EXPORTS[name])
    assert [(turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("Is it late?", 0, 0.3),  # three words of 0.1 s
        ("Yes, very.", 0.3, 0.5),
    ]
    assert len({turn.speaker for turn in transcript.turns}) == 2


@pytest.mark.parametrize("name", EXPORTS)
def test_words_that_do_not_make_up_the_text_leave_it_whole_and_this_is_told(tmp_path: Path, name: str) -> None:
    export = json.loads(json.dumps(EXPORTS[name]).replace(TEXT, f"Well, {TEXT}"))
    transcript = read(tmp_path, export)
    assert [turn.text for turn in transcript.turns] == [f"Well, {TEXT}"]
    assert any("hold words of several speakers" in warning for warning in transcript.warnings)


def pieces(*said: tuple[str | None, str]) -> list[Piece]:
    return [Piece(text=word, speaker=who) for who, word in said]


def test_a_word_without_a_speaker_goes_with_the_one_before() -> None:
    heard = pieces((None, "Is"), ("A", "it"), (None, "late?"), ("B", "Yes."))
    found = by_word_speakers(Piece("Is it late? Yes.", speaker="B"), heard)
    assert [(piece.speaker, piece.text) for piece in found] == [("A", "Is it late?"), ("B", "Yes.")]


def test_a_segment_without_speaker_is_said_by_that_of_its_words() -> None:
    assert by_word_speakers(Piece("Is it"), pieces(("A", "Is"), ("A", "it")))[0].speaker == "A"
    assert by_word_speakers(Piece("Is it"), [])[0].speaker is None
    assert not is_mixed(Piece("Is it"), [])


def test_words_without_capitals_and_marks_are_found_in_the_text() -> None:
    found = by_word_speakers(Piece("Is it late? Yes."), pieces(("A", "is"), ("A", "it"), ("A", "late"), ("B", "yes")))
    assert [piece.text for piece in found] == ["Is it late?", "Yes."]


def test_scripts_without_blanks_are_cut_as_well() -> None:
    found = by_word_speakers(Piece("晚了吗？是的。"), pieces(("A", "晚了"), ("A", "吗"), ("B", "是的")))
    assert [piece.text for piece in found] == ["晚了吗？", "是的。"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_missing_and_told(tmp_path: Path, number: str) -> None:
    text = f'{{"segments": [{{"text": "a NaN, b", "start": 0, "end": 1, "avg_logprob": {number}}}], "language": "en"}}'
    transcript = read(tmp_path, text)
    assert [turn.text for turn in transcript.turns] == ["a NaN, b"]
    assert transcript.turns[0].asr_confidence is None
    assert any("NaN or infinite were read as missing" in warning for warning in transcript.warnings)


def test_what_is_no_number_in_one_of_several_lines_is_missing(tmp_path: Path) -> None:
    line = '{"id": "t%d", "channel": "chat", "turns": [{"role": "agent", "text": "Hi", "start": NaN}]}\n'
    (tmp_path / "many.jsonl").write_text("".join(line % number for number in range(3)))
    found = list(read_transcripts(tmp_path / "many.jsonl"))
    assert [transcript.turns[0].start for transcript in found] == [None, None, None]
    assert any("NaN or infinite were read as missing" in warning for each in found for warning in each.warnings)
