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


@pytest.mark.parametrize(
    "line",
    [
        "Nora transferred the chat to Billing",
        "Chat transferred to: Billing",
        "The call was put on hold for 2 minutes",
        "Nora took over the chat",
        "You have been connected to Nora.",
        "Nora Berg was added to the conversation",
        "Customer is waiting in queue",
        "Recording paused",
        "Missed call",
        "Customer sent an image",
        "Gespräch wurde an Anna Klein übergeben.",
        "Anna hat das Gespräch übernommen",
        "Chat wurde an Anna weitergeleitet",
        "Verpasster Anruf",
        "Hovor byl přepojen na: Fakturace",
        "Operátor předal hovor na Fakturace",
        "Petr převzal konverzaci",
        "Hovor ukončil zákazník",
        "Zákazník byl přidržen",
        "Az ügynök várakoztatta az ügyfelet",
        "A beszélgetés lezárult",
        "Anna átvette a beszélgetést",
        "Ügynök átadta a beszélgetést: Pénzügy",
        "Vestlus suunati: Arved",
        "Vestlus lõpetati",
        "Vestlus on lõppenud",
        "Mari võttis vestluse üle",
        "Klient pandi ootele",
        "10:02:05 -- Nora joined --",
    ],
)
@pytest.mark.parametrize("first", ["I want a refund.", "I want a refund"])
def test_what_happens_to_the_talk_is_nobodys(tmp_path: Path, line: str, first: str) -> None:
    transcript = read(tmp_path, f"Customer: {first}\n{line}\nAgent: Hello.\nCustomer: thanks\n")
    assert [turn.kind for turn in transcript.turns] == ["message", "event", "message", "message"]
    assert transcript.turns[0].text == first
    assert transcript.turns[1].text in (line, "Nora joined")


def test_what_only_the_text_as_a_whole_shows_to_be_an_event_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Customer: I called.\nNora transferred the chat to Billing\nAgent: Hello.\n")
    assert "line 2: read as an event, for every other line opens a turn" in " ".join(transcript.warnings)


def test_each_line_taken_for_an_event_is_told(tmp_path: Path) -> None:
    text = "Customer: I called.\nNora paused the chat\nAgent: Hello.\nCustomer: ok\nNora resumed the chat\nAgent: Hi\n"
    warnings = " ".join(read(tmp_path, text).warnings)
    assert "line 2: read as an event" in warnings
    assert "line 5: read as an event" in warnings


@pytest.mark.parametrize(
    ("above", "event"),
    [
        ("Anna Berger hat den Chat betreten.", "joined"),
        ("[10:02] Visitor joined", "joined"),
        ("Chat started", "start"),
        ("Mari liitus vestlusega", "joined"),
    ],
)
@pytest.mark.parametrize("gap", ["", "\n"])
def test_an_event_above_the_first_turn_is_one(tmp_path: Path, above: str, event: str, gap: str) -> None:
    transcript = read(tmp_path, f"Support\n\n{above}\n{gap}[10:03] Visitor: my bill\n[10:04] Agent: Hello.\n")
    assert [(turn.event, turn.text) for turn in transcript.turns] == [
        (event, above.removeprefix("[10:02] ")),
        (None, "my bill"),
        (None, "Hello."),
    ]
    assert transcript.metadata["heading"] == "Support"
    assert transcript.turns[1].start == (60 if "10:02" in above else 0)


@pytest.mark.parametrize(
    "words",
    [
        "I called.\nNora transferred the call to Billing\nand then it ended",
        "my screen says\nChat transferred to: Billing",
        "it says:\nThe call was put on hold for 2 minutes",
        "I called.\nNora transferred me to Billing",
        "I called.\nYour chat was closed, was it not?",
        "I called.\nMy call was put on hold for an hour",
        "I called.\nCustomer service was rude yesterday",
        "I called.\nThe parcel was forwarded to Brno",
        "Ich rief an.\nMein Gespräch wurde an Anna übergeben",
        "Volala jsem.\nHovor mi nikdo nepřepojil",
        "I called.\nBilling closed at five",
        "hi.\nAgent",
        "It stops.\nSupport closed the ticket",
        "It stops.\nSession ended. Please log in again.",
        "It stops.\nOperator closed the line",
        "It stops.\nTechnician removed the box",
        "I called.\nThe call was forwarded to voicemail",
        "I called.\nMissed call from +49 171 1234567",
        "I waited.\nAgent closed the chat without an answer",
        "I waited.\nConversation closed without a reply.",
        "Ich wartete.\nChat wurde ohne Antwort geschlossen",
        "Čekala jsem.\nHovor byl ukončen bez odpovědi",
    ],
)
def test_what_somebody_tells_of_a_call_stays_theirs(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello.\nCustomer: {words}\nAgent: Sorry.\nCustomer: thanks\n")
    assert told(transcript)[1] == ("Customer", words)
    assert len(transcript.turns) == 4
