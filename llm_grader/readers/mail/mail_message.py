"""One mail as a `Letter`: what was written, by whom, when, and to which other letters it belongs.

Headers of transport (Received, DKIM and the like) are not kept.
"""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from typing import NamedTuple

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers.mail.mail_headers import POLICY, Address, Headers, sound
from llm_grader.readers.mail.mail_parts import Attachment, attachments_of, texts_of
from llm_grader.readers.mail.mail_words import REPLY_PREFIX
from llm_grader.readers.mail.sending.auto_replies import SAYS_AUTOMATIC, is_automatic, says_automatic
from llm_grader.readers.mail.sending.writers import writer_of
from llm_grader.readers.source.moments import Moments
from llm_grader.transcript import NO_ZONE

_MOST_BOUNDARIES = 50
_LONGEST_DATE = 80
_HALF_DAY = re.compile(r"\d ?[AaPp]\.?[Mm]\b")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,12}[.,]{0,2} (?=\d)")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_FIELD = rb"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*"
_HEAD = re.compile(rb"(?:%b)+\n" % _FIELD)
_FIELDS = re.compile(_FIELD.decode())
_WITH_PARTS = re.compile(rb"multipart/|message/", re.IGNORECASE)


class Letter(NamedTuple):
    """One mail. `references` are the ids of earlier letters; `automatic` is whether a machine sent it.

    `through` is the address of a group or a form that passed on what its `sender` wrote.
    """

    id: str
    references: tuple[str, ...]
    subject: str
    sender: Address
    through: Address | None
    to: tuple[Address, ...]
    copy: tuple[Address, ...]
    reply_to: tuple[Address, ...]
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
        return BytesParser(policy=POLICY).parsebytes(data)
    message = EmailMessage(policy=POLICY)
    for field in _FIELDS.findall(head[0].decode("ascii", errors="surrogateescape")):
        message.set_raw(*POLICY.header_source_parse([field]))
    message.set_payload(data[head.end() :].decode("ascii", errors="surrogateescape"))
    return message


def _letter(message: EmailMessage, *, source: str, stem: str) -> Letter:
    warnings: list[str] = []
    headers = Headers(message)
    texts = [text for text in texts_of(message, warnings) if text.strip()]
    attachments = tuple(attachments_of(message, warnings))
    at = _date(headers, warnings)
    if not texts and attachments:
        warnings.append("a mail consists of attachments only")
    if any("\0" in text for text in texts):
        warnings.append("NUL characters are part of the text")
    text = sound("\n\n".join(texts), warnings).strip()
    writer = writer_of(headers, text)
    automatic = not writer.by_form and is_automatic(message, headers, writer.who, text)
    told = SAYS_AUTOMATIC if not automatic and says_automatic(text) else ""
    warnings += filter(None, [writer.warning, told])
    references = f"{headers.words('references')} {headers.words('in-reply-to')}"
    return Letter(
        id=next(iter(_MESSAGE_ID.findall(headers.words("message-id"))), ""),
        references=tuple(_MESSAGE_ID.findall(references)),
        subject=" ".join(sound(headers.words("subject"), warnings).split()),
        sender=writer.who,
        through=writer.through,
        to=headers.addresses("to"),
        copy=headers.addresses("cc"),
        reply_to=headers.addresses("reply-to"),
        at=at,
        text=text,
        attachments=attachments,
        automatic=automatic,
        warnings=tuple(dict.fromkeys(warnings)),
        source=source,
        stem=stem,
    )


def _date(headers: Headers, warnings: list[str]) -> datetime | None:
    raw = headers.words("date")
    if not raw or _HALF_DAY.search(raw):  # as a mail program shows it, and not as a header has it
        return _shown_date(raw or headers.words("sent"), warnings)
    try:
        at = email.utils.parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _shown_date(raw, warnings)
    if at.tzinfo is None and "-0000" not in raw:  # which is UTC from a place that is not told
        warnings.append(NO_ZONE)
    return at.replace(tzinfo=at.tzinfo or UTC)


def _shown_date(raw: str, warnings: list[str]) -> datetime | None:
    """A date as people read it, such as `Montag, 5. Januar 2026 12:00`."""
    whole = raw[:_LONGEST_DATE].strip()
    for shown in (whole, _WEEKDAY.sub("", whole)):
        moments = Moments("date", [shown])
        if moments.reads(shown) and (at := moments.read(shown)) is not None:
            warnings += moments.warnings
            return at
    warnings.append("a mail has no date that can be read")
    return None
