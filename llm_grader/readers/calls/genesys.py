"""Genesys Cloud, transcripts of calls and messages: phrases of an inner and an outer side, and the participants.

A phrase says only whether it is `internal` or `external`. Which agent, menu or customer that is follows from who took
part at the time: of a side's people the one whose presence overlaps the phrase most, a machine only where nobody else
was there. Times are milliseconds since 1970.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of, number_of, share_of
from llm_grader.readers.source.json_object import JsonObject, first_fields, read_each
from llm_grader.readers.source.sequence import in_order
from llm_grader.readers.source.times import instant
from llm_grader.transcript import Channel, Participant, Role, Transcript, Turn

NAME = "genesys"

_INNER, _OUTER = "internal", "external"
_ROLES: dict[str, Role] = {"agent": "agent", "user": "agent", "customer": "customer", "external": "customer"}
_ROLES |= dict.fromkeys(("acd", "ivr", "bot", "botflow", "workflow", "voicemail", "dialer", "campaign"), "bot")
_CHANNELS: dict[str, Channel] = {"call": "call", "callback": "call", "voicemail": "call", "email": "email"}
_CHANNELS |= dict.fromkeys(("chat", "message", "webmessaging", "whatsapp", "sms", "open", "facebook"), "chat")


class _Phrase(NamedTuple):
    """What was said from when to when, in milliseconds since 1970, and on which side."""

    text: str
    side: str
    start: float
    end: float
    confidence: float | None


class _Present(NamedTuple):
    """Someone who took part, on which side, and from when to when, in milliseconds since 1970."""

    who: Participant
    side: str
    start: float
    end: float

    def overlap(self, phrase: _Phrase) -> float:
        """How many milliseconds of a phrase lie within the presence; below 0 how far away it is."""
        return min(self.end, max(phrase.end, phrase.start + 1)) - max(self.start, phrase.start)


def sniff(document: Document) -> bool:
    """Whether there are `transcripts` of a conversation, with phrases."""
    first = first_fields(document)
    transcripts = first.get("transcripts")
    if not isinstance(transcripts, list):
        return False
    inside = transcripts[0] if transcripts and isinstance(transcripts[0], dict) else {}
    return "phrases" in inside or {"conversationId", "communicationId"} <= first.keys()


def read(document: Document) -> Iterator[Transcript]:
    """One conversation a record."""
    return read_each(document, _conversation)


def _conversation(record: JsonObject, document: Document) -> Transcript:
    if "transcripts" not in record:
        raise record.wrong("transcripts", "a list of objects")
    transcripts = record.objects("transcripts")
    phrases = [_phrase(fields) for transcript in transcripts for fields in transcript.objects("phrases")]
    if not phrases:
        raise record.wrong("transcripts", "at least one phrase in them")
    phrases = in_order(phrases, lambda phrase: phrase.start)
    present = _present(record)
    cast = [_speaker(phrase, present) for phrase in phrases]
    channel = _CHANNELS.get((record.text("mediaType") or "").casefold(), document.options.channel)
    participants = {party.who.id: party.who for party in present}
    unclear = sum(who.id not in participants for who in cast)
    doubt = f"{unclear} of {len(cast)} phrases: nobody or several of the side took part at the time" if unclear else ""
    warnings = (
        "" if channel else "the channel is not stated: read as call",
        doubt if participants else "who took part is not stated, only on which side",
    )
    by_date = channel not in (None, "call")
    turns = [
        _turn(phrase, who, None if by_date else phrases[0].start) for phrase, who in zip(phrases, cast, strict=True)
    ]
    return Transcript(
        id=record.text("conversationId") or document.new_id(),
        channel=channel or "call",
        language=next((tag for transcript in transcripts if (tag := transcript.text("language"))), None),
        started_at=instant_of(record, "conversationStartTime", "startTime", warn=document.warn),
        turns=tuple(turns),
        participants=tuple(participants.values()),
        metadata=record.rest,
        warnings=tuple(filter(None, warnings)),
    )


def _phrase(fields: JsonObject) -> _Phrase:
    fields.skip("stability", "alternatives", "text")  # without capitals and punctuation where there is a decorated text
    words = fields.objects("words", keep=False)
    sure = [share for word in words if (share := share_of(word, "confidence")) is not None]
    start = number_of(fields, "startTimeMs")
    if start is None or instant(start)[0] is None:
        raise fields.wrong("startTimeMs", "milliseconds since 1970")
    lasts = fields.object("duration")
    return _Phrase(
        text=fields.needed_text("decoratedText", "text").strip(),
        side=(fields.text("participantPurpose") or "").casefold(),
        start=start,
        end=start + max((number_of(lasts, "milliseconds") if lasts else None) or 0.0, 0.0),
        confidence=fmean(sure) if sure else None,
    )


def _present(record: JsonObject) -> list[_Present]:
    """The participants, called by their user ids, else by their purpose."""
    listed = record.objects("participants")
    purposes = [(person.text("participantPurpose", "purpose") or "participant").casefold() for person in listed]
    roles = {**_ROLES, "external": "third_party"} if "customer" in purposes else _ROLES
    present: list[_Present] = []
    for person, purpose in zip(listed, purposes, strict=True):
        phone = (person.text("ani") or "").removeprefix("tel:") if purpose == "customer" else ""
        who = Participant(
            id=person.text("userId") or _free_name(purpose, present),
            role=roles.get(purpose, "unknown"),
            name=person.text("name", "participantName"),
            phone=phone or None,
        )
        start, end = number_of(person, "startTimeMs"), number_of(person, "endTimeMs")
        side = _OUTER if purpose in ("customer", "external") else _INNER
        present.append(_Present(who, side, -math.inf if start is None else start, math.inf if end is None else end))
    return present


def _free_name(purpose: str, present: Sequence[_Present]) -> str:
    same = sum(other.who.id.startswith(purpose) for other in present)
    return f"{purpose} {same + 1}" if same else purpose


def _speaker(phrase: _Phrase, present: Sequence[_Present]) -> Participant:
    """Who of the phrase's side was there: a person rather than a machine, and for longest; else the side itself."""
    for machines in (False, True):
        there = [party for party in present if party.side == phrase.side and (party.who.role == "bot") == machines]
        most = max((party.overlap(phrase) for party in there), default=0.0)
        rivals = {party.who.id: party.who for party in there if party.overlap(phrase) == most > 0}
        if len(rivals) == 1:
            return next(iter(rivals.values()))
        roles = {who.role for who in rivals.values()}
        if rivals:
            return Participant(id=phrase.side, role=roles.pop() if len(roles) == 1 else "unknown")
    return Participant(id=phrase.side or "unknown", role="customer" if phrase.side == _OUTER else "unknown")


def _turn(phrase: _Phrase, who: Participant, began: float | None) -> Turn:
    """A turn with seconds since the recording began, or with its date where there is no recording."""
    return Turn(
        role=who.role,
        text=phrase.text,
        speaker=who.id,
        at=instant(phrase.start)[0] if began is None else None,
        start=None if began is None else (phrase.start - began) / 1000,
        end=None if began is None else (phrase.end - began) / 1000,
        asr_confidence=phrase.confidence,
    )
