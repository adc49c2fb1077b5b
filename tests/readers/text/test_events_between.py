"""Lines that nobody said between turns of one line each, in chats whose sentences have no full stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def read(folder: Path, text: str) -> Transcript:
    (folder / "chat.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "chat.txt")
    return transcript


def told(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("Agent is typing...", "notice"),
        ("Monday, 5 January 2026", "day"),
        ("Mittwoch, 12. März 2025", "day"),
        ("pondělí 10. 3. 2025", "day"),
        ("2025. március 12., szerda", "day"),
        ("Assigned to Billing Team", "notice"),
        ("Conversation was assigned to Nora Berg", "notice"),
        ("Page 1 of 2", "notice"),
        ("Seite 1/2", "notice"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_notice_below_a_sentence_without_an_end_is_nobodys(tmp_path: Path, line: str, event: str, gap: str) -> None:
    transcript = read(tmp_path, gap.join(("Customer: hi there", line, "Agent: Hello!", "Customer: my bill", line)))
    assert told(transcript) == [
        ("Customer", "hi there"),
        (None, line),
        ("Agent", "Hello!"),
        ("Customer", "my bill"),
        (None, line),
    ]
    assert transcript.turns[1].event == event


def test_who_is_typing_speaks_below(tmp_path: Path) -> None:
    text = (
        "Maya: hi there\nI have a question\nNora is typing...\nNora: Hello!\nMaya: ok\nNora is typing...\nNora: bye\n"
    )
    kinds = [turn.kind for turn in read(tmp_path, text).turns]
    assert kinds == ["message", "event", "message", "message", "event", "message"]


def test_dates_without_weekdays_are_days_where_several_stand_between_turns(tmp_path: Path) -> None:
    text = "5 January 2026\nCustomer: hi there\n6 January 2026\nAgent: Hello\n7 January 2026\nCustomer: ok\n"
    assert [turn.event for turn in read(tmp_path, text).turns] == [None, "day", None, "day", None]


@pytest.mark.parametrize(
    "words",
    [
        "I bought it on\n12 March 2024",
        "at the bottom it shows\nPage 3 of 7",
        "my ticket says\nAssigned to Billing Team",
        "your screen says\nAgent is typing",
        "bought it\n12 March 2024",
        "it is\nassigned to me",
        "gekauft am\nMittwoch, 12. März 2025",
        "koupeno dne\n12. března 2025",
        "az áll rajta, hogy van\n2. oldal 3",
        "hi there\nI have it since\nMonday, 5 January 2026\nso please help",
        "hi there\nMonday, 5 January 2026\nis too late",
        "dates:\nMonday, 5 January 2026",
        "first line\nsecond line\nPage 3 of 7",
        "what is that\nPage 2 of the contract says so",
    ],
)
def test_what_a_sentence_goes_on_with_is_said(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello\nCustomer: {words}\nAgent: ok\nCustomer: thanks\n")
    assert told(transcript) == [("Agent", "Hello"), ("Customer", words), ("Agent", "ok"), ("Customer", "thanks")]
