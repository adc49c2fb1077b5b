"""Whether somebody says anything: a turn of noise, fillers or a bare heading proves nothing and is no conduct. Pure."""

from __future__ import annotations

import re
import unicodedata

from llm_grader.checking.folding import fold
from llm_grader.transcript import Turn

# Openers that by themselves made model judges say yes (arXiv 2507.08794), and the same in other languages.
_OPENER = re.compile(
    r"(the |final )?(solution|answer)|thought process|reasoning|analysis|explanation|step 1"
    r"|(let's|let us) (think|solve this problem)( step by step)?|解答?|かいせつ|respuesta|réponse"
    r"|lösung|antwort|řešení|odpověď|megoldás|válasz|lahendus|vastus"
)
_HEADING_WORDS = 4
_LONGEST = 200
"""Characters of a turn that is looked at: a longer one says something."""

# What transcribers and recognisers put in brackets, or between stars and notes.
_BRACKETED = re.compile(r"\[[^\][]*\]|<[^<>]*>|\{[^{}]*\}|\*[^*]*\*|\([^()]*\)|[♪♫][^♪♫]*[♪♫]?")
_SAID_BY_PEOPLE = "(*"
_NOISE_WORDS = """
    noise noises background silence silent pause music playing inaudible unintelligible indistinct unclear unk unsure
    unin uni blank audio crosstalk overlap overlapping speech static beep tone ringing rings dialing dial click clicks
    typing keyboard laughter laughs laughing laugh cough coughs coughing sigh sighs sighing breath breathing breathes
    sniff sniffs clears throat muted mute disconnected foreign
    rauschen geräusch geräusche stille unverständlich musik lachen lacht husten hustet seufzt räuspert
    šum ticho nesrozumitelné nesrozumitelně hudba smích kašel zaj csend érthetetlen zene nevetés köhögés sóhaj
    müra vaikus arusaamatu muusika naer köha
"""
_FILLER_WORDS = """
    inaudible unintelligible indistinct null nan
    hm hmm hmmm hmmmm mhm mm mmm mmhm um umm uh uhh uhm er erm eh ehm äh ähm äm öh öhm tja ő öö ööö ee eee éé izé ehh
"""
_MEDIA_WORDS = """
    image images photo picture video audio gif sticker attachment attachments attached file
    bild foto anhang datei obrázek příloha soubor kép csatolmány fájl pilt manus fail
"""
_NOISES = frozenset((*_NOISE_WORDS.split(), *_MEDIA_WORDS.split()))
_FILLERS = frozenset(_FILLER_WORDS.split())
_NOTHING_EXPORTED = "n/a"
# what stands in the place of a message that is gone, or of a file that is not here
_IN_ITS_PLACE = re.compile(
    r"(?:(?:this )?message (?:was |has been )?(?:deleted|removed)|diese nachricht wurde gelöscht"
    r"|tato zpráva byla (?:odstraněna|smazána)|ezt az üzenetet törölték|see sõnum kustutati"
    r"|(?:(?:attachment|file|image|anhang|datei|bild|příloha|soubor|csatolmány|fájl|manus|fail)s?: )?[^\s/]{1,60}"
    r"\.(?:pdf|png|jpe?g|gif|heic|webp|docx?|xlsx?|csv|txt|zip|mp[34]|mov|wav|ogg))\.?"
)
_WORD = re.compile(r"[^\W_]+")


def says_nothing(turn: Turn) -> bool:
    """Whether what the turn's author wrote is empty, noise, fillers, a bare heading, or the place of a file."""
    body = "".join(turn.text[start:end] for start, end in turn.body_spans()).strip()
    if len(body) > _LONGEST:
        return False
    return _is_heading(body) or _is_noise(body) or _IN_ITS_PLACE.fullmatch(body.casefold()) is not None


def _is_heading(body: str) -> bool:
    folded = fold(body)
    words = folded.strip(" '.,:;!*#_()[]")
    return bool(_OPENER.fullmatch(words)) or (
        folded.rstrip(" '*_").endswith(":") and len(words.split()) <= _HEADING_WORDS
    )


def _is_noise(body: str) -> bool:
    rest = _BRACKETED.sub(_unless_said, body).casefold()
    words = _WORD.findall(rest)
    asks = bool(words) and "?" in rest
    if body.casefold() == _NOTHING_EXPORTED:
        return True
    return not asks and _FILLERS.issuperset(words) and not any(unicodedata.category(sign) == "So" for sign in rest)


def _unless_said(bracketed: re.Match[str]) -> str:
    """Nothing for a noise; else what stands in the brackets, such as a name that was taken out."""
    found = bracketed[0]
    words = _WORD.findall(found.casefold())
    said_by_people = found[0] in _SAID_BY_PEOPLE and not _NOISES.issuperset(words)
    return found if said_by_people or (words and _NOISES.isdisjoint(words) and found[0] not in "♪♫") else " "
