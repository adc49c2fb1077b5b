"""Pseudonyms in place of personal data, on the way to a model and back.

Each value gets a token that stays the same within a transcript, such as `[NAME_1]`. A judge sees the tokens; evidence
is mapped back to the original's characters. It is pseudonymisation, not anonymisation: what people say about themselves
still says who they are, and what `personal_data` does not find is sent as it is.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from llm_grader.errors import DiskError
from llm_grader.personal_data import Kind, find_personal_data
from llm_grader.transcript import Model, Transcript, Turn
from llm_grader.verdict import Evidence, Scorecard

_ROLE_WORDS = re.compile(r"^(?:agent|customer|user|bot|system|speaker|unknown|spk|ch)[ _-]?\d*$", re.IGNORECASE)

_TOKEN = re.compile(r"\[(?:EMAIL|IBAN|CARD|PHONE|NAME)_\d+\]")


class Span(Model):
    """Characters of a turn's original text that a token stands for (`start` to `end`), and where the token is."""

    start: int
    end: int
    token: str
    token_start: int

    @property
    def token_end(self) -> int:
        """Where the token ends in the redacted text, exclusive."""
        return self.token_start + len(self.token)


class Redaction(Model):
    """A transcript with tokens, what each token stands for, and where they are (one tuple a turn, in order)."""

    transcript: Transcript
    values: dict[str, str]
    spans: tuple[tuple[Span, ...], ...]


def redact(transcript: Transcript, *, names: Iterable[str] = ()) -> Redaction:
    """Replace personal data in what is sent to a model: the turns' texts and subjects.

    Names are taken from `names`, the participants, the speakers and the ticket. Ids, times and ticket fields stay: they
    are not sent.
    """
    known = {*names, *_names_of(transcript)}
    tokens = _Tokens()
    turns, spans = [], []
    for turn in transcript.turns:
        language = turn.language or transcript.language
        text, moved = _replaced(turn.text, language, known, tokens)
        subject = None if turn.subject is None else _replaced(turn.subject, language, known, tokens)[0]
        segments = tuple(
            part.model_copy(update={"start": _forward(part.start, moved), "end": _forward(part.end, moved)})
            for part in turn.segments
        )
        turns.append(turn.model_copy(update={"text": text, "subject": subject, "segments": segments}))
        spans.append(moved)
    redacted = transcript.model_copy(update={"turns": tuple(turns)})
    return Redaction(transcript=redacted, values=tokens.values, spans=tuple(spans))


def restore(evidence: Evidence, original: Turn, spans: Sequence[Span]) -> Evidence:
    """Evidence found in the redacted text → the same words of the original; a token that is cut counts as a whole."""
    start = _backward(evidence.start, spans, end=False)
    end = _backward(evidence.end, spans, end=True)
    return evidence.model_copy(update={"start": start, "end": end, "quote": original.text[start:end]})


def restore_card(card: Scorecard, original: Transcript, redaction: Redaction) -> Scorecard:
    """A card of the redacted transcript → the card of the original: its own words as evidence and in the reasons."""
    verdicts = {
        item_id: verdict.model_copy(
            update={
                "evidence": tuple(
                    restore(e, original.turns[e.turn], redaction.spans[e.turn]) for e in verdict.evidence
                ),
                "reason": _TOKEN.sub(lambda found: redaction.values.get(found[0], found[0]), verdict.reason),
            }
        )
        for item_id, verdict in card.verdicts.items()
    }
    return card.model_copy(update={"verdicts": verdicts})


def save_values(path: Path, redactions: Iterable[tuple[str, Redaction]]) -> None:
    """Write what the tokens stand for, one transcript a line, into a new file that only its owner can read.

    Raises:
        DiskError: the file exists already, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise DiskError(f"{path}: cannot be written ({error.strerror}): name a file that does not exist") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        for transcript_id, redaction in redactions:
            line = {"transcript_id": transcript_id, "values": redaction.values}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


class _Tokens:
    """The tokens of one transcript: the same value, the same token; `values` is token → value."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._known: dict[tuple[Kind, str], str] = {}
        self._count: defaultdict[Kind, int] = defaultdict(int)

    def of(self, kind: Kind, value: str) -> str:
        same = (kind, value.casefold() if kind in ("EMAIL", "NAME") else "".join(filter(str.isalnum, value)))
        if same not in self._known:
            self._count[kind] += 1
            self._known[same] = f"[{kind}_{self._count[kind]}]"
            self.values[self._known[same]] = value
        return self._known[same]


def _replaced(text: str, language: str | None, names: Iterable[str], tokens: _Tokens) -> tuple[str, tuple[Span, ...]]:
    parts, spans, read, written = [], [], 0, 0
    for start, end, kind in find_personal_data(text, language=language, names=names):
        token = tokens.of(kind, text[start:end])
        parts += [text[read:start], token]
        written += start - read
        spans.append(Span(start=start, end=end, token=token, token_start=written))
        written += len(token)
        read = end
    return "".join([*parts, text[read:]]), tuple(spans)


def _names_of(transcript: Transcript) -> set[str]:
    """Names that the transcript's fields give away; words for roles and e-mail addresses are none."""
    given = {participant.name for participant in transcript.participants}
    given |= {turn.speaker for turn in transcript.turns}
    if transcript.ticket is not None:
        given.add(transcript.ticket.customer_name)
    return {name for name in given if name and "@" not in name and not _ROLE_WORDS.match(name)}


def _forward(at: int, spans: Sequence[Span]) -> int:
    """A position of the original text in the redacted one; inside personal data, the token's end."""
    shift = 0
    for span in spans:
        if at <= span.start:
            break
        if at < span.end:
            return span.token_end
        shift = span.token_end - span.end
    return at + shift


def _backward(at: int, spans: Sequence[Span], *, end: bool) -> int:
    """A position of the redacted text in the original one; inside a token, the value's start or end."""
    shift = 0
    for span in spans:
        if at <= span.token_start:
            break
        if at < span.token_end:
            return span.end if end else span.start
        shift = span.end - span.token_end
    return at + shift
