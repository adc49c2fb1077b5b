"""Titles above names on lines of their own, and speakers set off in the ways of less usual programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

WORDS = ("Hello, how can I help?", "My parcel is late.", "I will check.")


def read(folder: Path, text: str) -> Transcript:
    (folder / "chat.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "chat.txt")
    return transcript


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


@pytest.mark.parametrize(
    "title", ["Chat with customer 4711", "# Support chat 5 January", "Hovor 12\n\nDatum: 5. 1. 2026"]
)
@pytest.mark.parametrize("form", ["{}", "**{}**", "## {}"])
@pytest.mark.parametrize("names", [("Agent", "Customer"), ("Nora Berg", "Piet Smit")])
def test_a_title_may_stand_above_names(tmp_path: Path, title: str, form: str, names: tuple[str, str]) -> None:
    who = (names[0], names[1], names[0], names[1])
    words = (*WORDS, "Thanks.")
    turns = (f"{form.format(name)}\n{text}" for name, text in zip(who, words, strict=True))
    transcript = read(tmp_path, "\n\n".join([title, *turns]))
    assert said(transcript) == list(zip(who, words, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "Our cities\n\nBerlin\nA large one.\n\nParis\nA nice one.\n\nBerlin\nAgain.\n\nParis\nAgain.\n",
        "I saw them in a chat today.\n\nBerlin\nA large one.\n\nParis\nA nice one.\n\nBerlin\nAgain.\n",
        "A call\n\nBerlin\nA large one.\nParis\nA nice one.\nBerlin\nAgain.\n",
    ],
)
def test_headings_of_any_text_are_no_speakers(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, text)
