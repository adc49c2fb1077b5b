"""One reading of all cards: a row of each, what is to be looked at, and where each agent can be quoted."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

from llm_grader.eval.judge.comparison import lean_verdicts
from llm_grader.eval.labels.units import Unit
from llm_grader.grading.confidence import Calibration
from llm_grader.report.people import FinalLabel, People, is_pass
from llm_grader.report.results import ReadableResults
from llm_grader.report.rows import (
    NOT_JUDGED,
    Concern,
    ConversationRow,
    RowLayout,
    ShownQuote,
    critical_concerns,
    first_quote,
    review_concerns,
    row_of,
    shortened,
)
from llm_grader.rubric.model import Rubric
from llm_grader.usage import Usage
from llm_grader.verdict import Provenance, Scorecard, Verdict

if TYPE_CHECKING:
    from llm_grader.eval.judge.calibrating import ItemRate
    from llm_grader.report.checked.sample_rates import SampleRate

MOST_CONCERNS = 100
MOST_FAILED, MOST_LISTED = 3, 5
"""So many conversations that show an item failed are kept for each agent, and listed for the item."""
"""So many cases are listed of each kind, the gravest first; all are counted."""


@dataclass(frozen=True)
class AgentExample:
    """A conversation in which an item was got right or wrong, with the words that show it where there are any.

    `reason` is what the judge wrote, `agent` who got it right or wrong.
    """

    number: int
    transcript_id: str
    quote: ShownQuote | None
    reason: str = ""
    agent: str | None = None


@dataclass
class Gathered:
    """All that the cards of a report come to.

    `examples` has the first conversation for each (agent, item, whether it passed). `verdicts` are those on labelled
    conversations, without words. `provenance` is that of the latest card, `rubrics` are those that any was graded by,
    by hash. `failed` has conversations that show an item failed, by agent and item id. `people_passes` says how far
    each labelled conversation passes an item by people, see `checked.people_rates`.
    """

    rubric: Rubric
    rows: list[ConversationRow] = field(default_factory=list)
    review: list[Concern] = field(default_factory=list)
    critical: list[Concern] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[tuple[str, str, bool], AgentExample] = field(default_factory=dict)
    verdicts: dict[Unit, Verdict] = field(default_factory=dict)
    rates: dict[str, ItemRate] = field(default_factory=dict)
    sampled: dict[str, SampleRate] = field(default_factory=dict)
    people_passes: dict[str, dict[str, float | None]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    provenance: Provenance | None = None
    layout: RowLayout | None = None
    rubrics: dict[str, Rubric] = field(default_factory=dict)
    failed: dict[tuple[str | None, str], list[AgentExample]] = field(default_factory=dict)


def gather(results: ReadableResults, people: People, zone: tzinfo, calibration: Calibration | None = None) -> Gathered:
    """Read all cards once.

    Raises:
        UsageError: the store does not know the rubric, or the calibration was fitted for another judge.
        StoreError: a card is damaged.
    """
    rubric = results.rubric
    found, layout = Gathered(rubric), RowLayout(rubric, zone)
    found.layout = layout
    cards = _taking(results, people, layout, found)
    if calibration is None:
        for _ in cards:
            pass
        return found
    from llm_grader.eval.judge.calibrating import corrected_rates  # loads scipy: for those who have a calibration

    found.rates = {rate.item_id: rate for rate in corrected_rates(_checked(cards, calibration), calibration, rubric)}
    return found


def _checked(cards: Iterable[Scorecard], calibration: Calibration) -> Iterator[Scorecard]:
    for card in cards:
        if card.status != "error":
            calibration.check(card.provenance)
        yield card


def _taking(results: ReadableResults, people: People, layout: RowLayout, found: Gathered) -> Iterator[Scorecard]:
    """The cards, each of which is counted in `found`."""
    for number, judged in enumerate(results.cards()):
        finals, rubric = people.finals(judged), results.rubric_of(judged)
        if rubric is not None:
            found.rubrics[judged.provenance.rubric_hash] = rubric
        final = judged if judged.status in NOT_JUDGED else people.over(judged, rubric)
        row = row_of(number, judged, final, finals, layout=layout)
        found.rows.append(row)
        found.counts[judged.status] += 1
        found.usage += judged.usage
        found.provenance = judged.provenance
        if judged.failure is not None:
            found.failures[judged.failure.code] += 1
        if judged.transcript_id in people.transcripts:
            found.verdicts |= lean_verdicts([judged])
        _note_concerns(found, row, judged, final, finals)
        _note_examples(found, row, final)
        _note_failed(found, row, final)
        yield judged


def _note_concerns(
    found: Gathered, row: ConversationRow, judged: Scorecard, final: Scorecard, finals: Mapping[str, FinalLabel]
) -> None:
    if judged.status not in NOT_JUDGED:
        found.review += review_concerns(row, final, found.rubric)
    found.critical += critical_concerns(row, judged, finals, found.rubric)
    found.counts["review"] = len(found.review)


def _note_examples(found: Gathered, row: ConversationRow, card: Scorecard) -> None:
    if row.agent is None:
        return
    for item in found.rubric.items():
        verdict = card.verdicts.get(item.id)
        if verdict is None or verdict.label not in item.levels:
            continue
        place = (row.agent, item.id, is_pass(item, verdict.label))
        if place not in found.examples or (found.examples[place].quote is None and verdict.evidence):
            found.examples[place] = _example(row, verdict)


def _note_failed(found: Gathered, row: ConversationRow, card: Scorecard) -> None:
    """Keep a conversation that shows an item failed: one with words rather than one without, else the first ones."""
    for item in found.rubric.items():
        verdict = card.verdicts.get(item.id)
        if verdict is None or verdict.label not in item.levels or is_pass(item, verdict.label):
            continue
        kept = found.failed.setdefault((row.agent, item.id), [])
        if len(kept) < MOST_FAILED:
            kept.append(_example(row, verdict))
        elif verdict.evidence and (wordless := next((one for one in kept if one.quote is None), None)) is not None:
            kept[kept.index(wordless)] = _example(row, verdict)


def failures_by_item(found: Gathered, most: int = MOST_LISTED) -> dict[str, list[AgentExample]]:
    """Conversations that show an item failed, by item id: those with words first, then as they come."""
    listed: dict[str, list[AgentExample]] = {}
    for (_, item_id), examples in found.failed.items():
        listed.setdefault(item_id, []).extend(examples)
    return {
        item_id: heapq.nsmallest(most, examples, key=lambda one: (one.quote is None, one.number))
        for item_id, examples in listed.items()
    }


def _example(row: ConversationRow, verdict: Verdict) -> AgentExample:
    return AgentExample(row.number, row.transcript_id, first_quote(verdict), shortened(verdict.reason), row.agent)


def gravest(concerns: Iterable[Concern], most: int = MOST_CONCERNS) -> list[Concern]:
    """The gravest cases first, critical items before all others."""
    return heapq.nsmallest(most, concerns, key=lambda case: (not case.critical, -case.severity, case.number))
