"""One mail as a `Letter`: what was written, by whom, when, and to which other letters it belongs.

Headers of transport (Received, DKIM and the like) are not kept.
"""

from __future__ import annotations

import codecs
import email.utils
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from functools import lru_cache
from typing import Any, NamedTuple

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers.decoding import decode, unify_line_ends
from llm_grader.readers.html_text import html_to_text
from llm_grader.readers.mail_words import REPLY_PREFIX

_LONGEST_HEADER = 20_000
_LONGEST_CONTENT_HEADER = 2_000
_MOST_BOUNDARIES = 50
_CONTENT_HEADERS = ("content-type", "content-disposition", "content-transfer-encoding", "mime-version")
_UNSAFE_CHARSETS = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ADDRESS = r"[\w.+=-]{1,100}@[\w.-]{1,200}"
_SIMPLE_ADDRESS = re.compile(
    rf"\s*(?:(?:([\w =?.-]{{0,200}}?) )?<({_BARE_ADDRESS})>|({_BARE_ADDRESS}))\s*"
)  # nine of ten
_FIELD = rb"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*"
_HEAD = re.compile(rb"(?:%b)+\n" % _FIELD)
_FIELDS = re.compile(_FIELD.decode())
_WITH_PARTS = re.compile(rb"multipart/|message/", re.IGNORECASE)
_ROBOT = re.compile(
    r"(?:.*[-._])?(?:no[-._]?reply|do[-._]?not[-._]?reply|notifications?|mailer-daemon|postmaster)(?:[-._+].*)?"
)


class Address(NamedTuple):
    """A mailbox; `address` in lower case."""

    address: str
    name: str


class Attachment(NamedTuple):
    """A part of a mail that is no text of it."""

    name: str
    type: str


class Letter(NamedTuple):
    """One mail. `references` are the ids of earlier letters; `automatic` is whether a machine sent it."""

    id: str
    references: tuple[str, ...]
    subject: str
    sender: Address
    to: tuple[Address, ...]
    copy: tuple[Address, ...]
    at: datetime | None
    text: str
    attachments: tuple[Attachment, ...]
    automatic: bool
    warnings: tuple[str, ...]
    source: str
    stem: str

    @property
    def topic(self) -> str:
        """The subject without `Re:` and the like, for comparing."""
        return " ".join(REPLY_PREFIX.sub("", self.subject, count=1).casefold().split())

    @property
    def is_reply(self) -> bool:
        """Whether the subject says so."""
        return REPLY_PREFIX.match(self.subject) is not None


def parse_letter(data: bytes, *, source: str, stem: str) -> Letter:
    """Parse the bytes of one mail.

    Raises:
        MalformedInput: the mail is broken beyond reading.
    """
    if data.lower().count(b"boundary=") > _MOST_BOUNDARIES:
        raise MalformedInput(f"more than {_MOST_BOUNDARIES} nested parts: this is no letter")
    try:
        return _letter(_parsed(data), source=source, stem=stem)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # the standard library raises nearly anything on broken mail
        raise MalformedInput(f"a mail that cannot be taken apart ({type(error).__name__})") from error


def _parsed(data: bytes) -> EmailMessage:
    """The headers and the body, or parts, of a mail.

    The standard library's parser, made for mail that comes in pieces, takes most of the time of a mail of one part.
    """
    head = _HEAD.match(data) if b"\r" not in data else None
    if head is None or _WITH_PARTS.search(head[0]):
        return BytesParser(policy=_POLICY).parsebytes(data)
    message = EmailMessage(policy=_POLICY)
    for field in _FIELDS.findall(head[0].decode("ascii", errors="surrogateescape")):
        message.set_raw(*_POLICY.header_source_parse([field]))
    message.set_payload(data[head.end() :].decode("ascii", errors="surrogateescape"))
    return message


def _letter(message: EmailMessage, *, source: str, stem: str) -> Letter:
    warnings: list[str] = []
    headers = _Headers(message)
    texts = [text for text in _texts(message, warnings) if text.strip()]
    attachments = tuple(_attachments(message, warnings))
    at = _date(headers.words("date"), warnings)
    if not texts and attachments:
        warnings.append("a mail consists of attachments only")
    if any("\0" in text for text in texts):
        warnings.append("NUL characters are part of the text")
    sender = (*headers.addresses("from"), *headers.addresses("sender"), Address("", ""))[0]
    references = f"{headers.words('references')} {headers.words('in-reply-to')}"
    return Letter(
        id=next(iter(_MESSAGE_ID.findall(headers.words("message-id"))), ""),
        references=tuple(_MESSAGE_ID.findall(references)),
        subject=" ".join(_sound(headers.words("subject"), warnings).split()),
        sender=sender,
        to=headers.addresses("to"),
        copy=headers.addresses("cc"),
        at=at,
        text=_sound("\n\n".join(texts), warnings).strip(),
        attachments=attachments,
        automatic=_is_automatic(message, headers, sender),
        warnings=tuple(dict.fromkeys(warnings)),
        source=source,
        stem=stem,
    )


def _texts(part: EmailMessage, warnings: list[str]) -> list[str]:
    """The texts of a part, in order; of alternatives the plain one, unless it is empty.

    `EmailMessage.get_body` would take the first text and drop those behind a picture.
    """
    if part.get_content_type() == "multipart/alternative":
        return _best_of(part, warnings)
    if _has_parts(part):
        return [text for child in _parts(part) for text in _texts(child, warnings)]
    return [_decoded(part, warnings)] if _is_text(part) else []


def _best_of(part: EmailMessage, warnings: list[str]) -> list[str]:
    children = _parts(part)
    plain = [child for child in children if child.get_content_type() == "text/plain" and _is_text(child)]
    others = [child for child in children if child not in plain]
    for several in (plain, others):
        texts = [text for child in several for text in _texts(child, warnings)]
        if any(text.strip() for text in texts):
            return texts
    return []


def _attachments(part: EmailMessage, warnings: list[str]) -> Iterator[Attachment]:
    """All of a part that is no text, also beside the text of an alternative that was not read."""
    if _has_parts(part):
        for child in _parts(part):
            yield from _attachments(child, warnings)
    elif not _is_text(part):
        yield Attachment(_sound(_file_name(part), warnings), part.get_content_type())


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
        return _Headers(_as_mail(part.get_payload(0))).words("subject")
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
        text = _guessed(data, warnings)
        if charset:
            warnings.append(f"the text is not {declared[:40]} as it says")
    text, _ = unify_line_ends(text)
    return html_to_text(text) if part.get_content_type() == "text/html" else text


@lru_cache(maxsize=512)
def _charset(content_type: str) -> str | None:
    message = EmailMessage(policy=_POLICY)
    message.set_raw("Content-Type", content_type)
    return message.get_content_charset()


def _is_safe(charset: str) -> bool:
    """Whether an encoding takes a time in proportion to the text, and makes text."""
    try:
        return codecs.lookup(charset).name not in _UNSAFE_CHARSETS
    except (LookupError, ValueError):
        return False


def _guessed(data: bytes, warnings: list[str]) -> str:
    try:
        text, assumed = decode(data)
    except InputError:
        text, assumed = data.decode("ascii", errors="replace"), ["bytes that are no text were read as U+FFFD"]
    warnings += assumed
    return text


def _sound(text: str, warnings: list[str]) -> str:
    """Text without halves of surrogate pairs, which some encodings let through."""
    if text.isascii():
        return text
    sound = text.encode("utf-8", errors="replace").decode("utf-8")
    if sound != text:
        warnings.append("halves of surrogate pairs are no text and were replaced")
    return sound


class _Headers:
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
        return tuple(Address(_sound(where.lower(), []), _sound(_in_words(who), [])) for who, where in found if where)

    def _text(self, name: str) -> str:
        raw = self._raw.get(name, "").replace("\n", "").replace("\r", "")[:_LONGEST_HEADER]
        return raw if raw.isascii() else _guessed(raw.encode("utf-8", errors="surrogateescape"), [])


def _in_words(raw: str) -> str:
    try:
        return str(make_header(decode_header(raw))) if "=?" in raw else raw
    except (HeaderParseError, LookupError, ValueError):
        return raw


def _date(raw: str, warnings: list[str]) -> datetime | None:
    try:
        at = email.utils.parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        warnings.append("a mail has no date that can be read")
        return None
    if at.tzinfo is None and "-0000" not in raw:  # which is UTC from a place that is not told
        warnings.append("times without a zone were read as UTC")
    return at.replace(tzinfo=at.tzinfo or UTC)


def _is_automatic(message: EmailMessage, headers: _Headers, sender: Address) -> bool:
    submitted = headers.words("auto-submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or headers.words("precedence").strip().lower() in ("bulk", "junk", "auto_reply")
        or "x-autoreply" in headers
        or message.get_content_type() == "multipart/report"
        or _ROBOT.fullmatch(sender.address.partition("@")[0]) is not None
    )


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


_POLICY = default_policy.clone(header_factory=_header)
