"""Captions below a title."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.calls.read_captions import read, said


@pytest.mark.parametrize("title", ["My call", "Hovor 4711", "Call ID: 4711\nDate: 5. 1. 2026", "# Gespräch\n\nTeil 1"])
@pytest.mark.parametrize("numbers", ["1\n|2\n", "|", "WEBVTT\n\n|"])
@pytest.mark.parametrize("name", ["call.srt", "call.txt"])
def test_captions_may_stand_below_a_title(tmp_path: Path, title: str, numbers: str, name: str) -> None:
    one, two = numbers.split("|")
    cues = f"{one}00:00:01,000 --> 00:00:02,000\nAgent: Hello.\n\n{two}00:00:03,000 --> 00:00:04,000\nCustomer: Hi.\n"
    transcript = read(tmp_path, f"{title}\n\n{cues}", name)
    assert [(turn.speaker, turn.text, turn.start) for turn in transcript.turns] == [
        ("Agent", "Hello.", 1),
        ("Customer", "Hi.", 3),
    ]
    assert transcript.metadata["header"].startswith(title)


def test_the_first_cue_may_follow_its_title(tmp_path: Path) -> None:
    cues = "1\n00:00:01,000 --> 00:00:02,000\nAgent: Hello.\n\n2\n00:00:03,000 --> 00:00:04,000\nCustomer: Hi.\n"
    assert said(read(tmp_path, f"My call\n{cues}", "call.srt")) == [("Agent", "Hello."), ("Customer", "Hi.")]


def test_captions_that_somebody_pastes_into_a_chat_are_their_words(tmp_path: Path) -> None:
    pasted = "my subtitles fail:\n\n1\n00:00:01,000 --> 00:00:02,000\nHello there."
    transcript = read(tmp_path, f"Agent: Hello\nCustomer: {pasted}\nAgent: ok\n", "chat.txt")
    assert said(transcript)[-1] == ("Agent", "ok")
    assert said(transcript)[0] == ("Agent", "Hello")
