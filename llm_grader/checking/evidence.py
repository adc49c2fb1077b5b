"""Quote → verified span: whether the words a judge cites were said, by whom and where.

The cited words and the turns are compared folded (see `folding`); what is returned is the transcript's own slice.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from llm_grader.checking.content import says_nothing
from llm_grader.checking.folding import Folded, fold
from llm_grader.checking.wordless import is_denied, says_something, weight_of
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Role, Transcript
from llm_grader.verdict import Evidence

_WRAPPING = re.compile(r"(?:[' ]|\.{3}|\[\.{3}\]|\(\.{3}\))*")
_WRAPPING_REVERSED = re.compile(r"(?:[' ]|\.{3}|\]\.{3}\[|\)\.{3}\()*")

_LEAST_LETTERS = 2

_Span = tuple[int, int]


class Unverified(StrEnum):
    """Why a quote is no evidence, from the most to the least telling."""

    QUOTE_OF_WRONG_ROLE = "quote_of_wrong_role"
    """Said, but by someone whose words do not count for the item."""
    QUOTE_NOT_SAID = "quote_not_said"
    """Only in an internal note, an event, or quoted, forwarded or signature text."""
    QUOTE_WITHOUT_CONTENT = "quote_without_content"
    """Only in a turn that says nothing, such as a bare heading, or nothing but noise itself."""
    QUOTE_DENIED = "quote_denied"
    """Cut from a denial: the words right before it take it back."""
    QUOTE_OVERUSED = "quote_overused"
    """So short that it cannot prove all the items it is cited for."""
    QUOTE_NOT_FOUND = "quote_not_found"
    """Nowhere in the transcript."""
    QUOTE_TOO_SHORT = "quote_too_short"
    """Fewer than two letters or digits."""
    QUOTE_EMPTY = "quote_empty"
    """Nothing to see in it but blanks, quote marks and ellipses."""


_EXACT = -2
_UNVERIFIED = list(Unverified)


class QuoteFinder:
    """Finds quotes in one transcript; each turn is folded once, when it is first looked at.

    Args:
        transcript: what the quotes are checked against.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._folded: dict[int, Folded] = {}
        self._says_nothing = functools.cache(lambda index: says_nothing(transcript.turns[index]))

    def most_items(self, evidence: Evidence) -> int:
        """How many items a quote may prove: two for each of its words that says something."""
        return max(1, int(2 * weight_of(evidence.quote)))

    def resolve(
        self, quote: str, rule: EvidenceRule, *, turn: int | None = None, label: str | None = None
    ) -> Evidence | Unverified:
        """Place where `quote` was said by someone whose words count under `rule`.

        The hinted turn is taken if it holds the quote; otherwise the first turn that holds it letter by letter, else
        the first that holds it up to whitespace, case, Unicode form, quote marks, dashes, invisible characters, and
        quote marks or ellipses put around it. A match never cuts a word, number or combined character, and lies
        within one stretch of text that the turn's author wrote.

        Args:
            quote: the words as cited.
            rule: whose words count. Of agents only those under review do.
            turn: where the judge says it is, counted from 0; a number that is no turn is ignored.
            label: what the quote is to prove, where `rule` lets other people prove other labels.

        Returns:
            Evidence with the transcript's own words and offsets in code points, or why there is none.
        """
        cited = fold(quote).strip()
        bare = _unwrapped(cited)
        if not bare:
            return Unverified.QUOTE_EMPTY
        if sum(map(str.isalnum, bare)) < _LEAST_LETTERS:
            return Unverified.QUOTE_TOO_SHORT
        sought = _Sought(quote.strip(), tuple(dict.fromkeys((cited, bare))), rule.speakers(label))
        turns = range(len(self.transcript.turns))
        if turn is not None and turn in turns:
            hinted = self._look(turn, sought)
            if isinstance(hinted, Evidence):
                return hinted
        best: Evidence | Unverified = Unverified.QUOTE_NOT_FOUND
        for index in turns:
            found = self._look(index, sought)
            if found is not Unverified.QUOTE_NOT_FOUND:
                best = min(best, found, key=_rank)
                if _rank(best) == _EXACT:
                    break
        return best

    def _look(self, index: int, sought: _Sought) -> Evidence | Unverified:
        turn = self.transcript.turns[index]
        span, why_not = self._places(index, sought)
        if span is None:
            return why_not
        start, end = span
        words = turn.text[start:end]
        return self._objection(index, words, sought.speakers) or Evidence(
            turn=index,
            role=turn.role,
            quote=words,
            start=start,
            end=end,
            match="exact" if words == sought.quote else "normalised",
        )

    def _places(self, index: int, sought: _Sought) -> tuple[_Span | None, Unverified]:
        """Span in which the turn says it, letter by letter if it does, and what is wrong with the others."""
        turn = self.transcript.turns[index]
        bodies = turn.body_spans() if turn.spoken else ()
        found, why_not = None, Unverified.QUOTE_NOT_FOUND
        for start, end in self._spans(index, sought.folds):
            if not any(first <= start and end <= last for first, last in bodies):
                why_not = min(why_not, Unverified.QUOTE_NOT_SAID, key=_UNVERIFIED.index)
            elif is_denied(turn.text, start):
                why_not = min(why_not, Unverified.QUOTE_DENIED, key=_UNVERIFIED.index)
            elif turn.text[start:end] == sought.quote:
                return (start, end), why_not
            else:
                found = found or (start, end)
        return found, why_not

    def _spans(self, index: int, folds: tuple[str, ...]) -> Iterator[_Span]:
        if index not in self._folded:
            self._folded[index] = Folded(self.transcript.turns[index].text)
        for folded in folds:
            yield from self._folded[index].places(folded)

    def _objection(self, index: int, words: str, speakers: tuple[Role, ...]) -> Unverified | None:
        turn = self.transcript.turns[index]
        if turn.role not in speakers or (turn.role == "agent" and not self.transcript.under_review(turn)):
            return Unverified.QUOTE_OF_WRONG_ROLE
        return Unverified.QUOTE_WITHOUT_CONTENT if self._says_nothing(index) or not says_something(words) else None


class _Sought(NamedTuple):
    quote: str
    folds: tuple[str, ...]
    speakers: tuple[Role, ...]


def _unwrapped(folded: str) -> str:
    """`folded` without the quote marks and ellipses around it."""
    if folded[:1].isalnum() and folded[-1:].isalnum():  # most quotes have none
        return folded
    rest = folded[_end_of(_WRAPPING, folded) :][::-1]
    return rest[_end_of(_WRAPPING_REVERSED, rest) :][::-1]


def _end_of(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _rank(result: Evidence | Unverified) -> int:
    if isinstance(result, Evidence):
        return _EXACT if result.match == "exact" else _EXACT + 1
    return _UNVERIFIED.index(result)
