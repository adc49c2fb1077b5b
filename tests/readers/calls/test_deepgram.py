from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.readers import RoleMapping
from tests.support.exports import DEEPGRAM, needs_samples, put, read_one, refusal, sample, spoken


def word(text: str, start: float, end: float, **fields: Any) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end, "confidence": 1, **fields}


def channels(*words: list[dict[str, Any]]) -> dict[str, Any]:
    """An export of so many channels."""
    said = [{"transcript": " ".join(str(each["word"]) for each in several), "words": several} for several in words]
    return {"results": {"channels": [{"alternatives": [one]} for one in said]}}


def test_words_are_grouped_by_speaker_with_times_and_language(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, DEEPGRAM)
    assert (transcript.id, transcript.channel, transcript.language) == ("dg-1", "call", "de")
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("Speaker 0", "Guten Tag.", 0.5, 1.4),
        ("Speaker 1", "Hallo.", 2.0, 2.5),
    ]


def test_utterances_are_taken_as_they_are_where_there_are_any(tmp_path: Path) -> None:
    export = deepcopy(DEEPGRAM)
    export["results"]["utterances"] = [
        {"start": 1, "end": 2.5, "confidence": 0.25, "channel": 0, "speaker": 1, "transcript": "zwei", "words": []},
        {"start": 0, "end": 0.5, "confidence": 1, "channel": 0, "speaker": 0, "transcript": "eins", "words": []},
    ]
    transcript = read_one(tmp_path, export)
    assert spoken(transcript) == [("Speaker 0", "eins"), ("Speaker 1", "zwei")]
    assert [turn.asr_confidence for turn in transcript.turns] == [1.0, 0.25]


def test_channels_are_the_speakers_where_there_are_several(tmp_path: Path) -> None:
    # the customer's "mhm" falls into a pause of 0.7 s of the agent, who is then interrupted; "a b" is one breath
    agent = [word("a", 0, 1), word("b", 1.2, 2), word("c", 2.7, 3)]
    customer = [word("mhm", 2.1, 2.4), word("yes", 5, 6)]
    transcript = read_one(tmp_path, channels(agent, customer), RoleMapping(channels={"0": "agent"}))
    assert [(turn.speaker, turn.role, turn.text) for turn in transcript.turns] == [
        ("channel 0", "agent", "a b"),
        ("channel 1", "customer", "mhm"),
        ("channel 0", "agent", "c"),
        ("channel 1", "customer", "yes"),
    ]


def test_speech_at_the_same_time_is_no_event_and_does_not_cut_a_breath(tmp_path: Path) -> None:
    agent = [word("one", 0, 1), word("two", 1.1, 2), word("three", 2.2, 3)]
    customer = [word("but", 1.0, 1.5)]
    transcript = read_one(tmp_path, channels(agent, customer))
    assert spoken(transcript) == [("channel 0", "one two three"), ("channel 1", "but")]
    assert {turn.kind for turn in transcript.turns} == {"message"}


def test_speakers_who_share_a_channel_are_told_apart(tmp_path: Path) -> None:
    both = [word("a", 0, 1, speaker=0), word("b", 1, 2, speaker=1)]
    transcript = read_one(tmp_path, channels(both, [word("c", 3, 4, speaker=0)]))
    assert [turn.speaker for turn in transcript.turns] == [
        "channel 0, Speaker 0",
        "channel 0, Speaker 1",
        "channel 1, Speaker 0",
    ]


def test_a_pause_of_more_than_two_seconds_ends_a_turn(tmp_path: Path) -> None:
    words = [word("a", 0, 1), word("b", 3, 4), word("c", 6.1, 7)]  # pauses of 2.0 and 2.1 s
    assert spoken(read_one(tmp_path, channels(words))) == [(None, "a b"), (None, "c")]


def test_the_confidence_is_the_mean_of_the_words(tmp_path: Path) -> None:
    words = [word("a", 0, 1, confidence=0.5), word("b", 1, 2, confidence=1.0), word("c", 2, 3, confidence=0)]
    assert read_one(tmp_path, channels(words)).turns[0].asr_confidence == 0.5


def test_unsure_speakers_are_told(tmp_path: Path) -> None:
    words = [word("a", 0, 1, speaker=0, speaker_confidence=0.25), word("b", 1, 2, speaker=1, speaker_confidence=0.5)]
    # (0.25 + 0.5) / 2 = 0.375, printed with two digits
    assert "the speakers are told apart with a confidence of 0.38 only" in read_one(tmp_path, channels(words)).warnings


def test_without_speakers_this_is_told(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, channels([word("a", 0, 1)]))
    assert "the source does not tell the speakers apart" in transcript.warnings
    assert transcript.turns[0].role == "unknown"


def test_a_transcript_without_words_is_one_turn_and_silence_is_none(tmp_path: Path) -> None:
    export = {"results": {"channels": [{"alternatives": [{"transcript": "hello"}]}, {"alternatives": []}]}}
    assert spoken(read_one(tmp_path, export)) == [(None, "hello")]
    silent = read_one(tmp_path, channels([], []))
    assert silent.turns == ()


def test_a_channel_is_the_speaker_where_the_caller_says_whose_it_is(tmp_path: Path) -> None:
    export = channels([word("yes", 0, 1)])
    assert [turn.speaker for turn in read_one(tmp_path, export).turns] == [None]
    for roles, role in ((RoleMapping(channels={"0": "agent"}), "agent"), (RoleMapping(channels={"1": "agent"}), None)):
        transcript = read_one(tmp_path, export, roles)
        assert [(turn.speaker, turn.role) for turn in transcript.turns] == [
            ("channel 0", role) if role else (None, "unknown")
        ]
    export["results"]["utterances"] = [{"start": 0, "end": 1, "channel": 0, "transcript": "yes"}]
    transcript = read_one(tmp_path, export, RoleMapping(channels={"0": "agent"}))
    assert [(turn.speaker, turn.role) for turn in transcript.turns] == [("channel 0", "agent")]


def test_what_is_not_understood_stays_in_the_metadata(tmp_path: Path) -> None:
    export = deepcopy(DEEPGRAM)
    export["results"]["summary"] = {"short": "A greeting."}
    export["results"]["channels"][0]["alternatives"].append({"transcript": "Guten Tal. Hallo."})
    metadata = read_one(tmp_path, export).metadata
    assert metadata["results"]["summary"] == {"short": "A greeting."}
    assert metadata["results"]["channels"][0]["alternatives"][1] == {"transcript": "Guten Tal. Hallo."}
    assert metadata["metadata"] == {"channels": 1, "duration": 5.0}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"start": "soon"}, r"words\[0\]\.start: expected a number, found text"),
        ({"start": True}, "expected a number, found true or false"),
        ({"confidence": 1.5}, r"confidence: expected a number from 0 to 1"),
        ({"word": None}, r"punctuated_word: expected text, found nothing"),
        ({"speaker": [1]}, r"speaker: expected text, found a list"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    error = refusal(put(tmp_path, channels([{**word("a", 0, 1), **change}])))
    assert isinstance(error, MalformedInput)
    with pytest.raises(MalformedInput, match=place):
        raise error


@needs_samples
def test_the_public_samples_are_read() -> None:
    transcript = sample("deepgram/dgcap_dg_speakers_no_utterances.json")
    assert transcript.id == "e4ac910d-2bd6-4e54-b656-4cb971284bad"
    assert {turn.speaker for turn in transcript.turns} == {"Speaker 0", "Speaker 1", "Speaker 2"}
    assert len(transcript.turns) == 15
    assert transcript.turns[0].text.startswith("And, Jessica, Christina, we are so proud of you.")
    assert (transcript.turns[0].start, transcript.turns[-1].text) == (3.04, "Copy.")
    assert sum(len(turn.text.split()) for turn in transcript.turns) == 226  # all its words

    transcript = sample("deepgram/dgcap_dg_utterances.json")
    assert [turn.speaker for turn in transcript.turns] == [None] * 6
    assert transcript.turns[0].text == "Yeah. As as much as, it's worth celebrating,"
    assert transcript.turns[-1].text == "and didn't get the same opportunities that we have today."
    assert (transcript.turns[-1].end, transcript.turns[-1].asr_confidence) == (25.439999, 0.9164877)

    (turn,) = sample("deepgram/dgcap_dg_whisper_transcription.json").turns
    assert (len(turn.text.split()), turn.start, turn.end) == (59, 0.06, 25.56)
