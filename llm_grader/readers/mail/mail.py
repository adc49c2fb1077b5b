"""Mail: `.eml` files and mbox archives, put together into conversations across files.

What each letter's author wrote, quoted, forwarded or signed is marked as segments, and never removed. Letters that a
machine sent are a bot's; of the others those from the house's domains and addresses are an agent's. A letter that only
the house got from itself is a note, and one between colleagues where a customer wrote from elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from llm_grader.readers.mail.answers_inside import ANSWERS_INSIDE, may_answer_inside
from llm_grader.readers.mail.house import side, stay_inside
from llm_grader.readers.mail.mail_headers import Address
from llm_grader.readers.mail.mail_message import Letter, parse_letter
from llm_grader.readers.mail.mail_threads import Thread, thread_letters
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.mail.sending.saved_heads import as_letter, is_saved_letter
from llm_grader.readers.mail.sending.writers import is_desk
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Participant, Role, Transcript, Turn

NAME = "email"

_SNIFFED_BYTES = 16_384
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,70})[ \t]*:")
_TELLING = frozenset(
    b"from to subject date message-id received return-path delivered-to mime-version content-type cc reply-to".split()
)
_SEPARATOR = re.compile(rb"^From [^\n]{1,500}\n(?=[A-Za-z][A-Za-z0-9-]{0,70}[ \t]*:|>?From )", re.MULTILINE)
_STUFFED = re.compile(rb"^>(>*From )", re.MULTILINE)


def sniff(document: Document) -> bool:
    """Whether the file begins with mail headers, or those that a program shows, or as an mbox does."""
    return _has_headers(document) or is_saved_letter(document.head)


def _has_headers(document: Document) -> bool:
    """Whether the file begins with headers of mail, or with the separator of an mbox and then headers."""
    head = document.beginning[:_SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf\r\n")
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = block.splitlines()[1:] if _SEPARATOR.match(head) else block.splitlines()
    found = [_HEADER_LINE.match(line) for line in lines if not line[:1].isspace()]
    names = {match[1].lower() for match in found if match}
    return all(found[:3]) and b"from" in names and len(names & _TELLING) > 2


def pieces(document: Document) -> Iterator[Letter]:
    """The letters of the file; one that cannot be taken apart is reported, and the rest is read."""
    saved = as_letter(document.lines_text) if is_saved_letter(document.head) else None
    several = [saved] if saved is not None else _letters(document.data)
    for number, data in enumerate(several, 1):
        with document.at(f"message {number}" if len(several) > 1 else ""):
            yield parse_letter(data, source=document.name, stem=document.stem)


def _letters(data: bytes) -> list[bytes]:
    data = data.lstrip(b"\xef\xbb\xbf\r\n")
    if not _SEPARATOR.match(data):
        return [data]
    # a letter ends with a blank line; without one, "From " begins a sentence
    spans = [at.span() for at in _SEPARATOR.finditer(data) if _is_after_blank(data, at.start())]
    ends = [start for start, _ in spans[1:]] + [len(data)]
    return [_STUFFED.sub(rb"\1", data[begin:end]) for (_, begin), end in zip(spans, ends, strict=True)]


def _is_after_blank(data: bytes, at: int) -> bool:
    return at == 0 or data[max(at - 3, 0) : at].endswith((b"\n\n", b"\n\r\n"))


def join(letters: Iterable[Letter], options: Options) -> Iterator[Transcript]:
    """The conversations that the letters of all files make."""
    stems: Counter[str] = Counter()
    for thread in thread_letters(letters, options.roles, days=options.subject_days):
        yield _transcript(thread, options, stems)


def _transcript(thread: Thread, options: Options, stems: Counter[str]) -> Transcript:
    letters, warnings = _without_copies(thread.letters)
    if any(letter.at is None for letter in letters) and len(letters) > 1:
        warnings.append("not every mail has a date: they are in the order of the files")
    inside = stay_inside(letters, options.roles)
    turns = tuple(_turn(letter, options.roles, inside=within) for letter, within in zip(letters, inside, strict=True))
    parts = zip(letters, turns, strict=True)
    if any(may_answer_inside(turn.text, turn.segments, letter.sender.name) for letter, turn in parts):
        warnings.append(ANSWERS_INSIDE)
    times = [letter.at for letter in letters if letter.at]
    return Transcript(
        id=_id(thread.letters, stems),
        channel="email",
        turns=turns,
        started_at=min(times, default=None),
        ended_at=max(times, default=None),
        participants=tuple(_participants(letters, turns)),
        metadata={"messages": [_about(letter) for letter in letters]},
        warnings=(*dict.fromkeys((*(w for letter in letters for w in letter.warnings), *warnings, *thread.warnings)),),
    )


def _participants(letters: Sequence[Letter], turns: Sequence[Turn]) -> Iterator[Participant]:
    """Who writes, a bot where only a machine does under the address, and who only gets letters, but for a desk."""
    persons = {turn.speaker: turn.role for turn in turns if turn.role != "bot"}
    people: dict[str, Role] = {turn.speaker: persons.get(turn.speaker, "bot") for turn in turns if turn.speaker}
    recipients = [who for letter in letters for who in (*letter.to, *letter.copy) if not is_desk(who.address)]
    names = {who.address: who.name for who in reversed(recipients) if who.name}
    names |= {letter.sender.address: letter.sender.name for letter in letters if letter.sender.name}
    for address in dict.fromkeys((*people, *(who.address for who in recipients))):
        yield Participant(
            id=address,
            role=people.get(address, "unknown"),
            name=names.get(address),
            email=address if "@" in address else None,
        )


def _id(thread: Sequence[Letter], stems: Counter[str]) -> str:
    """The first message id of the thread, else the file's stem, with a number from the second one on."""
    given = next((letter.id for letter in thread if letter.id), "")
    if given:
        return given
    stem = thread[0].stem
    stems[stem] += 1
    return stem if stems[stem] == 1 else f"{stem}-{stems[stem]}"


def _without_copies(thread: Sequence[Letter]) -> tuple[list[Letter], list[str]]:
    """The thread with each letter once; the same letter lies in the sender's and in the recipient's folder."""
    seen: set[tuple[Any, ...]] = set()
    kept, warnings = list[Letter](), list[str]()
    for letter in thread:
        what = (letter.id, letter.sender.address, letter.at, letter.text)
        if letter.id and what in seen:
            warnings.append(f"a copy of a mail was left out: {letter.source}")
            continue
        seen.add(what)
        kept.append(letter)
    return kept, warnings


def _turn(letter: Letter, roles: RoleMapping, *, inside: bool) -> Turn:
    role, source, confidence = ("bot", "source", 1.0) if letter.automatic else side(letter.sender, roles)
    return Turn(
        role=role,
        text=letter.text,
        speaker=letter.sender.address or letter.sender.name or None,
        at=letter.at,
        kind="note" if inside else "message",
        visibility="internal" if inside else "public",
        subject=letter.subject or None,
        segments=split_reply(letter.text),
        role_source=source,
        role_confidence=confidence,
    )


def _about(letter: Letter) -> dict[str, Any]:
    """What is kept of a letter besides its turn."""
    about = {
        "id": letter.id,
        "file": letter.source,
        "name": letter.sender.name,
        "through": "" if letter.through is None else _mailbox(letter.through),
        "to": [_mailbox(who) for who in letter.to],
        "cc": [_mailbox(who) for who in letter.copy],
        "attachments": [attachment._asdict() for attachment in letter.attachments],
    }
    return {key: value for key, value in about.items() if value}


def _mailbox(who: Address) -> str:
    return f"{who.name} <{who.address}>" if who.name else who.address
