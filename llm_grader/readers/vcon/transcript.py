"""Transcripts inside a vCon: the bodies of analyses, which are as their vendors write them."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import replace
from types import ModuleType
from typing import Any

from llm_grader.errors import InputError, MalformedInput
from llm_grader.files.json_strict import parse_json
from llm_grader.readers.calls import assemblyai, azure_speech, captions, contact_lens, deepgram, transcribe, whisper
from llm_grader.readers.chats import chat_messages
from llm_grader.readers.roles.roles import stated_role
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_figures import instant_of, seconds_of
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.readers.text import labelled_text
from llm_grader.transcript import Transcript, Turn

_VENDORS: tuple[ModuleType, ...] = (
    deepgram,
    contact_lens,
    transcribe,
    assemblyai,
    azure_speech,
    whisper,
    chat_messages,
    captions,
    labelled_text,
)


def decoded_body(holder: JsonObject) -> Any:
    """The body of a dialog or an analysis by its `encoding`; None when it has none.

    Raises:
        MalformedInput: the body is not encoded as it says.
    """
    body, encoding = holder.value("body"), holder.text("encoding")
    if not isinstance(body, str) or encoding in (None, "none"):
        return body
    if encoding == "json":
        return parse_json(body)
    if encoding != "base64url":
        raise holder.wrong("encoding", "none, json or base64url")
    try:
        packed = "".join(body.split()).rstrip("=")
        return b64decode(packed + "=" * (-len(packed) % 4), altchars="-_", validate=True).decode()
    except (Base64Error, ValueError):
        raise holder.wrong("body", "text in base64url") from None


def read_transcript(analysis: JsonObject, document: Document) -> Transcript | None:
    """The transcript in an analysis, read as its vendor's; None when it is of no format we know.

    Raises:
        MalformedInput: the format is known, and the transcript is broken.
    """
    body = decoded_body(analysis)
    try:
        lines = _lines(body)
        return _of_lines(lines, document) if lines else _of_vendor(body, document)
    except InputError as error:
        raise MalformedInput(f"in the body of an analysis: {error.message}", where=error.where) from error


def _lines(body: Any) -> list[JsonObject]:
    """The lines of a body that lists who said what: `speaker` and `message`, or `parties` and `text`."""
    if not isinstance(body, list) or not body or not isinstance(body[0], dict):
        return []
    plain = {"speaker", "parties"} & body[0].keys() and {"message", "text"} & body[0].keys()
    return JsonObject({"body": body}).objects("body") if plain else []


def _of_lines(lines: list[JsonObject], document: Document) -> Transcript:
    turns = []
    for line in lines:
        party = line.label("parties")
        speaker = line.label("speaker") if party is None else f"party {party}"
        dated = isinstance(line.value("start"), str)
        turns.append(
            Turn(
                role=stated_role(speaker, document.options.roles) or "unknown",
                text=line.needed_text("message", "text").strip(),
                speaker=speaker,
                at=instant_of(line, "start", warn=document.warn) if dated else None,
                start=None if dated else seconds_of(line, "start"),
            )
        )
    return Transcript(id="lines", channel="call", turns=tuple(turns), metadata=_kept(lines))


def _kept(lines: list[JsonObject]) -> dict[str, Any]:
    rests = [line.rest for line in lines]
    return {"lines": rests} if any(rests) else {}


def _of_vendor(body: Any, document: Document) -> Transcript | None:
    text = body if isinstance(body, str) else json.dumps(body)
    options = replace(document.options, on_error=None, channel="call")
    part = Document(text.encode(), name=document.name, stem=document.stem, options=options, is_part=True)
    reader = next((reader for reader in _VENDORS if reader.sniff(part)), None)
    read: list[Transcript] = [] if reader is None else list(reader.read(part))
    if not read:
        return None
    several = [f"{len(read) - 1} more transcripts of the same analysis were left out"] if len(read) > 1 else []
    warnings = (*read[0].warnings, *part.warnings, *several)
    return read[0].model_copy(update={"warnings": warnings})
