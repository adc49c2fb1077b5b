"""Names of colleagues in what one agent reads: in their version of a report nobody else is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from llm_grader.pages.text import MarkedSpan
from llm_grader.privacy.names import find_names
from llm_grader.privacy.redaction import name_in
from llm_grader.report.rows import Concern, ShownQuote
from llm_grader.transcript import Transcript, name_key

_LEAST_CHARACTERS = 3
_BETWEEN = re.compile(r"[\s,.'’-]*")


@dataclass(frozen=True)
class Colleagues:
    """The names of other agents, for each of which `word` stands in what is shown.

    A name is found by its parts, inflected too, a code such as `a-17` as a whole. `kept` are the names of those whom
    the reader knows: their own, and the customer's; what a colleague is called as well stays.
    """

    names: frozenset[str]
    kept: frozenset[str]
    word: str

    @classmethod
    def of(cls, own: str, agents: Iterable[str | None], word: str) -> Colleagues:
        """Those of one agent among all agents."""
        others = frozenset(agent for agent in agents if agent and name_key(agent) != name_key(own))
        return cls(others, frozenset({own}), word)

    def among(self, transcript: Transcript) -> Colleagues:
        """These and the other agents who take part in a conversation."""
        others, kept = set(self.names), set(self.kept)
        called = {person.id: person.names() for person in transcript.participants}
        for turn in transcript.turns:
            if turn.speaker is not None:
                hidden = turn.role == "agent" and not transcript.under_review(turn)
                (others if hidden else kept).update((turn.speaker, *called.get(turn.speaker, ())))
        kept.update(name for person in transcript.participants if person.role != "agent" for name in person.names())
        return Colleagues(frozenset(others), frozenset(kept), self.word)

    def hide(self, text: str, language: str | None = None) -> str:
        """The text without their names."""
        return self.hide_spans(text, (), language)[0]

    def hide_spans(
        self, text: str, spans: Iterable[MarkedSpan], language: str | None = None
    ) -> tuple[str, list[MarkedSpan]]:
        """The text without their names, and where spans of it are then; one that cuts a name holds all of it."""
        places = list(self._places(text, language))
        pieces, at = [], 0
        for start, end in places:
            pieces += [text[at:start], self.word]
            at = end
        moved = [
            MarkedSpan(self._moved(span.start, places), self._moved(span.end, places, end=True), span.number)
            for span in spans
        ]
        return "".join([*pieces, text[at:]]), moved

    def hide_concern(self, concern: Concern) -> Concern:
        """A case of a list without their names."""
        return concern._replace(
            quote=self.hide_quote(concern.quote),
            reason=self.hide(concern.reason),
            transcript_id=self.hide(concern.transcript_id),
        )

    def hide_quote(self, quote: ShownQuote | None) -> ShownQuote | None:
        """A quote without their names."""
        return quote and quote._replace(words=self.hide(quote.words))

    def _moved(self, offset: int, places: Sequence[tuple[int, int]], *, end: bool = False) -> int:
        moved = offset
        for start, stop in places:
            if offset >= stop:
                moved += len(self.word) - (stop - start)
            elif offset > start:
                moved += (start - offset) + (len(self.word) if end else 0)
        return moved

    def _places(self, text: str, language: str | None) -> Iterator[tuple[int, int]]:
        """Where names stand, apart from one another and in order."""
        last: tuple[int, int] | None = None
        for start, end in sorted({*self._codes(text), *self._parts(text, language)}):
            if last is None:
                last = start, end
            elif start <= last[1] or _BETWEEN.fullmatch(text, last[1], start):
                last = last[0], max(end, last[1])
            else:
                yield last
                last = start, end
        if last is not None:
            yield last

    def _parts(self, text: str, language: str | None) -> Iterator[tuple[int, int]]:
        kept = _kept_parts(self.kept)
        found = find_names(text, _of_people(self.names), language)
        return ((one.start, one.end) for one in found if name_key(one.part) not in kept)

    def _codes(self, text: str) -> Iterator[tuple[int, int]]:
        codes = _codes_in(self.names, self.kept)
        return (match.span() for match in codes.finditer(text)) if codes else iter(())


@lru_cache(maxsize=512)
def _of_people(names: frozenset[str]) -> frozenset[str]:
    return frozenset(filter(None, map(name_in, names)))


@lru_cache(maxsize=512)
def _kept_parts(kept: frozenset[str]) -> frozenset[str]:
    return frozenset(part for name in kept for part in name_key(name).split())


@lru_cache(maxsize=512)
def _codes_in(names: frozenset[str], kept: frozenset[str]) -> re.Pattern[str] | None:
    """What is no name of a person but stands for one: an id with digits, an address. None where there is none."""
    keys = {name_key(name) for name in kept}
    codes = [
        re.escape(name)
        for name in sorted(names, key=len, reverse=True)
        if len(name) >= _LEAST_CHARACTERS and name_key(name) not in keys and re.search(r"[\d@_]", name)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(codes)})(?!\w)", re.IGNORECASE) if codes else None
