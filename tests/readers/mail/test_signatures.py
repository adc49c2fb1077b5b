"""What is signature below a mail, and what its author still says there."""

from __future__ import annotations

import pytest

from tests.readers.mail.test_reply_parts import body, parts


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\n\nI have put the log here:\nhttps://files.example/log.txt\nIt still crashes when I print.",
        "Hi Eva,\n\nThank you.\n\nWe have sent it again.\nYou can follow it here: https://track.example/4711\n"
        "It should arrive on Friday.",
        "Hello Eva,\n\nThanks.\n\nPlease do this:\n1. Open https://shop.example/reset\n2. Enter your address.",
        "Hello,\n\nThanks,\nEva\n\n1. Open https://shop.example/reset\n2. Enter your address",
        "Thank you.\n\nOne more thing.\nMy second order 4711 889 123 is late too.\nPlease check.",
        "Hallo,\n\nViele Grüße\nEva\n\nP.S. Rufen Sie mich bitte unter 0171 1234567 an",
        "Kde je?\n\nS pozdravem\nEva Malá\n\nP.S. Zavolejte mi prosím na 777 123 456 po páté.",
        "Hol van?\n\nÜdvözlettel\nÉva\n\nU.i.: a számom +36 30 123 4567",
        "Hol van?\n\nKöszönettel\nÉva\n\nKérem, hogy a +36 30 123 4567 számon keressenek",
        "Kus see on?\n\nLugupidamisega\nEva\n\nPalun helistage mulle numbril 5123 4567",
        "Dobrý den,\n\nhezký den\n\nPosílám to znovu, sledovat to můžete zde:\nwww.posta.example/4711",
        "Bonjour,\n\nCordialement\nEva\n\nVous pouvez me joindre au 06 12 34 56 78.",
        "Thanks\nEva Malá\nOrder 4711889123",
        "Köszönettel\nÉva\nRendelésszám: 20260104",
        "Thanks\n\nalso my second order 4711889123 is late too",
        "Thanks\nEva Small\nPhoto of the damage: https://files.example/1.jpg",
        "Danke\nEva Klein\nFoto: https://files.example/1.jpg",
        "Thanks\nEva Small\nReachable after 6 pm: +49 171 1234567",
        "Danke\nEva Klein\nAm besten abends zu erreichen: +49 171 1234567",
        "Thanks\nEva Small\nDate of birth: 5 May 1980\n+49 171 1234567",
        "Hezký den\nEva Malá\nDatum narození 5. 5. 1980\n777 123 456",
        "Danke!\nMax Muster, Hauptstr. 5\n0171 1234567",
        "Best:\nPlan A https://shop.example/a\nPlan B https://shop.example/b",
        "MFG\nEVA\n\nBITTE RUFEN SIE MICH AN UNTER 0171 1234567",
    ],
)
def test_what_is_said_below_a_closing_is_the_authors(text: str) -> None:
    assert parts(text) == [("body", text)]


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("Acme Ltd\n+420 777 123 456", "PS: Please call after five."),
        ("Acme s.r.o.\nwww.acme.test", "Zavolejte mi prosím na 777 123 456 po páté."),
        ("+49 171 1234567", "Bitte rufen Sie mich nach fünf an"),
        ("+36 30 123 4567", "UI: Ha lehet, délután hívjanak."),
    ],
)
def test_what_is_said_below_contact_data_is_the_authors(signature: str, said: str) -> None:
    for greeting in ("Thanks,\nJana", "Mit freundlichen Grüßen\n\nJana Nova"):
        assert parts(f"Where is it?\n\n{greeting}\n{signature}\n\n{said}")[1:] == [
            ("signature", signature),
            ("body", said),
        ]
    assert parts(f"Where is it?\n-- \nJana\n{signature}\n\nPS: {said}")[2:] == [("body", f"PS: {said}")]


@pytest.mark.parametrize(
    "signature",
    [
        "Acme Ltd\n1 High Street\nLondon\njana@acme.test",
        "vedoucí oddělení reklamací a podpory\nAcme s.r.o.\ntel. +420 777 123 456",
        "specialistka péče o zákazníky v Acme, a.s.\nKe Kopci 5, Praha 4.\nMobil: 777 123 456",
        "customer service manager at Acme Inc.\nT: +44 20 1234 5678",
        "Leiterin der Abteilung für Kundenanliegen\nAcme GmbH & Co. KG\nHRB 12345\nTel.: 089 123456",
        "ügyfélszolgálati munkatárs\nAcme Kft.\n2. emelet 5. ajtó\n+36 30 123 4567",
        "Acme Zrt.\n1051 Budapest, Fő u. 5. 2. em.\n+36 1 234 5678",
        "klienditeenindaja\nAcme OÜ\ne-post: jana@acme.test",
        "Bestellannahme\nTelefonnummer: 089 123456",
        "+420 777 123 456\n\nPlease consider the environment before printing this e-mail.",
        "www.acme.test\nFollow us on Facebook!",
        "www.acme.test\nMyslete na životní prostředí, než tuto zprávu vytisknete.",
        "www.acme.test\nBitte denken Sie an die Umwelt, bevor Sie drucken.",
        "+420 777 123 456\n\nSent from my iPhone",
        "+420 777 123 456\n\nDiese E-Mail wurde von Avast auf Viren geprüft.\nwww.avast.com",
        "Otevírací doba: po–pá 9–17 hod.\n777 123 456",
        "Ing. Ph.D.\nSenior Specialist, Logistics & Returns\n\n[image]\nwww.acme.test",
    ],
)
def test_titles_addresses_and_slogans_of_a_company_are_signature(signature: str) -> None:
    for greeting in (
        "Thanks,\nJana Nova",
        "Mit freundlichen Grüßen\n\nJana",
        "S pozdravem\nVáš tým Acme",
        "MfG\nJana Nova, für die Gruppe.",
    ):
        assert parts(f"It is on its way.\n\n{greeting}\n{signature}") == [
            ("body", f"It is on its way.\n\n{greeting}"),
            ("signature", signature),
        ]


def test_thanks_further_up_are_no_closing_of_a_letter_that_has_one() -> None:
    text = "Thank you.\n\nWe have sent it again.\n\nKind regards\nJana\nwww.acme.test"
    assert parts(text) == [("body", text.removesuffix("\nwww.acme.test")), ("signature", "www.acme.test")]
    assert body(text).endswith("Jana")


@pytest.mark.parametrize(
    "line",
    [
        "Sent from our warehouse in Brno on 5 January.",
        "Sent from our shop with DHL, number 0034043416",
        "Sent via DHL on Monday.",
        "Sent via Royal Mail yesterday.",
        "Sent from my old address on 5 January, please check.",
        "Sent with tracking to your phone's address.",
        "Gesendet mit DHL am 5. Mai",
        "Gesendet von unserem Lager in Wien am 5.1.",
        "Gesendet mit Hermes, Sendung 4711.",
        "Odesláno přes PPL 5. 1., zásilka 4711.",
        "Odesláno z Brna",
        "Odesláno ze skladu v pondělí.",
        "Elküldve a raktárunkból január 5-én.",
        "Az csomagot tegnap küldve",
        "Saadetud mu eelmisele aadressile 5. jaanuaril",
        "Envoyé depuis notre entrepôt le 5 janvier.",
        "Verzonden met PostNL op maandag.",
        "Wysłano z magazynu 5 stycznia.",
        "Sent from my iPhone order on 5 January 2026",
    ],
)
@pytest.mark.parametrize(
    "above", ["Your order is complete.\n", "Your order is complete.\n\n", "Thanks,\nJana\n+1 212 555 0100\n\n"]
)
def test_how_something_was_sent_is_the_authors_also_at_the_end(line: str, above: str) -> None:
    assert parts(above + line)[-1][1].endswith(line)
    assert parts(above + line)[-1][0] == "body"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my iPhone 15 Pro Max",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from my SM-G991B",
        "Sent from my Tecno Spark",
        "Sent from Mail for Windows 10",
        "Sent from Yahoo Mail on Android",
        "Sent from Outlook for Android<https://aka.ms/AAb9ysg>",
        "Sent with Proton Mail secure email.",
        "Sent via BlackBerry from T-Mobile",
        "Sent from the all new AOL app for iOS",
        "Sent using Zoho Mail",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Gesendet mit der GMX Mail App",
        "Gesendet mit der mobilen Mail App",
        "Gesendet von Mail für Windows",
        "Gesendet aus der Telekom Mail App",
        "Von meinem Galaxy gesendet",
        "Von meinem Redmi Note 9 gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Odesláno z mobilu",
        "Odesláno z iPhonu",
        "Odesláno z mého telefonu",
        "Odesláno z aplikace Outlook pro Android",
        "Odesláno z Pošty pro Windows",
        "Odesláno ze zařízení Samsung Galaxy.",
        "Odesláno mobilní aplikací Email.cz",
        "Získat Outlook pro iOS",
        "Elküldve a Huawei telefonomról",
        "Elküldve az iPhone-omról",
        "Az iPhone-omról küldve",
        "iPhone-omról küldve",
        "Saadetud minu Samsungi telefonist",
        "Saadetud iPhone'ist",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon appareil mobile",
        "Verstuurd vanaf mijn iPhone",
        "Enviado desde mi Xiaomi",
        "Inviato da iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPad",
        "Enviado do meu Motorola",
    ],
)
def test_what_a_telephone_or_program_adds_is_signature(line: str) -> None:
    for above in ("Yes.", "Yes.\n\nKind regards,\nJana"):
        assert parts(f"{above}\n\n{line}") == [("body", above), ("signature", line)]


@pytest.mark.parametrize(
    "text",
    [
        "Order 1: late\n--\nOrder 2: missing\n--\nOrder 3: wrong colour\nPlease fix all of them.",
        "Order 1: late\n--\nOrder 2: missing\n--\nOrder 3: wrong colour",
        "Order 1: late\n--\nOrder 2: missing",
        "Hello,\nplease fill in:\n_____\nName\n_____\nCity",
        "Hello,\nplease fill in:\n_______\nName",
        "Bestellung 1 fehlt\n—\nBestellung 2 kam defekt an.\nBitte tauschen Sie sie um.",
        "První balík přišel.\n--\nDruhý balík nepřišel, prosím o prověření.",
        "Az első jó.\n_____\nA második csomag nem jött meg.",
        "Esimene on korras.\n--\nTeine pakk ei tulnud kohale.\n--\nKolmas ka mitte.",
        "First part.\n--\nPlease call me at +420 777 123 456",
        "A\n--\nB\n--\nC\n--\nD",
        "My first order is late.\nThanks\n--\nMy second order is late too.",
        "Die erste fehlt.\nMfG\nEva\n--\nIch habe auch die zweite nicht erhalten.",
    ],
)
def test_lines_that_part_what_the_author_writes_begin_no_signature(text: str) -> None:
    assert parts(text) == [("body", text)]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJana\nAcme",
        "--\nJana",
        "—\nJana Nova\nAcme s.r.o.\nvedoucí oddělení reklamací",
        "_____________\nJana Nova\nAcme Ltd\nwww.acme.test",
        "-- \nJana Nova\nBe yourself, everyone else is already taken.",
        "--\nJana Nova\nwww.acme.test\nPlease consider the environment before you print this.",
        "-- \nJana\n\n_______________________________\nshop mailing list\nshop@lists.test",
        "--\nJana Nova\n--\nAcme Ltd\nTel. +420 777 123 456",
        "--\nTel.: +420 777 123 456\nAcme",
        "--\nJana mailto:<email>\nPresident, Acme http://acme.test",
        "--\nJana Nova | Toys\n<http://x.test/> | for sick children:",
        "--\n_______________\nJ a n a  N o v a\nLead, Guidelines\n650/786-4551\n_______________",
        "-- \n" + "\n".join(f"Acme office {name}" for name in "ABCDEFGHIJKLMNOPQ"),
    ],
)
def test_a_delimiter_begins_a_signature(signature: str) -> None:
    assert parts(f"Hi.\nIt works.\n\n{signature}") == [("body", "Hi.\nIt works."), ("signature", signature)]


def test_below_a_closing_a_delimiter_begins_a_slogan_as_well() -> None:
    above, slogan = (
        "Es ist eingetragen.\n\nMit freundlichen Grüßen\nH. Rüter",
        "--\nAcme – danke, dass Sie bei uns sind!",
    )
    assert parts(f"{above}\n{slogan}") == [("body", above), ("signature", slogan)]


def test_what_is_said_below_contact_data_under_a_delimiter_is_the_authors() -> None:
    text = "Hi.\n--\nJana Nova\n+420 777 123 456\n\nOne more thing: please call me after five."
    assert [kind for kind, _ in parts(text)] == ["body", "signature", "body"]


@pytest.mark.parametrize(
    "closing",
    [
        "Best,",
        "Have a nice day!",
        "Üdvözlettel:",
        "Děkuji",
        "Díky moc",
        "S pozdravem / Best regards",
        "Mit freundlichen Grüßen / Kind regards,",
        "Vielen Dank im Voraus",
        "Schöne Grüße",
        "Köszönöm szépen,",
        "Szép napot!",
        "Aitäh",
        "Ilusat päeva!",
        "Merci d'avance,",
        "Gracias",
    ],
)
def test_a_closing_in_any_words_has_contact_data_below(closing: str) -> None:
    text = f"It is late.\n\n{closing}\nJana Nova\nAcme Ltd\n+420 777 123 456"
    assert parts(text)[1:] == [("signature", "Acme Ltd\n+420 777 123 456")]
    for said in (
        "Můžete mi zavolat na 777 123 456",
        "Bitte rufen Sie mich an: 0171 1234567",
        "See it here: www.x.test",
    ):
        assert [kind for kind, _ in parts(f"It is late.\n\n{closing}\n{said}\nAnd tell me more.")] == ["body"]


@pytest.mark.parametrize("line", ["Best of all, it works", "Danke für nichts", "Děkuji nechci", "Best/worst case"])
def test_a_sentence_that_begins_like_a_closing_is_none(line: str) -> None:
    text = f"Hello,\n{line}\nAcme\nSee www.x.test"
    assert parts(text) == [("body", text)]
