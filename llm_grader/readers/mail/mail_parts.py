"""What a mail consists of: its texts, decoded, and what is attached to it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.message import EmailMessage
from functools import lru_cache
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.mail.mail_headers import POLICY, Headers, guessed, sound
from llm_grader.readers.source.decoding import unify_line_ends

_UNSAFE_CHARSETS = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined")

_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"<[^<>\s]*>|\[image\]|https?://\S+")
_SAME_SHARE = 0.5
_STUB = "the plain part of a mail does not say what its HTML says: the HTML was read"


class Attachment(NamedTuple):
    """A part of a mail that is no text of it."""

    name: str
    type: str


def texts_of(part: EmailMessage, warnings: list[str]) -> list[str]:
    """The texts of a part, in order; of alternatives the plain one, unless it says less than half of the other.

    `EmailMessage.get_body` would take the first text and drop those behind a picture.
    """
    if part.get_content_type() == "multipart/alternative":
        return _best_of(part, warnings)
    if _has_parts(part):
        return [text for child in _parts(part) for text in texts_of(child, warnings)]
    return [_decoded(part, warnings)] if _is_text(part) else []


def _best_of(part: EmailMessage, warnings: list[str]) -> list[str]:
    children = _parts(part)
    plain = [child for child in children if child.get_content_type() == "text/plain" and _is_text(child)]
    texts = [text for child in plain for text in texts_of(child, warnings)]
    aside: list[str] = []
    others = [text for child in children if child not in plain for text in texts_of(child, aside)]
    is_blank = not any(text.strip() for text in texts)
    if not is_blank and not _is_stub("\n".join(texts), "\n".join(others)):
        return texts
    warnings += aside
    if not is_blank:
        warnings.append(_STUB)
    return others


def _is_stub(plain: str, other: str) -> bool:
    """Whether a plain text stands for less than half of the words of the other alternative."""
    if len(plain) > len(other):
        return False
    words = set(_WORD.findall(_ADDRESS.sub("", other).casefold()))
    return len(words & set(_WORD.findall(plain.casefold()))) < _SAME_SHARE * len(words)


def attachments_of(part: EmailMessage, warnings: list[str]) -> Iterator[Attachment]:
    """All of a part that is no text, also beside the text of an alternative that was not read."""
    if _has_parts(part):
        for child in _parts(part):
            yield from attachments_of(child, warnings)
    elif not _is_text(part):
        yield Attachment(sound(_file_name(part), warnings), part.get_content_type())


def _has_parts(part: EmailMessage) -> bool:
    return part.is_multipart() and part.get_content_type() != "message/rfc822"


def _parts(part: EmailMessage) -> list[EmailMessage]:
    return [_as_mail(child) for child in part.iter_parts()]


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not part.is_attachment()


def _as_mail(part: Any) -> EmailMessage:
    if not isinstance(part, EmailMessage):
        raise MalformedInput("a mail with a part that is none")
    return part


def _file_name(part: EmailMessage) -> str:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        return Headers(_as_mail(part.get_payload(0))).words("subject")
    try:
        return part.get_filename("")
    except (ValueError, LookupError, TypeError):
        return ""


def _decoded(part: EmailMessage, warnings: list[str]) -> str:
    """The text of a part by its declared encoding, or by its bytes where that is unknown or wrong."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = _charset(str(part.get("content-type", "")))
    declared = (charset or "utf-8").lower()
    try:
        text = data.decode(declared if _is_safe(declared) else "unknown")
    except (LookupError, ValueError):
        text = guessed(data, warnings)
        if charset:
            warnings.append(f"the text is not {declared[:40]} as it says")
    text, _ = unify_line_ends(text)
    return html_to_text(text) if part.get_content_type() == "text/html" else text


@lru_cache(maxsize=512)
def _charset(content_type: str) -> str | None:
    message = EmailMessage(policy=POLICY)
    message.set_raw("Content-Type", content_type)
    return message.get_content_charset()


def _is_safe(charset: str) -> bool:
    """Whether an encoding takes a time in proportion to the text, and makes text."""
    try:
        return codecs.lookup(charset).name not in _UNSAFE_CHARSETS
    except (LookupError, ValueError):
        return False
