from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from tests.support.exports import ABCD, SAMPLES, needs_samples, put, read_one, refusal


def test_speakers_have_their_roles_and_actions_are_events(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, ABCD)
    assert transcript.id == "12"
    assert [(turn.role, turn.kind, turn.text) for turn in transcript.turns] == [
        ("agent", "message", "Hi!"),
        ("customer", "message", "I want to return it."),
        ("system", "event", "Account pulled up."),
    ]
    assert transcript.metadata == {"scenario": {"flow": "returns"}}


@pytest.mark.parametrize("original", [[["agent"]], [["agent", 5]], ["agent"], [None]])
def test_what_is_no_pair_is_told(tmp_path: Path, original: list[object]) -> None:
    assert "original: expected a list of [speaker, text]" in str(refusal(put(tmp_path, {**ABCD, "original": original})))


@needs_samples
def test_the_public_sample_is_read() -> None:
    transcripts = list(read_transcripts(SAMPLES / "chat-corpora" / "abcd_sample.json"))
    assert [(each.id, len(each.turns)) for each in transcripts] == [("3592", 29), ("9489", 21), ("3695", 22)]
    assert (transcripts[0].turns[0].text, transcripts[0].turns[-1].text) == ("Hi!", "That's it. Take care.")
    assert {turn.speaker for turn in transcripts[0].turns} == {"agent", "customer", None}
