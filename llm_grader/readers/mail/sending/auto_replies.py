"""Whether a machine sent a mail: by its headers and its address, by its subject, or because it says so itself.

Headers get lost in exports. An automatic reply then says what it is in its subject and in its text, an acknowledgement
in its text alone. What people write about such mail stays theirs: only a sentence of the author's own that begins with
`this is an automatic` or the like counts, and no mail in which somebody speaks of themselves.
"""

from __future__ import annotations

import re
from email.message import EmailMessage

from llm_grader.readers.mail.mail_headers import Address, Headers
from llm_grader.readers.mail.mail_words import AUTO_REPLY, AWAY, AWAY_SUBJECT
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.mail.sending.writers import is_desk, is_of_program, is_robot

SAYS_AUTOMATIC = "a mail says of itself that it was sent automatically: it was read as written by its sender"
"""Told where a mail says so, and may all the same hold what somebody wrote."""

_SAYS_SO_WITHIN = 2000  # before what it quotes
_LOOKED_AT = 8000
_RECEIVED_WITHIN = 300
_ACKNOWLEDGEMENT = 800
"""The characters of an acknowledgement, which has no room for an answer."""
_WORD = r"\w{1,20}"
_ITSELF = re.compile(
    r"(?:^|[.!?][ \t]{1,3}|\n)[ \t*_(\[–—-]{0,6}"
    rf"(?:this is an? (?:{_WORD} )?(?:auto[- ]?(?:reply|response)"
    rf"|auto(?:matic|mated|matically|[- ]?generated) (?:{_WORD}[ -])?(?:reply|response|message|e-?mail|mail|answer"
    r"|notification|confirmation|acknowledge?ment)\b)"
    r"|this (?:e-?mail|message|mail|reply|response|notification) (?:is|was|has been) (?:\w{1,20} )?auto(?:mat|-?gen)"
    rf"|d(?:ies|as) ist eine automatisch\w{{0,2}} (?:{_WORD} ){{0,2}}(?:e-?mail|mail|\w{{0,12}}"
    r"(?:antwort|nachricht|mitteilung|bestätigung|benachrichtigung))"
    r"|diese (?:e-?mail|mail|nachricht|antwort) (?:wurde|wird|ist) (?:\w{1,20} )?automat"
    rf"|(?:toto|tohle) je automatick\w{{1,2}} (?:{_WORD} )?(?:odpověď|odpoveď|zpráva|správa|e-?mail|potvrzení|oznámení)"
    r"|t(?:ato|áto|ento|oto) (?:zpráva|správa|e-?mail|odpověď|odpoveď|potvrzení)"
    r" (?:by|bo)l[ao]? (?:\w{1,20} )?automatick|ez (?:egy )?automatikus\w{0,3} (?:\w{1,20} )?"
    r"(?:válasz|üzenet|levél|e-?mail|értesítés|visszaigazolás)|ez az? (?:e-?mail|üzenet|levél|válasz) automat"
    rf"|ezt az? (?:e-?mailt|üzenetet|levelet|választ) (?:{_WORD} ){{0,3}}automat"
    rf"|(?:see|tegemist) on automaat(?:vastus|tea[dt]e|(?:ne|se|selt) (?:{_WORD} )?(?:vastus|tea[dt]e|sõnum|e?-?kir))"
    r"|(?:see|käesolev) (?:e-kiri|kiri|teade|sõnum|vastus) (?:on|saadeti) (?:\w{1,20} )?automaat"
    rf"|ceci est une? (?:{_WORD} )?automatique|esta? es una? (?:{_WORD} )?automátic"
    rf"|to jest (?:{_WORD} )?automatyczn|ta wiadomość została (?:{_WORD} )?automatyczn)",
    re.IGNORECASE,
)
"""A sentence in which a mail says that a machine wrote it."""
_DONE_TO_IT = re.compile(
    r"[^.!?\n]{0,100}(?:translat|encrypt|scanned|delete|signed|übersetz"
    r"|verschlüssel|signiert|gelöscht|geprüft|přelož|zašifrov|smaz|fordít|töröl|tõlgi)",
    re.IGNORECASE,
)
"""The rest of a sentence about what a machine did to the words of somebody."""
_OF_THEMSELVES = re.compile(
    r"\bI(?:'ve|’ve|'m|’m|'ll|’ll)?\b|\b(?:[Ii]ch|[Jj]sem|[Mm]ina|[Oo]len)\b|\w{2,20}[tlrdz]t[ae]m\b"
)
"""What somebody says who speaks of themselves, as in `I refunded it`."""
_NAMES_IT = re.compile(
    r"\bauto(?:matic|mated)?[- ]?(?:repl(?:y|ies)|responses?)\b|abwesenheits(?:notiz|nachricht|meldung|assistent)"
    r"|automatische\w? antwort|automatick\w{1,3} odpově|automatikus válasz|automaat(?:vastus|ne vastus)",
    re.IGNORECASE,
)
"""An automatic reply that somebody writes about."""
_RECEIVED = re.compile(
    r"received your (?:request|message|e-?mail|mail|enquiry|inquiry|query|question|ticket)"
    r"|your (?:request|message|e-?mail|mail|enquiry|inquiry|query|ticket) (?:\S{1,20} )?(?:has been|was) "
    r"(?:received|created)|haben ihre (?:anfrage|nachricht|e-?mail|mail|mitteilung) (?:\S{1,20} ){0,2}erhalten"
    r"|ihre (?:anfrage|nachricht|e-?mail|mail|mitteilung) ist (?:\S{1,20} ){0,2}eingegangen"
    r"|(?:přijali|obdrželi|zaevidovali) jsme (?:váš|vaši|vaše)"
    rf"|(?:váš|vaši|vaše) {_WORD} (?:jsme|byl[ao]?) (?:{_WORD} )?(?:přija|obdrže|zaevidov|doruč)"
    rf"|megkaptuk|(?:üzenet|level|kérés|megkeresés)\w{{1,4}} (?:{_WORD} )?(?:megérkezett|rögzítettük|fogadtuk)"
    r"|oleme (?:teie )?(?:kirja|pöördumise|päringu|sõnumi) (?:kätte saanud|vastu võtnud)"
    r"|saime (?:teie )?(?:kirja|pöördumise|päringu|sõnumi) kätte"
    r"|(?:kiri|pöördumine|päring|sõnum) on (?:meieni jõudnud|kätte saadud|vastu võetud|registreeritud)",
    re.IGNORECASE,
)
"""That a mail arrived."""


def is_automatic(message: EmailMessage, headers: Headers, sender: Address, text: str) -> bool:
    """Whether a machine sent a mail, as far as that is sure."""
    submitted = headers.words("auto-submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or headers.words("precedence").strip().lower() in ("bulk", "junk", "auto_reply")
        or "x-autoreply" in headers
        or message.get_content_type() == "multipart/report"
        or _is_auto_reply(headers, sender, text)
        or is_robot(sender.address)
        or _acknowledges(headers, sender, text)
    )


def says_automatic(text: str) -> bool:
    """Whether a sentence that the author of a mail wrote says that a machine did."""
    return "auto" in text[:_LOOKED_AT].casefold() and _says_so(_own(text))


def _says_so(own: str) -> bool:
    return any(_DONE_TO_IT.match(own, found.end()) is None for found in _ITSELF.finditer(own))


def _own(text: str) -> str:
    """What of a mail its author wrote, as far as it is looked at."""
    text = text[:_LOOKED_AT]
    kept = "".join(text[part.start : part.end] for part in split_reply(text) if part.kind in ("body", "disclaimer"))
    return kept[:_SAYS_SO_WITHIN].strip()


def _is_auto_reply(headers: Headers, sender: Address, text: str) -> bool:
    """Whether the subject says so; in a letter that answers none, and does not ask for no more of them, people do.

    A subject that only says `out of office` needs a letter that tells of it, where no header does. Without any header,
    the letter has to say what it is, or that its author is away, or to come from a desk.
    """
    subject = headers.words("subject")
    if not AUTO_REPLY.match(subject):
        return False
    if "x-auto-response-suppress" in headers:
        return True
    if any(headers.words(name) for name in ("in-reply-to", "references")):
        return not AWAY_SUBJECT.match(subject) or not text or AWAY.search(text[:_SAYS_SO_WITHIN]) is not None
    if "?" in subject or "?" in (own := _own(text)):
        return False
    if AWAY_SUBJECT.match(subject):
        return _says_so(own)
    is_away = any(not found[0].casefold().startswith("automat") for found in AWAY.finditer(own))
    return (is_away and not _NAMES_IT.search(own)) or _says_so(own) or _is_from_desk(headers, sender)


def _acknowledges(headers: Headers, sender: Address, text: str) -> bool:
    """Whether a desk tells in a few words that a mail arrived, and that a machine says so, and nobody of themselves."""
    if not _is_from_desk(headers, sender) or not says_automatic(text):
        return False
    own = _own(text)
    if _OF_THEMSELVES.search(own):
        return False
    return len(own) <= _ACKNOWLEDGEMENT and _RECEIVED.search(own[:_RECEIVED_WITHIN]) is not None


def _is_from_desk(headers: Headers, sender: Address) -> bool:
    """Whether a desk writes, and to none."""
    recipients = (*headers.addresses("to"), *headers.addresses("cc"))
    return (is_desk(sender.address) or is_of_program(sender.address)) and not any(
        is_desk(who.address) for who in recipients
    )
