from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.transcript import Transcript


def read(tmp_path: Path, text: str) -> Transcript:
    (tmp_path / "talk.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    return transcript


def said(transcript: Transcript) -> list[tuple[str, str | None, str]]:
    return [(turn.role, turn.speaker, turn.text) for turn in transcript.turns]


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Kund*in", "customer"),
        ("Kund:in", "customer"),
        ("Kund_in", "customer"),
        ("Kunde/in", "customer"),
        ("Kunde/-in", "customer"),
        ("Kunde/Kundin", "customer"),
        ("Mitarbeiter/in", "agent"),
        ("Zákazník/ce", "customer"),
        ("Zákazník/zákaznice", "customer"),
        ("Operátor(ka)", "agent"),
        ("Usuario/a", "customer"),
        ("Support Agent - Ana", "agent"),
        ("Ügyfél – Kiss Éva", "customer"),
        ("Jon | Visitor", "customer"),
        ("Jon - visitor", "customer"),
        ("Visitor #3f2a1", "customer"),
        ("Külastaja #9c", "customer"),
    ],
)
def test_a_word_for_a_speaker_may_have_a_second_gender_a_name_or_an_id_beside_it(
    tmp_path: Path, label: str, role: str
) -> None:
    transcript = read(tmp_path, f"Agent: Hello.\n{label}: It is late.\nAgent: I look.\n{label}: Thanks.\n")
    assert said(transcript)[1::2] == [(role, label, "It is late."), (role, label, "Thanks.")]


@pytest.mark.parametrize(
    "label",
    [
        "User/Password",
        "Client/Server",
        "Agent/Customer",
        "client_id",
        "user_a",
        "Customer - Order Number",
        "Support - Opening hours",
        "Agent - Notes",
        "Check:in",
        "Order #12",
    ],
)
def test_two_things_or_a_field_beside_a_word_for_a_speaker_are_none(label: str) -> None:
    assert role_of_label(label) is None


@pytest.mark.parametrize("label", ["[{}]", "<{}>", "[10:02] [{}]", "{} <jon@example.test>"])
@pytest.mark.parametrize("who", ["Visitor", "Jon Roe"])
def test_marks_or_an_address_beside_a_speaker_are_no_part_of_it(tmp_path: Path, label: str, who: str) -> None:
    theirs = label.format(who)
    transcript = read(tmp_path, f"Agent: Hello.\n{theirs}: It is late.\nAgent: I look.\n{theirs}: Thanks.\n")
    assert said(transcript)[1::2] == [("customer", who, "It is late."), ("customer", who, "Thanks.")]


def test_other_words_in_marks_before_a_colon_are_what_somebody_says(tmp_path: Path) -> None:
    words = "[1]: a shop\n[Link]: https://example.test\n<b>: bold\nMail to <jon@example.test>: he knows"
    transcript = read(tmp_path, f"Agent: See:\n{words}\nCustomer: Fine.\n")
    assert [turn.text for turn in transcript.turns] == [f"See:\n{words}", "Fine."]


@pytest.mark.parametrize("other", ["Customer", "Jon Roe"])
@pytest.mark.parametrize(
    "words",
    [
        "[Attachment]: invoice.pdf\n[Attachment]: kettle.jpg",
        "[Příloha]: faktura.pdf",
        "<Bild 1>: kettle.jpg",
        "[Settings]: open this page\n[Wi-Fi]: switch it off",
        "Eva Roe <eva@example.test>: use this.",
    ],
)
def test_a_thing_in_marks_is_no_speaker_where_every_line_has_a_label(tmp_path: Path, words: str, other: str) -> None:
    transcript = read(tmp_path, f"Agent: See.\n{words}\n{other}: It is late.\nAgent: I look.\n{other}: Thanks.\n")
    assert [turn.text for turn in transcript.turns] == [f"See.\n{words}", "It is late.", "I look.", "Thanks."]


@pytest.mark.parametrize(
    "words",
    [
        "Support - Opening Times: we are there from 9 to 17.",
        "Support | Billing: press 2.",
        "Kunde - Vertrag: läuft aus.\nKunde | Tarif: Magenta M",
        "Zákazník - Smlouva: běží do května.",
        "Customer #4711: is on the invoice.",
    ],
)
def test_a_thing_beside_a_word_for_a_speaker_is_none_where_they_speak_without(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: See.\n{words}\nCustomer: It is late.\nAgent: I look.\nCustomer: Thanks.\n")
    assert [turn.text for turn in transcript.turns] == [f"See.\n{words}", "It is late.", "I look.", "Thanks."]
