"""Who wrote what a group or a form of the house passes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript, Turn

HOUSE = RoleMapping(domains=("acme.test",))
DESK = "help@acme.test"
FORM = "Name: Eva Mai\nEmail: eva@post.test\n{}:\nIt is broken.\n"


def read(folder: Path, sender: str, body: str = "It is broken.", *, to: str = DESK, **more: str) -> Transcript:
    headers = {"From": sender, "To": to, "Subject": "Lamp", "Message_ID": "<1@x>", **more}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    (folder / "1.eml").write_text("\n".join([*lines, "MIME-Version: 1.0", "", body]), "utf-8")
    (transcript,) = read_transcripts(folder, roles=HOUSE)
    return transcript


def who(turn: Turn) -> tuple[str | None, str, str]:
    return turn.speaker, turn.role, turn.visibility


def told(transcript: Transcript) -> list[str]:
    return [warning for warning in transcript.warnings if "form" in warning or "group" in warning]


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Original_From": "Eva O'Mai <eva@post.test>"},
        {"X_Original_From": "Eva <eva@post.test>", "Reply_To": DESK, "List_ID": "<help.acme.test>"},
        {"X_Original_Sender": "eva@post.test", "List_ID": "<help.acme.test>"},
        {"Reply_To": "Eva <eva@post.test>", "List_ID": "<help.acme.test>"},
        {"Reply_To": "Eva <eva@post.test>"},
    ],
)
@pytest.mark.parametrize("name", ["'Eva O'Mai' via Support", "Eva Mai über Hilfe"])
def test_what_a_group_passes_on_is_its_authors(tmp_path: Path, headers: dict[str, str], name: str) -> None:
    transcript = read(tmp_path, f"{name} <{DESK}>", **headers)
    assert who(transcript.turns[0]) == ("eva@post.test", "customer", "public")
    assert told(transcript) == []
    assert transcript.metadata["messages"][0]["through"].endswith(f"<{DESK}>")


def test_a_colleague_who_writes_through_the_group_stays_the_agent(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"'Tom' via Support <{DESK}>", X_Original_From="Tom <tom@acme.test>")
    assert who(transcript.turns[0]) == ("tom@acme.test", "agent", "internal")


def test_nobody_is_taken_for_the_author_where_the_group_does_not_tell_and_that_is_said(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"'Eva Mai' via Support <{DESK}>", Reply_To=DESK)
    assert who(transcript.turns[0]) == ("Eva Mai", "unknown", "public")
    assert len(told(transcript)) == 1
    assert "Eva" not in told(transcript)[0]


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Tom via Acme <help@acme.test>", {"to": "eva@post.test"}),
        ("Tom via Acme <help@acme.test>", {"to": "eva@post.test", "Cc": DESK}),
        ("Tom (Acme) <help@acme.test>", {"to": "eva@post.test", "Reply_To": "Acme <desk@acme.test>"}),
        ("Tom <help@acme.test>", {"to": "eva@post.test", "Reply_To": "acme@tickets.test"}),
        ("Tom via Acme <help@acme.test>", {"to": "eva@post.test", "Cc": DESK, "Reply_To": "t-7@tickets.test"}),
        ("Tom via Acme <help@acme.test>", {"to": "eva@post.test", "List_ID": "<a>", "Reply_To": "t-7@tickets.test"}),
    ],
)
def test_a_desk_that_writes_to_the_customer_is_the_agent(tmp_path: Path, sender: str, headers: dict[str, str]) -> None:
    transcript = read(tmp_path, sender, **headers)
    assert who(transcript.turns[0]) == (DESK, "agent", "public")
    assert told(transcript) == []


@pytest.mark.parametrize(
    "sender",
    ["Acme <noreply@acme.test>", "WordPress <wordpress@acme.test>", DESK, "Web <info@acme.test>", "webform@acme.test"],
)
@pytest.mark.parametrize("label", ["Message", "Ihre Nachricht", "Zpráva", "Üzenet", "Sõnum"])
def test_what_a_form_of_the_site_sends_is_the_customers(tmp_path: Path, sender: str, label: str) -> None:
    transcript = read(tmp_path, sender, FORM.format(label), Reply_To="Eva Mai <eva@post.test>")
    assert who(transcript.turns[0]) == ("eva@post.test", "customer", "public")
    assert [warning.split(":")[0] for warning in told(transcript)] == ["a contact form sent a mail"]


def test_a_form_of_a_table_and_one_named_by_its_customer_and_one_of_another_house_are_known(tmp_path: Path) -> None:
    table = "Name\n\nEva Mai\n\nE-Mail\n\neva@post.test\n\nNachricht\n\nEs fehlt."
    answers = "Eva Mai <eva@post.test>"
    for sender, body in (
        ("WordPress <wordpress@acme.test>", table),
        ("Eva Mai <noreply@acme.test>", "It is broken."),
        ("Forms <noreply@forms.test>", FORM.format("Message")),
    ):
        transcript = read(tmp_path, sender, body, Reply_To=answers)
        assert who(transcript.turns[0]) == ("eva@post.test", "customer", "public")


@pytest.mark.parametrize(
    ("sender", "role", "body"),
    [
        ("Shop <wordpress@acme.test>", "agent", "New order 4711 of Eva Mai, eva@post.test: 2 lamps."),
        ("Shop <noreply@acme.test>", "bot", "New order 4711 of Eva Mai: 2 lamps."),
        ("Tom <tom@acme.test>", "agent", "Please call her.\n\nMessage: it is broken."),
    ],
)
def test_a_mail_of_the_house_to_itself_that_answers_elsewhere_stays_as_it_is_and_is_told(
    tmp_path: Path, sender: str, role: str, body: str
) -> None:
    transcript = read(tmp_path, sender, body, Reply_To="Eva Mai <eva@post.test>")
    assert who(transcript.turns[0])[1:] == (role, "internal")
    assert len(told(transcript)) == 1
    assert told(transcript)[0].startswith("a mail from the house to itself")


@pytest.mark.parametrize(
    ("sender", "role", "headers"),
    [
        ("noreply@acme.test", "bot", {}),
        ("noreply@acme.test", "bot", {"to": "eva@post.test", "Reply_To": DESK}),
        ("noreply@acme.test", "bot", {"Reply_To": "support+id4711@tickets.test"}),
        ("noreply@acme.test", "bot", {"Reply_To": "eva@post.test, max@post.test"}),
        ("noreply@acme.test", "bot", {"Reply_To": "eva@post.test", "In_Reply_To": "<0@x>"}),
        ("noreply@news.test", "bot", {"Reply_To": "eva@post.test"}),
        ("Eva <eva@post.test>", "customer", {"Reply_To": "Eva <eva@work.test>"}),
    ],
)
def test_no_form_is_seen_where_nobody_else_is_answered(
    tmp_path: Path, sender: str, role: str, headers: dict[str, str]
) -> None:
    transcript = read(tmp_path, sender, "Message: we moved.", **headers)
    assert transcript.turns[0].role == role
    assert told(transcript) == []


def test_what_a_program_of_the_house_sends_its_customer_is_no_form_though_a_help_desk_of_its_name_answers(
    tmp_path: Path,
) -> None:
    body = "Description: lamp\nAnswer to t-7@acme.tickets.test, please."
    transcript = read(tmp_path, "noreply@acme.test", body, to="eva@post.test", Reply_To="t-7@acme.tickets.test")
    assert who(transcript.turns[0]) == ("noreply@acme.test", "bot", "public")
    assert told(transcript) == []


def test_people_of_one_free_mail_are_no_house(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Eva <eva@gmail.com>", to="lamps@gmail.com", Reply_To="Eva <eva@work.test>")
    assert told(transcript) == []
