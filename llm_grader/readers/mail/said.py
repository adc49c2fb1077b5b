"""Whether a line near the end of a mail is something its author says, or only who the author is.

What is said goes on in small letters, ends like a sentence, or speaks of me and you; a title (`vedoucí oddělení
reklamací`) may be long and in small letters, but does neither. Where that leaves it open, it is said: a line of a
signature that is read as words does less harm than words that are not read.
"""

from __future__ import annotations

import re

from llm_grader.readers.mail.device_words import DEVICE, MINE, OF_A_PARCEL, SENT_FROM
from llm_grader.readers.mail.mail_words import CONTACT

_POSTSCRIPT = re.compile(
    r"\s*(?:[Pp]\.? ?-?[Ss]|[Uu]\.? ?[Ii]|P\. ?D|PD|N\.? ?B)(?:[ .]{0,3}[.:!,]|\.? [–-] |\.? (?=[^\W\d_A-ZÀ-Ž]))"
)
_FIRST_ITEM = re.compile(r"\s*1[.)][ \t]+[^\W\d_]")
_ADDRESSES = re.compile(r"<[^<>\s]*>|(?:https?://|www\.)\S+|\S{1,64}@\S+")
_AROUND = ".,;:!?…()[]\"'„“”‚‘’»«*_|"
_ENDS = (".", "!", "?", "…", ":")
_CLOSED = "\"'“”’»)] \t\r\n"
_LONGEST = 2000
"""Characters of a line of a signature, with the addresses of its links."""
_CUT = 3
_FEWEST = 3
_FEWEST_WITHOUT_END = 4
_SURE_SPEAKING = 2
_NO_TITLE = 10
"""Words that no title has, in small letters or not."""
_WORD = re.compile(r"[\w']+")
_ABBREVIATIONS = frozenset(
    _WORD.findall("ltd inc co corp llc plc kft zrt nyrt bt oy spol dis csc phd jr sr hod tel mob fax str no nr st")
)
_SPEAKING = frozenset(
    _WORD.findall("""
    i i'm i've i'd me my mine we we're us our you your it's is are was were am has have had do does did don't didn't
    will would can could can't should please not isn't wasn't doesn't this that there also still
    ich mir mich mein meine meinen meiner meinem wir uns unser unsere sie ihnen ihr ihre ist sind war waren bin habe
    haben hatte hat wird werden wurde kann können könnten bitte nicht noch auch dass das
    mi mě mne mně můj moje moji mou mám máme jsem jsme jste je jsou byl byla bylo bude prosím prosíme není nejsou
    vám vás vaše ještě také že můžete mohu
    én nekem engem kérem kérjük vagyok van vannak volt nem hogy még ezt azt önök önnek ez kérek tudok tudnak
    mina mul mulle mind minu mu meie meile teie teile ei oli palun veel see seda kas olen
    j'ai mon mes nous vous est sont c'est pas svp
    yo mis está favor puede ik mijn mij wij uw zijn niet graag
    jag mig mitt är inte jeg ikke proszę jest są mnie mój moja mam nie czy io mio mia sono è
    """)
)
"""Words of those who speak, and of sentences: pronouns, forms of `be` and `have`, `please`, `not`."""
_ASKING = frozenset(
    _WORD.findall("""
    i i'm i've i'd my me please ich mir mich mein meine meinen meiner meinem bitte já mi mě mne mně můj moje moji mou
    mám jsem prosím prosíme én nekem engem kérem kérjük vagyok minu mul mulle palun j'ai je mon svp yo favor ik mijn jag
    mig proszę mnie mój io mio
    """)
)
"""Those of one who asks for something, which no slogan of a company has."""
_OF_A_COMPANY = re.compile(
    r"the environment|think before|umwelt|životní(?:ho|mu)? prostředí|környezet|keskkon|follow us|find us|visit us"
    r"|folgen sie uns|besuchen sie uns|sledujte nás|navštivte|kövess|látogass|jälgi meid|avast|avg\b|virus-?free"
    r"|viren geprüft|opening hours|öffnungszeiten|otevírací|nyitva|lahtioleku|registered (?:in|office)|rejstřík"
    r"|handelsregister|registergericht|cégjegyzék|confidential|vertraulich|důvěrn|bizalmas|konfidents",
    re.IGNORECASE,
)
"""Sentences that stand in signatures: on the environment, on pages to follow, on viruses, on the company."""
_OF_A_CASE = re.compile(
    r"\b(?:order|bestell(?:ung|nummer|nr)|auftrag|objedn|rendel|tellimus|invoice|rechnung|faktur|számla|arve|ticket"
    r"|tracking|zásilk|sendung|paket|csomag|pakk|case|kunden|customer|client n|vertrag|contract|smlouv"
    r"|zákaznick\w+ č|ügyfélsz|lepingu|kliendinumb|variabil|iban|konto|account|účt|účet|zähler|meter"
    r"|seri(?:al|en)|imei|s/n|polic|booking|buchung|passport|commande|pedido|zamówien)\w*",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\s*(?:(?:my|meine?|moje|můj|az? |minu) )?(?:new|neue[rs]?|nov[áýé]|új|uus)\b[^:]{1,30}:", re.IGNORECASE
)
_TOLD = re.compile(
    r"\s*(?:date of birth|born|geburtsdatum|geboren|datum narození|narozen|rodné číslo|születési|sünniaeg|isikukood"
    r"|(?:my |meine? )?(?:photo|picture|foto|fotk|bild|kép|fénykép|pilt|video|screenshot|scan|beleg|proof)[^:]{0,30}:"
    r"|(?:reachable|available|erreichbar|zu erreichen|k zastižení|dostupn[áý]|elérhető|kättesaadav)\b)",
    re.IGNORECASE,
)
"""What one is asked for and then gives below a closing: a birthday, a picture, when one can be called."""
_LABEL = re.compile(r"\s*((?:[^\s:]+\s+){2,8}[^\s:]+):\s")
_PHONE = re.compile(r"(?:tele)?(?:phone|fon|foon)|\btel\b|mobil|handy|\+\d|@|www\.|https?:", re.IGNORECASE)


def is_postscript(line: str) -> bool:
    """Whether a line begins with `PS:` or its like."""
    return _POSTSCRIPT.match(line) is not None


def is_contact(line: str) -> bool:
    """Whether an address or a telephone number stands in a line, and no number of an order."""
    return CONTACT.search(line) is not None and (_OF_A_CASE.search(line) is None or _PHONE.search(line) is not None)


def is_sent_from_device(line: str) -> bool:
    """Whether a line says which telephone or program a mail was sent from, and nothing of when or of a parcel."""
    text = _ADDRESSES.sub("", line)
    if not SENT_FROM.match(text) or OF_A_PARCEL.search(text):
        return False
    mine = MINE.search(text)
    return DEVICE.search(text) is not None or (mine is not None and text[mine.end() :].strip()[:1].isupper())


def may_be_name(line: str) -> bool:
    """Whether a line below `Kind regards` may be who writes: no sentence, no beginning of a list, no street or link."""
    text = line.rstrip(_CLOSED)
    if text.endswith((":", "?")) or any(character.isdigit() for character in text) or _ADDRESSES.search(text):
        return False
    if _has_name_first(line):
        return True
    if is_said(line):
        return False
    small = [word for word in _words(line) if word[0].islower()]
    return not (small and text.endswith((".", "!")) and not _is_abbreviated(text))


def _has_name_first(line: str) -> bool:
    """Whether a line is a name and what they are, as in `Jana Nova, for the group`."""
    name, _, rest = line.partition(",")
    names = name.split()
    is_name = 2 <= len(names) <= 3 and all(word[0].isupper() for word in names)
    return is_name and not any(word.casefold() in _SPEAKING for word in _words(rest))


def is_said(line: str) -> bool:
    """Whether a line is what the author says."""
    if len(line) > _LONGEST or is_postscript(line) or _FIRST_ITEM.match(line) or _is_given(line):
        return True
    if SENT_FROM.match(line):
        return not is_sent_from_device(line)
    if _OF_A_COMPANY.search(line):
        return False
    words = _words(line)
    if "|" in line or 2 * sum(len(word) > 1 for word in words) < len(words):
        return False  # columns, or a name in s p a c e d letters
    if line.isupper():
        return (
            len(words) >= _FEWEST_WITHOUT_END and sum(word.casefold() in _SPEAKING for word in words) > _SURE_SPEAKING
        )
    small = [word for word in words if word[0].islower()]
    if 2 * len(small) < len(words):
        return False
    text = line.rstrip(_CLOSED)
    if text.endswith(_ENDS) and not _is_abbreviated(text):
        return len(words) >= _FEWEST
    speaking = len(words) >= _FEWEST_WITHOUT_END and any(word.casefold() in _SPEAKING for word in words)
    return speaking or len(words) >= _NO_TITLE


def _is_given(line: str) -> bool:
    """Whether a line gives what the case needs: something new, a number of it, or what several words announce."""
    if _CHANGED.match(line) or _TOLD.match(line):
        return True
    if not CONTACT.search(line):
        return False
    label = None if _OF_A_COMPANY.search(line) else _LABEL.match(line)
    return not is_contact(line) or (label is not None and not _PHONE.search(label[1]))


def is_asked(line: str) -> bool:
    """Whether one person says something in a line, as no slogan does."""
    return is_said(line) and (len(line) > _LONGEST or any(word.casefold() in _ASKING for word in _words(line)))


def _words(line: str) -> list[str]:
    """The words of a line that begin with a letter, without addresses and what is cut short, as in `Fő u. 5`."""
    spelled = (word for word in _ADDRESSES.sub(" ", line).split() if not (word.endswith(".") and len(word) <= _CUT))
    bare = (word.strip(_AROUND) for word in spelled)
    return [word for word in bare if word[:1].isalpha()]


def _is_abbreviated(text: str) -> bool:
    """Whether a text ends in `s.r.o.` or `Ltd.`, and so perhaps in the middle of a sentence."""
    last = text.rsplit(maxsplit=1)[-1].rstrip(".") if text.endswith(".") else ""
    return "." in last or last.casefold() in _ABBREVIATIONS
