"""Words that say who speaks: speaker labels, and phrases that only one side of a conversation says.

All are compared in `plain` form, so that `Zakaznik` and `ZÁKAZNÍK` are the same word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

from llm_grader.transcript import Role, primary_language

_LABELS: dict[Role, str] = {
    "agent": """
        agent, operator, representative, rep, advisor, adviser, associate, consultant, technician, csr,
        helpdesk, help desk, service desk, support, support agent, service agent, customer service, customer
        support, customer care, customer success, customer relations, agentin, mitarbeiter, mitarbeiterin,
        berater, beraterin, kundenberater, kundenberaterin, kundenservice, kundendienst, kundenbetreuer,
        kundenbetreuerin, servicemitarbeiter, servicemitarbeiterin, sachbearbeiter, sachbearbeiterin, agentka,
        operátor, operátorka, pracovník, pracovnice, poradce, poradkyně, podpora, technik, zákaznická podpora,
        zákaznický servis, pracovník podpory, pracovnice podpory, ügynök, ügyintéző, ügyfélszolgálat,
        ügyfélszolgálatos, munkatárs, tanácsadó, diszpécser, operaator, klienditeenindaja, teenindaja,
        klienditugi, klienditeenindus, konsultant, nõustaja, human agent, live agent, conseiller, conseillère,
        téléconseiller, téléconseillère, agente, asesor, asesora, operador, operadora, konsultantka, doradca
    """,
    "customer": """
        customer, client, caller, user, end user, guest, visitor, buyer, subscriber, kunde, kundin, anrufer,
        anruferin, nutzer, nutzerin, benutzer, benutzerin, besucher, besucherin, gast, zákazník, zákaznice,
        klient, klientka, volající, uživatel, uživatelka, návštěvník, ügyfél, vásárló, vevő, hívó,
        felhasználó, látogató, helistaja, kasutaja, ostja, külastaja, requester, cliente, clienta, usuario, usuaria,
        usager, użytkownik, użytkowniczka
    """,
    "bot": """
        bot, chatbot, voicebot, robot, ivr, assistant, virtual assistant, digital assistant, ai assistant, ai agent,
        virtual agent, digital agent, automated message, automatic message, auto reply, automatic reply,
        automated reply, automated system, automatische nachricht, automatická zpráva, automatikus üzenet,
        automaatne sõnum, assistent, virtueller assistent,
        digitaler assistent, ki assistent, ki agent, virtueller agent, sprachassistent, asistent, virtuální asistent,
        virtuální asistentka, virtuální agent, digitální asistent, hlasový asistent, asszisztens, virtuális
        asszisztens, virtuális ügynök, digitális asszisztens, mi ügynök, virtuaalne assistent, virtuaalassistent
    """,
    "system": "system, systém, rendszer, süsteem",
    "supervisor": """
        supervisor, manager, team lead, team leader, teamleiter, teamleiterin, vorgesetzter, vorgesetzte,
        supervizor, vedoucí, nadřízený, felettes, csoportvezető, műszakvezető, juhataja, ülemus
    """,
}

_FIELDS = """
    call, chat, hovor, gespräch, hívás, beszélgetés, kõne, vestlus, note, notes, date, time, duration, length,
    id, call id, chat id, ticket, ticket id, transcript, transcript id, case, case id, conversation,
    conversation id, subject, topic, channel, language, queue, summary, address, email, e-mail, phone, name,
    order, order id, order number, price, total, result, step, warning, error, tip, ps, p.s, link, url, status,
    reason, problem, solution, example, important, start, end, version, reference, to, from, cc, datum, zeit,
    uhrzeit, dauer, betreff, thema, kanal, sprache, hinweis, notiz, adresse, telefon, bestellung, bestellnummer,
    kundennummer, preis, schritt, achtung, fehler, grund, lösung, beispiel, wichtig, čas, délka, předmět, téma,
    kanál, jazyk, poznámka, jméno, objednávka, číslo objednávky, cena, celkem, krok, pozor, chyba, důvod,
    řešení, příklad, důležité, adresa, dátum, idő, időtartam, tárgy, csatorna, nyelv, megjegyzés, cím, név,
    rendelés, rendelésszám, ár, összesen, lépés, figyelem, hiba, megoldás, példa, fontos, kuupäev, aeg, kestus,
    teema, keel, märkus, aadress, nimi, tellimus, tellimuse number, hind, kokku, samm, tähelepanu, viga, põhjus,
    lahendus, näide, tähtis, timestamp, created, started, ended, unread, origin, department, location, ip, browser,
    platform, zeitstempel, časové razítko, időbélyeg, ajatempel
"""
_OF_PEOPLE = frozenset(
    re.findall(
        r"\w+",
        "id name names email mail phone number no nr since rating score type account address language location group "
        "department team satisfaction feedback nummer kennung adresse jmeno cislo nev szam nimi",
    )
)
"""What fields tell of people and things: `Customer Name`, `Ticket Number`."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
_NUMBERED_SPEAKER = re.compile(
    r"(?:speaker|spk|channel|ch|participant|person|voice|sprecher|sprecherin|kanal|mluvci|ucastnik|beszelo|"
    r"resztvevo|csatorna|koneleja|raakija|osaleja|unknown speaker|unknown)? ?(?:\d{1,3}|[a-h])"
)

_MARKS_INSIDE = frozenset("*:_·/|-–—#(")
_GENDERED = re.compile(
    r"(?P<base>[^\W\d_]{2,30})(?:[*:_·](?P<x>)|/-?|\()(?P<end>in(?:nen)?|(?(x)(?!)|(?:e|r|a|ka|ce|n?ice|k?yně|ová)))"
    r"\)?(?![^\W_])"
)
_NUMBERED_BY_ID = re.compile(r" ?#[\w-]{1,20}$")
_PARTS = re.compile(r"( [-–—|/] |/)")
_MOST_OF_NAME = 3

Side = Literal["agent", "customer", "bot", "greeting", "hold", "calling"]

_PHRASES: dict[str, dict[Side, str]] = {
    "en": {
        "greeting": """
            how can i help, how may i help, how can i assist, how may i assist, what can i do for you,
            thank you for calling, thanks for calling, thank you for contacting, thanks for contacting
        """,
        "agent": """
            anything else i can help, anything else i can do, anything else i can assist, may i have your, can i
            have your, could i have your, can i get your, could you please provide, can you please provide,
            could you provide, could you confirm, can you confirm your, may i know your, let me pull, let me
            verify, let me transfer, i will transfer, i'll transfer, i will go ahead, i'll go ahead, i'd be
            happy to, i would be happy to, i'll be happy to, happy to help, i apologize, i apologise, sorry to
            hear, for security purposes, for verification, to verify your, have a great day, have a nice day,
            have a good day, have a wonderful day, thank you for your patience, thanks for your patience, thank
            you for holding, thank you for waiting, you're very welcome, my pleasure, i understand your, i
            understand how, what seems to be, our system, is there anything else, i have located your, i've
            located your, we apologize
        """,
        "customer": """
            i have a problem, i have a question, i have an issue, i'm having trouble, i'm having issues, i
            am having trouble, i'm having a problem, having problems with, i need help, i need some help,
            i need to cancel, i need to return, i need to change, i need to schedule, i need to book, i
            need to know, i need a, i want to cancel, i want to return, i want to know, i want to book, i
            want to speak, i want to, i would like to, i'd like to, i'm looking for, i am looking for, can you
            help me, could you help me, i ordered, i bought, i was charged, i never received, i haven't
            received, my order, my package, my bill, my internet, my laptop, my computer, my appointment,
            my flight, my card, my password, i lost my, i forgot my, thanks for your help, thank you for
            your help, that will be all, that is all, that's all, doesn't work, isn't working, not
            working, i can't log, i can't access
        """,
        "hold": "let me check, let me look, let me see what, bear with me",
        "calling": "i'm calling about, i'm calling because, i am calling about, i am calling because",
        "bot": """
            press one, press two, press 1, press 2, for english press, please listen carefully, menu
            options have changed, i am a virtual assistant, i'm a virtual assistant, your virtual
            assistant, i am the virtual assistant, i'm the virtual assistant, i am an automated assistant, i'm an
            automated assistant, your digital assistant, i am a chatbot, i'm a chatbot, i am a bot, i'm a bot,
            i am an ai assistant, i'm an ai assistant, this call may be recorded, please stay on the
            line, your call is important
        """,
    },
    "de": {
        "greeting": """
            wie kann ich ihnen helfen, wie kann ich ihnen weiterhelfen, was kann ich für sie tun, wie kann
            ich behilflich sein, womit kann ich ihnen helfen, wie darf ich ihnen helfen, vielen dank für
            ihren anruf, danke für ihren anruf, willkommen bei
        """,
        "agent": """
            kann ich sonst noch etwas für sie, sonst noch etwas für sie tun, kann ich ihnen sonst noch, nennen
            sie mir bitte, können sie mir bitte ihre, könnten sie mir bitte, würden sie mir bitte, darf ich
            bitte ihre, ihre kundennummer, ihre bestellnummer, ihr geburtsdatum, ich prüfe das, ich leite das
            weiter, das tut mir leid, es tut mir leid, ich entschuldige mich, gerne helfe ich, ich helfe ihnen
            gerne, sehr gerne, vielen dank für ihre geduld, danke für ihre geduld, vielen dank fürs warten, ich
            wünsche ihnen, schönen tag noch, ich verstehe ihren, zum datenabgleich
        """,
        "customer": """
            ich habe ein problem, ich habe eine frage, ich habe folgendes problem, ich brauche hilfe,
            können sie mir helfen, ich möchte, ich würde gerne, ich wollte, ich habe
            bestellt, ich habe gekauft, meine bestellung, mein paket, meine rechnung, mein internet, mein
            konto, mein handy, mein passwort, funktioniert nicht, geht nicht, nicht angekommen, danke für
            ihre hilfe, vielen dank für ihre hilfe, das war alles, das wäre alles
        """,
        "hold": "einen moment bitte, einen augenblick bitte, ich schaue kurz nach, ich sehe gerade, ich verbinde sie",
        "calling": "ich rufe an, ich rufe wegen, ich rufe an wegen",
        "bot": """
            drücken sie die eins, drücken sie die 1, zu schulungszwecken aufgezeichnet, ich bin ein
            virtueller assistent, ihr virtueller assistent, ich bin der virtuelle assistent, ich bin die virtuelle
            assistentin, ich bin ihr digitaler assistent, ich bin ein chatbot, ich bin der chatbot,
            bitte bleiben sie in der leitung
        """,
    },
    "cs": {
        "greeting": """
            jak vám mohu pomoci, s čím vám mohu pomoci, jak vám můžu pomoci, jak vám můžu pomoct, s čím
            vám mohu být nápomocen, s čím vám mohu být nápomocná, co pro vás mohu udělat, děkujeme za
            zavolání, děkuji za zavolání, že voláte
        """,
        "agent": """
            mohu vám ještě s něčím pomoci, můžu vám ještě s něčím pomoct, ještě něco, mohu poprosit o vaše,
            můžete mi prosím sdělit, můžete mi prosím říct vaše, řekněte mi prosím, sdělte mi prosím, vaše
            zákaznické číslo, číslo vaší objednávky, ověřím to, předám to, omlouvám se, omlouváme se, je mi
            líto, mrzí mě to, chápu vaši, děkuji za trpělivost, děkuji za strpení, přeji vám hezký den, přeji
            hezký den, rád vám pomohu, ráda vám pomohu, pro ověření
        """,
        "customer": """
            mám problém, mám dotaz, mám otázku, potřebuji pomoc, potřeboval bych, potřebovala bych,
            potřebuji, chtěl bych, chtěla bych, můžete mi pomoct, můžete mi
            pomoci, objednal jsem, objednala jsem, koupil jsem, koupila jsem, moje objednávka, můj balík,
            moje faktura, můj účet, nefunguje, nejde mi, nepřišla mi, nepřišel mi, děkuji za pomoc, díky
            za pomoc, to je vše, to je všechno
        """,
        "hold": "podívám se na to, hned se podívám, okamžik prosím, moment prosím, vydržte prosím, přepojím vás",
        "calling": "volám kvůli, volám ohledně",
        "bot": """
            stiskněte jedničku, stiskněte 1, hovor může být nahráván, jsem virtuální asistent, jsem
            virtuální asistentka, jsem váš virtuální asistent, jsem digitální asistent, jsem chatbot,
            zůstaňte prosím na lince
        """,
    },
    "hu": {
        "greeting": """
            miben segíthetek, miben lehetek segítségére, hogyan segíthetek, mit tehetek önért, hogy minket
            hívott, köszönjük hívását, hogy hívott
        """,
        "agent": """
            segíthetek még valamiben, miben segíthetek még, van még valami, kérem adja meg, megadná kérem, meg
            tudná adni, kérem mondja meg, az ön ügyfélszáma, az ön rendelésszáma, ellenőrzöm, továbbítom,
            elnézését kérem, elnézést kérünk, sajnálattal hallom, sajnálom a kellemetlenséget, köszönöm a
            türelmét, köszönjük türelmét, további szép napot, szívesen segítek, azonosításhoz
        """,
        "customer": """
            van egy problémám, az a problémám, lenne egy kérdésem, van egy kérdésem, segítségre van
            szükségem, szeretnék, szeretném, azért írok, tudna segíteni,
            rendeltem, vásároltam, a rendelésem, a csomagom, a számlám, a fiókom, az internetem, nem
            működik, nem érkezett meg, köszönöm a segítséget, ennyi lenne, ez minden
        """,
        "hold": "megnézem, utánanézek, egy pillanat türelmét, türelmét kérem, kérem a türelmét, kapcsolom",
        "calling": "azért hívom, azért telefonálok",
        "bot": """
            nyomja meg az egyes, nyomja meg az 1, a beszélgetést rögzítjük, virtuális asszisztens vagyok,
            virtuális asszisztense vagyok, vagyok a virtuális asszisztens, chatbot vagyok,
            kérem tartsa a vonalat
        """,
    },
    "et": {
        "greeting": """
            kuidas saan teid aidata, kuidas saan aidata, kuidas ma saan teid aidata, millega saan aidata,
            mida saan teie heaks teha, et helistasite, täname helistamast
        """,
        "agent": """
            kas saan veel millegagi aidata, kas saan veel kuidagi aidata, kas on veel midagi, palun öelge oma,
            palun nimetage oma, kas te ütleksite, teie kliendinumber, teie tellimuse number, teie isikukood,
            kontrollin, suunan teid, edastan, vabandan, vabandame, mul on kahju, tänan kannatlikkuse, aitäh
            ootamast, ilusat päeva, head päeva jätku, aitan hea meelega, hea meelega aitan
        """,
        "customer": """
            mul on probleem, mul on küsimus, mul on mure, vajan abi, mul on vaja, sooviksin, ma soovin,
            tahaksin, ma tahan, kirjutan seoses, kas saate mind aidata, tellisin, ostsin,
            minu tellimus, minu pakk, minu arve, minu konto, minu internet, ei tööta, ei ole jõudnud, ei
            jõudnud, aitäh abi eest, tänan abi eest, see on kõik
        """,
        "hold": "vaatan järele, kohe vaatan, üks hetk, palun oodake, ühendan teid",
        "calling": "helistan seoses",
        "bot": """
            vajutage üks, vajutage 1, kõne salvestatakse, olen virtuaalne assistent, olen virtuaalassistent,
            olen juturobot, olen vestlusrobot, palun jääge liinile
        """,
    },
}


def plain(text: str) -> str:
    """Text as it is compared: no accents, no case, single blanks, straight apostrophes, no hyphens or underscores."""
    text = text.replace("’", "'").replace("-", " ").replace("_", " ")
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return " ".join(text.casefold().split())


def _listed(words: str) -> list[str]:
    return [plain(word) for word in words.split(",")]


_FIELD_WORDS = frozenset(_listed(_FIELDS))
_ROLE_OF_LABEL: dict[str, Role] = {word: role for role, words in _LABELS.items() for word in _listed(words)}


@lru_cache(maxsize=4096)
def role_of_label(label: str) -> Role | None:
    """The role that a speaker label names: `Agent`, `Kundin`, `Agent 2`, `Agent Jana`, `Jana (Agent)`; else None."""
    if not _MARKS_INSIDE.isdisjoint(label):
        label = _plainer(label)
    word = plain(label).rstrip("0123456789#.: ")
    if word in _ROLE_OF_LABEL:
        return _ROLE_OF_LABEL[word]
    if inside := re.fullmatch(r"([^()\[\]]*)[(\[]([^()\[\]]+)[)\]]", word):
        name, note = (part.strip("0123456789#. ") for part in inside.groups())
        # an "Agent (AI)" is an AI agent
        return next(
            (_ROLE_OF_LABEL[phrase] for phrase in (f"{note} {name}", note, name) if phrase in _ROLE_OF_LABEL), None
        )
    return None if is_field(label) else _role_of_words(label.split())


def _plainer(label: str) -> str:
    """A label without the marks that say more than the role: `Kund*in`, `Kunde/Kundin`, `Agent - Jana`, `Guest #3f`."""
    label = _GENDERED.sub(_without_gender, _NUMBERED_BY_ID.sub("", label, count=1), count=1)
    one, mark, other = _PARTS.split(label, maxsplit=1) if _PARTS.search(label) else (label, "", "")
    roles = [_ROLE_OF_LABEL.get(plain(part).rstrip("0123456789#. ")) for part in (one, other)]
    if not mark or _PARTS.search(other) or roles == [None, None]:
        return label
    if None not in roles:
        return one if roles[0] == roles[1] else label
    # who it is may stand beside it, but not behind a slash: `User/Password` are two fields
    role, name = (one, other) if roles[0] else (other, one)
    words = name.split()
    is_name = 0 < len(words) <= _MOST_OF_NAME and all(word[0].isupper() for word in words) and not is_field(name)
    return role if is_name and mark.strip() != "/" else label


def _without_gender(found: re.Match[str]) -> str:
    joined = found["base"] + found["end"]
    return next((word for word in (joined, found["base"]) if plain(word) in _ROLE_OF_LABEL), found[0])


def _role_of_words(words: list[str]) -> Role | None:
    # "Agent Jana": every word begins like a name, or any phrase with such a word in it would be a label. Of two words
    # for roles the last one counts: a "Client Advisor" is an advisor.
    if not 2 <= len(words) <= 4 or not all(word[0].isupper() for word in words):
        return None
    ends = [plain(" ".join(words[start:])) for start in range(1, len(words))]
    starts = [plain(" ".join(words[:end])) for end in range(len(words) - 1, 0, -1)]
    return next((_ROLE_OF_LABEL[phrase] for phrase in [*ends, *starts] if phrase in _ROLE_OF_LABEL), None)


def is_field(label: str) -> bool:
    """Whether the label names a field and no speaker: `Date`, `Bestellnummer`, `Customer Name`, `Chat Started`."""
    word = plain(label).rstrip("0123456789#. ")
    of_whom, _, what = word.rpartition(" ")
    of_people = what in _OF_PEOPLE and (of_whom in _ROLE_OF_LABEL or of_whom in _FIELD_WORDS)
    return word in _FIELD_WORDS or of_people or (of_whom in _FIELD_WORDS and what in _FIELD_WORDS)


def is_numbered_speaker(label: str) -> bool:
    """Whether the label is what speech recognition writes for people it does not know: `Speaker 1`, `spk_0`, `B`."""
    return _NUMBERED_SPEAKER.fullmatch(plain(label)) is not None


@cache
def _pattern(side: Side, language: str) -> re.Pattern[str]:
    phrases = _listed(_PHRASES[language][side])
    rest_by_first: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        first = phrase.split(maxsplit=1)[0]
        rest_by_first.setdefault(re.escape(first), []).append(re.escape(phrase.removeprefix(first)))
    # by their first words, so that at most places one comparison is enough to see that no phrase begins
    grouped = (f"{first}(?:{'|'.join(rest)})" for first, rest in rest_by_first.items())
    return re.compile(rf"\b(?:{'|'.join(grouped)})\b")


def count_phrases(text: str, side: Side, language: str | None) -> int:
    """How many different phrases of this side `text` (in `plain` form) holds; all languages when it is not known."""
    stated = primary_language(language or "")
    languages = [stated] if stated in _PHRASES else list(_PHRASES)
    return sum(len(set(_pattern(side, code).findall(text))) for code in languages)
