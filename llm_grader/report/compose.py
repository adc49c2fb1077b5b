"""Composing a report: cards are read once, and every figure is worked out."""

from __future__ import annotations

from dataclasses import replace

from llm_grader.eval.judge.disagreements import Disagreement, find_disagreements
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import report_items
from llm_grader.eval.labels.units import NOTHING_KNOWN
from llm_grader.grading.confidence import Calibration
from llm_grader.report.checked.item_rates import summarise_items
from llm_grader.report.checked.people_rates import people_passes
from llm_grader.report.checked.sample_rates import sample_rates
from llm_grader.report.document import ReportDocument, ReportSettings, ScoreChange, choose_shown, disputed
from llm_grader.report.figures import mean_of
from llm_grader.report.gather import Gathered, gather
from llm_grader.report.hiding.own_version import for_agent
from llm_grader.report.hiding.redacted import RedactedResults
from llm_grader.report.people import People
from llm_grader.report.results import StoredResults
from llm_grader.report.summary import summarise, summarise_agents, summarise_weeks
from llm_grader.verdict import Label

_WORST = 5


def compose(
    results: StoredResults,
    settings: ReportSettings | None = None,
    *,
    gold: LabelledSet | None = None,
    calibration: Calibration | None = None,
    before: StoredResults | None = None,
) -> ReportDocument:
    """The report on some results; cards are read once.

    Args:
        results: of one rubric.
        settings: what it shows.
        gold: people's labels, which count before the model's, and say which items can be trusted.
        calibration: of this judge, for corrected rates.
        before: an earlier run, to compare the scores of the same conversations with.

    Raises:
        UsageError: the calibration was fitted for another judge, or no card is by the agent.
    """
    settings = settings or ReportSettings()
    read: StoredResults | RedactedResults = RedactedResults(results) if settings.redact else results
    labels = () if gold is None else gold.labels
    known = NOTHING_KNOWN if gold is None else gold.conversations
    if isinstance(read, RedactedResults):
        known = read.conversations(known)
        labels = tuple(read.label(label) for label in labels)
        settings = replace(settings, agent=settings.agent and read.agent(settings.agent))
    people = People(labels)
    found = gather(read, people, settings.zone, calibration)
    cases = _cases(labels, found)
    shown, drawn = choose_shown(found, settings, disputed=disputed(cases))
    own = [label for label in labels if label.item_id in {item.id for item in found.rubric.items()}]
    gates = (
        report_items(own, found.verdicts, list(found.rubric.items()), seed=settings.seed, conversations=known)
        if own
        else ()
    )
    found.sampled = sample_rates(own, found, known)
    found.people_passes = people_passes(own, found, known) if own else {}
    document = ReportDocument(
        settings=settings,
        results=read,
        run=results.run.run_id,
        one_run=results.one_run,
        people=people,
        gathered=found,
        gates=gates,
        summary=summarise(found, seed=settings.seed),
        items=summarise_items(found, gates, seed=settings.seed),
        agents=summarise_agents(found, seed=settings.seed),
        weeks=summarise_weeks(found, seed=settings.seed),
        cases=cases,
        shown=shown,
        drawn=drawn,
        gold=gold,
        calibration=calibration,
        change=None if before is None else _change(found, before, settings.seed),
    )
    return document if settings.agent is None else for_agent(document, settings.agent)


def _change(found: Gathered, before: StoredResults, seed: int) -> ScoreChange:
    earlier = {card.transcript_id: card.score for card in before.cards() if card.score is not None}
    changes = [
        row.score - earlier[row.transcript_id]
        for row in found.rows
        if row.score is not None and row.transcript_id in earlier
    ]
    return ScoreChange(before.run.run_id, mean_of(changes, seed=seed))


def _cases(labels: tuple[Label, ...], found: Gathered) -> dict[str, tuple[Disagreement, ...]]:
    """The worst disagreements of each item."""
    cases: dict[str, tuple[Disagreement, ...]] = {}
    for case in find_disagreements(labels, found.verdicts, list(found.rubric.items())):
        own = cases.get(case.unit.item_id, ())
        if len(own) < _WORST:
            cases[case.unit.item_id] = (*own, case)
    return cases
