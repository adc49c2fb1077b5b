"""Notes of the house that name who wrote them, in the ways that help desks do, and what is like them and is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

WANTS = "I want a refund"
CHECKS = "Let me check"


def read(folder: Path, text: str) -> Transcript:
    (folder / "notes.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "notes.txt")
    return transcript


@pytest.mark.parametrize(
    ("opening", "author"),
    [
        ("Internal note - Nora: ", "Nora"),
        ("Internal note (Anna): ", "Anna"),
        ("Internal note [Anna Berg]: ", "Anna Berg"),
        ("Internal note – Nora: ", "Nora"),
        ("Internal note, Nora: ", "Nora"),
        ("Internal note Nora: ", "Nora"),
        ("[10:04] Internal note - Nora: ", "Nora"),
        ("Note by Nora (internal): ", "Nora"),
        ("Note by Nora (internal, 10:04): ", "Nora"),
        ("Internal note (Nora, 10:04): ", "Nora"),
        ("Internal note by Nora, 5/1/2026 10:04: ", "Nora"),
        ("[Internal note - Nora] ", "Nora"),
        ("**Internal note (Nora)**: ", "Nora"),
        ("Private comment - Nora Berg: ", "Nora Berg"),
        ("Interní poznámka - Petr: ", "Petr"),
        ("Belső megjegyzés (Anna): ", "Anna"),
        ("Interne Notiz (Anna): ", "Anna"),
        ("Interner Kommentar - Anna: ", "Anna"),
        ("Sisemine märkus (Mari): ", "Mari"),
        ("Nota interna (Marta): ", "Marta"),
        ("Notatka wewnętrzna - Ewa: ", "Ewa"),
        ("Internal note (urgent): ", None),
        ("Internal note - Customer: ", None),
    ],
)
def test_a_note_that_names_its_author_is_one(tmp_path: Path, opening: str, author: str | None) -> None:
    transcript = read(tmp_path, f"Customer: {WANTS}\n{opening}he is lying\nAgent: {CHECKS}\n")
    assert [turn.text for turn in transcript.turns] == [WANTS, "he is lying", CHECKS]
    note = transcript.turns[1]
    assert (note.kind, note.visibility, note.speaker) == ("note", "internal", author)


def test_a_note_may_be_the_only_line_with_a_time(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Customer: {WANTS}\nNote by Nora (internal, 10:04): he is lying\nAgent: {CHECKS}\n")
    assert [str(turn.clock) for turn in transcript.turns] == ["None", "10:04:00", "None"]
    assert not any("could not be read" in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    "heading",
    [
        "--- Internal note ---",
        "--- INTERNAL NOTES ---",
        "== Interne Notiz ==",
        "--- Interní poznámka (Petr) ---",
        "~~ Belső megjegyzés ~~",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_note_may_stand_below_a_heading_between_rules(tmp_path: Path, heading: str, gap: str) -> None:
    transcript = read(tmp_path, f"Customer: {WANTS}{gap}{heading}\nCustomer is rude.{gap}Agent: {CHECKS}\n")
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [
        ("message", WANTS),
        ("note", "Customer is rude."),
        ("message", CHECKS),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Note to self - Nora: never order on Fridays.",
        "- Note by Nora: left at the door",
        "It says:\nInternal note - Nora: delivered to neighbour\nWhat does that mean?",
        "Na balíku:\nInterní poznámka (Petr): to je na štítku\nCo to je?",
        "Internal note - what does that mean: is it for me?",
        "Internal notes say: it is closed",
        "Internal notes - delivery\nWhat is that?",
        "Internal message Error: 500",
        "Internal note, please tell me what that is",
        "- an internal note - what is that?",
        "Internal storage (Nora): 64 GB",
    ],
)
@pytest.mark.parametrize("who", ["Customer", "Anna K"])
def test_what_somebody_says_of_notes_stays_theirs(tmp_path: Path, words: str, who: str) -> None:
    words = f"I have it here.\n{words}"
    transcript = read(tmp_path, f"{who}: {words}\nAgent: {CHECKS}\n{who}: Thanks.\n")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [
        (who, words),
        ("Agent", CHECKS),
        (who, "Thanks."),
    ]
    assert {turn.kind for turn in transcript.turns} == {"message"}


@pytest.mark.parametrize(
    "words",
    [
        "Internal Note Editor: it crashes",
        "Whisper, Inc: sent me a bill",
        "Agent's notes - Monday: refused",
        "Agent note, Page 5: refused",
        "Agent note, Page 5",
        "Interne Notiz - Montag: abgelehnt",
        "Private Notes App: it crashes",
    ],
)
def test_a_note_is_by_nobody_who_is_no_person(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: It stops.\n{words}\nAgent: {CHECKS}\nCustomer: Thanks.\n")
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [
        ("message", f"It stops.\n{words}"),
        ("message", CHECKS),
        ("message", "Thanks."),
    ]
    label = words.partition(":")[0]
    assert ":" not in words or f"line 2: {label!r} is not known as a speaker" in " ".join(transcript.warnings)


def test_a_note_by_a_number_or_of_a_day_in_brackets_is_one(tmp_path: Path) -> None:
    noted = "Internal note - Agent 2: he lies\nInternal note (Monday): rude\nInternal note - Monika: sad"
    transcript = read(tmp_path, f"Customer: {WANTS}\n{noted}\nAgent: {CHECKS}\n")
    notes = [(turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "note"]
    assert notes == [("Agent 2", "he lies"), (None, "rude"), ("Monika", "sad")]


def test_a_note_by_somebody_else_between_words_of_a_customer_is_told(tmp_path: Path) -> None:
    text = f"Customer: {WANTS}\nInternal note - Nora: refused\nThat is what I read.\nAgent: {CHECKS}\nCustomer: ok\n"
    assert any("line 2" in warning for warning in read(tmp_path, text).warnings)


@pytest.mark.parametrize(
    "words",
    [
        "[Internal] Nora: he lies",
        "(Internal) Nora: he lies",
        "[Interní] Nora: he lies",
        "[Belső] Nora: he lies",
        "[Sisemine] Nora: he lies",
        "[intern] Nora: he lies",
        "**[Internal note]** **Nora:** he lies",
        "Nora (whisper to agent): he lies",
        "Nora (flüstert an Agent): he lies",
        "Nora (šeptá operátorovi): he lies",
        "Nora (sosistab klienditeenindajale): he lies",
    ],
)
def test_a_note_may_say_so_before_its_author_or_tell_whom_it_is_for(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: {WANTS}\n{words}\nAgent: {CHECKS}\nCustomer: Thanks.\n")
    assert [(turn.kind, turn.visibility, turn.speaker, turn.text) for turn in transcript.turns] == [
        ("message", "public", "Customer", WANTS),
        ("note", "internal", "Nora", "he lies"),
        ("message", "public", "Agent", CHECKS),
        ("message", "public", "Customer", "Thanks."),
    ]


def test_what_a_supervisor_whispers_to_an_agent_is_not_said_to_the_customer(tmp_path: Path) -> None:
    text = f"Customer: {WANTS}\nSupervisor (whisper to agent): offer 10 %\nAgent: {CHECKS}\n"
    transcript = read(tmp_path, text)
    assert [(turn.kind, turn.role) for turn in transcript.turns][1] == ("note", "supervisor")
    assert not any("supervisor speaks" in told for told in transcript.warnings)


@pytest.mark.parametrize(
    "words",
    [
        "[Internal] error: 500",
        "[Internal] Order: 500",
        "(internal) Memory: 64 GB",
        "[Interní] Paměť: 64 GB",
        "[Intern] Nora: I learn here.",
        "[Internal] The server says: no",
        "Internal: no access",
    ],
)
def test_other_words_behind_internal_are_somebodys(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: I see\n{words}\nAgent: {CHECKS}\n")
    assert {turn.kind for turn in transcript.turns} == {"message"}


@pytest.mark.parametrize("label", ["Customer (whispers to agent)", "Kunde (flüstert)", "Customer (whispering)"])
def test_a_customer_who_whispers_is_heard(tmp_path: Path, label: str) -> None:
    transcript = read(tmp_path, f"Agent: {CHECKS}\n{label}: {WANTS}\n")
    assert [(turn.kind, turn.role) for turn in transcript.turns] == [("message", "agent"), ("message", "customer")]
