"""What programs write below a conversation, and fields that the last speaker writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def read(folder: Path, text: str) -> Transcript:
    (folder / "chat.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "chat.txt")
    return transcript


@pytest.mark.parametrize(
    "report",
    [
        "Ticket: 4711\nStatus: closed\nDuration: 5:12",
        "Customer satisfaction: 5",
        "Chat duration: 5m 12s\nExported by Anna on 05.01.2026",
        "Transcribed by https://otter.ai",
        "Gesprächsdauer: 5:12\nKundenzufriedenheit: 4",
        "Délka hovoru: 5:12\nStav: vyřešeno",
        "Ügyfélelégedettség: 5",
        "Kõne kestus: 5:12",
        "Exportiert von Anna am 5. Januar 2026",
    ],
)
@pytest.mark.parametrize(
    "form", ["Agent: Hello.\nCustomer: My card.\nAgent: {}", "Ann Lee  0:02\nHi\n\nBo Ek  0:09\n{}"]
)
def test_what_tells_of_the_talk_below_it_is_a_report(tmp_path: Path, report: str, form: str) -> None:
    transcript = read(tmp_path, f"{form.format('Solved.')}\n\n{report}\n")
    assert [(turn.event, turn.text) for turn in transcript.turns[-2:]] == [(None, "Solved."), ("report", report)]


def test_the_end_of_a_transcript_may_be_in_bold(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Agent: Hello.\nCustomer: My card.\n\n**End of transcript**\n")
    assert [turn.event for turn in transcript.turns] == [None, None, "end"]


@pytest.mark.parametrize(
    "words",
    [
        "Here it is.\n\nOrder: 4711\nStatus: sent\nPrice: 5 EUR",
        "This is your ticket:\n\nTicket: 4711\nStatus: closed\nDuration: 5:12",
        "See my bill.\n\nCall duration: 5:12\nPrice: 3 EUR",
        "I send you this.\n\nStatus: closed\nTicket: 4711",
        "Solved.\nDuration: 5:12",
        "Solved.\n\nExported goods by ship take longer.",
        "Solved.\n\nDate: 5 May\nTime: 10:00",
        "My laptop is the old one.\n\nPowered by Windows 11",
        "It stops.\n\nExported on Monday",
        "Im Anhang\n\nErstellt mit Word",
        "We book this.\n\nDate: 5 May\nDuration: 20 minutes",
        "To měří.\n\nDatum: 5. 5.\nDélka: 20 m",
    ],
)
def test_fields_in_the_last_message_are_said(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: My card.\nAgent: Hello.\nCustomer: When?\nAgent: {words}\n")
    assert [turn.text for turn in transcript.turns] == ["My card.", "Hello.", "When?", words]


@pytest.mark.parametrize(
    "report", ["Powered by Zendesk", "Exported on 5 May", "Chat ID: 77\nDate: 5 May\nDuration: 5:12"]
)
def test_a_last_paragraph_that_is_hidden_is_told(tmp_path: Path, report: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello.\nCustomer: My card.\n\n{report}\n")
    assert [(turn.event, turn.text) for turn in transcript.turns[1:]] == [(None, "My card."), ("report", report)]
    assert "line 4: the last paragraph was read as a report on the talk" in " ".join(transcript.warnings)


GENERATED = [
    "This editable transcript was computer generated and might contain errors. People can also change the text.",
    "The transcript was automatically generated and may contain errors.",
    "Dieses bearbeitbare Transkript wurde automatisch generiert und kann Fehler enthalten.",
    "Tento přepis byl automaticky vygenerován a může obsahovat chyby.",
    "Ez az átirat automatikusan készült, és hibákat tartalmazhat.",
    "See transkriptsioon on automaatselt loodud ja võib sisaldada vigu.",
]


@pytest.mark.parametrize("ended", ["Transcription ended after 00:05:12", "Transkription beendet nach 00:05:12", ""])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("generated", GENERATED)
def test_how_a_transcript_was_made_is_said_by_nobody(tmp_path: Path, generated: str, gap: str, ended: str) -> None:
    below = f"{gap}{ended}" if ended else ""
    transcript = read(
        tmp_path, f"Ann Lee: Hi.\nBo Ek: Late.\nAnn Lee: Let me look.\nBo Ek: Thanks.{below}{gap}{generated}\n"
    )
    assert [(turn.kind, turn.text) for turn in transcript.turns[3:]] == [
        ("message", "Thanks."),
        *([("event", ended)] if ended else []),
        ("event", generated),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Transcription ended early",
        "The recording ended after lunch, I think",
        "The transcript was sent by mail, and I see errors",
        "This transcript was generated for me.",
    ],
)
def test_who_talks_of_transcripts_says_it(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hi.\nCustomer: I waited.\n{words}\n")
    assert [turn.text for turn in transcript.turns] == ["Hi.", f"I waited.\n{words}"]
