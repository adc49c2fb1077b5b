"""Captions in which the speaker changes within a cue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.calls.read_captions import read, said

HEAD = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nAGENT: Hello.\n\n"


@pytest.mark.parametrize("mark", [">>", "&gt;&gt;", ">>>"])
@pytest.mark.parametrize("first", ["{} CALLER", "CALLER"])
def test_two_marks_before_a_label_inside_a_cue_change_the_speaker(tmp_path: Path, mark: str, first: str) -> None:
    words = f"{first.format(mark)}: It is broken. {mark} AGENT: Sorry. {mark} CALLER: It is OK."
    transcript = read(tmp_path, f"{HEAD}00:00:04.000 --> 00:00:08.000\n{words}\n")
    assert said(transcript) == [
        ("AGENT", "Hello."),
        ("CALLER", "It is broken."),
        ("AGENT", "Sorry."),
        ("CALLER", "It is OK."),
    ]


def test_the_tail_of_the_last_speaker_may_stand_above_the_change(tmp_path: Path) -> None:
    first = "00:00:04.000 --> 00:00:05.000\n>> Kundin: Es ist kaputt.\n\n"
    cues = f"{first}00:00:05.500 --> 00:00:08.000\nEs fiel. >> AGENT: Ja.\n"
    transcript = read(tmp_path, f"{HEAD}{cues}")
    assert said(transcript) == [("AGENT", "Hello."), ("Kundin", "Es ist kaputt. Es fiel."), ("AGENT", "Ja.")]


@pytest.mark.parametrize(
    "words",
    [
        "Type x >> y and then: enter.",
        'It said ">> AGENT: busy" and ended.',
        "Go to File >> Open: there it is.",
        "I typed 3 >> 2, why: no idea.",
        "It fell. >> I am sorry.",
    ],
)
def test_two_marks_that_stand_above_no_label_change_nothing(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"{HEAD}00:00:04.000 --> 00:00:08.000\nCALLER: {words}\n")
    assert said(transcript) == [("AGENT", "Hello."), ("CALLER", words)]
