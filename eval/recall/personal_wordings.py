"""The words of `personal_texts`: what people write around personal data, and how names and digits are said.

All of it was made up for this: nobody's names, nobody's sentences.
"""

from __future__ import annotations

FRAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("EMAIL", "en"): ("You can reach me at {}.", "My e-mail is {}, please confirm.", "Mail ({}) bounced", "From: <{}>"),
    ("EMAIL", "de"): ("Bitte an {} schicken.", "Meine Mailadresse: {}", "Die Mail an {}, kam die an?", "von <{}>"),
    ("EMAIL", "cs"): ("Pošlete to na {}, děkuji.", "Můj e-mail je {}.", "psal jsem z {}", "Od: <{}>"),
    ("EMAIL", "hu"): ("Az e-mail címem {}.", "Kérem, ide küldje: {}", "innen írtam ({})", "Feladó: <{}>"),
    ("EMAIL", "et"): ("Minu e-post on {}.", "Saatke palun aadressile {}", "kirjutasin ({}) eile", "Saatja: <{}>"),
    ("IBAN", "en"): ("My IBAN is {}.", "Please refund to {}, thanks", "account {} please", "IBAN:{}"),
    ("IBAN", "de"): ("Meine IBAN lautet {}.", "Bitte auf {} überweisen", "Konto: {}, danke", "IBAN:{}"),
    ("IBAN", "cs"): ("Můj IBAN je {}.", "Vraťte to prosím na {}", "účet {}, děkuji", "IBAN:{}"),
    ("IBAN", "hu"): ("Az IBAN-om {}.", "Kérem, ide utalja: {}", "a számla: {}, köszönöm", "IBAN:{}"),
    ("IBAN", "et"): ("Minu IBAN on {}.", "Palun kandke kontole {}", "konto {}, aitäh", "IBAN:{}"),
    ("CARD", "en"): ("The card number is {}.", "it's {} and it expires in May", "I paid with {}, twice"),
    ("CARD", "de"): ("Die Kartennummer ist {}.", "Ich habe mit {} gezahlt", "Karte {}, gültig bis 05/27"),
    ("CARD", "cs"): ("Číslo karty je {}.", "platil jsem kartou {}, dvakrát", "karta: {} platí do května"),
    ("CARD", "hu"): ("A kártyaszám {}.", "ezzel fizettem: {}", "a kártyám {}, májusban jár le"),
    ("CARD", "et"): ("Kaardi number on {}.", "maksin kaardiga {}, kaks korda", "kaart {} kehtib maini"),
    ("PHONE", "en"): ("My number is {}.", "Call me on {} after five", "Phone: {}, thanks", "it is {} , got it?"),
    ("PHONE", "de"): ("Meine Nummer ist {}.", "Rufen Sie mich unter {} an", "Tel.: {}, ab 17 Uhr", "also die {} bitte"),
    ("PHONE", "cs"): ("Moje číslo je {}.", "Zavolejte mi na {} po páté", "Tel.: {}, děkuji", "tak je to {} prosím"),
    ("PHONE", "hu"): ("A számom {}.", "Hívjon öt után a {} számon", "Tel.: {}, köszönöm", "szóval {} lesz az"),
    ("PHONE", "et"): (
        "Minu number on {}.",
        "Helistage pärast viit numbril {}",
        "Tel: {}, aitäh",
        "siis on see {} palun",
    ),
    ("NAME", "en"): ("This is {} speaking.", "I talked to {} yesterday", "Dear {},", "order for {} please"),
    ("NAME", "de"): ("Hier spricht {}.", "Ich habe gestern mit {} gesprochen", "Guten Tag {},", "Vertrag von {} bitte"),
    ("NAME", "cs"): ("Tady {}.", "Včera to řešila {} s kolegou", "Dobrý den, {},", "objednávka na {} prosím"),
    ("NAME", "hu"): ("Itt {} beszél.", "Tegnap {} intézte", "Kedves {}!", "a rendelés {} ügye"),
    ("NAME", "et"): ("Siin {}.", "Eile tegeles sellega {}", "Tere, {}!", "tellimus {} nimel"),
}
"""Sentences by kind of data and language, with a place for it."""

PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Sarah Whitmore", "Sarah Whitmore|Sarah|Ms Whitmore|Sarah's|Whitmores|SARAH WHITMORE|sarah whitmore|sarah"),
        ("Callum Fairley", "Callum Fairley|Callum|Mr Fairley|Callum's|Fairley's|CALLUM FAIRLEY|callum fairley|callum"),
        (
            "Zoë O'Brien",
            "Zoë O'Brien|Zoë|Ms O'Brien|Zoe|ZOE O'BRIEN|zoe o'brien|Zoë's|O'Briens",
        ),
        (
            "Bill Fox",
            "Bill Fox|Bill|Mr Fox|Bill's|BILL FOX|bill fox|fox",
        ),
        (
            "Priya Natarajan",
            "Priya Natarajan|Priya|Natarajan|priya natarajan|PRIYA|Priyas|Natarajans",
        ),
    ),
    "de": (
        (
            "Katharina Brückner",
            "Katharina Brückner|Katharina|Frau Brückner|Katharinas|Brückners|KATHARINA BRÜCKNER|katharina brückner"
            "|katharina|Frau Brueckner|Bruckner",
        ),
        (
            "Lutz Eggersdorf",
            "Lutz Eggersdorf|Lutz|Herr Eggersdorf|Eggersdorfs|LUTZ EGGERSDORF|lutz eggersdorf|eggersdorf",
        ),
        (
            "Jörg Weiß",
            "Jörg Weiß|Jörg|Herr Weiß|Joerg Weiss|JÖRG WEISS|jörg weiß|Jörgs|Weiss",
        ),
        (
            "Änne Schmidt-Großmann",
            "Änne Schmidt-Großmann|Änne|Frau Schmidt-Großmann|Frau Schmidt|Aenne|änne schmidt-großmann"
            "|Schmidts|Grossmann",
        ),
        (
            "Mehmet Yıldırım",
            "Mehmet Yıldırım|Mehmet|Herr Yıldırım|Yildirim|mehmet yildirim|Mehmets",
        ),
    ),
    "cs": (
        (
            "Jana Nováková",
            "Jana Nováková|paní Nováková|paní Novákové|paní Novákovou|Jano|Janě|Janou|Novakova|JANA NOVÁKOVÁ"
            "|jana nováková|nováková",
        ),
        (
            "Marek Dvořáček",
            "Marek Dvořáček|pan Dvořáček|pane Dvořáčku|Dvořáčkovi|Marku|Markovi|Dvoracek|marek dvořáček|dvořáček",
        ),
        (
            "Zdeněk Procházka",
            "Zdeněk Procházka|pan Procházka|pane Procházko|Procházkovi|Zdeňku|Zdeňkovi|Zdenek|Prochazka"
            "|zdeněk procházka|Procházkou",
        ),
        (
            "Blanka Veselá",
            "Blanka Veselá|paní Veselá|paní Veselé|paní Veselou|Blanko|Blance|Blanku|Vesela|blanka veselá",
        ),
        (
            "Pavel Němec",
            "Pavel Němec|pane Němec|pan Němec|Němci|Němcem|Pavle|Pavlovi|Nemec|pavel němec|NĚMEC",
        ),
    ),
    "hu": (
        (
            "Kovács Annamária",
            "Kovács Annamária|Annamária|Annamáriának|Annamáriával|Kovácsnak|Kováccsal|Kovácsékkal|KOVÁCS ANNAMÁRIA"
            "|kovács annamária|Annamaria",
        ),
        ("Szabó Péter", "Szabó Péter|Péter|Péternek|Péterrel|Szabónak|Szabóval|Szabóék|szabó péter|Szabo Peter|péter"),
        (
            "Nagy Erzsébet",
            "Nagy Erzsébet|Erzsébet|Erzsébetnek|Erzsébettel|Nagynak|Naggyal|Erzsebet|nagy erzsébet|ERZSÉBET|Nagyné",
        ),
        (
            "Horváth György",
            "Horváth György|György|Györgynek|Györggyel|Horváthtal|Horváthnak|Horvath Gyorgy|horváth györgy",
        ),
        (
            "Tóth Eszter",
            "Tóth Eszter|Eszter|Eszternek|Eszterrel|Tóthnak|Tóthtal|Toth Eszter|tóth eszter|Tóthék",
        ),
    ),
    "et": (
        (
            "Maarika Tammsaar",
            "Maarika Tammsaar|Maarika|Maarikale|Tammsaare|Tammsaarele|MAARIKA TAMMSAAR|maarika tammsaar|maarika",
        ),
        ("Jürgen Kask", "Jürgen Kask|Jürgen|Jürgeni|Jürgenile|Kase|Kaskile|Jurgen|jürgen kask|jürgen"),
        (
            "Liis Mägi",
            "Liis Mägi|Liis|Liisi|Liisile|Mägi|Mäe|Magi|liis mägi|LIIS",
        ),
        (
            "Toomas Rebane",
            "Toomas Rebane|Toomas|Toomase|Toomasele|Rebase|Rebasele|toomas rebane|Rebane",
        ),
        (
            "Kadri Lepik",
            "Kadri Lepik|Kadri|Kadrile|Kadriga|Lepiku|Lepikule|kadri lepik|LEPIK",
        ),
    ),
}
"""First and last name, then how people are spoken of: in full, by one name, inflected, typed in a hurry."""

NEIGHBOURS = {
    "en": "(415) 731-####",
    "de": "0664 ### ####",
    "cs": "0905 ### ###",
    "hu": "0905 ### ###",
    "et": "040 ### ####",
}
"""How a number of a neighbouring country is written without its code."""

SPOKEN = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "cs": "nula jedna dva tři čtyři pět šest sedm osm devět",
    "hu": "nulla egy kettő három négy öt hat hét nyolc kilenc",
    "et": "null üks kaks kolm neli viis kuus seitse kaheksa üheksa",
}
"""The digits from 0 to 9."""

HARMLESS: dict[str, tuple[str, ...]] = {
    "en": (
        "Your order {o} left us on {d} at {t}.",
        "The invoice {i} is for {m} GBP.",
        "Tracking number {p}, case #{c}.",
        "The error code is {e}, version {v}.",
    ),
    "de": (
        "Ihre Bestellung {o} ging am {d} um {t} raus.",
        "Die Rechnung {i} lautet auf {m} EUR.",
        "Sendungsnummer {p}, Vorgang {c}.",
        "Fehlercode {e}, Version {v}.",
    ),
    "cs": (
        "Objednávka {o} odešla {d} v {t}.",
        "Faktura {i} je na {m} Kč.",
        "Číslo zásilky {p}, případ {c}.",
        "Chyba {e}, verze {v}.",
    ),
    "hu": (
        "A {o} számú rendelés {d} {t}-kor ment el.",
        "A {i} számla összege {m} Ft.",
        "Csomagszám: {p}, ügy: {c}.",
        "Hibakód: {e}, verzió: {v}.",
    ),
    "et": (
        "Tellimus {o} läks teele {d} kell {t}.",
        "Arve {i} summa on {m} eurot.",
        "Saadetise number {p}, juhtum {c}.",
        "Veakood {e}, versioon {v}.",
    ),
}
"""With orders (o), dates (d), times (t), invoices (i), amounts (m), parcels (p), cases (c), errors and versions."""
