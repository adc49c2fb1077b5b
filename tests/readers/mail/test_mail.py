from __future__ import annotations

from email.header import Header
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llm_grader.errors import InputError
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.mail.mail_message import Letter, parse_letter
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[2] / "data" / "readers"
SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"
HOUSE = RoleMapping(domains=("acme.test",))


def mail(
    tmp_path: Path,
    name: str,
    *,
    sender: str = "a@x.test",
    to: str = "b@y.test",
    body: str | bytes = "Hi",
    **headers: str,
) -> None:
    lines = [f"From: {sender}", f"To: {to}", *(f"{key.replace('_', '-')}: {value}" for key, value in headers.items())]
    raw = body if isinstance(body, bytes) else body.encode()
    (tmp_path / name).write_bytes("\n".join([*lines, "MIME-Version: 1.0", "", ""]).encode() + raw)


def read(tmp_path: Path, roles: RoleMapping | None = None) -> list[Transcript]:
    return list(read_transcripts(tmp_path, roles=roles))


def kinds(transcript: Transcript, turn: int) -> list[tuple[str, str]]:
    text = transcript.turns[turn].text
    return [(part.kind, text[part.start : part.end].strip()) for part in transcript.turns[turn].segments]


def test_an_mbox_is_its_conversations_with_agent_customer_and_bot() -> None:
    (transcript,) = read_transcripts(DATA / "vlakno_cs.mbox", roles=HOUSE)
    assert transcript.id == "q1@example.test"
    assert transcript.channel == "email"
    assert [(turn.role, turn.role_source, turn.speaker, turn.subject) for turn in transcript.turns] == [
        ("customer", "mapping", "petr@example.test", "Objednávka 17"),
        ("bot", "source", "podpora@acme.test", "Re: Objednávka 17"),
        ("agent", "mapping", "jana@acme.test", "Re: Objednávka 17"),
    ]
    assert [turn.at.isoformat() for turn in transcript.turns if turn.at][::2] == [
        "2024-02-05T09:12:00+01:00",
        "2024-02-05T10:12:00+01:00",
    ]
    assert [(p.id, p.role, p.name) for p in transcript.participants] == [
        ("petr@example.test", "customer", "Petr Novák"),
        ("podpora@acme.test", "bot", None),
        ("jana@acme.test", "agent", "Nová, Jana"),
    ]
    assert transcript.warnings == ()


def test_what_the_author_wrote_is_told_from_contact_data_and_quotes_and_nothing_is_removed() -> None:
    (transcript,) = read_transcripts(DATA / "vlakno_cs.mbox", roles=HOUSE)
    assert kinds(transcript, 2) == [
        ("body", "Dobrý den, balík dorazí zítra.\n\nS pozdravem\nJana Nová"),
        ("signature", "tel. +420 123 456 789"),
        (
            "quoted",
            "po 5. 2. 2024 v 9:12 odesílatel Petr Novák <petr@example.test> napsal:\n\n> moje objednávka nepřišla.",
        ),
    ]
    assert transcript.turns[0].text.splitlines()[3] == "From Brno je to přece kousek."


def test_attachments_and_recipients_are_kept_by_turn() -> None:
    (transcript,) = read_transcripts(DATA / "vlakno_cs.mbox", roles=HOUSE)
    first, _, last = transcript.metadata["messages"]
    assert first["to"] == ["Podpora <podpora@acme.test>"]
    assert last["attachments"] == [{"name": "faktura.pdf", "type": "application/pdf"}]


def test_who_gets_a_letter_takes_part(tmp_path: Path) -> None:
    to = '"Hildegard Vogt" <h@y.test>, b@y.test'
    mail(tmp_path, "1.eml", to=to, Cc='"Barnaby Twelvetrees" <BT@z.test>, "A" <a@x.test>, Acme <support@z.test>')
    (transcript,) = read(tmp_path, RoleMapping(domains=("y.test",)))
    assert [(p.id, p.role, p.name, p.email) for p in transcript.participants] == [
        ("a@x.test", "customer", "A", "a@x.test"),
        ("h@y.test", "unknown", "Hildegard Vogt", "h@y.test"),
        ("b@y.test", "unknown", None, "b@y.test"),
        ("bt@z.test", "unknown", "Barnaby Twelvetrees", "bt@z.test"),
    ]


def test_letters_of_one_conversation_meet_across_files_in_the_order_of_time(tmp_path: Path) -> None:
    mail(
        tmp_path, "1.eml", body="second", Message_ID="<2@x>", In_Reply_To="<1@x>", Date="Tue, 6 Feb 2024 10:00:00 +0000"
    )
    mail(tmp_path, "2.eml", body="first", Message_ID="<1@x>", Date="Mon, 5 Feb 2024 10:00:00 +0000")
    mail(
        tmp_path,
        "3.eml",
        body="third",
        Message_ID="<3@x>",
        References="<0@x> <1@x>",
        Date="Wed, 7 Feb 2024 10:00:00 +0000",
    )
    mail(tmp_path, "4.eml", body="other", Message_ID="<9@x>", Date="Wed, 7 Feb 2024 11:00:00 +0000")
    one, other = read(tmp_path)
    assert [turn.text for turn in one.turns] == ["first", "second", "third"]
    assert (one.id, other.id) == ("1@x", "9@x")


def test_answers_to_a_letter_that_is_missing_belong_together(tmp_path: Path) -> None:
    mail(tmp_path, "1.eml", Message_ID="<1@x>", References="<lost@x>", Subject="one")
    mail(tmp_path, "2.eml", Message_ID="<2@x>", In_Reply_To="<lost@x>", Subject="two")
    assert [len(transcript.turns) for transcript in read(tmp_path)] == [2]


@pytest.mark.parametrize("prefix", ["Re: ", "AW: ", "RE: AW: ", "Odp: ", "Vá: ", "Re[2]: ", "Fwd: "])
def test_a_reply_without_references_goes_by_subject_and_people(tmp_path: Path, prefix: str) -> None:
    mail(tmp_path, "1.eml", Subject="Invoice 7", Date="Mon, 5 Feb 2024 10:00:00 +0000")
    mail(tmp_path, "2.eml", sender="b@y.test", to="a@x.test", Subject=f"{prefix}invoice  7")
    mail(tmp_path, "3.eml", sender="c@z.test", to="d@z.test", Subject=f"{prefix}Invoice 7")
    mail(tmp_path, "4.eml", Subject="Invoice 7", Date="Mon, 5 Feb 2024 12:00:00 +0000")
    assert sorted(len(transcript.turns) for transcript in read(tmp_path)) == [1, 1, 2]


def test_the_copy_in_another_folder_is_left_out_and_told_and_another_text_under_the_same_id_is_not(
    tmp_path: Path,
) -> None:
    for name, body in (("inbox.eml", "Hi"), ("sent.eml", "Hi"), ("z.eml", "Hello")):
        mail(tmp_path, name, body=body, Message_ID="<1@x>", Date="Mon, 5 Feb 2024 10:00:00 +0000")
    (transcript,) = read(tmp_path)
    assert [turn.text for turn in transcript.turns] == ["Hi", "Hello"]
    assert any(w.startswith("a copy of a mail was left out") and "sent.eml" in w for w in transcript.warnings)


@pytest.mark.parametrize(
    ("sender", "headers", "role"),
    [
        ("jana@acme.test", {}, "agent"),
        ("jana@brno.acme.test", {}, "agent"),
        ("jana@notacme.test", {}, "customer"),
        ("Eva <eva@home.test>", {}, "agent"),
        ("shop@mail.test", {}, "agent"),
        ("jana@acme.test", {"Auto_Submitted": "auto-generated"}, "bot"),
        ("jana@acme.test", {"Auto_Submitted": "no"}, "agent"),
        ("jana@acme.test", {"Precedence": "bulk"}, "bot"),
        ("MAILER-DAEMON@x.test", {}, "bot"),
        ("no-reply@acme.test", {}, "bot"),
        ("NoReply@acme.test", {}, "bot"),
        ("no_reply+4711@acme.test", {}, "bot"),
        ("orders-noreply@acme.test", {}, "bot"),
        ("do-not-reply@acme.test", {}, "bot"),
        ("donotreply-cz@acme.test", {}, "bot"),
        ("notifications@acme.test", {}, "bot"),
        ("no-reply-bounce@x.test", {}, "bot"),
        ("noreplyson@acme.test", {}, "agent"),
        ("jana+notifications@home.test", {}, "customer"),
    ],
)
def test_the_agent_is_known_by_domain_address_or_name_and_a_machine_is_a_bot(
    tmp_path: Path, sender: str, headers: dict[str, str], role: str
) -> None:
    mail(tmp_path, "1.eml", sender=sender, **headers)
    roles = RoleMapping(domains=("acme.test",), addresses=("shop@mail.test",), agents=("Eva",))
    (transcript,) = read(tmp_path, roles)
    assert transcript.turns[0].role == role


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Order 17",
        "Out of Office: Order 17",
        "Out of Office AutoReply: Order 17",
        "Abwesenheitsnotiz: Bestellung",
        "Automatische Antwort: Bestellung",
        "Automatická odpověď: Objednávka 17",
        "Mimo kancelář: Objednávka 17",
        "Automatikus válasz: Rendelés",
        "Automaatvastus: Tellimus",
        "Automatické odpovědi: Objednávka",
        "Réponse automatique : Commande",
        "Automatisch antwoord: Bestelling",
        "Autosvar: Order",
        "Odpowiedź automatyczna: Zamówienie",
        "Risposta automatica: Ordine",
        "Automatische Antwort",
    ],
)
@pytest.mark.parametrize("sign", [{"In_Reply_To": "<0@x>"}, {"X_Auto_Response_Suppress": "All"}])
def test_an_automatic_reply_is_known_by_how_its_subject_begins(
    tmp_path: Path, subject: str, sign: dict[str, str]
) -> None:
    mail(tmp_path, "1.eml", body="Back on 12 January.", Subject=str(Header(subject, "utf-8")), **sign)
    assert read(tmp_path)[0].turns[0].role == "bot"


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Re: Automatic reply: Order 17", {"In_Reply_To": "<0@x>"}),
        ("AW: Abwesenheitsnotiz: Bestellung", {"In_Reply_To": "<0@x>"}),
        ("Automatic reply: why do I get nothing else?", {}),
        ("Out of office chairs", {"In_Reply_To": "<0@x>"}),
        ("Abwesenheit meines Nachbarn: Paket", {"In_Reply_To": "<0@x>"}),
        ("Automatická odpověď nefunguje", {"In_Reply_To": "<0@x>"}),
        ("Auto: kaputt", {"In_Reply_To": "<0@x>"}),
        ("Order 17", {"X_Auto_Response_Suppress": "All"}),
    ],
)
def test_what_people_write_about_automatic_replies_is_theirs(
    tmp_path: Path, subject: str, headers: dict[str, str]
) -> None:
    mail(tmp_path, "1.eml", Subject=str(Header(subject, "utf-8")), **headers)
    assert read(tmp_path)[0].turns[0].role == "unknown"


@pytest.mark.parametrize("subject", ["Out of office: printer", "Mimo kancelář: tiskárna", "Afwezig: monteur"])
def test_a_subject_of_an_absence_makes_no_machine_of_whoever_asks_for_help(tmp_path: Path, subject: str) -> None:
    sign = {"Subject": str(Header(subject, "utf-8")), "In_Reply_To": "<0@x>"}
    mail(tmp_path, "1.eml", body="It is broken, please help.", **sign)
    assert read(tmp_path)[0].turns[0].role == "unknown"


def test_without_a_mapping_the_address_of_a_desk_is_a_cue(tmp_path: Path) -> None:
    mail(tmp_path, "1.eml", sender="podpora@x.test", Message_ID="<1@x>")
    mail(tmp_path, "2.eml", sender="petr@y.test", In_Reply_To="<1@x>")
    (transcript,) = read(tmp_path)
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [("agent", "cues"), ("customer", "cues")]


@pytest.mark.parametrize(
    ("sender", "to", "headers", "domains", "kind"),
    [
        ("tom@acme.test", "Eva <eva@acme.test>", {"Cc": "jan@brno.acme.test"}, ("acme.test",), "note"),
        ("tom@acme.test", "eva@acme.test", {"Auto_Submitted": "auto-replied"}, ("acme.test",), "note"),
        ("tom@acme.test", "eva@acme.test", {"Cc": "petr@x.test"}, ("acme.test",), "message"),
        ("tom@acme.test", "petr@x.test, eva@acme.test", {}, ("acme.test",), "message"),
        ("tom@acme.test", "undisclosed-recipients:;", {}, ("acme.test",), "message"),
        ("petr@x.test", "support@acme.test", {}, ("acme.test",), "message"),
        ("support@acme.test", "helpdesk@acme.test", {}, (), "note"),
        ("support@acme.test", "helpdesk@customer.test", {}, (), "message"),
        ("tom@acme.test", "support@acme.test", {}, (), "message"),
        ("Eva <eva@acme.test>", "support@acme.test, boss@acme.test", {}, (), "note"),
        ("Eva <eva@acme.test>", "support@customer.test", {}, (), "message"),
    ],
)
def test_a_mail_that_stays_within_the_house_is_a_note(
    tmp_path: Path, sender: str, to: str, headers: dict[str, str], domains: tuple[str, ...], kind: str
) -> None:
    mail(tmp_path, "1.eml", sender=sender, to=to, **headers)
    roles = RoleMapping(domains=domains, agents=("Eva",), speakers={"boss@acme.test": "supervisor"})
    (transcript,) = read(tmp_path, roles)
    (turn,) = transcript.turns
    assert (turn.kind, turn.visibility) == (kind, "internal" if kind == "note" else "public")


CUSTOMER, DESK = "eva@post.test", "help@acme.test"


def letters(tmp_path: Path, *who: tuple[str, str], roles: RoleMapping | None = None, **headers: str) -> list[str]:
    """The kinds of letters of one conversation, given by their senders and recipients; the headers are of the last."""
    for number, (sender, to) in enumerate(who):
        more = headers if number == len(who) - 1 else {}
        date = f"Mon, 5 Feb 2024 1{number}:00:00 +0000"
        mail(
            tmp_path,
            f"{number}.eml",
            sender=sender,
            to=to,
            Message_ID=f"<{number}@x>",
            References="<0@x>",
            Date=date,
            **more,
        )
    (transcript,) = read(tmp_path, roles)
    return [turn.kind for turn in transcript.turns]


@pytest.mark.parametrize("begins", [(CUSTOMER, DESK), (DESK, CUSTOMER), ("anna@acme.test", CUSTOMER)])
@pytest.mark.parametrize(
    "inside",
    [
        ("anna@acme.test", "tom@acme.test"),
        (DESK, "store@acme.test"),
        (DESK, "anna@acme.test, tom@brno.acme.test"),
    ],
)
def test_colleagues_at_the_desk_that_a_customer_wrote_to_write_notes(
    tmp_path: Path, begins: tuple[str, str], inside: tuple[str, str]
) -> None:
    assert letters(tmp_path, begins, inside, (DESK, CUSTOMER)) == ["message", "note", "message"]


@pytest.mark.parametrize(
    "before", [(DESK, "store@acme.test"), ("store@acme.test", "tom@acme.test"), ("store@acme.test", CUSTOMER)]
)
def test_a_known_colleague_writes_notes_to_the_desk(tmp_path: Path, before: tuple[str, str]) -> None:
    kinds = letters(tmp_path, (CUSTOMER, DESK), before, ("store@acme.test", DESK), (DESK, "store@acme.test"))
    assert kinds[2:] == ["note", "note"]


@pytest.mark.parametrize(
    "who",
    [
        (("wife@acme.test", DESK), (DESK, "wife@acme.test")),
        ((DESK, f"{CUSTOMER}, wife@acme.test"), ("wife@acme.test", DESK), (DESK, "wife@acme.test")),
        (("wife@acme.test", f"{DESK}, {CUSTOMER}"), ("wife@acme.test", DESK)),
        ((DESK, CUSTOMER), ("webform@acme.test", DESK)),
        (("kontaktformular@acme.test", "tom@acme.test"),),
    ],
)
def test_whoever_writes_only_to_the_desk_of_their_own_domain_may_be_a_customer(
    tmp_path: Path, who: tuple[tuple[str, str], ...]
) -> None:
    assert letters(tmp_path, (CUSTOMER, DESK), *who) == ["message"] * (len(who) + 1)


def test_the_house_of_an_agent_whom_the_caller_names_is_known_as_well(tmp_path: Path) -> None:
    roles = RoleMapping(agents=("anna@acme.test",))
    inside = ("anna@acme.test", "tom@acme.test")
    assert letters(tmp_path, (CUSTOMER, "anna@acme.test"), inside, roles=roles) == ["message", "note"]


@pytest.mark.parametrize(
    ("begins", "next_one", "headers"),
    [
        (("tom@acme.test", DESK), (DESK, "tom@acme.test"), {}),
        (("tom@acme.test", f"{DESK}, vendor@x.test"), ("eva@acme.test", DESK), {}),
        (("alerts-noreply@x.test", DESK), ("tom@acme.test", DESK), {}),
        ((CUSTOMER, DESK), ("adam@post.test", DESK), {}),
        ((CUSTOMER, DESK), ("adam@post.test", CUSTOMER), {}),
        ((CUSTOMER, DESK), ("anna@acme.test", "tom@acme.test"), {"Cc": CUSTOMER}),
        ((CUSTOMER, DESK), ("form@acme.test", DESK), {"Reply_To": CUSTOMER}),
        ((CUSTOMER, DESK), ("form@acme.test", DESK), {"Auto_Submitted": "auto-generated"}),
        ((CUSTOMER, "support@gmail.com"), ("adam@gmail.com", "support@gmail.com"), {}),
        ((CUSTOMER, "hilfe@web.de"), ("adam@web.de", "hilfe@web.de"), {}),
        (("agent@outsourced.test", f"tom@acme.test, {DESK}"), ("tom@acme.test", DESK), {}),
        (("agent@outsourced.test", "tom@acme.test"), ("tom@acme.test", DESK), {}),
        (("support@customer.test", DESK), ("tom@customer.test", "support@customer.test"), {}),
    ],
)
def test_whoever_may_be_the_customer_writes_no_notes(
    tmp_path: Path, begins: tuple[str, str], next_one: tuple[str, str], headers: dict[str, str]
) -> None:
    assert letters(tmp_path, begins, next_one, roles=None, **headers) == ["message", "message"]


def test_a_customer_by_the_mapping_writes_no_notes_to_a_desk_of_the_same_domain(tmp_path: Path) -> None:
    roles = RoleMapping(customers=("tom@acme.test",))
    assert letters(tmp_path, (CUSTOMER, DESK), ("tom@acme.test", DESK), roles=roles) == ["message", "message"]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1", "Grüße"),
        (
            "Größe, schön und gut, ich und Sie".encode("cp1252"),
            "text/plain; charset=utf-8",
            "Größe, schön und gut, ich und Sie",
        ),
        ("Balík už dorazil, děkuji.".encode("cp1250"), "text/plain; charset=x-nonsense", "Balík už dorazil, děkuji."),
        ("Grüße".encode(), "text/plain", "Grüße"),
        (b"+2AA-x", "text/plain; charset=utf-7", "?x"),
        (b"a\r\nb\r\n", "text/plain", "a\nb"),
        (b"<p>Hello&nbsp;<b>you</b> &amp; me</p><p>Bye</p>", "text/html", "Hello you & me\n\nBye"),
        (b'<div><img src="cid:1" alt="error 42"></div>', "text/html", "error 42"),
        (b"text", 'text/plain; charset="punycode"', "text"),
        (b"text", ";;;", "text"),
    ],
)
def test_a_text_is_read_by_its_encoding_even_if_it_lies(
    tmp_path: Path, body: bytes, content_type: str, text: str
) -> None:
    mail(tmp_path, "1.eml", body=body, Content_Type=content_type, Content_Transfer_Encoding="8bit")
    (transcript,) = read(tmp_path)
    assert transcript.turns[0].text == text


def test_every_text_part_is_read_not_only_the_first(tmp_path: Path) -> None:
    body = (
        "--b\nContent-Type: text/html\n\n<p>one</p>\n--b\nContent-Type: image/png\n\nxx\n"
        "--b\nContent-Type: text/plain\n\ntwo\n--b\nContent-Type: message/rfc822\n\nSubject: old\n\nthree\n--b--\n"
    )
    mail(tmp_path, "1.eml", body=body, Content_Type="multipart/mixed; boundary=b")
    (transcript,) = read(tmp_path)
    assert transcript.turns[0].text == "one\n\ntwo"
    assert transcript.metadata["messages"][0]["attachments"] == [
        {"name": "", "type": "image/png"},
        {"name": "old", "type": "message/rfc822"},
    ]


def test_an_empty_plain_part_gives_way_to_html(tmp_path: Path) -> None:
    body = "--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<div>yes</div>\n--b--\n"
    mail(tmp_path, "1.eml", body=body, Content_Type="multipart/alternative; boundary=b")
    assert read(tmp_path)[0].turns[0].text == "yes"


@pytest.mark.parametrize(
    ("plain", "html", "read_html"),
    [
        ("Your mail program does not show HTML.", "<p>My parcel never came, please call me.</p>", True),
        ("Open in a browser: https://x.test/1", "<p>Der Drucker kam nie an. Bitte rufen Sie an.</p>", True),
        ("[cid:image001.png]", "<p>Nothing works, see the picture.</p><img src='cid:1'>", True),
        ("My parcel never came", "<p>My parcel <b>never</b> came</p>", False),
        ("It never came.\n\n> Was it?", "<p>It never came.</p><blockquote>Was it?</blockquote>", False),
        ("See <https://x.test>, please", '<p><a href="https://x.test">See</a>, please</p>', False),
        ("A long text of which the page shows only a part", "<p>A part</p>", False),
    ],
)
def test_a_plain_part_that_says_something_else_gives_way_to_html_and_this_is_told(
    tmp_path: Path, plain: str, html: str, read_html: bool
) -> None:
    body = f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    mail(tmp_path, "1.eml", body=body, Content_Type="multipart/alternative; boundary=b")
    (transcript,) = read(tmp_path)
    assert (transcript.turns[0].text != plain) == read_html
    assert any("the HTML was read" in warning for warning in transcript.warnings) == read_html


def test_what_is_attached_to_the_alternative_that_is_not_read_is_kept(tmp_path: Path) -> None:
    mixed = (
        "--c\nContent-Type: text/html\n\n<p>See the invoice</p>\n"
        "--c\nContent-Type: application/pdf; name=invoice.pdf\nContent-Disposition: inline\n\nxx\n"
        "--c\nContent-Type: text/html\n\n<p>Bye</p>\n--c--\n"
    )
    body = (
        "--b\nContent-Type: text/plain\n\nSee the invoice\n"
        f"--b\nContent-Type: multipart/mixed; boundary=c\n\n{mixed}"
        "--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n"
    )
    mail(tmp_path, "1.eml", body=body, Content_Type="multipart/alternative; boundary=b")
    (transcript,) = read(tmp_path)
    assert transcript.turns[0].text == "See the invoice"
    assert transcript.metadata["messages"][0]["attachments"] == [
        {"name": "invoice.pdf", "type": "application/pdf"},
        {"name": "", "type": "text/calendar"},
    ]


def test_letters_without_ids_get_ids_of_their_own(tmp_path: Path) -> None:
    for folder, subject in (("a", "x"), ("b", "y")):
        (tmp_path / folder).mkdir()
        mail(tmp_path / folder, "1.eml", Subject=subject)
    assert sorted(transcript.id for transcript in read(tmp_path)) == ["1", "1-2"]


def test_mail_is_known_by_its_headers_not_by_its_name(tmp_path: Path) -> None:
    mail(tmp_path, "letter.txt", Subject="x")
    assert read(tmp_path)[0].channel == "email"
    (tmp_path / "letter.txt").write_text("Agent: From: you\nCustomer: To: me\nAgent: Subject: it\n")
    assert read(tmp_path)[0].channel == "chat"


def test_a_mail_that_cannot_be_taken_apart_is_told_with_its_place(tmp_path: Path) -> None:
    bomb = "From: a@x.test\nTo: b@x.test\nSubject: x\n\n" + "boundary=\n" * 300
    (tmp_path / "m.mbox").write_text(f"From a\nFrom: a@x.test\nTo: b@y.test\nSubject: y\n\nHi\n\nFrom b\n{bomb}")
    problems: list[InputError] = []
    (transcript,) = read_transcripts(tmp_path, on_error=problems.append)
    assert transcript.turns[0].text == "Hi"
    assert [problem.where for problem in problems] == ["message 2"]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
def test_every_public_mail_is_a_turn_of_some_conversation() -> None:
    transcripts = list(read_transcripts(SAMPLES / "eml"))
    assert sum(len(transcript.turns) for transcript in transcripts) == len(list((SAMPLES / "eml").iterdir()))
    texts = {turn.text for transcript in transcripts for turn in transcript.turns}
    assert "Tohle je test českých písmen odeslaných z gmailu." in texts
    bounce = next(t for t in transcripts if "postmaster" in (t.turns[0].speaker or ""))
    assert bounce.turns[0].role == "bot"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
def test_in_the_public_replies_the_answer_is_all_that_is_body() -> None:
    transcripts = read_transcripts(SAMPLES / "eml")
    replies = [t for t in transcripts if any((turn.subject or "").startswith("Re: Test") for turn in t.turns)]
    for transcript in replies:
        for number, turn in enumerate(transcript.turns):
            if (turn.subject or "").startswith("Re: Test"):
                assert next(text for kind, text in kinds(transcript, number) if kind == "body") == "Hello"


@pytest.mark.parametrize(
    ("zone", "warned"),
    [("", True), (" XYZ", True), (" +0000", False), (" -0000", False), (" GMT", False), (" +0200 (CEST)", False)],
)
def test_a_date_without_a_zone_is_told(tmp_path: Path, zone: str, warned: bool) -> None:
    mail(tmp_path, "1.eml", Date=f"Mon, 6 May 2024 10:00:00{zone}")
    (transcript,) = read(tmp_path)
    assert transcript.turns[0].at is not None
    assert ("times without a zone were read as UTC" in transcript.warnings) is warned


_LETTER = (
    "From: Jána <jana@x.example>\nTo: a@y.example, B <b@y.example>\nSubject: =?utf-8?q?k=C5=AF=C5=88?= a\n  žluť\n"
    "Date: Mon, 13 May 2024 10:22:00 +0200\nContent-Type: text/plain;\n charset=utf-8\n\nDobrý den,\n\nkůň\n"
).encode()
_CRUMBS = [
    b"\n",
    b"\n\n",
    b" ",
    b":",
    b"\t",
    b";",
    b"a: b\n",
    b"\xff",
    b"\x0b",
    b"\x85",
    b"\0",
    b"charset*=utf-8''x",
]
_CRUMBS += [b"Content-Type: multipart/mixed; boundary=b\n", b"--b\n", b"Content-Transfer-Encoding: quoted-printable\n"]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(_CRUMBS)), max_size=4))
def test_a_separator_above_changes_nothing_of_a_broken_letter(damage: list[tuple[float, int, bytes]]) -> None:
    data = bytearray(_LETTER)
    for share, removed, crumb in damage:
        at = round(share * len(data))
        data[at : at + removed] = crumb
    assume(not data.startswith(b"From "))  # the damage then made such a line of the first header
    # a letter of one part is taken apart here, and with such a line above it by the standard library
    assert _letter_or_error(bytes(data)) == _letter_or_error(b"From MAILER Mon May 13 10:22:00 2024\n" + bytes(data))


def _letter_or_error(data: bytes) -> Letter | str:
    try:
        return parse_letter(data, source="a.eml", stem="a")
    except InputError as error:
        return str(error)
