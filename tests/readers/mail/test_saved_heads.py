"""Mail that a mail program saved as text, with headers in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript

THREADS = {
    "de": ("Von", "Gesendet: Montag, 5. Januar 2026 12:00", "An", "Betreff"),
    "cs": ("Od", "Odesláno: pondělí 5. ledna 2026 12:00", "Komu", "Předmět"),
    "hu": ("Feladó", "Elküldve: 2026. január 5., hétfő 12:00", "Címzett", "Tárgy"),
    "et": ("Saatja", "Saadetud: esmaspäev, 5. jaanuar 2026 12:00", "Adressaat", "Teema"),
    "en": ("From", "Sent: Monday, January 5, 2026 12:00 PM", "To", "Subject"),
    "fr": ("De", "Envoyé : lundi 5 janvier 2026 12:00", "À", "Objet"),
    "short": ("Von", "Gesendet: Mo 05.01.2026 12:00", "An", "Betreff"),
}


def read(folder: Path, text: str) -> Transcript:
    (folder / "mail.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder, roles=RoleMapping(domains=("acme.test",)))
    return transcript


def thread(words: tuple[str, str, str, str], *, anna: str = "Anna Lee <anna@acme.test>") -> str:
    sender, sent, to, subject = words
    return (
        f"{sender}: {anna}\n{sent}\n{to}: Eva Mai <eva@post.test>; Max <max@post.test>\n{subject}: RE: Lampe\n\n"
        f"On Friday.\n\n{sender}: Eva Mai <eva@post.test>\n{sent}\n{to}: Acme\n{subject}: Lampe\n\nWhen?\n"
    )


@pytest.mark.parametrize("language", THREADS)
def test_a_thread_saved_as_text_is_a_mail_with_its_date_and_what_it_quotes(tmp_path: Path, language: str) -> None:
    transcript = read(tmp_path, thread(THREADS[language]))
    (turn,) = transcript.turns
    assert transcript.channel == "email"
    assert (turn.role, turn.speaker, turn.subject) == ("agent", "anna@acme.test", "RE: Lampe")
    assert turn.at is not None
    assert turn.at.isoformat() == "2026-01-05T12:00:00+00:00"
    assert [part.kind for part in turn.segments] == ["body", "quoted"]
    assert turn.text[: turn.segments[0].end].strip() == "On Friday."
    assert [person.email for person in transcript.participants] == ["anna@acme.test", "eva@post.test", "max@post.test"]
    assert transcript.participants[0].name == "Anna Lee"


def test_names_alone_and_fields_that_nobody_needs_are_read_as_well(tmp_path: Path) -> None:
    sender, sent, to, subject = THREADS["de"]
    words = (sender, sent, to, f"Wichtigkeit: Hoch\nAnlagen: lampe.pdf\n{subject}")
    (turn,) = read(tmp_path, thread(words, anna="Lee, Anna")).turns
    assert (turn.speaker, turn.subject) == ("lee, anna", "RE: Lampe")


def test_a_date_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, thread(("Von", "Gesendet: gestern", "An", "Betreff")))
    assert "a mail has no date that can be read" in transcript.warnings


@pytest.mark.parametrize(
    "text",
    [
        "Von: Eva <eva@post.test>\nAn: Acme\nBetreff: Chat 7\nDatum: 5.1.2026\n\nAgent: Guten Tag!\nKundin: Hallo.\n",
        "Betreff: Chat\nDatum: 5.1.2026\n\nAgent: Guten Tag!\nKundin: Hallo.\n",
        "Agent: Guten Tag!\nKundin: Von: Brno\nKundin: An: Wien\nKundin: Betreff: Reise\nAgent: Gut.\n",
        "Agent: Was steht da?\nKundin: Das:\nVon: <eva@post.test>\nGesendet: heute\nAn: Acme\nBetreff: Lampe\n",
        "Eva: Od: Brno\nAnna: Komu: Petr\nEva: Ano.\nAnna: Dobře.\n",
        "Kunde: Von wem?\nAgent: Von: uns.\nKunde: An: mich?\nAgent: Ja.\n",
    ],
)
def test_a_talk_with_such_words_stays_a_talk(tmp_path: Path, text: str) -> None:
    transcript = read(tmp_path, text)
    assert transcript.channel == "chat"
    assert len([turn for turn in transcript.turns if turn.kind == "message"]) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "Von: Brno\nAn: Wien\nDatum: 5.1.2026\nBetreff: Reise\n\nEs wird schön.\n",
        "Betreff: Lampe\nDatum: 5.1.2026\n\nSie ist kaputt, eva@post.test.\n",
        "Von: Eva <eva@post.test>\nsagt uns heute\nAn: alle\nBetreff: Lampe\n\nSie ist kaputt.\n",
    ],
)
def test_fields_that_are_no_headers_of_a_mail_make_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "text.txt").write_text(text, "utf-8")
    found = list(read_transcripts(tmp_path, on_error=lambda _: None))
    assert [transcript.channel for transcript in found if transcript.channel == "email"] == []


TALKS = (
    "Bo Ek: When?\nAnna Lee: On Friday.\nBo Ek: Good.\nAnna Lee: Bye.\n",
    "Your chat:\n\n[10:01] Bo Ek: When?\n[10:02] Anna Lee: On Friday.\n[10:03] Bo Ek: Good.\n[10:04] Anna Lee: Bye.\n",
    "[10:01] Agent: When?\n[10:02] Customer: On Friday.\n",
    "Bo Ek (10:01): When?\nAnna Lee (10:02): On Friday.\nBo Ek (10:03): Good.\nAnna Lee (10:04): Bye.\n",
    "Bo Ek 10:01\nWhen?\n\nAnna Lee 10:02\nOn Friday.\n\nBo Ek 10:03\nGood.\n\nAnna Lee 10:04\nBye.\n",
)


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("language", ["de", "cs", "hu", "et"])
def test_a_chat_that_was_sent_by_mail_stays_a_chat(tmp_path: Path, language: str, talk: str) -> None:
    sender, sent, to, subject = THREADS[language]
    head = f"{sender}: chat@acme.test\n{sent}\n{to}: bo@post.test\n{subject}: Chat\n\n"
    assert len(read(tmp_path, head + talk).turns) > 1


def test_a_list_in_a_mail_is_no_chat(tmp_path: Path) -> None:
    words = "Guten Tag,\n\nPreis: 5\nAdresse: Brno\nPreis: 6\nTelefon: 777 123\n\nUm 10:00, 12:00 oder 17:30\n\nBo\n"
    transcript = read(tmp_path, thread(THREADS["de"]).replace("On Friday.", words))
    assert (transcript.channel, len(transcript.turns)) == ("email", 1)
