"""What machines say is known for it, and what people say about machines is not."""

from __future__ import annotations

import pytest

from llm_grader.signals.machines import is_auto_reply, is_mailbox, is_recording
from tests.support.effort import least_seconds

MAILBOXES = [
    "You have reached the voicemail of Kettle & Co. Please leave a message after the tone.",
    "Hi, you've reached Ana Weber. I can't take your call right now. Leave your name and number and I'll call back.",
    "Your call has been forwarded to an automatic voice message system. At the tone, please record your message.",
    "Our office is currently closed. Please leave us a message and we will return your call tomorrow.",
    "No one is available to take your call. Please leave your name and number.",
    "you have reached the mailbox of five five five two record your message after the beep",
    "The mailbox is full and cannot accept any messages.",
    "Sie sind mit der Mailbox von Talvera verbunden. Bitte sprechen Sie nach dem Signalton.",
    "Hinterlassen Sie uns eine Nachricht, wir rufen Sie zurück.",
    "Dovolali jste se do hlasové schránky. Po zaznění tónu zanechte vzkaz.",
    "Prosím, nechte nám zprávu, ozveme se vám.",
    "Ön a Kettle Kft. hangpostáját hívta. A sípszó után hagyjon üzenetet!",
    "Palun jätke sõnum pärast helisignaali.",
    "Olete jõudnud Talvera kõneposti.",
    "Welcome to the voicemail service. Please speak after the tone.",
    "Hi, this is Ben's voicemail, you know what to do.",
    "You've got through to Riverside Dental. We're closed now; leave a message and somebody will ring you.",
    "Guten Tag, Sie haben den Anrufbeantworter der Firma Talvera erreicht.",
]
RECORDINGS = [
    "For billing, press one. For anything else, press two.",
    "Your call is important to us. You are number four in the queue.",
    "All our agents are currently busy.",
    "Für Rechnungen drücken Sie bitte die Eins.",
    "Pro češtinu stiskněte jedničku.",
    "Számlázáshoz nyomja meg az egyes gombot.",
    "Arvete jaoks vajutage üks.",
    "Thank you for calling. Our office is closed. We open at nine.",
    "You are calling outside our business hours.",
    "Sie rufen außerhalb unserer Geschäftszeiten an.",
    "Voláte mimo pracovní dobu.",
    "This chat was closed due to inactivity.",
    "Der Chat wurde automatisch wegen Inaktivität beendet.",
    "Konverzace byla ukončena z důvodu neaktivity.",
    "A beszélgetést inaktivitás miatt lezártuk.",
    "Vestlus suleti tegevusetuse tõttu.",
]
AUTO_REPLIES = [
    "Thank you for your message. I am out of the office until 5 May with limited access to e-mail.",
    "This is an automatic reply. We have received your request.",
    "This is an automated response to let you know that your ticket was opened.",
    "Your request (4711) has been received and is being reviewed by our support staff.",
    "This message was generated automatically. Somebody will answer within two days.",
    "Automatic reply: thank you, we answer within 24 hours.",
    "Vielen Dank für Ihre Nachricht. Ich bin bis zum 5. Mai nicht im Büro.",
    "Dies ist eine automatische Antwort. Wir melden uns.",
    "Diese E-Mail wurde automatisch erstellt.",
    "Toto je automatická odpověď. Váš požadavek jsme přijali.",
    "Děkuji za e-mail. Jsem na dovolené do 5. května.",
    "Ez egy automatikus válasz, hamarosan jelentkezünk.",
    "Köszönöm a levelét. Szabadságon vagyok, sürgős esetben forduljon kollégámhoz.",
    "See on automaatvastus. Võtame teiega ühendust.",
    "Tänan kirja eest. Olen puhkusel, naasen 5. mail.",
    "Out of office: back on Monday.",
    "Your ticket was created, and somebody will be with you soon. (Automatically generated)",
    "Nejsem v kanceláři, vrátím se 5. května.",
    "Automaatne vastus: kirjutage esmaspäeval uuesti.",
]
PEOPLE = [
    "Good morning Maya, I called you yesterday and only reached your voicemail, so here it is in writing.",
    "I left you a message on Monday. Did you get it?",
    "If nobody answers, you can always call me back on this number.",
    "I am sorry that you only got an automatic reply from us. I have refunded the parcel now.",
    "You received an automated message because the system lost your order; I have corrected it.",
    "I'm out of the office until Monday, so I have asked Ben to send you the new one today.",
    "Leave your number and I will ring you back in ten minutes.",
    "Please press the reset button at the back for ten seconds.",
    "Es tut mir leid, dass Sie nur eine automatische Antwort bekommen haben. Ich habe das Paket ersetzt.",
    "Omlouvám se, že vám přišla jen automatická odpověď. Balík jsem poslala znovu.",
    "Sajnálom, hogy csak automatikus választ kapott. Az összeget visszautaltam.",
    "Vabandust, et saite ainult automaatvastuse. Saatsin uue paki.",
    "The lines are busy today, thank you for waiting. How can I help?",
    "This call may be recorded. You are talking to Ana, how can I help?",
    "Your label was generated automatically, please print it and put it on the parcel.",
    "I have reopened the chat, it was closed while you were typing.",
    "I am calling about the voicemail you left us on Monday.",
    "The office is closed on Sunday, so the parcel leaves on Monday.",
    "I will leave a message with the warehouse, and they will look for it.",
    "Bitte drücken Sie den Knopf an der Rückseite.",
    "Hello",
    "",
]


@pytest.mark.parametrize("text", MAILBOXES)
def test_a_voice_mailbox_is_known(text: str) -> None:
    assert is_mailbox(text)


@pytest.mark.parametrize("text", RECORDINGS)
def test_a_recording_on_the_line_is_known(text: str) -> None:
    assert is_recording(text)


@pytest.mark.parametrize("text", AUTO_REPLIES)
def test_an_automatic_reply_is_known(text: str) -> None:
    assert is_auto_reply(text)


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_not_taken_for_machines(text: str) -> None:
    assert (is_mailbox(text), is_recording(text), is_auto_reply(text)) == (False, False, False)


@pytest.mark.parametrize(
    ("subject", "automatic"),
    [
        ("Automatic reply: my parcel", True),
        ("Out of Office: my parcel", True),
        ("Abwesenheitsnotiz: Paket", True),
        ("Automatická odpověď: balík", True),
        ("Re: Automatic reply: my parcel", False),
        ("Your automatic doors", False),
        (None, False),
    ],
)
def test_a_subject_that_begins_so_makes_an_automatic_reply(subject: str | None, automatic: bool) -> None:
    assert is_auto_reply("Thank you, we have your message.", subject) is automatic


def test_a_line_at_the_end_of_a_letter_makes_no_automatic_reply() -> None:
    letter = "Good morning Maya. " + "I have looked at the order and sent the right one today. " * 8
    assert not is_auto_reply(f"{letter}This message was generated automatically by our ticket system.")


@pytest.mark.parametrize("piece", ["you have reached ", "leave ", "not available ", "a", " ", "message ", "i am "])
def test_a_turn_of_any_length_is_looked_at_in_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert least_seconds(lambda: (is_mailbox(text), is_auto_reply(text), is_recording(text)), below=1) < 1
