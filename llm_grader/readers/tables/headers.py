"""Whether a text is a table: a first line that is a header, and rows of as many cells below it.

What people say has commas, too: a line is a header only if its cells are written like names of columns, and only then
may an error name them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from llm_grader.readers.roles.role_words import plain, role_of_label
from llm_grader.readers.text.label_lines import parse_line

STATED_SEPARATOR = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)
"""The first line by which spreadsheets say what separates the cells of a table."""

SEPARATORS = (",", ";", "\t", "|")
_ROWS_LOOKED_AT = 20
_ALIKE = 0.6  # of the rows: some may be broken
_LONGEST_NAME = 64
_MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_NAME = re.compile(r"[?!:“”\"]|\.\s|\.$|^\d|^[-+*>]")
_ABBREVIATED = re.compile(r"\b(?:no|nr|num|ref|tel|sz|č)\.", re.IGNORECASE)
_LISTED = """
    id ids no nr number key uuid conversation chat call ticket case thread session dialogue dialog interaction
    contact message messages msg text body content comment transcript utterance sentence note notes reply
    question answer description subject title summary conversation history log role speaker sender author from
    to who what said user agent customer client caller operator name email mail address phone participant type kind
    channel source direction incoming inbound outbound public private internal visible visibility date time
    timestamp at created sent received updated started ended start end duration order index position turn row
    line language lang locale status state priority tag tags rating score csat nps team department queue group
    label category intent sentiment order brand nummer vorgang gespräch unterhaltung anruf nachricht nachrichten
    inhalt verlauf wer rolle sprecher absender mitarbeiter kunde kundin bearbeiter zeit datum uhrzeit betreff
    kanal sprache art frage antwort notiz beschreibung číslo konverzace rozhovor hovor zpráva zprávy obsah
    přepis kdo mluvčí odesílatel zákazník pracovník čas datum předmět kanál jazyk typ otázka odpověď poznámka
    popis beszélgetés hívás üzenet szöveg tartalom ki szerep feladó ügyfél munkatárs ügynök idő dátum tárgy
    csatorna nyelv típus kérdés válasz megjegyzés vestlus kõne sõnum tekst sisu kes roll saatja klient
    teenindaja aeg kuupäev teema kanal keel tüüp küsimus vastus märkus kirjeldus
    fecha hora autor mensaje remitente asunto cliente agente conversación conversacion respuesta pregunta rol
    auteur expéditeur sujet contenu conseiller heure réponse dossier rôle data godzina treść wiadomość nadawca
    temat klient rozmowa zgłoszenie odpowiedź pytanie
    query response anfrage kundennachricht kundenanfrage agentenantwort dotaz zákazníka operátora üzenete
    kérdése válasza ügyintéző kliendi
"""
_COLUMN_WORDS = frozenset(plain(word) for word in _LISTED.split())


class Header(NamedTuple):
    """The names of a table's columns, and what separates its cells."""

    names: list[str]
    separator: str


def find_header(head: str, wanted: Iterable[str] = ()) -> Header | None:
    """The header of a table that a text begins with, None for what looks like no table.

    A first line with one of the wanted columns is a header. Else its cells must be written like names of columns, and
    the rows below must have as many cells.

    Args:
        head: the beginning of the text, line ends unified; its last row may be cut off.
        wanted: columns that a mapping names.
    """
    if stated := STATED_SEPARATOR.match(head):
        rows = _rows(head[stated.end() :], stated[1])
        return Header([cell.strip() for cell in rows[0]], stated[1]) if rows else None
    names_wanted = frozenset(wanted)
    found = [Header([cell.strip() for cell in rows[0]], mark) for mark in SEPARATORS if (rows := _rows(head, mark))]
    matching = [header for header in found if names_wanted & set(header.names)]
    if matching:
        return max(matching, key=lambda header: (len(names_wanted & set(header.names)), len(header.names)))
    tables = [header for header in found if is_header(header.names, _rows(head, header.separator)[1:], head)]
    return max(tables, key=lambda header: len(header.names), default=None)


def is_header(names: Sequence[str], rows: Sequence[Sequence[str]], head: str) -> bool:
    """Whether cells are the names of columns, and these the rows below them."""
    named = list(names)
    while named[0] and not named[-1]:  # a separator at the end of each line
        named.pop()
    if not all(map(_could_be_name, named[1:])) or not (_could_be_name(named[0]) or not named[0]):
        return False
    filled = [name for name in names if name]
    if not filled or (len(set(filled)) < len(filled) and not all(map(is_column_name, filled))):
        return False
    matching = sum(map(is_column_name, filled))
    quoted = any(f'{mark}"' in head for mark in (*SEPARATORS, "\n"))
    if len(names) == 1:
        return bool(matching) and bool(rows) and head.partition("\n")[2].lstrip().startswith('"')
    identifiers = all(re.fullmatch(r"[\w.\-/#]+", name) for name in filled) and any(map(_is_identifier, filled))
    telling = matching >= 2 or (matching and (quoted or len(names) > 2)) or (identifiers and (quoted or len(names) > 2))
    return bool(telling) and _alike(names, rows, quoted=quoted, sure=matching == len(filled) or identifiers)


def is_quoted_table(head: str) -> bool:
    """Whether a text is rows of quoted cells without a header, such as a conversation in a cell."""
    for mark in SEPARATORS:
        rows = _rows(head, mark)
        widths = {len(row) for row in rows}
        labelled = any(parse_line(cell.lstrip()).label for row in rows for cell in row if _is_quoted(cell, head))
        if len(widths) == 1 and widths.pop() > 1 and labelled:
            return True
    return False


def _is_quoted(cell: str, head: str) -> bool:
    return len(cell) > 1 and f'"{cell[:20]}'.replace('"', "") in head.replace('""', "") and f'"{cell[:20]}' in head


def _alike(names: Sequence[str], rows: Sequence[Sequence[str]], *, quoted: bool, sure: bool) -> bool:
    """Whether most rows have as many cells as the header, and are no lines that begin with a speaker.

    Below a header that is surely one, rows may lack their last cells.
    """
    if not rows:
        return quoted or all(map(is_column_name, filter(None, names)))
    fewest = max(2, len(names) // 2 + 1) if sure else len(names)
    as_many = sum(fewest <= len(row) <= len(names) for row in rows)
    labelled = sum(bool(role_of_label(parse_line(row[0]).label)) for row in rows if row and parse_line(row[0]).label)
    return as_many >= _ALIKE * len(rows) and (quoted or labelled * 2 < len(rows))


def _could_be_name(cell: str) -> bool:
    words = cell.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and len(cell) <= _LONGEST_NAME
        and _NO_NAME.search(_ABBREVIATED.sub("", cell)) is None
    )


def _is_identifier(cell: str) -> bool:
    """Whether a program named it: nobody says `created_at`, or `createdAt`."""
    return "_" in cell.strip("_") or "." in cell.strip(".") or _CAMEL.search(cell) is not None


def is_column_name(cell: str) -> bool:
    """Whether a cell is made of words that tables call their columns."""
    words = _WORD.findall(_CAMEL.sub(" ", cell).replace("_", " "))
    return bool(words) and all(plain(word) in _COLUMN_WORDS for word in words)


def _rows(head: str, separator: str) -> list[list[str]]:
    """The first rows of a text, the header first; without a last one that may be cut off, where there are others."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(head), delimiter=separator)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > _ROWS_LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > 2 and not head.endswith("\n") else rows
