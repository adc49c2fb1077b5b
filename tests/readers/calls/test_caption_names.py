"""Captions of meetings in which people are called by their telephone numbers and devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def read(folder: Path, *cues: str) -> Transcript:
    timed = (f"00:00:{at:02}.000 --> 00:00:{at:02}.900\n{cue}\n" for at, cue in enumerate(cues, 1))
    (folder / "call.vtt").write_text("\n".join(["WEBVTT\n", *timed]), "utf-8")
    (transcript,) = read_transcripts(folder / "call.vtt")
    return transcript


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


OTHERS = [
    *("+1 415***1234", "iPhone (2)", "Maya's iPad", "Maya Okonjo", "+49 170 998877"),
    *(
        "Okonjo, Maya",
        "Maya & Jon",
        "Maya Okonjo | Acme",
        "dr. Kiss-Nagy Éva",
        "Maria del Carmen Gonzalez de la Fuente",
    ),
]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("one", ["Ana Weber", "ana.weber"])
@pytest.mark.parametrize("last", [(), ("Thanks.",)])
def test_who_is_named_before_most_cues_speaks(tmp_path: Path, one: str, other: str, last: tuple[str, ...]) -> None:
    transcript = read(tmp_path, f"{one}: Hello.", f"{other}: It jams: badly.", f"{one}: Let me check.", *last)
    assert said(transcript)[:2] == [(one, "Hello."), (other, "It jams: badly.")]
    # a cue without a name is told where it is taken for the last speaker's
    assert said(transcript)[2:] == [(one, " ".join(("Let me check.", *last)))]
    assert any("1 cues without one" in warning for warning in transcript.warnings) == bool(last)


@pytest.mark.parametrize(
    "cues",
    [
        ("It is like this: it jams.", "The thing is: it broke.", "We tried it.", "And then it went."),
        ("Name: Bo", "Phone: 12", "Name: Eva", "Phone: 13"),
        ("Terms and Conditions: these.", "Monday to Friday: ten.", "Terms and Conditions: those.", "Good."),
        ("first: open it.", "second: close it.", "third: open it."),
        ("iPhone: two of them.", "We have them here.", "And then some.", "So: yes."),
    ],
)
def test_words_before_a_colon_are_said(tmp_path: Path, cues: tuple[str, ...]) -> None:
    assert {speaker for speaker, _ in said(read(tmp_path, *cues))} == {None}
