"""Tables in which what the one side says and what the other does stand side by side, a column for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from llm_grader.readers.roles.role_words import plain, role_of_label
from llm_grader.readers.source.moments import Moments
from llm_grader.transcript import Role

UNUSED = "whether the column {} is needed: it holds text and is not used"
AGENT_FIRST = "which of the `columns` is said first: they stand in the order of the table, an agent's first"
EACH_ROW = "whether each row is a conversation of its own (name its `id` where several are one)"

_Side = Literal["agent", "customer"]
_WORDY = 3  # words that a text has on average
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENDS = re.compile(r"[.?!…][\"'”“»)]?$")
_ASKING = frozenset(
    re.findall(
        r"\w+",
        "question request inquiry enquiry frage anfrage ruckfrage otazka dotaz kerdes kerdese kusimus paring query "
        " instruction pregunta consulta pytanie demande",
    )
)
_ANSWERING = frozenset(
    re.findall(
        r"\w+",
        "answer reply response antwort odpoved valasz valasza vastus respuesta reponse odpowiedz",
    )
)
_SAYING = frozenset(
    re.findall(
        r"\w+",
        "message messages msg text utterance comment body content says said words turn input nachricht nachrichten "
        "inhalt zprava zpravy uzenet uzenete szoveg szovege sonum sonumid tekst mensaje wiadomosc",
    )
)
_INFLECTED: dict[str, _Side] = {
    **dict.fromkeys(("zakaznika", "klienta", "volajiciho", "uzivatele", "kliendi", "kasutaja"), "customer"),
    **dict.fromkeys(("operatora", "agenta", "pracovnika", "podpory", "agendi", "operaatori", "ugyintezoi"), "agent"),
}
_COMPOUND = re.compile(
    r"(?:(?P<customer>kunden|kundinnen|anrufer|ugyfel|kliendi)|agenten|mitarbeiter|berater|support|service|ugyintezo)"
    r"-?(?:nachricht|text|frage|anfrage|antwort|aussage|mitteilung|sonum|kerdes|valasz|uzenet)"
)
# what a column of a side may hold other than what it says
_OF_SIDE = frozenset(
    re.findall(
        r"\w+",
        "id ids name names email mail phone type time date datum count number no nr status state rating score at on "
        "language lang length sentiment since location address city country plan team group satisfaction csat url link "
        "sent received duration index role typ zeit jmeno cislo typu cas nev szam tipus ido nimi aeg tuup kood "
        "category intent topic tags label age gender segment tier code source feedback",
    )
)


class _Column(NamedTuple):
    """Whose words a column holds, and whether its name says that they are words."""

    role: _Side
    surely: bool


def side_columns(columns: Mapping[str, Sequence[Any]]) -> dict[str, Role]:
    """The columns that hold what the sides say, in the order of the table; empty where not both do.

    One that is called `customer` or `agent` alone may as well hold names.
    """
    named = {name: found for name in columns if (found := _called(name))}
    texts = {name: [v for v in columns[name] if isinstance(v, str) and v.strip()] for name in named}
    talking = {name: found for name, found in named.items() if texts[name] and _is_said(texts[name], found)}
    if {found.role for found in talking.values()} != {"agent", "customer"}:
        return {}
    if not any(_are_wordy(texts[name]) or _are_sentences(texts[name]) for name in talking):
        return {}
    return {name: found.role for name, found in talking.items()}


def _called(column: str) -> _Column | None:
    """Whose words a column of this name may hold."""
    words = plain(re.sub(r"[^\w\s]+", " ", _CAMEL.sub(" ", column))).split()
    if not words or not _OF_SIDE.isdisjoint(words):
        return None
    if len(words) == 1 and (found := _COMPOUND.fullmatch(words[0])):
        return _Column("customer" if found["customer"] else "agent", surely=True)
    sides = [side for word in words if (side := _party(word))]
    asks, answers = not _ASKING.isdisjoint(words), not _ANSWERING.isdisjoint(words)
    says = asks or answers or not _SAYING.isdisjoint(words)
    if sides:
        return _Column(sides[0], surely=says)
    return _Column("customer" if asks else "agent", surely=True) if asks or answers else None


def _party(word: str) -> _Side | None:
    role = _INFLECTED.get(word) or role_of_label(word)
    return role if role in ("agent", "customer") else None


def _is_said(texts: Sequence[str], column: _Column) -> bool:
    """Whether texts are what somebody says, and no names or figures."""
    if not any(any(map(str.isalpha, text)) for text in texts) or _are_times(texts):
        return False
    if column.surely:
        return True
    return _are_sentences(texts) or (_are_wordy(texts) and not _are_names(texts))


def _are_sentences(texts: Sequence[str]) -> bool:
    return sum(_ENDS.search(text.rstrip()) is not None for text in texts) * 2 >= len(texts)


def _are_wordy(texts: Sequence[str]) -> bool:
    return sum(len(text.split()) for text in texts) >= _WORDY * len(texts)


def _are_names(texts: Iterable[str]) -> bool:
    return all(word[0].isupper() or not word[0].isalpha() for text in texts for word in text.split())


def _are_times(texts: Sequence[str]) -> bool:
    moments = Moments("", texts)
    return all(map(moments.reads, texts))


def unused_texts(columns: Mapping[str, Sequence[Any]], used: Iterable[Any]) -> list[str]:
    """What is told of the columns that hold what somebody may have said, and that nothing reads."""
    taken = frozenset(name for name in used if isinstance(name, str))
    left = {
        name: [value for value in values if isinstance(value, str) and value.strip()]
        for name, values in columns.items()
        if name not in taken
    }
    return [
        UNUSED.format(name)
        for name, texts in left.items()
        if texts and _are_wordy(texts) and not _are_names(texts) and not _are_times(texts)
    ]
