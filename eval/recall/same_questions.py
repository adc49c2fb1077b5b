"""Conversations in which customers ask the same thing in other words, among many that ask something else. Synthetic.

The questions were written for this, three times each, by the authors of the search that is measured on them: what is
found here says how it works in principle, not how much it finds among your conversations.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from llm_grader.transcript import Transcript, Turn

QUESTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "en": (
        (
            "How long do I have to send an item back?",
            "I bought shoes last week, until when can I return them?",
            "What is the time limit for returns with you?",
        ),
        (
            "Who pays the postage if I return something?",
            "Do I have to cover the return shipping myself?",
            "Is sending a parcel back free or does it cost me?",
        ),
        (
            "Can I change the delivery address after I ordered?",
            "I have moved, could you send my order to a different address?",
            "The address on my order is wrong, can that still be corrected?",
        ),
        (
            "When will I get my money back for the returned jacket?",
            "How many days does a refund take to arrive?",
            "I sent it back two weeks ago and there is no refund on my account yet, how long does that take?",
        ),
        (
            "Can I pay by invoice?",
            "Is there a way to buy now and pay on an invoice later?",
            "Do you offer payment on account for private customers?",
        ),
        (
            "Is the battery covered by the warranty?",
            "My battery is flat after half a year, does the guarantee apply?",
            "Does your warranty include batteries that lose capacity?",
        ),
        (
            "How do I cancel my subscription?",
            "I want to end my membership, what do I have to do?",
            "What is the notice period if I would like to quit the subscription?",
        ),
        (
            "Do you ship to Norway?",
            "Can you deliver to an address in Norway and what about customs?",
            "I live in Oslo, is delivery to Norway possible?",
        ),
        (
            "I forgot my password and the reset mail never arrives.",
            "The link for a new password does not reach my inbox, what now?",
            "Why do I get no e-mail when I try to reset my password?",
        ),
        (
            "Can I use two voucher codes on one order?",
            "Is it possible to combine vouchers?",
            "The shop only takes one discount code, can I add the second voucher too?",
        ),
        (
            "My parcel says delivered but I have nothing.",
            "Tracking shows it was handed over, yet no package is here, what happens now?",
            "The parcel is marked as delivered and it never came, who is responsible?",
        ),
        (
            "Can I pick the order up in the store?",
            "Do you offer click and collect in your shops?",
            "I would rather collect it myself from your store, does that work?",
        ),
        (
            "Do students get a discount?",
            "Is there a reduced price for students?",
            "I am at university, can I have a student discount?",
        ),
        (
            "How do I get an invoice with VAT on it?",
            "I need a VAT invoice for my company, where can I download it?",
            "Could you issue an invoice that shows the VAT number?",
        ),
        (
            "Can you deliver on a Saturday?",
            "Is weekend delivery available, I am only home on Saturdays?",
            "I need the parcel to come on Saturday, is that something you do?",
        ),
        (
            "Which size should I take if I am between two sizes?",
            "Do your jackets run small, should I order one size up?",
            "I am usually between M and L, what size do you recommend?",
        ),
        (
            "How do I delete my account and my data?",
            "Please erase my data, what do I need to send you for deleting the account?",
            "I want my customer account removed with all personal data.",
        ),
        (
            "The screen arrived cracked, do I get a new one?",
            "My order came with a broken display, will you replace it?",
            "What are my options if the device arrives with a cracked screen?",
        ),
        (
            "Can I order by phone?",
            "I do not want to use the website, do you take orders over the telephone?",
            "Is it possible to place an order with you on the phone?",
        ),
        (
            "Is there a price match if it is cheaper elsewhere?",
            "Another shop sells it for less, will you match their price?",
            "I found it cheaper on another site, do you price match?",
        ),
    ),
    "de": (
        (
            "Wie lange kann ich einen Artikel zurückschicken?",
            "Ich habe letzte Woche Schuhe gekauft, bis wann darf ich die zurückgeben?",
            "Welche Frist gilt bei Ihnen für Rücksendungen?",
        ),
        (
            "Wer zahlt das Porto, wenn ich etwas zurückschicke?",
            "Muss ich die Kosten der Rücksendung selbst tragen?",
            "Ist der Rückversand kostenlos oder kostet mich das Paket etwas?",
        ),
        (
            "Kann ich die Lieferadresse nach der Bestellung noch ändern?",
            "Ich bin umgezogen, können Sie meine Bestellung an eine andere Adresse schicken?",
            "In meiner Bestellung steht die falsche Adresse, lässt sich das korrigieren?",
        ),
        (
            "Wann bekomme ich mein Geld für die zurückgeschickte Jacke?",
            "Wie viele Tage dauert eine Erstattung?",
            "Ich habe vor zwei Wochen zurückgeschickt und noch keine Erstattung auf dem Konto, wie lange dauert das?",
        ),
        (
            "Kann ich auf Rechnung zahlen?",
            "Gibt es die Möglichkeit, jetzt zu kaufen und später per Rechnung zu bezahlen?",
            "Bieten Sie Privatkunden Kauf auf Rechnung an?",
        ),
        (
            "Ist der Akku von der Garantie abgedeckt?",
            "Mein Akku ist nach einem halben Jahr leer, greift da die Garantie?",
            "Umfasst Ihre Garantie auch Akkus, die Kapazität verlieren?",
        ),
        (
            "Wie kündige ich mein Abo?",
            "Ich möchte meine Mitgliedschaft beenden, was muss ich tun?",
            "Welche Kündigungsfrist hat das Abonnement?",
        ),
        (
            "Liefern Sie nach Norwegen?",
            "Können Sie an eine Adresse in Norwegen liefern, und was ist mit dem Zoll?",
            "Ich wohne in Oslo, ist eine Lieferung nach Norwegen möglich?",
        ),
        (
            "Ich habe mein Passwort vergessen und die Mail zum Zurücksetzen kommt nie an.",
            "Der Link für ein neues Passwort erreicht mein Postfach nicht, was jetzt?",
            "Warum bekomme ich keine E-Mail, wenn ich mein Passwort zurücksetzen will?",
        ),
        (
            "Kann ich zwei Gutscheincodes in einer Bestellung einlösen?",
            "Lassen sich Gutscheine kombinieren?",
            "Der Shop nimmt nur einen Rabattcode, kann ich den zweiten Gutschein auch nutzen?",
        ),
        (
            "Mein Paket gilt als zugestellt, aber ich habe nichts.",
            "Laut Sendungsverfolgung wurde es übergeben, hier ist aber kein Paket, was passiert jetzt?",
            "Das Paket ist als zugestellt markiert und kam nie an, wer haftet?",
        ),
        (
            "Kann ich die Bestellung in der Filiale abholen?",
            "Bieten Sie Click and Collect in Ihren Geschäften an?",
            "Ich würde sie lieber selbst in der Filiale abholen, geht das?",
        ),
        (
            "Bekommen Studenten Rabatt?",
            "Gibt es einen ermäßigten Preis für Studierende?",
            "Ich bin an der Uni, kann ich Studentenrabatt haben?",
        ),
        (
            "Wie bekomme ich eine Rechnung mit ausgewiesener Mehrwertsteuer?",
            "Ich brauche eine Rechnung mit Mehrwertsteuer für meine Firma, wo lade ich die herunter?",
            "Können Sie eine Rechnung mit Umsatzsteuernummer ausstellen?",
        ),
        (
            "Können Sie an einem Samstag liefern?",
            "Gibt es Wochenendzustellung, ich bin nur samstags zu Hause?",
            "Das Paket muss am Samstag kommen, machen Sie das?",
        ),
        (
            "Welche Größe soll ich nehmen, wenn ich zwischen zwei Größen liege?",
            "Fallen Ihre Jacken klein aus, soll ich eine Größe größer bestellen?",
            "Ich liege meist zwischen M und L, welche Größe empfehlen Sie?",
        ),
        (
            "Wie lösche ich mein Konto und meine Daten?",
            "Bitte löschen Sie meine Daten, was brauchen Sie für die Löschung des Kontos?",
            "Ich möchte mein Kundenkonto mit allen persönlichen Daten entfernen lassen.",
        ),
        (
            "Das Display kam gesprungen an, bekomme ich ein neues?",
            "Meine Bestellung kam mit kaputtem Display, ersetzen Sie es?",
            "Welche Möglichkeiten habe ich, wenn das Gerät mit gesprungenem Display ankommt?",
        ),
        (
            "Kann ich telefonisch bestellen?",
            "Ich will die Webseite nicht benutzen, nehmen Sie Bestellungen am Telefon an?",
            "Ist es möglich, bei Ihnen per Telefon zu bestellen?",
        ),
        (
            "Gibt es eine Bestpreisgarantie, wenn es woanders billiger ist?",
            "Ein anderer Laden verkauft es günstiger, ziehen Sie beim Preis mit?",
            "Ich habe es auf einer anderen Seite billiger gefunden, gleichen Sie den Preis an?",
        ),
    ),
}

_OTHER: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "The {} of my {} {}.",
            "Since yesterday the {} on the {} {}, please help.",
            "Hi, I think the {} of this {} {}.",
            "My colleague says the {} of her {} {} as well.",
            "Whenever it is cold the {} of the {} {}.",
        ),
        (
            "makes a strange noise", "will not switch on", "is loose", "leaks a bit", "blinks red", "smells burnt",
            "gets very hot", "came in the wrong colour", "does not fit", "stopped moving", "is stuck", "has a scratch",
            "shows an error", "is missing", "fell off", "vibrates too much", "turned yellow", "freezes all the time",
        ),
        (
            "handle", "lid", "cable", "motor", "filter", "hinge", "screw", "timer", "knob", "pump", "seal", "sensor",
            "wheel", "belt", "fan", "valve", "lamp", "tray", "spring", "nozzle", "drawer", "button", "strap", "zip",
        ),
    ),
    "de": (
        (
            "{} an meinem Gerät, Modell {}, {}.",
            "Seit gestern: {} vom {} {}, bitte um Hilfe.",
            "Hallo, ich glaube, {} vom {} {}.",
            "Meine Kollegin sagt, {} an ihrem {} {} auch.",
            "Immer wenn es kalt ist: {} am {} {}.",
        ),
        (
            "macht ein seltsames Geräusch", "geht nicht an", "ist locker", "tropft etwas", "blinkt rot",
            "riecht verbrannt", "wird sehr heiß", "kam in der falschen Farbe", "passt nicht", "bewegt sich nicht mehr",
            "klemmt", "hat einen Kratzer", "zeigt einen Fehler", "fehlt", "ist abgefallen", "vibriert zu stark",
            "ist gelb geworden", "friert ständig ein",
        ),
        (
            "Griff", "Deckel", "Kabel", "Motor", "Filter", "Scharnier", "Schraube", "Zeitschalter", "Drehknopf",
            "Pumpe", "Dichtung", "Sensor", "Rad", "Riemen", "Lüfter", "Ventil", "Lampe", "Blech", "Feder", "Düse",
            "Schublade", "Taste", "Gurt", "Reißverschluss",
        ),
    ),
}  # fmt: skip
_DEVICES = """
    toaster kettle blender vacuum mower printer scanner router heater dryer grill mixer oven fridge freezer drill sander
    saw pram stroller bike helmet tent rucksack lantern radio speaker projector monitor keyboard
"""
_SMALL_TALK = {
    "en": ("Hi there", "Good morning", "Okay, thank you", "Yes please", "I see", "Thanks, bye", "One moment", "Great"),
    "de": ("Hallo", "Guten Morgen", "Alles klar, danke", "Ja bitte", "Verstehe", "Danke, tschüss", "Moment", "Super"),
}


class Planted(NamedTuple):
    """A conversation, and which question of `QUESTIONS` its customer asks; None for another one."""

    transcript: Transcript
    question: int | None


def planted_conversations(language: str, *, n: int, seed: int) -> Iterator[Planted]:
    """`n` conversations in random order: each question in three wordings, and the rest about other things."""
    random = Random(f"{seed} {language}")  # noqa: S311
    questions: list[tuple[int | None, str]] = [
        (number, words) for number, wordings in enumerate(QUESTIONS[language]) for words in wordings
    ]
    questions += [(None, _other(random, language)) for _ in range(n - len(questions))]
    random.shuffle(questions)
    for number, (question, words) in enumerate(questions):
        yield Planted(_conversation(random, language, f"{language}-{number:05}", words), question)


def _other(random: Random, language: str) -> str:
    frames, faults, parts = _OTHER[language]
    return random.choice(frames).format(random.choice(parts), random.choice(_DEVICES.split()), random.choice(faults))


def _conversation(random: Random, language: str, id_: str, question: str) -> Transcript:
    talk = [random.choice(_SMALL_TALK[language]) for _ in range(4)]
    texts = (talk[0], talk[1], question, "…", talk[2], talk[3])
    turns = tuple(Turn(role="agent" if n % 2 else "customer", text=text) for n, text in enumerate(texts))
    return Transcript(id=id_, channel="chat", language=language, turns=turns)
