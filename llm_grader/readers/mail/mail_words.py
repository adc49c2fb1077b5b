"""The words mail programs put around quoted, forwarded and signed text, in the languages of the house and nearby.

English, German, Czech, Hungarian, Estonian; French, Spanish, Dutch, Swedish, Danish, Polish; some Slovak, Italian,
Portuguese, Finnish and Russian, which come along in public mail. Case is of no account.
"""

from __future__ import annotations

import re
from typing import Literal

HeaderKind = Literal["from", "date", "to", "copy", "subject"]


def _one_of(phrases: str) -> str:
    """Patterns given one after the other with bars between them, as one pattern that tries the longest first."""
    listed = (" ".join(phrase.split()) for phrase in phrases.split("|"))
    return "|".join(sorted(listed, key=len, reverse=True))


def pattern(phrases: str, *, before: str = "", after: str = "") -> re.Pattern[str]:
    """Patterns given one after the other with bars between them, none with a bar of its own, in any case."""
    return re.compile(f"{before}(?:{_one_of(phrases)}){after}", re.IGNORECASE)


DESKS = frozenset(["help", "hilfe", "pomoc", "segitseg", "abi", "service", "servicedesk", "helpline", "hotline"])
"""The words before the `@` of a desk's address, besides those that name an agent's role."""

FORMS = frozenset(["web", "website", "form", "webform", "contactform", "formular", "webformular", "kontaktformular"])
"""The words before the `@` of the address that a form of a site sends from."""

PROGRAMS = frozenset(
    [
        *("wordpress", "wwwdata", "apache", "mailer", "webmaster", "nobody", "server", "system", "cms", "joomla"),
        *("drupal", "typo3", "shop", "eshop", "store", "webshop", "info", "kontakt", "contact", "contactus"),
        *("kapcsolat", "urlap", "vorm", "formulare", "enquiries", "inquiries", "bestellung"),
    ]
)
"""Those that programs of a site send from as well, without marks."""

FREE_MAIL = frozenset(
    [
        *(
            "gmail",
            "googlemail",
            "outlook",
            "hotmail",
            "live",
            "msn",
            "yahoo",
            "ymail",
            "icloud",
            "me",
            "aol",
            "proton",
        ),
        *(
            "protonmail",
            "zoho",
            "yandex",
            "mail",
            "gmx",
            "web",
            "t-online",
            "freenet",
            "arcor",
            "posteo",
            "seznam",
            "email",
        ),
        *("centrum", "atlas", "volny", "post", "azet", "zoznam", "freemail", "citromail", "indamail", "hot", "online"),
        *("neti", "wp", "onet", "interia", "o2", "laposte", "orange", "free", "wanadoo", "libero", "ziggo", "telia"),
    ]
)
"""Where anybody may have an address: the words before the last part of the domain."""

WROTE = pattern(
    r"""wrote|writes|schrieb|schreibt|napsala?|napsal\(a\)|napísala?|napísal\(a\)|píše|írta|írt|kirjutas|a écrit
    |escribió|schreef|heeft geschreven|skrev|napisała?|napisał\(a\)|pisze|ha scritto|escreveu|kirjoitti|написала?""",
    before=r"\b",
    after=r"(?!\w)",
)
"""The verb of a line such as `On 5 May 2024 Jana wrote:`."""

SAID = pattern(
    r"""said|says|quoting|geschrieben|zitat von|geschreven|napisana przez|citování|citace|idézet|citation de|citando
    |citerar|cytowanie|写道""",
    before=r"(?<!\w)",
    after=r"(?!\w)",
)
"""The same verb where programs word it as people do in a sentence: it counts beside an address only."""

OF_A_PERSON = re.compile(
    r"\b(?:i|we|he|she|they|it|who|ich|wir|er|man|já|my|ona|én|mi|ő|ma|mina|sina|ta|nad|je|j'ai)\s+$",
    re.IGNORECASE,
)
"""Before the verb, the sign of a sentence: `as I wrote to help@…:`."""

OF_A_SENTENCE = re.compile(
    r"^(?i:the|an?|der|die|das|ein|eine|az?|ez|this|that|your|our|my) [^\W\d_]"
    r"|(?<!\w)(?:the|(?<!von )(?<!van )der|die|your|our|my|me|us|mir|uns"
    r"|[Ii]hr(?:e[nmr]?)?|mein(?:e[nmr]?)?|unser(?:e[nmr]?)?"
    r"|váš|vaše|vaši|můj|moje|náš|naše|naši|mi|mně|nám|nekem|nekünk|kollégá\w+|teie|meie|minu|mulle|meile"
    r"|votre|notre|mon|nous|su|nuestr[oa]|uw|mijn|onze|wasz|nasz|mój)(?!\w)"
    r"|(?<!\w)(?i:frau|herrn?|mrs?\.?|ms\.?|pan[ií]?|monsieur|madame|härra|proua) \w"
)
"""Words of a sentence about what somebody wrote, such as `your`, `me` or `Mrs`, which no mail program writes.

Without an address only: a name may have such words in it.
"""

OF_A_DATED_SENTENCE = re.compile(
    r"^(?i:the|an?|az?|ez|this|that|your|our|my) [a-zà-ž]"
    r"|^(?i:der|die|das|eine?|ihre?|unsere?|meine?|váš|vaše|vaši|můj|moje|náš|naše|naši|teie|meie|votre|notre) [^\W\d_]"
    r"|(?<!\w)(?:me|us|mir|uns|mi|mně|nám|nekem|nekünk|mulle|meile|nous)(?!\w)"
)
"""Those of them that tell a sentence beside a year and a clock as well, which else only programs give."""

_HEADERS: dict[HeaderKind, str] = {
    "from": "from|von|od|odesílatel|feladó|küldő|saatja|kellelt|de|van|från|fra|nadawca|da|lähettäjä|от|от кого",
    "date": """date|sent|datum|gesendet|odesláno|odoslané|datum odeslání|dátum|elküldve|küldve|küldés dátuma
        |kuupäev|saadetud|saatmisaeg|saatmise kuupäev|envoyé|fecha|enviado|enviado el|verzonden|skickat|dato|sendt
        |data|wysłano|inviato|дата|отправлено""",
    "to": "to|an|komu|pro|adresát|příjemce|címzett|kellele|saaja|adressaat|à|para|aan|till|til|do|a|кому",
    "copy": """cc|kopie|kopia|másolatot kap|másolat|koopia|kopi|reply-to|antwort an|risposta|odpověď|válaszcím""",
    "subject": """subject|betreff|předmět|predmet|tárgy|teema|objet|asunto|onderwerp|ämne|emne|temat|oggetto|assunto
        |тема""",
}
HEADER_KIND: dict[str, HeaderKind] = {
    word: kind for kind, words in _HEADERS.items() for word in _one_of(words).split("|")
}
HEADER = pattern("|".join(HEADER_KIND), before=r"[\s>]*[*_]{0,3}(", after=r")[*_]{0,3}[ \t]?:[*_]{0,3}[ \t]")
"""A line such as `Von: …` or `*Subject:* …`; the word is group 1."""


SENT = pattern(
    """sent|gesendet|odesláno|odoslané|elküldve|küldve|saadetud|saatmisaeg|envoyé|enviado|enviado el|verzonden|skickat
    |sendt|wysłano|inviato|отправлено""",
    before=r"[\s>]*[*_]{0,3}",
    after=r"[*_]{0,3}[ \t]?:",
)
"""The date in the headers of a mail program, as no form names it."""


MESSAGE_FIELD = pattern(
    """message|your message|message body|message text|comment|comments|question|enquiry|inquiry|description|details
    |nachricht|ihre nachricht|nachrichtentext|deine nachricht|mitteilung|ihre mitteilung|anliegen|ihr anliegen|frage
    |ihre frage|beschreibung|kommentar|zpráva|vaše zpráva|text zprávy|obsah zprávy|dotaz|váš dotaz|popis
    |popis problému|správa|vaša správa|üzenet|az üzenet|üzenet szövege|megjegyzés|kérdés|leírás|sõnum|teie sõnum
    |sõnumi sisu|küsimus|kirjeldus|kommentaar|votre message|commentaire|mensaje|su mensaje|messaggio
    |il tuo messaggio|mensagem|bericht|uw bericht|meddelande|besked|melding|wiadomość|treść wiadomości|treść|opis
    |viesti|сообщение|text|tekst""",
    before=r"[\s>]*[*_]{0,3}",
    after=r"[*_]{0,3}[ \t]?:",
)
"""The field of a contact form that holds what somebody writes."""


def _marker(phrases: str) -> re.Pattern[str]:
    # dashes around it or a colon after it: the words alone may be a sentence of the author's
    words = _one_of(phrases)
    return re.compile(
        rf"[\s>]*(?:[-_=*]{{2,}}[ \t]*(?:{words})[ \t]*:?[-_=* \t]*|(?:{words})[ \t]*:)\s*", re.IGNORECASE
    )


_ORIGINAL = """original message|original email
    |ursprüngliche nachricht|originalnachricht|original-nachricht|původní zpráva
    |původní e-mail|pôvodná správa|eredeti üzenet|eredeti levél|algne kiri|algne sõnum|algne teade|algsõnum
    |originaalkiri|message d'origine
    |message original|mensaje original|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande
    |oprindelig meddelelse|wiadomość oryginalna|oryginalna wiadomość|messaggio originale|mensagem original"""
ORIGINAL = _marker(_ORIGINAL)
"""`-----Original Message-----` and its like."""
ORIGINAL_ALONE = pattern(_ORIGINAL, before=r"[\s>]{0,20}", after=r"\s{0,20}")
"""The same words without any marks, which count right above headers only."""

ABOVE_THIS = re.compile(
    r"(?:repl|respon|answer|write|antwort|odpov|válasz|vasta|répon|escrib|antwoord|svar|skriv|odpow|pisz)[^\n]{0,60}"
    r"(?:above (?:this|the) line|(?:über|oberhalb) dieser (?:zeile|linie)|nad (?:t[ou]uto|tento|tímto|tuto) ?\w*"
    r"|(?:e|ezen?|a) (?:sor|vonal) (?:fölé|felett|fölött)|selle (?:rea|joone) kohale|au-dessus de cette ligne"
    r"|encima de esta línea|boven deze (?:regel|lijn)|ovanför (?:den här|denna) (?:raden|rad|linjen)"
    r"|over denne linj?e|(?:powyżej|nad) t(?:ej|ą) lini)"
    r"|^[\s>]*[#*=-]{2,}[^\n]{0,60}(?:above this line|dieser zeile|touto čarou|tento řádek)",
    re.IGNORECASE,
)
"""`##- Please type your reply above this line -##`, below which a help desk quotes."""

FORWARDED = _marker(
    """forwarded message|begin forwarded message|forwarded by .{1,80}?|weitergeleitete nachricht
    |weitergeleitete e-mail|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail
    |přeposlaná zpráva|přeposlaný e-mail|začátek přeposílané zprávy|preposlaná správa|továbbított üzenet
    |továbbított levél|továbbított üzenet kezdete|edastatud kiri|edastatud sõnum|edastatud e-kiri
    |edastatud sõnumi algus|message transféré|début du message réexpédié|début du message transféré
    |mensaje reenviado|inicio del mensaje reenviado|doorgestuurd bericht|begin doorgestuurd bericht
    |vidarebefordrat meddelande|vidarebefordrat brev|videresendt besked|videresendt meddelelse
    |przekazana wiadomość|początek przekazanej wiadomości|messaggio inoltrato|mensagem encaminhada"""
)
"""`---------- Forwarded message ---------` and its like."""

_CLOSINGS = _one_of(
    """regards|best regards|kind regards|warm regards|many regards|with best regards|with kind regards|best wishes|best
    |sincerely|yours sincerely|yours faithfully|cheers|thanks|thank you|many thanks|thanks in advance
    |have a nice day|have a great day|have a good day|mit freundlichen grüßen|mit besten grüßen|mit freundlichem gruß
    |viele grüße|beste grüße|liebe grüße|freundliche grüße|herzliche grüße|schöne grüße|grüße|gruß|danke|vielen dank
    |danke im voraus|vielen dank im voraus|schönen tag|schönen tag noch|mfg|lg|vg|s pozdravem|s přátelským pozdravem
    |s úctou|hezký den|přeji hezký den|přejeme hezký den|zdraví|děkuji|děkujeme|děkuji předem|díky|díky moc|ďakujem
    |üdvözlettel|tisztelettel|köszönettel|üdv|köszönöm|köszönöm szépen|köszönjük|előre is köszönöm|szép napot
    |további szép napot|lugupidamisega|parimate soovidega|parimat|tervitades|tervitustega|aitäh|tänan|tänan ette
    |ilusat päeva|cordialement|bien à vous|merci|merci d'avance|saludos|un saludo|gracias|grazie|cordiali saluti
    |met vriendelijke groet|mvh|vänliga hälsningar|med vänlig hälsning|med vänliga hälsningar|venlig hilsen
    |med venlig hilsen|pozdrawiam|z poważaniem|dziękuję"""
)
CLOSING = re.compile(rf"\s*(?!best ?:)(?:{_CLOSINGS})(?: ?/ ?(?:{_CLOSINGS}))?[ ,.!:]*", re.IGNORECASE)
"""A line that closes a letter."""

_DISCLAIMER = (
    r"""\bthis e-?mail|\bthis message|\bthe information|diese e-?mail|diese nachricht|dieser e-?mail|tato zpráv
    |této zpráv|tento e-?mail|\bez az e-?mail|\bez az üzenet|\baz üzenet|\bsee e-?kiri|\bsee kiri|\bsee sõnum
    |käesolev""",
    "confidential|privileged|vertraulich|důvěrn|bizalmas|konfidentsiaal|confidentiel|poufn",
    """intended recipient|intended for|intended only|intended solely|addressee|bestimmt|empfänger|adresát|určen
    |címzett|adressaa|mõeldud|saaja""",
    r"""prohibited|disclos|unauthori[sz]ed|unzulässig|untersagt|nicht gestattet|zakázán|nepovolen|tilos|jogosulatlan
    |keelatud|lubatud""",
    """delete|destroy|löschen|vernichten|smaž|vymaž|töröl|kustuta|notify the sender|informieren sie|informujte
    |értesít""",
)
DISCLAIMER = tuple(map(pattern, _DISCLAIMER))
"""What legal text at the end of a mail speaks of: this mail, secrecy, the recipient, what is forbidden, deletion."""

LEGAL = tuple(_one_of("|".join(_DISCLAIMER[1:3])).split("|"))
"""Secrecy or the recipient, without which no text is legal text: plain words, which are found faster than a pattern."""

CONTACT = re.compile(
    r"https?://|www\.|[\w.+-]{1,64}@[\w-]{1,63}\.|\b(?:tel|phone|mobile?|fax|handy|telefon|mobil)\b"
    r"|\+?\d[\d ()/.-]{6,20}\d",
    re.IGNORECASE,
)
"""An address or number of some kind."""

AUTO_REPLY = pattern(
    """auto[- ]?reply|auto[- ]?response|automatic reply|automatic response|automated reply|automated response
    |out of (?:the )?office|out of (?:the )?office auto-?reply|out of office reply|abwesenheitsnotiz
    |abwesenheitsnachricht|abwesenheitsmeldung|abwesenheitsassistent|automatische antwort|automatische abwesenheitsnotiz
    |automatická odpověď|automatické odpovědi|automatická odpoveď|nepřítomnost|mimo kancelář|automatikus válasz
    |házon kívül|automaatvastus|automaatne vastus|kontorist väljas|réponse automatique|absence du bureau
    |respuesta automática|risposta automatica|resposta automática|automatisch antwoord|afwezig|autosvar
    |automatiskt? svar|odpowiedź automatyczna|automatyczna odpowiedź|automaattinen vastaus|автоответ
    |автоматический ответ""",
    before=r"\s*",
    after=r"[ \t]*(?:[:：]|$)",
)
"""The beginning, or the whole, of the subject that a program gives to an automatic reply."""

AWAY_SUBJECT = pattern(
    """out of (?:the )?office|nepřítomnost|mimo kancelář|házon kívül|kontorist väljas|absence du bureau
    |afwezig""",
    before=r"\s*",
    after=r"[ \t]*(?:[:：]|$)",
)
"""Those of them that say nothing of a machine: people write so of a chair or a printer as well."""

AWAY = pattern(
    r"""\bback (?=on\b)|\bback (?=in\b)|\bback (?=at\b)|\bback (?=by\b)|\bback (?=from\b)|\bi return|my return
    |will return|\baway\b|\bout of (?:the )?office|\bon (?:\w+ )?leave|vacation|holiday|absen
    |limited access|automat|urlaub|abwesen|nicht im büro|nicht im haus|zurück|wieder da|wieder erreichbar|vertretung
    |dovolen|nepřítom|mimo kancelář|nejsem v|nebudu v|zpět|vrátím|zastup|szabadság|házon kívül|távol|nem tartózkod
    |visszatér|puhkus|kontorist|eemal|tagasi|asenda|congé|retour|afwezig|vakantie|terug""",
)
"""What tells in a letter that its author is away."""

REPLY_PREFIX = re.compile(
    r"(?:(?:re|aw|antw|antwort|odp|odpověď|vá|válasz|vs|vast|sv|ref|rv|fwd?|wg|přep|tov|továbbítás|vl|edasi|tr|enc|vb|pd)"
    r"(?:\[\d{1,3}\])?[ \t]*[:：][ \t]*)+",
    re.IGNORECASE,
)
"""`Re:`, `AW:`, `Odp:`, `Vá:`, `Fwd:` and their like at the beginning of a subject."""
