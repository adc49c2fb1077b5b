"""The headers of a mail in plain words and as mailboxes, though they be broken or in no known encoding."""

from __future__ import annotations

import email.utils
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import default as default_policy
from functools import lru_cache
from typing import Any, NamedTuple

from llm_grader.errors import InputError
from llm_grader.readers.source.decoding import decode

_LONGEST_HEADER = 20_000
_LONGEST_CONTENT_HEADER = 2_000
_CONTENT_HEADERS = ("content-type", "content-disposition", "content-transfer-encoding", "mime-version")
_BARE_ADDRESS = r"[\w.+=-]{1,100}@[\w.-]{1,200}"
_SIMPLE_ADDRESS = re.compile(
    rf"\s*(?:(?:([\w =?.-]{{0,200}}?) )?<({_BARE_ADDRESS})>|({_BARE_ADDRESS}))\s*"
)  # nine of ten


class Address(NamedTuple):
    """A mailbox; `address` in lower case."""

    address: str
    name: str


class Headers:
    """The headers of a mail, each as it first occurs."""

    def __init__(self, message: EmailMessage) -> None:
        self._raw = {name.lower(): str(value) for name, value in reversed(list(message.raw_items()))}

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def words(self, name: str) -> str:
        """A header in plain words, empty when there is none."""
        return _in_words(self._text(name))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The mailboxes in a header."""
        raw = self._text(name)
        if not raw:
            return ()
        # taken apart before it is decoded: a comma inside an encoded name is part of the name
        simple = _SIMPLE_ADDRESS.fullmatch(raw)
        found = [(simple[1] or "", simple[2] or simple[3])] if simple else email.utils.getaddresses([raw])
        return tuple(Address(sound(where.lower(), []), sound(_in_words(who), [])) for who, where in found if where)

    def _text(self, name: str) -> str:
        raw = self._raw.get(name, "").replace("\n", "").replace("\r", "")[:_LONGEST_HEADER]
        return raw if raw.isascii() else guessed(raw.encode("utf-8", errors="surrogateescape"), [])


def _in_words(raw: str) -> str:
    try:
        return str(make_header(decode_header(raw))) if "=?" in raw else raw
    except (HeaderParseError, LookupError, ValueError):
        return raw


def guessed(data: bytes, warnings: list[str]) -> str:
    """Text by its bytes alone; what had to be assumed is added to the warnings."""
    try:
        text, assumed = decode(data)
    except InputError:
        text, assumed = data.decode("ascii", errors="replace"), ["bytes that are no text were read as U+FFFD"]
    warnings += assumed
    return text


def sound(text: str, warnings: list[str]) -> str:
    """Text without halves of surrogate pairs, which some encodings let through."""
    if text.isascii():
        return text
    kept = text.encode("utf-8", errors="replace").decode("utf-8")
    if kept != text:
        warnings.append("halves of surrogate pairs are no text and were replaced")
    return kept


_REGISTRY = HeaderRegistry()


@lru_cache(maxsize=512)
def _content_header(name: str, value: str) -> Any:
    try:
        return _REGISTRY(name, value)
    except Exception:  # its parser fails on some broken values; the part is then plain text
        return _REGISTRY(name, "")


def _header(name: str, value: str) -> Any:
    # the policy's own factory parses each header to its last comment every time it is asked for, which is most of the
    # time that a mail takes
    if name.lower() in _CONTENT_HEADERS:
        return _content_header(name, value[:_LONGEST_CONTENT_HEADER])
    return value


POLICY = default_policy.clone(header_factory=_header)
"""How the standard library takes mail apart here: headers stay as they are, but for those of content."""
