"""Words of those who call and of those who are called, language by language: patterns over `plain` text, one a line.

`THINGS`, `DID` and `NOT` in them stand for the words of the same name: what customers have with a house, what they did
there, and what a house has itself, so that a customer may call about it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class CallWords(NamedTuple):
    """Patterns of one language: who comes from a house, who speaks of the other's (each counts once), who of theirs."""

    house: re.Pattern[str]
    yours: tuple[re.Pattern[str], ...]
    own: re.Pattern[str]


_Words = dict[str, str]

_EN: _Words = {
    "THINGS": r"""
        orders?|appointments?|account|application|request|enquiry|inquiry|query|complaint|claim|booking|reservation
        subscription|contract|membership|repair|delivery|parcel|package|shipment|ticket|case|purchase|payment|visit|stay
        installation|upgrade|renewal|refund|return|warranty|loan|card|line|connection|broadband|internet|insurance|plan
        prescription|results|feedback|registration|car|device|phone|printer|laptop|machine|meter
    """,
    "DID": r"""
        ordered|applied|requested|enquired|inquired|reported|booked|purchased|bought|signed up|submitted|subscribed
        registered|asked (?:us|for|about|me)|contacted us|complained|were interested
    """,
    "house": r"""
        (?:this is|my name is|my name's|you're speaking with) (?:\w+ ){1,4}?(?:calling |here )?(?:from|with|at|of) \w+
        \w+,? (?:and )?i(?:'m| am) (?:calling|ringing|phoning) (?:you )?(?:from|for) (?!home|my|a |abroad|work|help)\w+
        \w+ (?:here|calling) from (?!home|my)\w+
        (?:it's|hello|hi|morning|afternoon|evening|and),? (?!i'm |i am )\w+ (?:\w+ )?from (?!home|my)\w+
        \w+ from (?:\w+ ){1,3}here
        on behalf of
    """,
    "about": r"""
        (?:about|regarding|concerning|with|on|to|of) [^.?!\n]{0,30}?\byour (?:\w+ ){0,2}?THINGS
        confirm [^.?!\n]{0,20}?\byour (?:\w+ ){0,2}?THINGS
        (?:about|regarding|concerning|with|on|to|of) [^.?!\n]{0,30}?\byou (?:\w+ )?DID
    """,
    "person": r"""
        am i (?:speaking|talking) (?:with|to) (?!the |your |a |some|customer|support|sales)
        (?:is this|is that|speak (?:with|to)|looking for|trying to reach|is) (?:mr|mrs|ms|miss|dr|doctor)
    """,
    "time": r"""
        (?:do you have|have you got|got) (?:just )?(?:a )?(?:quick |few |couple of )?(?:moment|minutes?|second)
        is (?:this|now|it) an? (?:good|bad|convenient) time
        did i catch you
    """,
    "before": r"""
        you (?:had |have )?(?:asked|requested|wanted) [^.?!\n]{0,20}?\b(?:call|ring|contact)
        you left (?:us )?a (?:message|voicemail)
        as promised
        our records
        we (?:noticed|received your|have received your)
    """,
    "own": r"""
        (?:about|regarding|concerning|because|with|for|on) [^.?!\n]{0,25}?\b(?:my|our|mine|ours)
        (?:i|we) (?:have |had )?(?:ordered|bought|booked|paid|received|need|want|would like|still haven't)
        (?:i'd|we'd) like
        (?:i|we) have an? (?:question|problem|issue)
        i'm having
    """,
}
_DE: _Words = {
    "NOT": r"""
        angebot|schreiben|brief|website|webseite|produkt|preis|offnungszeit|mahnung|anzeige|nachricht|mail|e mail
        rechnung|werbung|shop|hotline
    """,
    "DID": r"""
        bestellt|angefragt|gemeldet|beantragt|gebucht|gekauft|reklamiert|angefordert|vereinbart|abgeschlossen
    """,
    "house": r"""
        (?:hier|hier ist|hier spricht|mein name ist|sie sprechen mit) (?:\w+ ){1,4}?(?:von|vom|aus) (?:der |dem )?\w+
        \w+ (?:von|vom) (?:der |dem )?(?:firma )?\w+(?: \w+)?,? (?:hier|am apparat)
        (?:morgen|tag|abend|hallo|gott),? \w+ (?:\w+ )?(?:von|vom) (?:der |dem )?\w+
        ich rufe (?:sie )?(?:von|vom|aus) (?:der |dem )?(?!zu hause)\w+
        im (?:auftrag|namen) (?:der|des|von)
    """,
    "about": r"""
        (?:um|wegen|zu|bezuglich|hinsichtlich|betrifft) [^.?!\n]{0,20}?\bihr(?:e|en|er|em|es)? (?!(?:\w+ )?NOT)\w+
        (?:den|die|das|der) sie [^.?!\n]{0,30}\bDID
    """,
    "person": r"""
        spreche ich (?:da |hier |gerade |jetzt )?mit (?!dem |der |einem |ihrem )
        bin ich (?:\w+ )?(?:mit|bei) (?:herrn|frau)
        (?:herr|herrn|frau) \w+ (?:zu sprechen|sprechen|erreichen)
    """,
    "time": r"""
        haben sie (?:\w+ ){0,3}(?:zeit|moment|minuten?|augenblick)
        store ich
        passt es (?:gerade|ihnen)
    """,
    "before": r"""
        ich rufe sie (?:an|zuruck|heute)
        sie (?:haben|hatten) [^.?!\n]{0,40}\bDID
        ruckruf [^.?!\n]{0,15}\b(?:gebeten|gewunscht)
        wie (?:versprochen|vereinbart|besprochen)
        ihre?[nr]? ruckruf\w*
    """,
    "own": r"""
        (?:um|wegen|zu|bezuglich|mit|fur) [^.?!\n]{0,20}?\b(?:mein|unser)\w*
        (?:ich|wir) (?:habe|haben|hatte|hatten) (?:\w+ ){0,5}(?:bestellt|gekauft|gebucht|problem|frage)
        ich brauche
        ich (?:mochte|wollte|wurde gerne?) (?!herrn|frau|sie|ihnen|mit (?:herrn|frau))\w+
    """,
}
_CS: _Words = {
    "NOT": "nabid|faktur|inzerat|dopis|web|cen|zprav",
    "DID": r"(?:objednal|rezervoval|koupil|reklamoval|poptaval|zadal|nahlasil|registroval)\w*",
    "house": r"""
        (?:tady|zde|u telefonu|jmenuji se|pri telefonu|mluvi) (?:\w+ ){1,3}?(?:ze|z|za) \w+
        volam (?:vam )?(?:ze|z) \w+
        (?:den|rano|odpoledne|vecer),? \w+ (?:\w+ )?(?:ze|z) \w+
        (?:jmenem|za) (?:spolecnosti|firmy|firmu|spolecnost)
    """,
    "about": r"""
        (?:o|ohledne|kvuli|ve veci|tyka se|k) [^.?!\n]{0,20}?\bvas(?:i|e|ich|eho|emu|im|ou) (?!NOT)\w+
        (?:ktery|kterou|ktere|co) jste (?:si )?(?:u nas )?DID
    """,
    "person": r"""
        (?:mluvim|hovorim) (?:prosim )?(?:s|se) (?:panem|pani|slecnou)
        (?:mluvit|hovorit) (?:s|se) (?:panem|pani)
        je (?:to|tam) (?:pan|pani)
    """,
    "time": r"""
        mate (?:ted |nyni )?(?:chvil\w*|cas|minut\w*|okamzik)
        nerusim
        hodi se vam
    """,
    "before": r"""
        jste (?:si )?(?:u nas )?DID
        DID jste
        jak jsme (?:se )?(?:slibil|domluvil)\w*
    """,
    "own": r"""
        (?:muj|moje|moji|meho|mou|sveho|svou)
        nasi (?:objednavk|zakazk|faktur)\w*
        (?:objednal|koupil|rezervoval)\w* (?:jsem|jsme)
        potrebuj\w+
        mam (?:problem|dotaz|otazku)
        chtel\w* bych (?!mluvit|vas|vam|hovorit|se vas)\w+
    """,
}
_HU: _Words = {
    "THINGS": r"""
        (?:meg)?rendeles|bejelentes|szerzodes|elofizetes|foglalas|javitas|szallitas|panasz|idopont|csomag|reklamacio
        keszulek|szamla|kerelm|igenyles
    """,
    "NOT": "ajanlat|level|hirdetes|honlap|szamlajuk",
    "house": r"""
        vagyok,? (?:az? )?(?:\w+ ){0,3}?\w*(?:tol|bol)
        vagyok,? (?:az? )?(?:\w+ ){1,2}(?:munkatarsa|ugyfelszolgalat\w*)
        az? (?:\w+ ){0,3}\w*(?:tol|bol),
        (?:neveben|kepviseleteben|megbizasabol)
        \w*(?:tol|bol) (?:hivom|telefonalok|keresem)
    """,
    "about": r"""
        az on(?:ok)? (?!NOT)\w+
        THINGS\w*?(?:e|a|ja|je)(?:vel|val)? (?:ugyeben|kapcsolatban|miatt)
        (?:amit|amelyet) (?:\w+ ){0,2}(?:rendelt|megrendelt|kert|igenyelt|vasarolt|foglalt)
    """,
    "person": r"""
        (?:urral|asszonnyal|onnel) beszelek
        (?:urat|asszonyt|ont) keresem
    """,
    "time": r"""
        van (?:most )?(?:egy )?(?:ket )?(?:perce|ideje|pillanata)
        zavarhatom
        nem zavarom
        alkalmas most
    """,
    "before": r"""
        (?:rendelt|foglalt|igenyelt|bejelentett) (?:nalunk|tolunk)
        visszahivast kert
        kerte,? hogy (?:hivjuk|keressuk)
        hivom ont
        ahogy (?:igertem|megbeszeltuk|igertuk)
    """,
    "own": r"""
        THINGS\w*?(?:em|om|am|unk)(?:mel|mal|kel|kal)?
        (?:rendeltem|vasaroltam|foglaltam|kaptam)
        (?:problemam|kerdesem)
        szeretnek (?!beszelni)\w+
    """,
}
_ET: _Words = {
    "THINGS": r"""
        (?:tellimus|pakk|paki|leping|broneering|avaldus|taotlus|poordumi|konto|tellimis|seadm|remon|interneti)\w*
        (?:liitumi|kaebus|paring|ostu|visiid|makse|aja|aeg)\w*
    """,
    "house": r"""
        (?:siin|mina olen|minu nimi on|siin raagib) (?:\w+ ){1,4}?\w* ?st
        helistan (?:teile )?(?:\w+ ){0,3}?\w* ?st
        (?:tere|hommikust|paevast|ohtust),? \w+ (?:\w+ )?\w+ ?st
        \w+ nimel helistan
    """,
    "about": r"""
        teie (?:\w+ ){0,2}?THINGS
        (?:mille|mida|mis) (?:te |teie )?(?:meilt )?(?:tellisite|broneerisite|ostsite|soovisite)
    """,
    "person": r"""
        kas (?:ma )?raagin
        kas (?:seal )?on (?:harra|proua)
        sooviksin raakida (?:harra|proua)\w*
    """,
    "time": r"""
        kas teil (?:on|oleks) (?:praegu )?(?:hetk\w*|minut\w*|aega|paar)
        kas (?:ma )?segan
        kas (?:praegu )?sobib
    """,
    "before": r"""
        (?:te|teie) (?:tellisite|soovisite|palusite|broneerisite|poordusite)
        palusite (?:tagasi|endale)
        nagu (?:lubasi|kokku lep)\w*
    """,
    "own": r"""
        (?:minu|mu|meie) (?:tellim|pakk|paki|arve|konto|internet|leping|telefon|aeg|aja)\w*
        (?:tellisin|ostsin|broneerisin)
        sooviksin (?!raakida)\w+
        mul on (?:probleem|kusimus|mure)\w*
        tahaksin
    """,
}
_BY_LANGUAGE: dict[str, _Words] = {"en": _EN, "de": _DE, "cs": _CS, "hu": _HU, "et": _ET}
CALL_LANGUAGES = tuple(_BY_LANGUAGE)
"""The languages there are words of."""


@cache
def call_words(language: str) -> CallWords:
    """The patterns of one of `CALL_LANGUAGES`."""
    words = _BY_LANGUAGE[language]
    yours = tuple(_pattern(words, name) for name in ("about", "person", "time", "before"))
    return CallWords(_pattern(words, "house"), yours, _pattern(words, "own"))


def _pattern(words: _Words, name: str) -> re.Pattern[str]:
    text = _alternatives(words[name])
    for part in ("THINGS", "DID", "NOT"):
        text = text.replace(part, f"(?:{_alternatives(words.get(part, ''))})")
    return re.compile(rf"\b(?:{text})" + ("" if name == "about" else r"\b"))


def _alternatives(lines: str) -> str:
    return "|".join(line.strip() for line in lines.splitlines() if line.strip())
