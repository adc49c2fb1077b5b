"""Redaction: pseudonyms in place of personal data, on the way to a model and back.

Each value gets a token that stays the same within a transcript, such as `[NAME_1]`. A judge sees the tokens; evidence
is mapped back to the original's characters. It is pseudonymisation, not anonymisation: what people say about themselves
still says who they are, and what `find` does not find is sent as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from llm_grader.privacy.find import Found, Kind, find_personal_data
from llm_grader.privacy.numbers import number_in
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.signals.language import language_of
from llm_grader.transcript import Model, Transcript, Turn
from llm_grader.verdict import Evidence, Label, Scorecard, Verdict

_NO_NAME = re.compile(r"(?:agent|customer|user|bot|system|speaker|unknown|channel|spk|ch)?[ _-]?\d*", re.IGNORECASE)
_NUMBER = re.compile(r"\+\d[\d\s()./-]{5,}")
_TOKEN = re.compile(r"\[(?:EMAIL|IBAN|CARD|PHONE|NAME)_\d+\]")


class Span(Model):
    """Characters of an original text that a token stands for, `original[start:end] == text`, and where the token is."""

    start: int
    end: int
    text: str
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
    """A transcript with tokens for the personal data in what is sent to a model: the turns' texts and subjects.

    Names and numbers are taken from the participants, the speakers and the ticket; `names` are further names. Ids,
    times and ticket fields stay: they are not sent. In which country a number is one follows from the language, which
    is recognised from the words where it is not stated.
    """
    return redact_turns(transcript, Tokens(transcript, names=names))


def redact_turns(transcript: Transcript, tokens: Tokens) -> Redaction:
    """`redact` with tokens that may go on elsewhere."""
    turns, spans = [], []
    for turn in transcript.turns:
        text, moved = tokens.text(turn.text, turn.language)
        subject = None if turn.subject is None else tokens.text(turn.subject, turn.language)[0]
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


def redact_verdict(verdict: Verdict, tokens: Tokens) -> Verdict:
    """A judge's verdict on a transcript with tokens in its reason and quotes, to be sent to another judge."""
    evidence = tuple(e.model_copy(update={"quote": tokens.text(e.quote)[0]}) for e in verdict.evidence)
    return verdict.model_copy(update={"evidence": evidence, "reason": tokens.text(verdict.reason)[0]})


def redact_label(label: Label, tokens: Tokens) -> Label:
    """A person's label of a transcript with tokens in its reason and quotes, to be sent to a model."""
    quotes = tuple(tokens.text(quote)[0] for quote in label.evidence_quotes)
    reason = None if label.reason is None else tokens.text(label.reason)[0]
    return label.model_copy(update={"evidence_quotes": quotes, "reason": reason})


class Tokens:
    """The tokens for the personal data of one transcript: the same value, the same token. `values` is token → value.

    Args:
        transcript: its fields give names away, and its language says how to look for them and for numbers.
        names: further names.
    """

    def __init__(self, transcript: Transcript, *, names: Iterable[str] = ()) -> None:
        self.values: dict[str, str] = {}
        self._tokens: dict[tuple[Kind, str], str] = {}
        self._names = frozenset({*names, *_names_of(transcript)})
        self._language = language_of(transcript)
        self._numbers = frozenset(filter(None, map(self.digits, _numbers_of(transcript))))

    def token(self, kind: Kind, value: str, *, same: str | None = None) -> str:
        """The token of a value; `same` is equal for what is the same in other words, by default the value itself."""
        key = (kind, value if same is None else same)
        if key not in self._tokens:
            number = sum(other == kind for other, _ in self._tokens) + 1
            self._tokens[key] = f"[{kind}_{number}]"
            self.values[self._tokens[key]] = value
        return self._tokens[key]

    def digits(self, number: str) -> str:
        """The digits of a phone number that all ways of writing it share; empty for what is none."""
        return number_in(number, self._language)

    def text(self, text: str, language: str | None = None) -> tuple[str, tuple[Span, ...]]:
        """The text with tokens, and where they are; `language` is the text's own, if it is not the transcript's."""
        parts, spans, read, written = [], [], 0, 0
        for start, end, kind, value in self._found(text, language):
            token = self.token(kind, value if kind == "NAME" else text[start:end], same=value)
            parts += [text[read:start], token]
            written += start - read
            spans.append(Span(start=start, end=end, text=text[start:end], token=token, token_start=written))
            written += len(token)
            read = end
        return "".join([*parts, text[read:]]), tuple(spans)

    def _found(self, text: str, language: str | None) -> list[Found]:
        found = find_personal_data(text, language=language or self._language, names=self._names, numbers=self._numbers)
        if language in (None, self._language):
            return found
        # somebody who writes in another language still has a number of the country
        others = find_personal_data(text, language=self._language)
        return sorted(found + [o for o in others if all(o.end <= f.start or o.start >= f.end for f in found)])


def _names_of(transcript: Transcript) -> set[str]:
    """Names that the transcript's fields give away."""
    given = {participant.name for participant in transcript.participants}
    given |= {turn.speaker for turn in transcript.turns}
    if transcript.ticket is not None:
        given.add(transcript.ticket.customer_name)
    names = {name for label in given if label and (name := name_in(label))}
    # an id may be what somebody is called, or a code such as `U1AGENT`
    ids = {name_in(participant.id) for participant in transcript.participants}
    return names | {name for name in ids if name and not any(map(str.isdigit, name))}


def _numbers_of(transcript: Transcript) -> set[str]:
    """Phone numbers that the transcript's fields give away; people without a name are often called by theirs."""
    given = {participant.phone for participant in transcript.participants}
    given |= {turn.speaker for turn in transcript.turns if turn.speaker and is_number(turn.speaker)}
    if transcript.ticket is not None and "@" not in (transcript.ticket.customer_contact or ""):
        given.add(transcript.ticket.customer_contact)
    return {number for number in given if number}


def is_number(label: str) -> bool:
    """Whether a speaker is called by a phone number with the code of its country, as in `+49 171 2345678`."""
    return _NUMBER.fullmatch(label) is not None


def name_in(label: str) -> str:
    """The person's name in a speaker's label: `Jana` of `Agent Jana`, nothing of `Kunde 2`, `spk_0` and addresses."""
    bare = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", label)
    if "@" in label or role_of_label(bare.casefold()):
        return ""
    words = bare.split()
    return " ".join(word for word in words if role_of_label(word) is None and not _NO_NAME.fullmatch(word))


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
