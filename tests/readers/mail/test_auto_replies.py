"""Automatic replies whose headers got lost, and what people write about such mail."""

from __future__ import annotations

from email.header import Header
from pathlib import Path

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.mail.sending.auto_replies import SAYS_AUTOMATIC
from llm_grader.transcript import Transcript

DESK, ANNA, CUSTOMER = "help@acme.test", "anna@acme.test", "eva@post.test"


def read(folder: Path, body: str, *, subject: str = "Lamp", sender: str = DESK, to: str = CUSTOMER) -> Transcript:
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {Header(subject, 'utf-8')}", "Message-ID: <1@x>"]
    lines += ["Content-Type: text/plain; charset=utf-8", "MIME-Version: 1.0", "", body]
    (folder / "1.eml").write_text("\n".join(lines), "utf-8")
    (transcript,) = read_transcripts(folder, roles=RoleMapping(domains=("acme.test",)))
    return transcript


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: Lamp", "Thank you for your message. This is an automatic reply."),
        ("Automatische Antwort: Lampe", "Danke. Diese Nachricht wurde automatisch erstellt."),
        ("Automatická odpověď: lampa", "Děkujeme. Tato zpráva byla vygenerována automaticky."),
        ("Automatikus válasz: lámpa", "Köszönjük! Ez egy automatikus válasz, kérjük, ne válaszoljon rá."),
        ("Automaatvastus: lamp", "Täname. See on automaatne vastus."),
        ("Automatic reply: Lamp", "I am on vacation and return on 12 January."),
        ("Abwesenheitsnotiz: Lampe", "Ich bin bis 12. Januar im Urlaub."),
        ("Out of office: Lamp", "This is an auto-reply. I return on Monday."),
    ],
)
@pytest.mark.parametrize(("sender", "to"), [(DESK, CUSTOMER), (ANNA, CUSTOMER), (CUSTOMER, DESK)])
def test_a_reply_that_says_twice_that_it_is_automatic_is_a_bots(
    tmp_path: Path, subject: str, body: str, sender: str, to: str
) -> None:
    (turn,) = read(tmp_path, body, subject=subject, sender=sender, to=to).turns
    assert (turn.role, turn.role_source) == ("bot", "source")


def test_an_automatic_subject_of_a_desk_is_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "We will reply on Monday.", subject="Automatic reply: Lamp").turns[0].role == "bot"


@pytest.mark.parametrize(
    "body",
    [
        "We have received your request (#4711).\n\nThis is an automated message, please do not reply.",
        "Hello,\nyour ticket #4711 has been created. This e-mail was automatically generated.",
        "Wir haben Ihre Anfrage erhalten.\n\nDies ist eine automatisch generierte Nachricht.",
        "Přijali jsme váš požadavek. Toto je automatická zpráva.",
        "Levelét megkaptuk. Ezt az üzenetet a rendszer automatikusan küldte.",
        "Oleme teie kirja kätte saanud. See kiri on saadetud automaatselt.",
    ],
)
def test_an_acknowledgement_that_says_that_a_machine_sent_it_is_a_bots(tmp_path: Path, body: str) -> None:
    transcript = read(tmp_path, body)
    assert transcript.turns[0].role == "bot"
    assert SAYS_AUTOMATIC not in transcript.warnings


@pytest.mark.parametrize(
    ("sender", "body"),
    [
        (DESK, "Tom wrote: it ships on Friday.\n\nThis is an automated message."),
        (ANNA, "We have received your lamp and send another one. This message was sent automatically."),
        (CUSTOMER, "We have received your request. This is an automated message."),
        (DESK, "I received your request and sent a new lamp. This e-mail was sent automatically by our desk."),
        (DESK, "Wir haben Ihre Anfrage erhalten. Ich schicke eine Lampe. Diese E-Mail wurde automatisch versandt."),
        (DESK, "Přijali jsme váš dotaz. Poslal jsem lampu. Tato zpráva byla automaticky odeslána."),
        (DESK, "Megkaptuk a levelét. Elküldtem a lámpát. Ez az e-mail automatikusan készült."),
        (DESK, "We have received your request." + " It ships soon." * 60 + " This is an automated message."),
    ],
)
def test_what_may_hold_somebodys_words_stays_theirs_and_is_told(tmp_path: Path, sender: str, body: str) -> None:
    transcript = read(tmp_path, body, sender=sender, to=DESK if sender == CUSTOMER else CUSTOMER)
    assert transcript.turns[0].role == ("customer" if sender == CUSTOMER else "agent")
    assert SAYS_AUTOMATIC in transcript.warnings


@pytest.mark.parametrize(
    "body",
    [
        "We have received your request. I am Anna, and this is not an automatic reply.",
        "We have received your request. No, this is no automatic reply.",
        "Wir haben Ihre Anfrage erhalten. Das ist keine automatische Antwort.",
        "Přijali jsme váš požadavek. Toto není automatická zpráva.",
        "Megkaptuk a levelét. Ez nem automatikus válasz.",
        "Saime kirja kätte. See ei ole automaatvastus.",
        'We have received your request. You got "This is an automatic reply" by mistake.',
        "We have received your request. Our automatic reply was wrong.",
        "We have received your request. The lamp is automatic.",
        "We have received your request. This is an automatic lamp.",
        "Wir haben Ihre Anfrage erhalten. Das ist eine automatische Lampe.",
        "Přijali jsme váš požadavek. Toto je automatická lampa.",
        "Megkaptuk a levelét. Ez egy automatikus lámpa.",
        "Saime kirja kätte. See on automaatne lamp.",
        "We have received your request. Please do not reply to this e-mail.",
        "We have received your request. It ships today. This message was automatically translated from Czech.",
        "Wir haben Ihre Anfrage erhalten. Diese Nachricht wurde automatisch übersetzt.",
        "Wir haben Ihre Anfrage erhalten. Diese Nachricht wird automatisch gelöscht.",
        "Přijali jsme váš dotaz. Tato zpráva byla automaticky přeložena.",
        "Megkaptuk a levelét. Ezt az üzenetet automatikusan fordítottuk.",
        "We have received your request.\n\nOn 5 May 2024 10:12 Eva <e@post.test> wrote:\n> This is an automatic reply.",
    ],
)
def test_who_only_speaks_of_automatic_replies_is_no_machine(tmp_path: Path, body: str) -> None:
    transcript = read(tmp_path, body)
    assert transcript.turns[0].role == "agent"
    assert SAYS_AUTOMATIC not in transcript.warnings


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: why?", "I was on holiday and found this. This is an automatic reply."),
        ("Automatic reply: Lamp", "I get nothing but automatic replies."),
        ("Automatic reply: Lamp", "I was on holiday. Do you ever answer?"),
        ("Automatická odpověď: lampa", "Dostávám jen automatické odpovědi."),
        ("Automatic reply does not come", "I am away from home."),
        ("Out of office: Lamp", "I was away on holiday, and it is broken."),
        ("Abwesenheitsnotiz", "Bitte eine Abwesenheitsnotiz für Tom einrichten, er ist ab Montag im Urlaub."),
        ("Automatic reply: on for ever", "Please end my automatic reply, as I am back from holiday."),
        ("Automatická odpověď", "Zapněte mi prosím automatickou odpověď, mám dovolenou."),
        ("Automatikus válasz", "Kérem, kapcsolják be az automatikus választ, szabadságon vagyok."),
        ("Automaatvastus", "Palun lülitage automaatvastus sisse, olen puhkusel."),
    ],
)
def test_a_customer_who_writes_about_automatic_replies_is_the_customer(tmp_path: Path, subject: str, body: str) -> None:
    assert read(tmp_path, body, subject=subject, sender=CUSTOMER, to=DESK).turns[0].role == "customer"
