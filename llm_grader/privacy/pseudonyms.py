"""Pseudonyms in whole transcripts, for others to read, and the file that leads back, for its owner alone.

Beyond what is sent to a model (see `redaction`), names, addresses and numbers in the fields are replaced, and free
metadata is left out. Times stay, and so do ids that name nobody. This is pseudonymisation, not anonymisation.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from llm_grader.errors import DiskError, InputError, MalformedInput
from llm_grader.privacy.find import Kind
from llm_grader.privacy.redaction import Span, Tokens, is_number, name_in, redact_turns
from llm_grader.transcript import Model, Participant, Segment, Ticket, Transcript, Turn

_TICKET_TEXTS = ("subject", "description", "solution", "notes", "team")
_TICKET_IDS = ("id", "customer_id")
_TICKET_LISTS = ("tags", "articles")
_NUMBER_ONLY = re.compile(r"[\d.:/_-]+")
_HASHED = 12
_KEPT = ("participants", "ticket", "agent_id", "metadata", "warnings")


class TurnValues(Model):
    """The way back from a turn with tokens to the original: where the tokens are, and what else was replaced."""

    spans: tuple[Span, ...] = ()
    subject: str | None = None
    speaker: str | None = None
    segments: tuple[Segment, ...] = ()


class Values(Model):
    """The way back from a transcript with tokens to the original.

    `transcript_id` and `redacted` are the id and the content hash of the transcript with tokens. `values` is token →
    value. The rest are the original's fields that were replaced or left out; `id` is None where it was not.
    """

    transcript_id: str
    redacted: str
    id: str | None = None
    values: dict[str, str]
    turns: tuple[TurnValues, ...]
    participants: tuple[Participant, ...] = ()
    ticket: Ticket | None = None
    agent_id: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def pseudonymise(transcript: Transcript, *, names: Iterable[str] = ()) -> tuple[Transcript, Values]:
    """The transcript with tokens in place of personal data, and the values that lead back to it.

    Names are taken from `names` and the transcript's fields. A label that only says a role (`Kunde 2`) stays.
    """
    fields = _Fields(Tokens(transcript, names=names))
    turned = redact_turns(transcript, fields.tokens)
    update: dict[str, Any] = {
        "turns": tuple(
            turn.model_copy(update={"speaker": fields.label(turn.speaker)}) for turn in turned.transcript.turns
        ),
        "participants": tuple(map(fields.participant, transcript.participants)),
        "ticket": transcript.ticket and fields.ticket(transcript.ticket),
        "agent_id": fields.label(transcript.reviewed_agent or transcript.agent_id),
        "metadata": {},
        "warnings": tuple(fields.tokens.text(warning)[0] for warning in transcript.warnings),
    }
    redacted = turned.transcript.model_copy(update=update)
    redacted = redacted.model_copy(update={"id": fields.id_of(redacted)})
    turns = (
        TurnValues(spans=spans, subject=turn.subject, speaker=turn.speaker, segments=turn.segments)
        for turn, spans in zip(transcript.turns, turned.spans, strict=True)
    )
    return redacted, Values(
        transcript_id=redacted.id,
        id=None if redacted.id == transcript.id else transcript.id,
        redacted=redacted.content_hash(),
        values=fields.tokens.values,
        turns=tuple(turns),
        **{name: getattr(transcript, name) for name in _KEPT},
    )


class Pseudonyms:
    """`pseudonymise` for many transcripts: each has an id of its own, though two may be alike once redacted."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def __call__(self, transcript: Transcript) -> tuple[Transcript, Values]:
        """The next transcript with tokens, and what leads back to it."""
        redacted, values = pseudonymise(transcript)
        names = (redacted.id if number == 1 else f"{redacted.id}-{number}" for number in count(1))
        name = next(name for name in names if name not in self._ids)
        self._ids.add(name)
        if name == redacted.id:
            return redacted, values
        update = {"transcript_id": name, "id": values.id or transcript.id}
        return redacted.model_copy(update={"id": name}), values.model_copy(update=update)


class _Fields:
    """The fields of one transcript with tokens."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def id_of(self, transcript: Transcript) -> str:
        """The id; with tokens it ends with a part of the content's hash, as many may be called `Chat with [NAME_1]`."""
        id_ = self.identifier(transcript.id)
        return id_ if id_ == transcript.id else f"{id_}-{transcript.content_hash()[:_HASHED]}"

    def identifier(self, text: str) -> str:
        return text if _NUMBER_ONLY.fullmatch(text) else self.tokens.text(text)[0]

    def label(self, label: str | None) -> str | None:
        if label and is_number(label):
            return self.whole(label, "PHONE")
        if not label or not (name_in(label) or "@" in label):
            return label
        return self.whole(label, "NAME")

    def whole(self, value: str, kind: Kind) -> str:
        kind = "EMAIL" if "@" in value else kind
        same = self.tokens.digits(value) if kind == "PHONE" else ""
        return self.tokens.token(kind, value, same=same or value.casefold())

    def participant(self, person: Participant) -> Participant:
        update = {"id": self.label(person.id), "name": self.label(person.name), "key": self.label(person.key)}
        if person.email:
            update["email"] = self.whole(person.email, "EMAIL")
        if person.phone:
            update["phone"] = self.whole(person.phone, "PHONE")
        return person.model_copy(update=update)

    def ticket(self, ticket: Ticket) -> Ticket:
        texts = {name: text for name in _TICKET_TEXTS if (text := getattr(ticket, name))}
        update: dict[str, Any] = {name: self.tokens.text(text)[0] for name, text in texts.items()}
        update |= {name: self.identifier(key) for name in _TICKET_IDS if (key := getattr(ticket, name))}
        for name in _TICKET_LISTS:
            update[name] = (several := getattr(ticket, name)) and tuple(self.tokens.text(one)[0] for one in several)
        if ticket.customer_name:
            update["customer_name"] = self.whole(ticket.customer_name, "NAME")
        if ticket.customer_contact:
            update["customer_contact"] = self.whole(ticket.customer_contact, "PHONE")
        return ticket.model_copy(update={**update, "vendor": {}})


def restore_transcript(redacted: Transcript, values: Values) -> Transcript:
    """The original, character by character.

    Raises:
        InputError: these are the values of another transcript, or it was changed since.
    """
    if (values.transcript_id, values.redacted) != (redacted.id, redacted.content_hash()):
        raise InputError(f"{redacted.id}: these are the values of another transcript, or it was changed since")
    turns = tuple(map(_restored, redacted.turns, values.turns))
    kept: dict[str, Any] = {"id": values.id or redacted.id, "turns": turns}
    return redacted.model_copy(update={**kept, **{name: getattr(values, name) for name in _KEPT}})


def _restored(turn: Turn, values: TurnValues) -> Turn:
    parts, read = [], 0
    for span in values.spans:
        parts += [turn.text[read : span.token_start], span.text]
        read = span.token_end
    text = "".join([*parts, turn.text[read:]])
    update = {"text": text, "subject": values.subject, "speaker": values.speaker, "segments": values.segments}
    return turn.model_copy(update=update)


@contextmanager
def new_values_file(path: Path) -> Iterator[Callable[[Values], None]]:
    """A function that adds the values of a transcript to a new file, which only its owner can read.

    The file is there, whole, when the block has ended; when it ends by an error there is none.

    Raises:
        DiskError: the file exists already, or cannot be written.
    """
    with _disk(path):
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor has no path

            def write(values: Values) -> None:
                with _disk(path):
                    out.write(values.model_dump_json(exclude_defaults=True) + "\n")

            yield write
            with _disk(path):
                out.flush()
                os.fsync(descriptor)
        with _disk(path):
            os.link(part, path)  # unlike a renaming, it never replaces what somebody else wrote meanwhile
    finally:
        Path(part).unlink()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(f"{path}: cannot be written ({error.strerror}): name a file that does not exist") from error


class SavedValues:
    """Saved values of many transcripts, which lead back to their originals.

    Args:
        path: the file.

    Raises:
        MalformedInput: it cannot be read, or a line is not the values of a transcript; with the line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved: dict[tuple[str, str], Values] = {}
        for number, line in enumerate(_lines(path), 1):
            values = _parsed(line, path, number)
            key = (values.transcript_id, values.redacted)
            if self._saved.setdefault(key, values) != values:
                message = f"{values.transcript_id}: the same text stands for something else in an earlier line"
                raise MalformedInput(message, path=path, where=f"line {number}")

    def restore(self, redacted: Transcript) -> Transcript:
        """The original of a transcript with tokens.

        Raises:
            InputError: its values are not here, or it was changed since.
        """
        values = self._saved.get((redacted.id, redacted.content_hash()))
        if values is None:
            message = f"has no values of {redacted.id} as it is: it was redacted at another time, or changed since"
            raise InputError(message, path=self._path)
        return restore_transcript(redacted, values)


def _lines(path: Path) -> Sequence[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line]
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedInput(f"cannot be read: {error}", path=path) from error


def _parsed(line: str, path: Path, number: int) -> Values:
    try:
        return Values.model_validate_json(line)
    except ValidationError as error:
        message = "expected the values of a transcript, as `read --redact --values` writes them"
        raise MalformedInput(message, path=path, where=f"line {number}") from error
