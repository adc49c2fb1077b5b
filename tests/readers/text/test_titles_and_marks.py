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


@pytest.mark.parametrize(
    "form",
    [
        "{} (Mon, 1/5/2026, 10:0{}:11 am): {}",
        "{} (Jan 5, 10:0{} AM): {}",
        "{} (5. 1. 2026 10:0{}): {}",
        "{} (po 5. 1. 2026, 10:0{}): {}",
        "{} [05.01.2026 um 10:0{} Uhr]: {}",
    ],
)
@pytest.mark.parametrize("names", [("Agent", "Customer"), ("Nora", "Piet Smit")])
def test_a_time_behind_a_name_may_hold_words(tmp_path: Path, form: str, names: tuple[str, str]) -> None:
    who = (names[0], names[1], names[0])
    lines = (form.format(name, at, text) for at, (name, text) in enumerate(zip(who, WORDS, strict=True)))
    assert said(read(tmp_path, "\n".join(lines))) == list(zip(who, WORDS, strict=True))


@pytest.mark.parametrize("form", ["{} - 10:0{}: {}", "{} at 10:0{}: {}", "{} – 10:0{}: {}"])
def test_a_time_behind_a_word_for_a_speaker_may_stand_without_brackets(tmp_path: Path, form: str) -> None:
    who = ("Agent", "Customer", "Agent")
    lines = (form.format(name, at, text) for at, (name, text) in enumerate(zip(who, WORDS, strict=True)))
    transcript = read(tmp_path, "\n".join(lines))
    assert said(transcript) == list(zip(who, WORDS, strict=True))
    assert [turn.start for turn in transcript.turns] == [0, 60, 120]


def test_a_bold_name_may_have_a_dash_behind_it(tmp_path: Path) -> None:
    turns = zip(("Nora (agent)", "Piet (customer)", "Nora (agent)"), WORDS, strict=True)
    transcript = read(tmp_path, "\n\n".join(f"**{name}** — {text}" for name, text in turns))
    assert said(transcript) == list(zip(("Nora (agent)", "Piet (customer)", "Nora (agent)"), WORDS, strict=True))


def test_a_time_alone_behind_a_dash_is_no_word(tmp_path: Path) -> None:
    turns = zip(("Agent", "Customer", "Agent"), WORDS, strict=True)
    transcript = read(tmp_path, "\n\n".join(f"**{name}** – 10:0{at}\n{text}" for at, (name, text) in enumerate(turns)))
    assert [(turn.text, turn.start) for turn in transcript.turns] == list(zip(WORDS, (0, 60, 120), strict=True))


@pytest.mark.parametrize(
    "words",
    [
        "My plan:\nMonday at 10:00: doctor\nTuesday at 11:00: dentist",
        "My plan:\nMonday - 10:00: doctor\nTuesday - 11:00: dentist",
        "Open (Mon, 10:00): yes\nOpen (Tue, 10:00): no",
        "I called at 10:02: no answer",
        "- agent at 10:02: no answer",
    ],
)
def test_times_behind_other_words_are_said(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello\nCustomer: {words}\nAgent: ok\nCustomer: bye\n")
    assert said(transcript) == [("Agent", "Hello"), ("Customer", words), ("Agent", "ok"), ("Customer", "bye")]


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("from {} to everyone:    10:0{} AM\n{}", ("Ana Weber", "Maya Okonjo")),
        ("von {} an alle:    10:0{}\n{}", ("Ana Weber", "Maya Okonjo")),
        ("{} — Today at 9:4{} AM\n{}", ("kim_o", "lena")),
        ("{} — 5/1/2026 9:4{} AM\n{}", ("kim_o", "lena")),
        ("09:1{1} AM CET | {0}: {2}", ("Nora from Lumo", "Piet Smit")),
    ],
)
@pytest.mark.parametrize("title", ["", "Meeting chat\n"])
def test_names_above_messages_of_meetings_are_speakers(
    tmp_path: Path, form: str, names: tuple[str, str], title: str
) -> None:
    who = (names[0], names[1], names[0])
    turns = (form.format(name, at, text) for at, (name, text) in enumerate(zip(who, WORDS, strict=True)))
    assert said(read(tmp_path, title + "\n".join(turns))) == list(zip(who, WORDS, strict=True))


@pytest.mark.parametrize(
    "words", ["it arrives today at 9:41 AM", "from Brno to Prague: 10:02", "arrives — today at 9:41"]
)
def test_times_of_parcels_name_nobody(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello\nCustomer: It says\n{words}\nAgent: ok\nCustomer: bye\n")
    assert said(transcript)[1] == ("Customer", f"It says\n{words}")


@pytest.mark.parametrize("form", ["[{}] {}", "{} - {}", "{}> {}"])
def test_an_answer_that_is_only_a_time_stays_with_its_speaker(tmp_path: Path, form: str) -> None:
    turns = [("Agent", "When do you leave?"), ("Customer", "10:30"), ("Agent", "Where?"), ("Customer", "Berlin")]
    assert said(read(tmp_path, "\n".join(form.format(*turn) for turn in turns))) == turns


@pytest.mark.parametrize(
    ("form", "gap"), [("Jana Nova 10:21\n{}", "\n\n"), ("Jana Nova: {}", "\n")], ids=["name lines", "labels"]
)
def test_a_list_of_journeys_is_said(tmp_path: Path, form: str, gap: str) -> None:
    trains = "My trains\nVon Berlin an Hamburg: 11:00\nVon Hamburg an Kiel: 13:00"
    other = form.replace("Jana Nova", "Peter Weber")
    transcript = read(
        tmp_path, gap.join((form.format("Hello"), other.format(trains), form.format("ok"), other.format("bye")))
    )
    assert said(transcript) == [
        ("Jana Nova", "Hello"),
        ("Peter Weber", trains),
        ("Jana Nova", "ok"),
        ("Peter Weber", "bye"),
    ]


def test_an_export_of_intercoms_calls_its_bot_operator(tmp_path: Path) -> None:
    above = "Conversation with Jon Roe\nStarted on January 5, 2026 at 10:02 AM Eastern Time (US & Canada)\n\n---\n\n"
    talk = "10:02 AM | Jon Roe: Hi.\n\n10:03 AM | Operator: Wait.\n\n10:04 AM | Ana from Shop: Hello.\n"
    below = "\n---\nExported from Shop on January 6, 2026 at 09:00 AM Eastern Time (US & Canada)\n"
    transcript = read(tmp_path, above + talk + below)
    assert [(turn.role, turn.text) for turn in transcript.turns[:3]] == [
        ("unknown", "Hi."),
        ("bot", "Wait."),
        ("unknown", "Hello."),
    ]
    assert read(tmp_path, f"Conversation with Jon Roe\n\n{talk}").turns[1].role == "agent"


def test_a_mark_of_quoting_alone_on_its_line_is_no_word(tmp_path: Path) -> None:
    transcript = read(tmp_path, "> **Agent:** Hello.\n>\n> **Customer:** It is late.\n>\n> **Agent:** I look.\n")
    assert [turn.text for turn in transcript.turns] == ["Hello.", "It is late.", "I look."]
