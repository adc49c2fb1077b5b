"""Turns that can be cited whole: for models that choose a turn, and write no words of their own."""

from __future__ import annotations

from llm_grader.checking.evidence import QuoteFinder
from llm_grader.rubric.model import EvidenceRule
from llm_grader.signals.cues.words import sentence_spans
from llm_grader.transcript import Turn
from llm_grader.verdict import Evidence

_QUOTE_CHARACTERS = 200


class CitableTurns:
    """Turns of one transcript that can be evidence, by whose words count.

    Args:
        finder: of the transcript.
    """

    def __init__(self, finder: QuoteFinder) -> None:
        self._finder = finder
        self._openings = [opening_words(turn) for turn in finder.transcript.turns]

    def under(self, rule: EvidenceRule, label: str) -> dict[int, str]:
        """Number → words of each turn that was said in public by somebody whose words prove `label` under `rule`."""
        openings = enumerate(self._openings)
        found = (self._finder.resolve(words, rule, turn=number, label=label) for number, words in openings)
        return {n: place.quote for n, place in enumerate(found) if isinstance(place, Evidence) and place.turn == n}


def opening_words(turn: Turn) -> str:
    """First whole sentences of what the turn's author wrote, up to 200 characters; a longer first one is cut.

    A slice of the turn's text, letter by letter; empty where there is nothing.
    """
    for start, end in turn.body_spans():
        body = turn.text[start:end].strip()
        if not body:
            continue
        if len(body) <= _QUOTE_CHARACTERS:
            return body
        ends = [end for _, end in sentence_spans(body, 0, len(body)) if end <= _QUOTE_CHARACTERS]
        cut = ends[-1] if ends else body.rfind(" ", 0, _QUOTE_CHARACTERS)
        return body[: cut if cut > 0 else _QUOTE_CHARACTERS].rstrip()
    return ""
