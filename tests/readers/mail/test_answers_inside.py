"""Answers inside a quoted mail, the words `original message` without marks, and a `>` that compares."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.readers.mail.answers_inside import ANSWERS_INSIDE
from llm_grader.readers.mail.reply_parts import split_reply

HEADERS = "From: Eva <eva@post.test>\nSent: Sunday, January 4, 2026 10:12 AM\nTo: Acme\nSubject: lamp\n\n"


def told(folder: Path, body: str) -> bool:
    head = "From: Anna Lee <anna@acme.test>\nTo: eva@post.test\nSubject: Re: lamp\nMIME-Version: 1.0\n"
    text = f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}"
    (folder / "1.eml").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder)
    return ANSWERS_INSIDE in transcript.warnings


@pytest.mark.parametrize(
    "body",
    [
        "Hi Eva,\n\n{}Where is it?\n[Anna:] In Brno.\n",
        "Hi Eva,\n\n{}Where is it?\n[Anna Lee] In Brno.\n",
        "Hi Eva,\n\n{}Where is it?\n**Anna:** In Brno.\n",
        "See my answers in red below.\n\n{}Where is it?\nIn Brno.\n",
        "Meine Antworten stehen unten in Rot.\n\n{}Wo ist es?\nIn Brno.\n",
        "Odpovědi najdete červeně v textu.\n\n{}Kde je?\nV Brně.\n",
        "Válaszaimat pirossal írtam a szövegben.\n\n{}Hol van?\nBrnóban.\n",
        "Vastused on punasega kirja sees.\n\n{}Kus see on?\nBrnos.\n",
    ],
)
def test_answers_inside_what_a_mail_quotes_are_told(tmp_path: Path, body: str) -> None:
    assert told(tmp_path, body.format(HEADERS))


@pytest.mark.parametrize(
    "body",
    [
        "On Friday.\n\n{}Where is it?\n",
        "On Friday.\n\n{}Where is it?\n[image: lamp]\n[Eva]\n",
        "On Friday.\n\n{}Anna: where is it?\n",
        "Your answer came too late. It is below the door.\n\n{}Where is it?\n",
        "See my answers below.\n",
        "See my answers below.\n\nOn 5 May 2024 10:12 Eva <eva@post.test> wrote:\n> Where is it?\n\nIn Brno.\n",
    ],
)
def test_a_quotation_without_answers_is_told_of_nothing(tmp_path: Path, body: str) -> None:
    assert not told(tmp_path, body.format(HEADERS))


def body_of(text: str) -> str:
    return "".join(text[part.start : part.end] for part in split_reply(text) if part.kind == "body").strip()


@pytest.mark.parametrize(
    "words", ["Eredeti üzenet", "Original message", "Ursprüngliche Nachricht", "Původní zpráva", "Algne kiri"]
)
def test_the_words_above_headers_are_quoted_with_them(words: str) -> None:
    assert body_of(f"It is late.\n\n{words}\n{HEADERS}When?\n") == "It is late."


@pytest.mark.parametrize(
    "text",
    [
        "I send the\noriginal message\nonce more, it is late.",
        "Original message\n\nI did not get it.",
        "Eredeti üzenet\nNév: Eva\nnem jött meg.",
    ],
)
def test_the_words_alone_are_the_authors(text: str) -> None:
    assert body_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nmy parcel weighs\n> 5 kg, is that allowed?",
        "Das Paket wiegt aber\n> 31,5 kg, geht das?",
        "balík má prý hodnotu\n> 100 €",
    ],
)
def test_a_sign_that_compares_quotes_nothing(text: str) -> None:
    assert body_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Hello Anna\n> 5 kg is too much\n",
        "No, it does not.\n> 5 kg is too much\n",
        "my parcel weighs\n\n> 5 kg is too much\n",
        "my parcel weighs\n> 5 kg is too much\n> Regards\n",
        "On 5 May 2024 10:12 Eva <eva@post.test> wrote:\n> 5 kg\n",
        "I think that you\n> are right\n",
        "Hello Bo,\nyou asked about the following\n> 2 lamps for 50 EUR\nYes.\n",
        "Am Montag fragten Sie nach\n> 3 Lampen für 50 EUR\nJa.\n",
        "V pondělí jste psali o tom, že váš balík má\n> 5 kg\nAno.\n",
    ],
)
def test_a_sign_that_quotes_does(text: str) -> None:
    assert ">" not in body_of(text)
