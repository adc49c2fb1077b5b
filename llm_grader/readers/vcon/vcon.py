"""vCon, the IETF's container of conversations: parties, dialogs, and transcripts among its analyses.

Versions differ in names only, and the version may be missing. A text is a turn; a recording is read from the first
transcript of it that is of a format we know. Roles are those of the parties, where they are stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.mail.mail_message import parse_letter
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.roles.parties import Party
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.readers.source.sequence import in_order
from llm_grader.readers.vcon.parties import cast_of, party_at, read_parties
from llm_grader.readers.vcon.transcript import decoded_body, read_transcript
from llm_grader.transcript import Channel, Transcript, Turn

NAME = "vcon"

_SEALED = {
    frozenset(("payload", "signatures")): "signed: verify it and take out its payload",
    frozenset(("ciphertext", "recipients")): "encrypted: decrypt it",
}


class _TimedTurn(NamedTuple):
    """A turn, and when it was said: seconds since 1970, else since the beginning."""

    when: float | None
    turn: Turn


def sniff(document: Document) -> bool:
    """Whether there are `parties` with dialogs or analyses, or the signed or encrypted form of a vCon."""
    first = first_fields(document)
    is_plain = isinstance(first.get("parties"), list) and bool({"dialog", "analysis"} & first.keys())
    return is_plain or any(keys <= first.keys() for keys in _SEALED)


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a record.

    Raises:
        UnsupportedFormat: it is signed or encrypted.
    """
    for keys, what in _SEALED.items():
        if keys <= first_fields(document).keys():
            raise UnsupportedFormat(f"this vCon is {what} first")
    yield from read_each(document, _conversation)


def _conversation(record: JsonObject, document: Document) -> Transcript:
    parties = read_parties(record, document.options.roles)
    dialogs = record.objects("dialog")
    transcripts, warnings = _transcripts(record, document)
    timed: list[_TimedTurn] = []
    for number, dialog in enumerate(dialogs):
        if "body" in dialog and number in transcripts:
            warnings.append(f"the sound inside dialog {number} was left out")
        found = list(_turns(dialog, parties, document, transcript=transcripts.get(number)))
        timed += found
        if not found:
            warnings.append(f"dialog {number} ({dialog.text('type') or 'of no type'}) holds no text")
    for number in sorted(transcripts.keys() - set(range(len(dialogs)))):
        timed += _spoken(transcripts[number], JsonObject({}), parties, start=None)
        warnings.append(f"a transcript is of dialog {number}, which is not in it")
    if not any(turn.kind == "message" for _, turn in timed):
        raise MalformedInput(f"no text in it ({'; '.join(warnings) or 'no dialog'}): add a transcript first")
    channel, assumed = _channel(dialogs, document, recorded=bool(transcripts))
    turns = [turn for _, turn in in_order(timed, lambda pair: pair.when)]
    if len(dialogs) == 1:  # seconds of the one recording say more than times of day
        turns = [turn if turn.start is None else turn.model_copy(update={"at": None}) for turn in turns]
    if channel == "email":
        turns[0] = turns[0].model_copy(update={"subject": record.text("subject")})
    inside = {str(number): one.metadata for number, one in transcripts.items() if one.metadata}
    return Transcript(
        id=record.text("uuid") or document.new_id(),
        channel=channel,
        language=next((one.language for one in transcripts.values() if one.language), None),
        started_at=min((at for dialog in dialogs if (at := _start(dialog, document))), default=None),
        turns=tuple(turns),
        participants=tuple(party.who for party in parties),
        metadata={**record.rest, "transcripts": inside} if inside else record.rest,
        warnings=(*warnings, *assumed, *(warning for one in transcripts.values() for warning in one.warnings)),
    )


def _transcripts(record: JsonObject, document: Document) -> tuple[dict[int, Transcript], list[str]]:
    """The transcript of each recording, by the number of its dialog."""
    found: dict[int, Transcript] = {}
    warnings = []
    for number, analysis in enumerate(record.objects("analysis")):
        if "transcri" not in (analysis.text("type") or ""):
            continue
        dialog = _dialog_of(analysis)
        if dialog in found:
            warnings.append(f"analysis {number} is another transcript of dialog {dialog}: the first was read")
            continue
        transcript = read_transcript(analysis, document)
        if transcript is not None:
            found[dialog] = transcript
        else:
            analysis.leave("body", "encoding")
            warnings.append(f"analysis {number} is a transcript of no format we know")
    return found, warnings


def _dialog_of(analysis: JsonObject) -> int:
    """The number of the dialog, of several the first, that an analysis is about."""
    about = analysis.value("dialog")
    number = next(iter(about), None) if isinstance(about, list) else about
    if number is None:
        return 0
    if isinstance(number, bool) or not isinstance(number, int):
        raise analysis.wrong("dialog", "the number of a dialog")
    return number


def _turns(
    dialog: JsonObject, parties: Sequence[Party], document: Document, *, transcript: Transcript | None
) -> Iterator[_TimedTurn]:
    start = _start(dialog, document)
    when = start.timestamp() if start else None
    yield from _history(dialog, parties, document)
    kind = dialog.text("type")
    if transcript is not None:
        dialog.skip("body", "encoding")  # the sound
        yield from _spoken(transcript, dialog, parties, start=start)
    elif kind == "text":
        if text := _text(dialog, document):
            author = party_at(dialog, "originator" if "originator" in dialog else "parties", parties)
            segments = split_reply(text) if _is_mail(dialog) else ()
            yield _TimedTurn(when, author.says(Turn(role="unknown", text=text, at=start, segments=segments)))
    elif kind in ("transfer", "incomplete"):
        text = dialog.text("disposition") or kind
        yield _TimedTurn(when, Turn(role="system", text=text, at=start, kind="event", event=kind))
    else:
        dialog.skip("body", "encoding")


def _start(dialog: JsonObject, document: Document) -> datetime | None:
    return instant_of(dialog, "start", warn=document.warn)


def _history(dialog: JsonObject, parties: Sequence[Party], document: Document) -> Iterator[_TimedTurn]:
    """Who joined, left, was put on hold or muted, and pressed which key."""
    for event in dialog.objects("party_history"):
        at = instant_of(event, "time", warn=document.warn)
        name = event.needed_text("event")
        text = " ".join(filter(None, (name, event.label("dtmf"))))
        turn = Turn(role="unknown", text=text, at=at, kind="event", event=name)
        yield _TimedTurn(at.timestamp() if at else None, party_at(event, "party", parties).says(turn))


def _spoken(
    transcript: Transcript, dialog: JsonObject, parties: Sequence[Party], *, start: datetime | None
) -> Iterator[_TimedTurn]:
    cast = cast_of(transcript.turns, dialog.value("parties"), parties)
    for turn in transcript.turns:
        at = turn.at or _after(start, turn.start)
        dated = turn.model_copy(update={"at": at})
        party = cast.get(turn.speaker or "")
        moment = at or start
        yield _TimedTurn(moment.timestamp() if moment else turn.start, party.says(dated) if party else dated)


def _after(start: datetime | None, seconds: float | None) -> datetime | None:
    try:
        return None if start is None or seconds is None else start + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _text(dialog: JsonObject, document: Document) -> str:
    """What was written: the body, or what a reader sees of one with markup or several parts."""
    body = decoded_body(dialog)
    if body is None:
        return ""
    if not isinstance(body, str):
        raise dialog.wrong("body", "text")
    media = " ".join((dialog.text("mediatype", "mimetype") or "").split())
    if media.startswith("text/html"):
        return html_to_text(body).strip()
    if not media.startswith(("multipart/", "message/")):
        return body.strip()
    head = "" if media.startswith("message/") else f"Content-Type: {media}\n\n"
    letter = parse_letter(f"{head}{body}".encode(), source=document.name, stem=document.stem)
    for file in letter.attachments:
        document.warn(f"the file {file.name!r} ({file.type}) in a message was left out")
    return letter.text


def _is_mail(dialog: JsonObject) -> bool:
    return "@" in (dialog.text("message_id") or "")


def _channel(dialogs: Sequence[JsonObject], document: Document, *, recorded: bool) -> tuple[Channel, list[str]]:
    if recorded:
        return "call", []
    if any(_is_mail(dialog) for dialog in dialogs):
        return "email", []
    if document.options.channel:
        return document.options.channel, []
    return "chat", ["the channel is not stated: read as chat"]
