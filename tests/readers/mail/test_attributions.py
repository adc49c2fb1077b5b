"""A line that introduces a quoted mail, and a sentence about what somebody wrote."""

from __future__ import annotations

import pytest

from tests.readers.mail.test_reply_parts import body, parts


@pytest.mark.parametrize(
    "text",
    [
        "Guten Tag,\nIhre Kollegin Anna Klein schrieb am 4. Januar 2026:\n„Ware kommt am Montag.“\nSie kam nicht.",
        "Guten Tag,\n\nIhre Kollegin Anna Klein schrieb am 4. Januar 2026:\n\nWare kommt.\n\nSie kam nicht.",
        "Ihr Kollege schrieb am 4. Januar 2026:\n\nWare kommt.\n\nSie kam nicht.",
        "Hallo,\n\nam 4. Januar 2026 um 10:12 schrieb uns der Kurier:\n\nzugestellt\n\nEs kam nichts.",
        "Hallo,\n\nFrau Klein schrieb mir am 04.01.2026:\n\n…\n\nIch widerspreche.",
        'Hello,\nthe courier wrote on Jan 4, 2026 at 10:12:\n"delivered".\nIt was not. Please help.',
        "Hello,\n\nthe courier wrote on Jan 4, 2026 at 10:12:\n\ndelivered\n\nIt was not.",
        'Hello,\n\nAnna wrote on 4 January 2026:\n"You get it on Monday."\nI did not.',
        "Hello,\n\nYour agent anna@shop.test wrote on 4 January 2026:\n\nYou get it.\n\nI did not.",
        "Hello,\nOn 4 January 2026 Anna Small wrote:\nYou get it on Monday.\nI did not.",
        'Dobrý den,\naplikace 4. 1. 2026 v 10:12 napsala:\n"Chyba 500"\nCo mám dělat?',
        "Dobrý den,\n\naplikace 4. 1. 2026 v 10:12 napsala:\n\nChyba 500\n\nCo mám dělat?",
        "Dobrý den,\n\npaní Malá mi 4. 1. 2026 napsala:\n\nZboží je na cestě.\n\nNení.",
        "Jó napot,\nA kollégája 2026. 01. 04-én ezt írta:\n„Pénteken jön.”\nNem jött.",
        "Jó napot,\n\nA kollégája 2026. 01. 04-én ezt írta:\n\nPénteken jön.\n\nNem jött.",
        "Tere,\nteie kolleeg kirjutas 04.01.2026 kell 10:12:\nPakk tuleb.\nEi tulnud.",
        "Tere,\n\nkuller kirjutas 04.01.2026 kell 10:12:\n\nPakk on kohal.\n\nEi ole.",
        "Your courier wrote on Jan 4, 2026 at 10:12:\n\ndelivered\n\nIt was not.",
        "Ihre Kollegin Anna Klein schrieb am 4. Januar 2026 um 10:12:\n\nWare kommt.\n\nSie kam nicht.",
        "Am 4. Januar 2026 um 10:12 schrieb mir Frau Klein:\n\nWare kommt.\n\nSie kam nicht.",
        "Pan Novák mi 4. 1. 2026 v 10:12 napsal:\n\nZboží je na cestě.\n\nNení.",
        "Bonjour,\nvotre collègue a écrit le 4 janvier 2026 :\n« Lundi »\nRien.",
    ],
)
def test_what_others_wrote_by_the_authors_account_is_the_authors(text: str) -> None:
    assert parts(text) == [("body", text)]


@pytest.mark.parametrize(
    "attribution",
    [
        "On 5 Feb 2024, at 10:12, Jana Nova wrote:",
        "Am 05.02.2024 um 10:12 schrieb Anna von der Heide:",
        "Dne pondělí 5. února 2024 10:12 Jana Nova napsala:",
        "esmaspäev, 5. veebruar 2024 kell 10:12 kirjutas Jana Nova:",
        "Jana Nova ezt írta (2024. febr. 5., 10:12):",
        "On Mon, 5 Feb 2024 at 10:12,\nJana Nova wrote:",
        "A 05/02/2024 10:12, Jana Nova escreveu:",
        "On 5 Feb 2024, Your Shop <help@shop.test> wrote:",
        "The Shop <help@shop.test> wrote on 5 Feb 2024:",
        "Am 05.02.2024 10:12 schrieb Ihr Serviceteam <help@shop.test>:",
        "Am 05.02.2024 um 10:12 schrieb Ihr Acme Team:",
        "Am 05.02.2024 um 10:12 schrieb Frau Nova:",
        "On 5 Feb 2024, at 10:12, Mr Smith wrote:",
        "On 5 Feb 2024, at 10:12, Pan Wei wrote:",
        "The Acme Team wrote on 5 Feb 2024 at 10:12:",
        "Dne 5. 2. 2024 10:12 Naše firma napsal(a):",
        "On 5 Feb 2024, jana.nova@acme.test wrote:",
    ],
)
def test_a_line_of_a_mail_program_is_known_with_a_blank_line_above_it(attribution: str) -> None:
    dated = ['\n"Old."\nMore.\n'] if "10:12" in attribution or "@" in attribution else []
    for quotation in ("\n\nOld.\nMore.\n", "\nOld.\nMore.\n", "\n> Old.\n> More.\n", "\n\n> Old.\n", *dated):
        assert body(f"My answer: yes.\nSecond line.\n\n{attribution}{quotation}") == "My answer: yes.\nSecond line."


@pytest.mark.parametrize(
    "attribution",
    [
        "On 5 Feb 2024, at 10:12, Jana Nova wrote:",
        "Am 05.02.2024 schrieb Ihr Serviceteam:",
        "dne 5.2.2024 10:12 jana napsal(a):",
        "Your Shop wrote on 5 Feb 2024:",
    ],
)
def test_above_quoted_lines_no_line_is_a_sentence_of_the_author(attribution: str) -> None:
    assert body(f"Yes.\n{attribution}\n> Old.\n\nNo.\n") == "Yes.\n\nNo."


def test_a_name_above_the_verb_belongs_to_the_line_of_a_mail_program() -> None:
    attribution = "Jana Nova-Kalnina, Teenindusosakond\nkirjutas 5. veebruaril 2024 kell 10:12:"
    assert body(f"Yes.\n\n{attribution}\n\nOld.\n") == "Yes."


@pytest.mark.parametrize(
    "attribution",
    [
        "  On Sun, Jan 4, 2026 at 10:12, Help<help@shop.test> wrote:   ",
        "  Am So., 4. Jan. 2026 um 10:12 schrieb Hilfe<help@shop.test>:   ",
        "  Dne ne, 4 1 2026 v 10:12 Podpora<help@shop.test> napsal(a):   ",
        "  Le dim., 4 janv. 2026 à 10:12, Aide<help@shop.test> a écrit :   ",
    ],
)
def test_a_quotation_may_begin_on_the_line_that_introduces_it(attribution: str) -> None:
    quoted = f"{attribution}On its way.\nRegards"
    assert parts(f"Nothing.\n\nSent from Yahoo Mail on Android\n\n{quoted}") == [
        ("body", "Nothing."),
        ("signature", "Sent from Yahoo Mail on Android"),
        ("quoted", quoted.strip()),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "On 4 Jan 2026 Help <help@shop.test> wrote: it is on its way.\nIt is not.",
        "Hello,\nOn 4 Jan 2026 Help <help@shop.test> wrote:  it is on its way.\nIt is not.",
        "Hello,\n\nOn 4 Jan 2026 at 10:12 the shop wrote:   it is on its way.\nIt is not.",
        "Hello,\n\nmy address:   <eva@post.test>, since 4.1.2026:   yes",
    ],
)
def test_a_sentence_about_what_was_written_introduces_nothing(text: str) -> None:
    assert parts(text) == [("body", text)]
