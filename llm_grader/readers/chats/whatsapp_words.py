"""What WhatsApp writes into exported chats in the place of files and deleted messages, and about people, by language.

A whole message in angle brackets is always its own: nobody types `<Media omitted>` in any language.
"""

from __future__ import annotations

import re

_OMITTED = """
    omitted, weggelassen, ausgeschlossen, vynechán, vynechána, vynecháno, kihagyva, ära jäetud, välja jäetud, omis,
    omise, absent, absente, omitido, omitida, ocultado, ocultada, oculta, oculto, omesso, omessa, omessi,
    weggelaten, pominięto, pominięty, utelämnad, utelämnat, utelämnats, udeladt
"""
_ATTACHED = """
    file attached, datei angehängt, soubor byl přiložen, soubor přiložen, fájl csatolva, csatolt fájl, fail lisatud,
    fail on lisatud, fichier joint, archivo adjunto, arquivo anexado, file allegato, bestand bijgevoegd, załączono
    plik, bifogad fil, fil bifogad, vedhæftet fil, fil vedhæftet
"""
_DELETED = """
    this message was deleted, you deleted this message, diese nachricht wurde gelöscht, du hast diese nachricht
    gelöscht, tato zpráva byla odstraněna, tato zpráva byla smazána, tuto zprávu jste odstranili, tuto zprávu jste
    smazali, odstranili jste tuto zprávu, ezt az üzenetet törölték, törölted ezt az üzenetet, see sõnum kustutati,
    sa kustutasid selle sõnumi, kustutasid selle sõnumi, ce message a été supprimé, vous avez supprimé ce message,
    se eliminó este mensaje, este mensaje fue eliminado, eliminaste este mensaje, mensagem apagada, esta mensagem
    foi apagada, você apagou esta mensagem, questo messaggio è stato eliminato, hai eliminato questo messaggio, dit
    bericht is verwijderd, je hebt dit bericht verwijderd, ta wiadomość została usunięta, usunięto tę wiadomość, det
    här meddelandet raderades, du raderade det här meddelandet, denne besked blev slettet, du slettede denne besked
"""


def _one_of(words: str) -> str:
    return "|".join(re.escape(" ".join(word.split())) for word in words.split(","))


_OWN = re.compile(r"<[^<>\n]{3,200}>|(?:image|video|audio|sticker|gif|document|contact card) omitted", re.IGNORECASE)
_PLACEHOLDER = re.compile(rf"[^.!?\n]{{2,40}} (?:{_one_of(_OMITTED)})", re.IGNORECASE)
_NAMED_FILE = re.compile(rf"[^\n]{{1,200}}?\.\w{{2,5}} \((?:{_one_of(_ATTACHED)})\)", re.IGNORECASE)
_GONE = re.compile(rf"(?:{_one_of(_DELETED)})\.?", re.IGNORECASE)
_NOTICE = re.compile(
    r"(?:messages and calls|messages to this|nachrichten und anrufe|zprávy a hovory|az? üzenetek és (?:a )?hívások"
    r"|sõnumid ja kõned)\b[^\n?]{0,60}(?:end-to-end|ende-zu-ende|šifrov|titkosít|krüpt)[^\n?]*",
    re.IGNORECASE,
)


def event_in(text: str, *, marked: bool) -> str | None:
    """What WhatsApp put in the place of a message: `attachment`, `deleted`, or `system`; None for what somebody wrote.

    Args:
        text: the message, without marks of direction.
        marked: whether such a mark stood before it, as it does before all that WhatsApp writes on some phones.
    """
    if _OWN.fullmatch(text) or (")" in text and _NAMED_FILE.fullmatch(text)):
        return "attachment"
    if _GONE.fullmatch(text):
        return "deleted"
    if _NOTICE.fullmatch(text):
        return "system"
    if not marked:
        return None
    return "attachment" if _PLACEHOLDER.fullmatch(text) else "system"


# Patterns in which `@` stands for one or several people.
_OF_PEOPLE = r"""
    your security code with @ changed.*; deine sicherheitsnummer für @ hat sich geändert.*
    @ added @; @ removed @; @ invited @; @ (?:was|were) (?:added|removed|invited); @ left; @ joined.*; @ created .*
    @ changed .*; @ made @ an admin; @ is a contact; @ pinned .*; @ started .*
    @ ha(?:t|st) @ (?:hinzugefügt|entfernt|eingeladen); @ (?:wurde|wurden) (?:hinzugefügt|entfernt|eingeladen)
    @ hat die gruppe .*; @ ist .* beigetreten; @ hat .* (?:geändert|erstellt|fixiert); @ ist ein kontakt
    @ (?:přidal|odebral|pozval)(?:\(a\)|a)? @; (?:přidali|odebrali|pozvali) jste @; @ opustil.* skupinu
    @ (?:vytvořil|změnil).*; @ se připojil.*; @ byl.* (?:přidán|odebrán).*
    @ (?:hozzáadta|eltávolította|meghívta) @; (?:hozzáadtad|eltávolítottad) @; @ kilépett
    @ (?:létrehozta|csatlakozott|megváltoztatta|módosította).*
    @ (?:lisas|eemaldas|kutsus) @; (?:lisasid|eemaldasid) @; @ (?:lahkus|liitus|lõi|muutis).*
"""
_TELLS_OF_PEOPLE = [
    re.compile(pattern.strip().replace("@", "(.{1,160}?)"), re.IGNORECASE)
    for pattern in re.split(r"[;\n]", _OF_PEOPLE)
    if pattern.strip()
]
_US = ("you", "du", "sie", "vy", "ty", "te", "ön", "sina", "sa")
_BETWEEN_PEOPLE = re.compile(r",? (?:and|und|a|és|ja) |, ")
_CALLED = re.compile(r"(?:[^\W\d_][^\s,:]*)(?: [^\s,:]+){0,4}|\+\d[\d\s()./-]{5,}")


def people_in(event: str) -> list[str]:
    """Who comes, goes, is brought or changes something in a line that nobody said, as they are called there."""
    for pattern in _TELLS_OF_PEOPLE:
        if found := pattern.fullmatch(event.rstrip(". ")):
            called = (who.strip(" ~\u202f\u00a0") for part in found.groups() for who in _BETWEEN_PEOPLE.split(part))
            return [who for who in called if _CALLED.fullmatch(who) and _is_name(who)]
    return []


def _is_name(who: str) -> bool:
    """Whether this is not the owner of the phone, nor the beginning of a sentence."""
    words = who.split()
    return words[0].casefold() not in _US and all(not word[0].islower() for word in (words[0], words[-1]))
