"""What a word in a table says of a turn: that the other side sees it, that it does not, that it is a note or an event.

English, German, Czech, Hungarian, Estonian, French, Spanish, Polish; all words are compared in `plain` form.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from llm_grader.readers.roles.role_words import plain, role_of_label

Said = Literal["shown", "internal", "private", "note", "message", "event"]
"""Who sees a turn, or what it is; `internal` and `private` alone hide less surely than `note`."""

_MOST_WORDS = 3
INTERNAL = (
    r"intern(?:al|ally|e[rs]?|[aioy])?|wewnetrzn[aeiy]|belso|sisemine|sise|hidden|versteckt|verborgen|skryt[aey]"
    r"|rejtett|lathatatlan|peidetud|varjatud|nahtamatu|cachee?|masquee?|ocult[ao]|ukryt[aey]"
)
PRIVATE = r"privat(?:e|e[rs]|ni)?|privee?|privad[ao]|prywatn[aey]|soukrom[aey]|magan|privaatne"
SHOWN = (
    r"public|publique|public[ao]|publiczn[aey]|publik|offentlich(?:e[rs]?)?|verejn[aey]|nyilvanos|avalik"
    r"|visible|sichtbar(?:e[rs]?)?|viditeln[aey]|lathato|nahtav|widoczn[aey]"
)
_OUTSIDE = r"extern(?:al|ally|e[rs]?|[aioy])?|zewnetrzn[aeiy]|kulso|valine"
_EXTERNAL = rf"{_OUTSIDE}|published|veroffentlicht"
NOTE = (
    r"notes?|notiz(?:en)?|vermerk|poznamk[ay]|jegyzet|megjegyzes(?:ek)?|feljegyzes|markus(?:ed)?|marge"
    r"|notas?|notatk[ai]|whisper"
)
_FLIPS = frozenset(re.findall(r"\w+", "non not nicht nem mitte pas nie no ne neni nejsou kein keine ei"))
_ONLY = frozenset(re.findall(r"\w+", "only nur jen pouze csak ainult solo seulement uniquement tylko"))
_FILLING = frozenset(re.findall(r"\w+", "to the for fur pro a an by from von od de des la le")) | _ONLY
_OURS = frozenset(re.findall(r"\w+", "agents agent staff team mitarbeiter operatori agenti agentes operatorzy"))
_OF_ALL = frozenset(re.findall(r"\w+", "everyone all alle vsichni mindenki koik tous todos wszyscy"))
_ATTACHED = rf"(?:non|ne|nie|mitte|un|in)(?:{SHOWN})"
_WORDS: dict[Said, str] = {
    "message": """
        message messages comment comments reply replies text chat email mail msg response answer question sms kommentar
        kommentare antwort antworten frage nachricht nachrichten komentar odpoved otazka dotaz zprava hozzaszolas valasz
        kerdes uzenet kommentaar vastus kusimus sonum reponse commentaire respuesta pregunta mensaje comentario
        odpowiedz pytanie wiadomosc komentarz incoming outgoing inbound outbound received sent eingehend ausgehend
        eingang ausgang prichozi odchozi bejovo kimeno sissetulev valjaminev entrant entrante sortant saliente
        przychodzaca przychodzace wychodzaca wychodzace in out
    """,
    "event": "event system status assignment activity action",
}
_PARTIES = ("agent", "customer", "bot")
_SAID = {word: said for said, words in _WORDS.items() for word in words.split()}
_PATTERNS: tuple[tuple[Said, re.Pattern[str]], ...] = (
    ("internal", re.compile(rf"{INTERNAL}|{_ATTACHED}|confidential|vertraulich")),
    ("private", re.compile(PRIVATE)),
    ("shown", re.compile(rf"{SHOWN}|{_EXTERNAL}")),
    ("note", re.compile(NOTE)),
)
_TURNED: dict[Said, Said] = {"shown": "internal", "internal": "shown", "private": "shown"}
_NAMED_HIDDEN = re.compile(
    r"intern|privat|privad|prive|prywatn|hidden|soukrom|belso|magan|sise|confidential|staff|agents?.?only|wewnetrzn"
    r"|versteckt|verborgen|skryt|rejtett|lathatatlan|peidetud|varjatud|nahtamat|cachee?\b|masque|ocult|ukryt"
)
_NAMED_SHOWN = re.compile(
    r"(?P<turned>\b(?:non|ne|nie|mitte|un|in))?"
    r"(?:public|publiqu|publik|visib|offentlich|sichtbar|verejn|viditeln|nyilvanos|lathato|avalik|nahtav|widoczn|external)"
)
_NAMED_NOTE = re.compile(r"note|notiz|poznamk|megjegyzes|markus|\bnotas?\b|notatk")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|[^\w\s]+")
_KEYS = re.compile(r"^.*\w\.(?=\S)")
_PAPERS = frozenset(  # a delivery note, a Galaxy Note
    re.findall(
        r"\w+",
        "delivery credit debit dispatch despatch shipping shipment packing consignment goods advice sick galaxy "
        "promissory bank release cover redmi infinix dodaci kauf",
    )
)
_NO_NOTES = frozenset(("voice note", "audio note", "video note", "sprachnotiz"))


def is_external(word: str) -> bool | None:
    """Whether a word is `external`, and not `internal`: both may say whose turn it is; None for other words."""
    text = plain(word)
    return True if re.fullmatch(_OUTSIDE, text) else False if re.fullmatch(INTERNAL, text) else None


@lru_cache(maxsize=4096)
def said_by(phrase: str) -> Said | None:
    """What a phrase of few words says of a turn: `Internal note`, `nicht öffentlich`, `Antwort`; None for others."""
    text = plain(re.sub(r"[^\w\s]+", " ", phrase))
    if text in _NO_NOTES:
        return "message"
    words = [word for word in text.split() if word not in _FILLING]
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    found = {said for word in words if (said := _said(word)) is not None}
    if found == {"note"} and not _PAPERS.isdisjoint(words):
        return None
    if not _FLIPS.isdisjoint(words):
        found = {_TURNED.get(said, said) for said in found}
    elif not _OURS.isdisjoint(words) and ("shown" in found or not _ONLY.isdisjoint(text.split())):
        found = {"internal"}
    return _together(found)


def seen_by(phrase: str) -> Said | None:
    """The same of a phrase that says who sees a turn: `agents` are the house, and `all` are everyone."""
    word = plain(phrase)
    if word in _OURS:
        return None if role_of_label(word) == "agent" and word != "mitarbeiter" else "internal"
    return "shown" if word in _OF_ALL else said_by(phrase)


def _said(word: str) -> Said | None:
    by_pattern = next((said for said, pattern in _PATTERNS if pattern.fullmatch(word)), None)
    return by_pattern or _SAID.get(word) or ("message" if role_of_label(word) in _PARTIES else None)


def _together(found: set[Said]) -> Said | None:
    """What words that say these things say together: an internal comment is internal, a public note a message."""
    hidden = next((said for said in ("internal", "private") if said in found), None)
    if hidden:
        return None if "shown" in found else "note" if "note" in found else "event" if "event" in found else hidden
    if "note" in found:
        return "message" if "shown" in found else "note"
    return next((said for said in ("event", "shown", "message") if said in found), None)


def last_key(column: str) -> str:
    """The name of a column, of keys with dots between them the last one; a dot may as well end an abbreviation."""
    return _KEYS.sub("", column.rstrip("."))


def name_as_compared(column: str) -> str:
    """The name of a column, or the last key of one, as words: `isPrivate` and `Is-Private` are the same."""
    return plain(_JOINED.sub(" ", last_key(column)))


def true_hides(column: str) -> bool | None:
    """Whether true in a column of this name means that the other side does not see a turn; None if it says neither."""
    name = name_as_compared(column)
    shown = _NAMED_SHOWN.search(name)
    if _NAMED_HIDDEN.search(name):
        hides = True
    elif shown or _NAMED_NOTE.search(name):
        hides = shown is None or shown["turned"] is not None
    else:
        return None
    return hides != (not _FLIPS.isdisjoint(name.split()[:-1]))
