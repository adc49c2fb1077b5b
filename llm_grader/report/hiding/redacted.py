"""Tokens in place of personal data in what a report shows: texts, quotes, reasons, ids and agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_grader.eval.labels.units import Conversations
from llm_grader.privacy.pseudonyms import Values, pseudonymise
from llm_grader.privacy.redaction import Span
from llm_grader.report.results import StoredResults, Text, text_of
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Evidence, Label, Scorecard, Verdict


class RedactedResults:
    """Results with tokens; the same agent, and the same conversation, has the same token wherever it is shown.

    Quotes and reasons of conversations whose text is not there are left out: no field says what is personal in them.

    Args:
        results: as they are.
    """

    def __init__(self, results: StoredResults) -> None:
        self._results = results
        self._agents: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._originals: dict[str, str] = {}

    @property
    def rubric(self) -> Rubric:
        """The rubric, as it is."""
        return self._results.rubric

    def rubric_of(self, card: Scorecard) -> Rubric | None:
        """The rubric as the card was graded by, as it is."""
        return self._results.rubric_of(card)

    def label(self, label: Label) -> Label:
        """A person's label of a conversation, under its token and without words."""
        update = {"transcript_id": self._id(label.transcript_id), "reason": None, "evidence_quotes": ()}
        return label.model_copy(update=update)

    def cards(self) -> Iterator[Scorecard]:
        """The cards with tokens."""
        for card in self._results.cards():
            agent = card.about.agent if card.about else None
            about = card.about and card.about.model_copy(
                update={"agent": agent and self.agent(agent), "source": None, "ticket_id": None, "team": None}
            )
            yield self._with_tokens(card).model_copy(
                update={"transcript_id": self._id(card.transcript_id), "about": about}
            )

    def text(self, card: Scorecard) -> Text:
        """The conversation of one of these cards, with tokens."""
        found = self._results.texts(self._originals[card.transcript_id])
        return text_of(card, [self._redact(one, ())[0] for one in found])

    def _with_tokens(self, card: Scorecard) -> Scorecard:
        text = self._results.text(card)
        if text.transcript is None or text.state != "shown":
            verdicts = {id_: _wordless(verdict) for id_, verdict in card.verdicts.items()}
            return card.model_copy(update={"verdicts": verdicts, "warnings": ()})
        reasons = [verdict.reason for verdict in card.verdicts.values()]
        redacted, values, said = self._redact(text.transcript, reasons)
        verdicts = {
            id_: _tokened(verdict, reason, redacted, values)
            for (id_, verdict), reason in zip(card.verdicts.items(), said, strict=True)
        }
        return card.model_copy(update={"verdicts": verdicts, "warnings": redacted.warnings})

    def _redact(self, transcript: Transcript, reasons: Sequence[str]) -> tuple[Transcript, Values, list[str]]:
        """The conversation with tokens, the way back, and the reasons with the same tokens."""
        added = tuple(Turn(role="system", text=reason) for reason in reasons)
        whole = transcript.model_copy(update={"turns": (*transcript.turns, *added)})
        redacted, values = pseudonymise(whole, names=self._agents)
        own = len(transcript.turns)
        turns = redacted.turns[:own]
        return redacted.model_copy(update={"turns": turns}), values, [turn.text for turn in redacted.turns[own:]]

    def agent(self, agent: str) -> str:
        """The token of an agent."""
        return self._agents.setdefault(agent, f"[AGENT_{len(self._agents) + 1}]")

    def conversations(self, known: Conversations) -> Conversations:
        """What is known of labelled conversations, under their tokens."""
        contents = {self._id(transcript_id): value for transcript_id, value in known.contents.items()}
        return Conversations(contents, known.random and frozenset(map(self._id, known.random)))

    def _id(self, transcript_id: str) -> str:
        token = self._ids.setdefault(transcript_id, f"[CONVERSATION_{len(self._ids) + 1}]")
        self._originals[token] = transcript_id
        return token


def _wordless(verdict: Verdict) -> Verdict:
    return verdict.model_copy(update={"evidence": (), "reason": ""})


def _tokened(verdict: Verdict, reason: str, redacted: Transcript, values: Values) -> Verdict:
    evidence = tuple(_moved(one, redacted, values.turns[one.turn].spans) for one in verdict.evidence)
    return verdict.model_copy(update={"evidence": evidence, "reason": reason, "detail": None})


def _moved(evidence: Evidence, redacted: Transcript, spans: Sequence[Span]) -> Evidence:
    """The same words with tokens; a token that is cut counts as a whole."""
    start, end = (_place(offset, spans, end=end) for offset, end in ((evidence.start, False), (evidence.end, True)))
    quote = redacted.turns[evidence.turn].text[start:end]
    return evidence.model_copy(update={"start": start, "end": end, "quote": quote})


def _place(offset: int, spans: Sequence[Span], *, end: bool) -> int:
    moved = offset
    for span in spans:
        if offset >= span.end:
            moved = offset + span.token_end - span.end
        elif offset > span.start:
            return span.token_end if end else span.token_start
    return moved
