from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

WORDS = ("It has not come yet.", "Thanks, bye.")


def read(tmp_path: Path, text: str) -> Transcript:
    (tmp_path / "talk.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    return transcript


def said(transcript: Transcript) -> list[tuple[str, str | None, str]]:
    return [(turn.role, turn.speaker, turn.text) for turn in transcript.turns]


def doubted(transcript: Transcript) -> list[str]:
    return [told.split("'")[1] for told in transcript.warnings if "is not known as a speaker" in told]


@pytest.mark.parametrize(
    "label",
    [
        "Roe, Jon",
        "Jon & Eva Roe",
        "Jan a Petra Novákovi",
        "Kiss és Társa Kft.",
        "Huber & Söhne GmbH",
        'Jon "Johnny" Roe',
        "Jon Roe 🌸",
        "dr. Kiss-Nagy Éva",
        "Maria del Carmen Gonzalez de la Fuente",
        "Jon Roe - Acme",
        "Jon | Acme",
        "Tamm, Mari-Liis",
        "@jon_roe",
        "203.0.113.7",
        "4711",
        "you",
    ],
)
def test_who_answers_the_only_one_known_is_a_speaker_however_they_are_called(tmp_path: Path, label: str) -> None:
    lines = f"Agent: Hello.\n{label}: {WORDS[0]}\nAgent: I look.\n{label}: {WORDS[1]}\n"
    name = label.removesuffix(" 🌸")
    assert said(read(tmp_path, lines)) == [
        ("agent", "Agent", "Hello."),
        ("customer", name, WORDS[0]),
        ("agent", "Agent", "I look."),
        ("customer", name, WORDS[1]),
    ]
    turned = f"{label}: {WORDS[0]}\nCustomer: Oh.\n{label}: {WORDS[1]}\nCustomer: Fine.\n"
    assert [turn.role for turn in read(tmp_path, turned).turns] == ["agent", "customer"] * 2


@pytest.mark.parametrize(("one", "other"), [("Weber, Ana", "Roe, Jon"), ("@shop", "@jon_roe"), ("Ana @ Shop", "Jon")])
def test_two_who_are_called_unlike_names_are_speakers_where_every_line_is_theirs(
    tmp_path: Path, one: str, other: str
) -> None:
    transcript = read(tmp_path, f"{one}: Good morning, Jon.\n{other}: {WORDS[0]}\n{one}: Let me look.\n")
    assert [turn.speaker for turn in transcript.turns] == [one, other, one]


THINGS = {
    "prices": "Shipping & Handling: 5 EUR\nSize, Colour: M, red",
    "routes": "Praha, Brno: 10 EUR?\nPraha to Brno: 3 h",
    "hosts": "203.0.113.7: no answer\n203.0.113.8: no answer",
    "parts": "4711: is broken\n4712: is broken",
    "pages": "Terms & Conditions: https://example.test",
    "a form": "Name, Vorname: Roe, Jon\nPLZ / Ort: 12345 Berlin",
    "a greeting": "Dear Jon and Eva: all is well.",
}


@pytest.mark.parametrize("lines", THINGS.values(), ids=THINGS)
def test_things_that_are_listed_are_no_speakers(tmp_path: Path, lines: str) -> None:
    for other in ("Customer", "Roe, Jon"):
        both = f"Agent: See.\n{lines}\n{other}: It has not come.\n"
        transcript = read(tmp_path, both + both)
        assert [turn.text for turn in transcript.turns] == [f"See.\n{lines}", "It has not come."] * 2
    assert [turn.text for turn in read(tmp_path, f"Agent: See.\n{lines}\nAgent: Again.\n{lines}\n").turns] == [
        f"See.\n{lines}",
        f"Again.\n{lines}",
    ]


@pytest.mark.parametrize("label", ["Save & Exit", "Póló, Kék", "Login / Logout"])
def test_things_of_which_two_people_talk_in_sentences_are_no_speakers(tmp_path: Path, label: str) -> None:
    for other in ("Customer", "Jon Roe"):
        lines = (
            f"{other}: It broke. I mean:",
            f"{label}: it does not start at all.",
            "Agent: I see.",
            f"{other}: Yes.",
        )
        once = [*lines, "Agent: About that", f"{label}: we know of it, yes.", f"{other}: Good."]
        transcript = read(tmp_path, "\n".join(once))
        assert {turn.speaker for turn in transcript.turns} == {"Agent", other}
        assert doubted(transcript) == [label]


def test_what_stands_once_beside_the_only_one_known_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Agent: Welcome.\nQ & A: This is where answers are.\nAgent: Anything else?\n")
    assert (len(transcript.turns), doubted(transcript)) == (2, ["Q & A"])


@pytest.mark.parametrize("label", ["Roe, Eva", "Billing & Refunds", "Jon - Acme", "@eva", "4711", 'Eva "E" Roe'])
def test_a_third_one_who_may_speak_is_told(tmp_path: Path, label: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello.\nCustomer: It is late.\n{label}: It is mine.\nAgent: I look.\n")
    assert len(transcript.turns) == 3
    assert doubted(transcript) == [label]
    assert not any("mine" in told for told in transcript.warnings)


def test_a_third_person_who_comes_back_is_a_speaker(tmp_path: Path) -> None:
    third = "Roe, Eva: It is my parcel, too!"
    transcript = read(tmp_path, f"Agent: Hello.\nCustomer: It is late.\n{third}\nAgent: I look.\n{third}\n")
    assert [turn.speaker for turn in transcript.turns] == ["Agent", "Customer", "Roe, Eva", "Agent", "Roe, Eva"]
