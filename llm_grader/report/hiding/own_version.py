"""One agent's version of a report: their own conversations, the others as one figure, and no other name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from llm_grader.errors import UsageError
from llm_grader.pages.texts import load_strings
from llm_grader.report.checked.item_rates import summarise_items
from llm_grader.report.document import ReportDocument, choose_shown, disputed
from llm_grader.report.gather import AgentExample, Gathered
from llm_grader.report.hiding.colleagues import Colleagues
from llm_grader.report.hiding.redacted import RedactedResults
from llm_grader.report.rows import Concern
from llm_grader.report.summary import FEWEST_AGENTS, ItemGap, summarise, summarise_weeks


def for_agent(document: ReportDocument, name: str) -> ReportDocument:
    """One agent's version: their own conversations, and the others as one figure where there are enough of them.

    Raises:
        UsageError: no conversation is by this agent.
    """
    agents, settings = document.agents, replace(document.settings, agent=name)
    own = next((agent for agent in agents if agent.name == name), None)
    if own is None:
        names = ", ".join(agent.name for agent in agents[:8]) or "none"
        raise UsageError(f"--agent {name}: no conversation is by this agent; agents in the store: {names}")
    if len(agents) < FEWEST_AGENTS:
        nothing = replace(own.difference, estimate=None, low=None, high=None, shown=False)
        own = replace(own, difference=nothing, below=(), above=())
    colleagues = _colleagues(document, name)
    found = _rows_of(document, name, colleagues)
    own = replace(own, below=_hidden(own.below, document, colleagues), above=_hidden(own.above, document, colleagues))
    numbers = {row.number for row in found.rows}
    shown, drawn = choose_shown(found, settings, disputed=disputed(document.cases))
    return replace(
        document,
        settings=settings,
        gathered=found,
        summary=summarise(found, seed=settings.seed),
        items=summarise_items(found, document.gates, seed=settings.seed),
        agents=(own,),
        weeks=summarise_weeks(found, seed=settings.seed),
        cases={},
        shown=tuple(number for number in shown if number in numbers),
        drawn=drawn,
        change=None,
        colleagues=colleagues,
    )


def _colleagues(document: ReportDocument, name: str) -> Colleagues | None:
    """The names that an agent's version hides; None where tokens stand for all names."""
    if isinstance(document.results, RedactedResults):
        return None
    word = load_strings(document.settings.language)("colleague")
    return Colleagues.of(name, (row.agent for row in document.gathered.rows), word)


def _rows_of(document: ReportDocument, name: str, colleagues: Colleagues | None) -> Gathered:
    """What was gathered of one agent's conversations; rates over all conversations are left out."""
    found = document.gathered

    def own(concerns: Iterable[Concern]) -> list[Concern]:
        return [_hidden_case(case, document, colleagues) for case in concerns if case.agent == name]

    failed: dict[tuple[str | None, str], list[AgentExample]] = {
        (agent, item_id): [_hidden_example(example, document, colleagues) for example in examples]
        for (agent, item_id), examples in found.failed.items()
        if agent == name
    }
    return replace(
        found,
        rows=[row for row in found.rows if row.agent == name],
        review=own(found.review),
        critical=own(found.critical),
        rates={},
        sampled={},
        failed=failed,
    )


def _hidden_case(case: Concern, document: ReportDocument, colleagues: Colleagues | None) -> Concern:
    names = _among(colleagues, document, case.transcript_id)
    return case if names is None else names.hide_concern(case)


def _among(colleagues: Colleagues | None, document: ReportDocument, transcript_id: str) -> Colleagues | None:
    """The names to hide in what is said in a conversation."""
    if colleagues is None or isinstance(document.results, RedactedResults):
        return None
    for transcript in document.results.texts(transcript_id):
        colleagues = colleagues.among(transcript)
    return colleagues


def _hidden(gaps: tuple[ItemGap, ...], document: ReportDocument, colleagues: Colleagues | None) -> tuple[ItemGap, ...]:
    return tuple(
        replace(gap, example=gap.example and _hidden_example(gap.example, document, colleagues)) for gap in gaps
    )


def _hidden_example(example: AgentExample, document: ReportDocument, colleagues: Colleagues | None) -> AgentExample:
    if (names := _among(colleagues, document, example.transcript_id)) is None:
        return example
    return replace(
        example,
        transcript_id=names.hide(example.transcript_id),
        quote=names.hide_quote(example.quote),
        reason=names.hide(example.reason),
    )
