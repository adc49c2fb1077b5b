"""Letters of UTF-8 that was read as Latin-1 are told, and words with accents are not taken for such."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts


def told(folder: Path, *texts: str) -> list[str]:
    messages = [{"role": "user", "content": text} for text in texts]
    (folder / "x.json").write_text(json.dumps({"messages": messages}), "utf-8")
    (transcript,) = read_transcripts(folder)
    return [warning for warning in transcript.warnings if "Latin-1" in warning]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "text", ["Kdy dorazí můj balík?", "Grüße aus Köln, schöne Tage!", "Köszönöm, küldöm is.", "Õhtul, see läks hästi."]
)
def test_letters_that_were_decoded_twice_are_told(tmp_path: Path, text: str, encoding: str) -> None:
    (warning,) = told(tmp_path, "Hi", text.encode().decode(encoding))
    assert warning.startswith("1 turns hold letters")


@pytest.mark.parametrize(
    "text",
    [
        "Kdy dorazí můj balík?",
        "Grüße – „Ä“ und „Ö“ und ‚Ü‘",
        "ÀÉÎ ÂÄ ÅÆ NÃO SÃO ESPAÑA",
        "Das Ä“ steht da.",
        "«Â» e «Ê»",
        "Nyílászáró: ŐŰ",
        "Привет, ÐÑ",
        "5 €, 20 °C, §§ 3–5, ½ l, naïve café",
        "ÅÄÖ är bokstäver – Ångström…",
        "pâté â l'ancienne",
    ],
)
def test_words_with_accents_and_marks_are_none(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text, text) == []
