"""Mail saved as text by a mail program, with headers in its own words: `Von: … Gesendet: … An: … Betreff: …`.

The block at the top is made into headers of mail. The earlier mails below it stay in the text, as what is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from llm_grader.readers.mail.attributions import has_address
from llm_grader.readers.mail.mail_words import HEADER, HEADER_KIND, SENT, HeaderKind
from llm_grader.readers.roles.role_words import is_field, role_of_label

_MOST_LINES = 20
_DIALOGUE_WITHIN = 30
_TRUE_HEADERS = re.compile(r"(?:date|message-id|received|return-path|mime-version|content-type)[ \t]*:", re.IGNORECASE)
_FIELD = re.compile(r"[^\W\d_][^:\n]{0,40}:(?=\s|$)")
_STAMP = re.compile(r"[\[(][^\])\n]{0,30}\d:\d{2}[^\])\n]{0,10}[\])]|\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m\b)?")
_FEWEST_LABELS = 4
_LONGEST_NAME = 40
_ADDRESS = re.compile(r"[^\s<>\[\]()@;,:'\"]{1,64}@[^\s<>\[\]()@;,'\"]{1,255}")
_NAMES: dict[HeaderKind, str] = {"from": "From", "date": "Sent", "to": "To", "copy": "Cc", "subject": "Subject"}
_OF_TEXT = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"


class _Head(NamedTuple):
    """What the lines at the top of a text say by the kinds of headers, and the lines below them."""

    said: dict[HeaderKind, str]
    below: list[str]


def is_saved_letter(text: str) -> bool:
    """Whether a text begins with what a mail program shows in the place of headers."""
    return _head_of(text) is not None


def as_letter(text: str) -> bytes | None:
    """A text that begins so as a mail, None for any other."""
    head = _head_of(text)
    if head is None:
        return None
    mailboxes = ("from", "to", "copy")
    lines = (f"{_NAMES[kind]}: {_mailboxes(s) if kind in mailboxes else s}\n" for kind, s in head.said.items())
    return ("".join(lines) + _OF_TEXT + "\n" + "".join(head.below)).encode("utf-8", errors="replace")


def _head_of(text: str) -> _Head | None:
    """The headers at the top, None where these are not those of a mail, or a dialogue stands below."""
    lines = text.lstrip("\ufeff\r\n").splitlines(keepends=True)
    end = next((at for at, line in enumerate(lines[:_MOST_LINES]) if not line.strip()), len(lines[:_MOST_LINES]))
    block = lines[:end]
    if any(_TRUE_HEADERS.match(line) for line in block) or not all(_is_of_head(line) for line in block):
        return None
    said: dict[HeaderKind, str] = {}
    for kind, value in _headers(block):
        if kind in said:
            return None
        said[kind] = value
    of_mail = any(map(has_address, block)) or any(map(SENT.match, block))
    if not {"from", "subject"} <= said.keys() or not {"date", "to"} & said.keys() or not of_mail:
        return None
    talk = HEADER.match(block[0]) is None or _is_dialogue(block) or _is_dialogue(lines[end:])
    return None if talk else _Head(said, lines[end:])


def _is_of_head(line: str) -> bool:
    """Whether a line is a field, or goes on with the one above."""
    return line[:1] in " \t" or _FIELD.match(line) is not None


def _headers(block: list[str]) -> Iterator[tuple[HeaderKind, str]]:
    """The headers of a block, each on one line; fields of no known kind are passed over."""
    joined: list[str] = []
    for line in block:
        if line[:1] in " \t" and joined:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.strip())
    for line in joined:
        if found := HEADER.match(f"{line} "):
            yield HEADER_KIND[found[1].casefold()], line[found.end() :].strip()


def _is_dialogue(lines: list[str]) -> bool:
    """Whether somebody speaks by a label such as `Agent:` below the headers: a talk that was sent by mail.

    People with names speak in turns.
    """
    labels = [label for line in lines[:_DIALOGUE_WITHIN] if (label := _label_of(line))]
    if any(role_of_label(label) is not None for label in labels):
        return True
    names = [label for label in labels if label.casefold() not in HEADER_KIND and not is_field(label)]
    return len(names) >= _FEWEST_LABELS and 1 < len(set(names)) < len(names)


def _label_of(line: str) -> str:
    """What stands before the colon, or before the time at the end of a line, without the time of the message."""
    untimed = _STAMP.sub("", line.rstrip(), count=1)
    found = _FIELD.match(untimed.strip(" \t,-–*"))
    if found is None and untimed != line.rstrip() and len(untimed) <= _LONGEST_NAME:
        return untimed.strip(" \t,-–*|")
    return found[0].rstrip(":").strip(" \t,*") if found else ""


def _mailboxes(value: str) -> str:
    """The mailboxes that a program shows with semicolons between, in the way of headers; also names alone."""
    if ";" not in value and value.count("@") > 1:
        return value
    return ", ".join(_mailbox(part) for part in value.split(";") if part.strip())


def _mailbox(part: str) -> str:
    found = _ADDRESS.search(part.replace("mailto:", ""))
    name = (part[: part.find(found[0])] if found else part).replace("mailto:", "").strip(" \t<[('\"\\")
    quoted = '"{}"'.format(name.replace('"', "").replace("\\", "")) if name else ""
    return f"{quoted} <{found[0]}>".strip() if found else quoted
