"""Amazon Connect Contact Lens, voice, chat and live, and Call Analytics of Amazon Transcribe.

Roles are the source's: of each turn, else of its participant, which a redacted chat may not list. `SYSTEM` is a bot.
Overlapping speech makes no event of its own; what the analysis says about interruptions stays in the metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of, seconds_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, records_in
from llm_grader.readers.source.sequence import in_order
from llm_grader.transcript import Channel, Participant, Role, Transcript, Turn

NAME = "contact-lens"

_CHANNELS: dict[str, Channel] = {"VOICE": "call", "CHAT": "chat", "EMAIL": "email"}
_ROLES: dict[str, Role] = {
    "AGENT": "agent",
    "CUSTOMER": "customer",
    "SYSTEM": "bot",
    "CUSTOM_BOT": "bot",
    "SUPERVISOR": "supervisor",
}
_EVENT_PREFIX = "application/vnd.amazonaws.connect.event."
_EVENTS = {"transfer.succeeded": "transfer"}
_LIVE_KINDS = {"Transcript": "MESSAGE", "Event": "EVENT", "Attachments": "ATTACHMENT"}
_LIVE_SEGMENTS = frozenset((*_LIVE_KINDS, "Utterance", "Categories", "Issues", "PostContactSummary"))
_LIVE_EVENTS = ("STARTED", "SEGMENTS", "COMPLETED", "FAILED")


class _Item(NamedTuple):
    """One entry of the conversation, and its kind: MESSAGE, EVENT or ATTACHMENT."""

    kind: str
    fields: JsonObject


def sniff(document: Document) -> bool:
    """Whether there is a `Transcript` as these services write it, or the segments or events of a live analysis."""
    first = first_fields(document)
    described = {"JobStatus", "Participants", "Channel", "LanguageCode"} & first.keys()
    return (isinstance(first.get("Transcript"), list) and bool(described)) or _is_live(first)


def _is_live(fields: Any) -> bool:
    if not isinstance(fields, dict):
        return False
    segments = fields.get("Segments")
    if isinstance(segments, list) and segments:
        return isinstance(segments[0], dict) and bool(_LIVE_SEGMENTS & segments[0].keys())
    return "ContactId" in fields and fields.get("EventType") in _LIVE_EVENTS


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a record; of a live analysis, one a contact, whose records may be many."""
    live: dict[str, list[JsonObject]] = {}
    for value, where in records_in(document):
        with document.at(where):
            record = JsonObject(value)
            if _is_live(value):
                live.setdefault(record.label("ContactId") or "", []).append(record)
            else:
                yield _analysed(record, document)
    for contact, records in live.items():
        with document.at(f"contact {contact}" if contact else ""):
            yield _followed_live(contact, records, document)


def _analysed(record: JsonObject, document: Document) -> Transcript:
    """The conversation of an analysis made after its end."""
    if "Transcript" not in record:
        raise record.wrong("Transcript", "a list of objects")
    about = record.object("CustomerMetadata")
    name = (about.text("ContactId") if about else None) or record.text("JobName")
    items = [_Item(item.text("Type") or "MESSAGE", item) for item in record.objects("Transcript")]
    return _conversation(items, [record], document, name=name)


def _followed_live(contact: str, records: Sequence[JsonObject], document: Document) -> Transcript:
    """The conversation that live segments make: partial hypotheses and what was delivered twice are left out."""
    segments = [segment for record in records for segment in record.objects("Segments")]
    partial = [JsonObject(found, "Utterance") for segment in segments if (found := segment.value("Utterance"))]
    kinds = [(kind, segment.object(key)) for segment in segments for key, kind in _LIVE_KINDS.items()]
    items = [_Item(kind, fields) for kind, fields in kinds if fields]
    distinct: dict[str, _Item] = {}
    for number, item in enumerate(items):
        distinct.setdefault(item.fields.text("Id") or f"item {number}", item)
    missing = {utterance.text("TranscriptId") for utterance in partial} - distinct.keys()
    warnings = (
        f"{len(items) - len(distinct)} segments were delivered again" if len(distinct) < len(items) else "",
        f"{len(partial)} partial hypotheses were left out" if partial else "",
        f"of {len(missing)} passages the final text is missing" if missing else "",
    )
    return _conversation(list(distinct.values()), records, document, name=contact, warnings=warnings)


def _conversation(
    items: Sequence[_Item],
    records: Sequence[JsonObject],
    document: Document,
    *,
    name: str | None,
    warnings: Iterable[str] = (),
) -> Transcript:
    listed = {person.id: person for record in records for person in _participants(record)}
    turns = in_order([_turn(item, listed, document) for item in items], _beginning)
    stated = next((channel for record in records if (channel := record.text("Channel"))), "")
    guessed: Channel = "call" if any(turn.start is not None for turn in turns) else "chat"
    return Transcript(
        id=name or document.new_id(),
        channel=_CHANNELS.get(stated) or document.options.channel or guessed,
        language=next((tag for record in records if (tag := record.text("LanguageCode"))), None),
        turns=tuple(turns),
        participants=tuple(listed.values()),
        metadata=records[0].rest if len(records) == 1 else {"records": [record.rest for record in records]},
        warnings=tuple(filter(None, warnings)),
    )


def _beginning(turn: Turn) -> float | None:
    return turn.start if turn.at is None else turn.at.timestamp()


def _participants(record: JsonObject) -> Iterator[Participant]:
    for person in record.objects("Participants"):
        role = person.text("ParticipantRole")
        name = person.text("ParticipantId") or role
        if name:
            yield Participant(id=name, role=_ROLES.get(role or "", "unknown"), name=person.text("DisplayName"))


def _turn(item: _Item, listed: dict[str, Participant], document: Document) -> Turn:
    """One entry as a turn; who speaks in it without being listed is listed then."""
    fields = item.fields
    stated = fields.text("ParticipantRole")
    speaker = fields.text("ParticipantId") or stated
    name = fields.text("DisplayName")
    participant = listed.get(speaker or "")
    role = (
        _ROLES.get(stated or "")
        or (participant.role if participant else None)
        or stated_role(speaker, document.options.roles)
    )
    if speaker and participant is None:
        listed[speaker] = Participant(id=speaker, role=role or "unknown", name=name)
    event = None if item.kind == "MESSAGE" else _event(item)
    when = fields.object("Time") or fields
    return Turn(
        role=role or ("unknown" if speaker else "system"),
        text=_files(fields) if item.kind == "ATTACHMENT" else _text(fields, event),
        speaker=speaker,
        at=instant_of(when, "AbsoluteTime", warn=document.warn),
        start=seconds_of(fields, "BeginOffsetMillis", per_second=1000),
        end=seconds_of(fields, "EndOffsetMillis", per_second=1000),
        kind="event" if event else "message",
        event=event,
        asr_confidence=_confidence(fields),
    )


def _event(item: _Item) -> str:
    if item.kind == "ATTACHMENT":
        return "attachment"
    name = (item.fields.text("EventType", "ContentType") or "event").removeprefix(_EVENT_PREFIX)
    return _EVENTS.get(name, name)


def _text(fields: JsonObject, event: str | None) -> str:
    return fields.text("Content") or event.replace(".", " ") if event else fields.needed_text("Content").strip()


def _files(fields: JsonObject) -> str:
    return ", ".join(file.text("AttachmentName") or "?" for file in fields.objects("Attachments"))


def _confidence(fields: JsonObject) -> float | None:
    words = fields.objects("Items", keep=False)
    sure = [share for word in words if (share := share_of(word, "Confidence")) is not None]
    return fmean(sure) if sure else None
