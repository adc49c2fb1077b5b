"""Words that make a checklist question hard to answer, per language: en, de, cs, hu, et.

The lists are short on purpose: a linter that cries wolf is switched off. Other languages are left alone.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from llm_grader.transcript import primary_language

Source: TypeAlias = Literal["sound", "time", "ticket"]
"""The source that an observation would need: the recording, timestamps, or the ticket's fields."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_VAGUE = {
    "en": _any(
        r"good(?! (?:morning|afternoon|evening|day|night))",
        r"(?:nice|proper|appropriate|adequate|sufficient|professional|effective|efficient|excellent|decent|timely)(?:ly)?",
        r"(?:reasonabl|suitabl|acceptabl)[ey]",
        r"satisfactor(?:y|ily)",
        "great|enough|helpful",
    ),
    "de": _any(
        r"gut(?:e[nmrs]?)?(?! (?:Morgen|Tag|Abend))",
        r"(?:angemessen|passend|geeignet|ordentlich|ausreichend|hinreichend|genügend|professionell|vernünftig)\w*",
        r"(?:zufriedenstellend|hervorragend|ordnungsgemäß|sachgerecht|effektiv|effizient|hilfreich|rechtzeitig)\w*",
    ),
    "cs": _any(
        r"dob(?:ře|r(?:ý|á|é|ou|ým|ého|ému)(?! (?:den|ráno|večer|odpoledne)))",
        r"(?:vhodn|přiměřen|náležit|řádn|dostatečn|profesionáln|uspokojiv|kvalitn|efektivn|užitečn|rozumn|včasn)\w+",
        r"odpovídajíc\w+",
    ),
    "hu": _any(
        r"jó(?! (?:reggelt|napot|estét|éjszakát))|jól",
        r"(?:megfelelő|kellő|elegendő|professzionális|szakszerű|kielégítő|kiváló|hatékony|hasznos|ésszerű)\w*",
    ),
    "et": _any(
        r"hea|head(?! (?:aega|päeva|õhtut|ööd))|heal|heas|hästi",
        r"(?:sobiv|sobilik|asjakoha|piisav|korralik|professionaal|rahuldav|suurepära|tõhus|mõistlik|kvaliteet)\w*",
    ),
}

_EN_OBJECT = r"(?= (?:the|an?|any|every|each|all|their|his|her|its|them|him|it|what|whether|how|when|that|for|to|by)\b)"
_EN_VERB = (
    "greet|ask|apologi[sz]e|acknowledge|offer|explain|confirm|verify|thank|tell|give|check|resolve|solve|send|close|"
    "open|set|show|summari[sz]e|introduce|provide|listen|respond|reply|inform|avoid|record|update|transfer|escalate|"
    "identify|repeat|state|mention|use|say|answer|collect|propose|suggest|recommend|express|describe|outline|keep"
)
_DE_PARTICIPLE = r"(?:[a-zäöüß]*ge[a-zäöüß]+(?:t|en)|[a-zäöüß]+iert|(?:be|ver|er|ent|zer)[a-zäöüß]+(?:t|en))"
_CS_NO_VERB = (
    r"e?-?mail|detail|profil|kanál|portál|materiál|manuál|titul|model|modul|podíl|cíl|díl|účel|smysl|"
    r"\w*(?:tel\w?|idel|ísel|esel)\b"
)
_ET_PAST = (
    "tervitas|küsis|ütles|andis|pakkus|selgitas|vabandas|tänas|kordas|kontrollis|tegi|saatis|lahendas|vastas|kuulas|"
    "näitas|kinnitas|tuvastas|lisas|sulges|avas|täitis|võttis|leidis|teavitas|rääkis|uuris|kasutas|nimetas|palus|lubas"
)
_TWO_CLAUSES = {
    "en": re.compile(
        rf"\band (?:then |also )?(?:(?:{_EN_VERB}){_EN_OBJECT}|\w{{3,}}ed{_EN_OBJECT}"
        r"|(?:did|was|were|has|is|are) (?:the|he|she|it|they|there)\b)"
    ),
    "de": re.compile(
        rf"\b{_DE_PARTICIPLE} und (?:[^?]*\s)?{_DE_PARTICIPLE}\s*\?"
        r"|\bund (?:hat|hatte|ist|war|wurde) "
        r"|\bund [a-zäöüß]{4,}t (?:er|sie|(?:der|die) (?:Agent|Mitarbeiter|Kundenbetreuer)(?:in)?)\b"
    ),
    "cs": re.compile(
        r"\ba (?:také |pak |poté |zároveň )?(?:se |si |mu |jí |ho )?"
        rf"(?!{_CS_NO_VERB})(?:\w+l|\w+[aeiuyáíěý]l[aoiy]|(?:řek|nabíd|pomoh|zvlád)l[aoiy])\b"
        r"|\ba (?!kter|jak|tak)\w{4,}[áíe] (?:se|si)\b"
    ),
    "hu": re.compile(
        r"\b\w{3,}-e\b.*\b\w{3,}-e\b"
        r"|\bés \w{3,}(?:t[ae](?= az?\b)|(?:t[ae]|[oeö]tt)(?:-e\b|(?= (?:egy|neki|hogy)\b|\?)))"
    ),
    "et": re.compile(
        rf"\bja (?:siis |ka |seejärel )?(?:kas|{_ET_PAST}|\w{{3,}}nud|(?!halb)\w{{3,}}b)\b"
        r"|nud\b.*\bja (?:\w+ ){0,3}\w{3,}nud\b"
    ),
}

_OUTSIDE: dict[str, dict[Source, re.Pattern[str]]] = {
    "en": {
        "sound": _any(
            r"background noise|volume|tone of voice|voice (?:tone|quality)|hold music|accent|intonation",
            r"smil(?:e|ed|ing)|speaking (?:pace|rate|speed)|pace of speech|(?:audio|sound|line) quality|headset",
            r"in an? \w+ voice",
        ),
        "time": _any(
            r"(?:response|reply|handling|handle|waiting|wait|hold|queue) times?|how (?:fast|quickly)",
            r"speed of (?:answer|reply|response)|(?:response|reply) speed|within \w+ (?:seconds|minutes|hours)|average",
        ),
        "ticket": _any(
            r"ticket(?:'s)? (?:fields?|status|priority|tags?|type)",
            r"(?:fields?|status|priority|tags) (?:of|on) the ticket|CRM|survey scores?|CSAT|NPS",
        ),
    },
    "de": {
        "sound": _any(
            r"Hintergrundgeräusch\w*|Lautstärke|Tonfall\w*|Stimmlage|Stimme|Warteschleife\w*|Wartemusik|(?:ge)?lächel\w*",
            r"Sprechtempo\w*|Sprechgeschwindigkeit|Betonung|Akzent|Headset|(?:Ton|Leitungs|Sprach)qualität",
        ),
        "time": _any(
            r"(?:Antwort|Reaktions|Bearbeitungs|Warte)zeit(?:en)?|wie schnell|durchschnittlich\w*",
            r"innerhalb von \w+ (?:Sekunden|Minuten|Stunden)",
        ),
        "ticket": _any(
            r"Ticketfeld\w*|Ticketstatus|(?:Felder|Status|Priorität|Tags) (?:des|im|am) Ticket\w*|CRM|CSAT|NPS"
        ),
    },
    "cs": {
        "sound": _any(
            r"(?:hluk|šum|ruch)\w* (?:v|na) pozadí|hlasitost\w*|tón\w* hlasu|intonac\w+|usmív\w+|usmál\w*|úsměv\w*",
            r"hudb\w+ při čekání|temp\w+ řeči|rychlost\w* řeči|přízvuk\w*|sluchátk\w+|kvalit\w+ (?:zvuku|spojení)",
        ),
        "time": _any(
            r"dob\w+ odezvy|rychlost\w* odpověd\w+|čekac\w+ dob\w+|jak rychle|průměrn\w+|do \w+ (?:sekund|minut|hodin)"
        ),
        "ticket": _any(r"(?:pol|stav|priorit|štít[ek]+)\w* (?:tiketu|lístku)|CRM|CSAT|NPS"),
    },
    "hu": {
        "sound": _any(
            r"háttérzaj\w*|hangerő\w*|hangszín\w*|hanghordozás\w*|hanglejtés\w*|(?:tartás|várakoztató )zen\w+",
            r"mosoly\w*|beszédtempó\w*|beszédsebesség\w*|akcentus\w*|(?:hang|vonal)minőség\w*|fejhallgató\w*",
        ),
        "time": _any(
            r"válaszid\w+|várakozási id\w+|milyen gyorsan|átlagos\w*|\w+ (?:másodperc|perc|órá)\w* belül",
        ),
        "ticket": _any(r"(?:hiba)?jegy (?:mező|állapot|státusz|prioritás|címké)\w*|CRM|CSAT|NPS"),
    },
    "et": {
        "sound": _any(
            r"taustamüra\w*|helitugevus\w*|hääletoon\w*|hääle (?:toon|tugevus)\w*|ootemuusika\w*|naerat\w+",
            r"kõnetempo\w*|kõnekiirus\w*|aktsen\w+|(?:heli|liini)kvalitee\w+|peakomplekt\w*",
        ),
        "time": _any(
            r"(?:vastamis|reageerimis|oote)a(?:eg|ja)\w*|kui kiiresti|keskmi(?:ne|se)\w*",
            r"\w+ (?:sekundi|minuti|tunni) jooksul",
        ),
        "ticket": _any(r"pileti (?:väl(?:i|ja)|olek|staatus|prioriteet|sil[td])\w*|CRM|CSAT|NPS"),
    },
}


_SEVERAL_AGENTS = {
    "en": _any(r"(?:several|multiple|more than one|two or more) (?:\w+ )?agents"),
    "de": _any(r"mehreren? (?:Agenten|Mitarbeiter\w*|Kundenbetreuer\w*)"),
    "cs": _any(r"(?:více|několik) (?:agentů|operátorů|pracovníků)"),
    "hu": _any(r"több (?:ügyintéző|munkatárs|ügynök)\w*"),
    "et": _any(r"(?:mitu|mitme) (?:teenindaja|agendi|agenti|töötaja)\w*"),
}


def names_several_agents(text: str, language: str) -> bool:
    """Whether `text` speaks of several agents at once."""
    pattern = _SEVERAL_AGENTS.get(primary_language(language))
    return bool(pattern and pattern.search(text))


def vague_words(question: str, language: str) -> list[str]:
    """Words of `question` that each reader fills in differently: good, appropriate, professional."""
    pattern = _VAGUE.get(primary_language(language))
    return pattern.findall(question) if pattern else []


def asks_twice(question: str, language: str) -> str | None:
    """The sign that `question` asks two things at once, or None.

    That is a second question mark, or a conjunction followed by a second verb. Two nouns joined by "and" are one
    question.
    """
    if question.count("?") > 1:
        return "two question marks"
    pattern = _TWO_CLAUSES.get(primary_language(language))
    found = pattern.search(question) if pattern else None
    return repr(found[0].strip()) if found else None


def outside_transcript(question: str, language: str) -> tuple[str, Source] | None:
    """The first word of `question` about something that the words said cannot show, and what could show it."""
    for source, pattern in _OUTSIDE.get(primary_language(language), {}).items():
        if found := pattern.search(question):
            return found[0], source
    return None
