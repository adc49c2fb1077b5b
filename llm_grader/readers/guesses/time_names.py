"""Whether the name of a column says when something was said, and whether it tells of another moment."""

from __future__ import annotations

import re

from llm_grader.readers.roles.role_words import plain

_TIMES = frozenset(
    re.findall(
        r"\w+",
        "time times date datetime timestamp stamp ts at on when zeit datum uhrzeit zeitpunkt zeitstempel cas casu "
        "casove razitko idopont idopontja ido ideje datuma idobelyeg aeg kuupaev kellaaeg ajatempel fecha hora heure "
        "data godzina",
    )
)
_SENT = frozenset(
    re.findall(
        r"\w+",
        "sent created create absolute posted received written submitted published logged "
        "gesendet erstellt empfangen eingegangen geschrieben verschickt versendet abgeschickt erstellung "
        "erstellungsdatum sendedatum sendezeit eingangsdatum "
        "vytvoreno odeslano prijato zaslano vytvoreni odeslani prijeti napsano "
        "letrehozva elkuldve bekuldve erkezett letrehozas kuldes kuldve irva "
        "loodud saadetud saabunud postitatud kirjutatud loomise saatmise saabumise "
        "enviado recibido creado envoye recu cree wyslano utworzono otrzymano",
    )
)
_AROUND = frozenset(
    re.findall(
        r"\w+",
        "sys message msg event comment reply turn entry post utterance ms millis utc gmt local unix epoch iso cet am "
        "um dne v of der des nachricht nachrichten zpravy uzenet sonumi de do",
    )
)
_OTHER_MOMENT = re.compile(
    r"\b(?:updated?|modified|changed|edited|closed|resolved|solved|due|deadline|read|seen|deleted|delivered|expir\w{0,8}"
    r"|last|first|next|start\w{0,4}|begin|end|ended|until|birth\w{0,4}|opened|assigned|escalated|completed|archived"
    r"|order(?:ed)?|appointment|delivery|booking|booked|arrival|departure|payment|paid|purchased?|invoice|contract|signup"
    r"|letzte\w{0,2}|zuletzt|anderung|termin|bestell\w{0,8}|liefer\w{0,8}|rechnung\w{0,6}|kauf\w{0,5}|faellig"
    r"|posledni|zmena|objednavk[ay]|dodani|utolso|modositas|rendeles|szallitas|viimane|muutmine|tellimus\w{0,2}"
    r"|geandert|aktualisiert|geschlossen|gelesen|fallig|gelost|beginn|ende|upraveno|zmeneno|uzavreno|precteno|splatnost"
    r"|modositva|lezarva|olvasva|hatarido|muudetud|suletud|loetud|tahtaeg)\b"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(column: str) -> list[str]:
    return plain(re.sub(r"[^\w\s]+", " ", _CAMEL.sub(" ", column.rpartition(".")[2] or column))).split()


def says_when(column: str) -> bool:
    """Whether a name says when something was said, and nothing else: `Erstellt am`, `msg_time`, `date_sent`."""
    words = _words(column)
    known = _TIMES | _SENT
    return bool(words) and not known.isdisjoint(words) and all(word in known or word in _AROUND for word in words)


def tells_of_another_moment(column: str) -> bool:
    """Whether a name says when something else was than that it was said: that it was changed, closed or due."""
    return _OTHER_MOMENT.search(" ".join(_words(column))) is not None
