"""What a report says in figures: the whole, each item, each agent, each week. Pure: rows in, dataclasses out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from llm_grader.report.figures import (
    FEWEST,
    Difference,
    Mean,
    Share,
    claim,
    mean_difference,
    mean_of,
    share_difference,
    share_of,
)
from llm_grader.report.gather import AgentExample, Gathered
from llm_grader.report.people import is_pass
from llm_grader.report.rows import NOT_JUDGED, ConversationRow, JudgeVersion, RowLayout, level_of
from llm_grader.rubric.model import Item, Rubric

_MOST_ITEMS = 3
FEWEST_AGENTS = 5
"""With fewer agents the team's figures would tell of the others."""


@dataclass(frozen=True)
class Summary:
    """All conversations: counts by status, scores, and how much of it people have looked at.

    `checked` verdicts were labelled by people, who changed `changed` of them; `undecided` counts conversations of which
    it is not known whether they pass, `undated` and `without_agent` those that do not say when, and by whom.
    """

    conversations: int
    statuses: dict[str, int]
    score: Mean
    passed: Share
    undecided: int
    coverage: float | None
    critical: int
    review: int
    sections: tuple[Mean, ...]
    checked: int
    changed: int
    undated: int
    without_agent: int


@dataclass(frozen=True)
class ItemGap:
    """How far an agent is from the others on one item, with an example."""

    item: Item
    own: Share
    others: Share
    difference: Difference
    example: AgentExample | None


@dataclass(frozen=True)
class AgentSummary:
    """One agent beside all others: `below` and `above` are the items furthest from them, where enough were scored."""

    name: str
    score: Mean
    passed: Share
    difference: Difference
    below: tuple[ItemGap, ...]
    above: tuple[ItemGap, ...]


@dataclass(frozen=True)
class WeekSummary:
    """One ISO week: its mean score and pass rate, and with what it was graded where that is new."""

    week: str
    score: Mean
    passed: Share
    items: tuple[Share, ...]
    new_judges: tuple[JudgeVersion, ...]


def summarise(found: Gathered, *, seed: int = 0) -> Summary:
    """The whole."""
    rows = found.rows
    covered = [row.coverage for row in rows if row.score is not None]
    sections = range(len(found.rubric.sections))
    decided = [row.passed for row in rows if row.passed is not None]
    return Summary(
        conversations=len(rows),
        statuses=dict(Counter(row.status for row in rows)),
        score=mean_of(_scores(rows), seed=seed),
        passed=share_of(sum(decided), len(decided)),
        undecided=sum(row.passed is None and row.status not in NOT_JUDGED for row in rows),
        coverage=sum(covered) / len(covered) if covered else None,
        critical=sum(bool(row.critical_failures) for row in rows),
        review=len({case.number for case in found.review}),
        sections=tuple(
            mean_of([score for row in rows if (score := row.sections[at]) is not None], seed=seed) for at in sections
        ),
        checked=sum(row.checked for row in rows),
        changed=sum(row.changed for row in rows),
        undated=sum(row.started_at is None for row in rows),
        without_agent=sum(row.agent is None for row in rows),
    )


def _scores(rows: Iterable[ConversationRow]) -> list[float]:
    return [row.score for row in rows if row.score is not None]


def summarise_agents(found: Gathered, *, seed: int = 0) -> tuple[AgentSummary, ...]:
    """The agents in alphabetical order: none is placed above another."""
    by_agent: defaultdict[str, list[ConversationRow]] = defaultdict(list)
    for row in found.rows:
        if row.agent is not None:
            by_agent[row.agent].append(row)
    if not by_agent:
        return ()
    tallies = {name: _tally(rows, found.rubric) for name, rows in by_agent.items()}
    whole = _tally([row for rows in by_agent.values() for row in rows], found.rubric)
    names = sorted(by_agent, key=lambda name: (name.casefold(), name))
    agents = [_agent(name, by_agent, tallies[name], whole, found, seed) for name in names]
    claimed = claim([agent.difference for agent in agents])
    return tuple(replace(agent, difference=found) for agent, found in zip(agents, claimed, strict=True))


Tallies = list[tuple[int, int]]
"""Passed and scored conversations of each item."""


def _tally(rows: Iterable[ConversationRow], rubric: Rubric) -> Tallies:
    items = list(rubric.items())
    passing = [{code for code in map(chr, range(48, 97)) if _passes(item, code)} for item in items]
    tally = [[0, 0] for _ in items]
    for row in rows:
        for at, code in enumerate(row.labels):
            if level_of(code) is not None:
                tally[at][0] += code in passing[at]
                tally[at][1] += 1
    return [(passed, scored) for passed, scored in tally]


def _passes(item: Item, code: str) -> bool:
    level = level_of(code)
    return level is not None and level < len(item.levels) and is_pass(item, item.levels[level])


def _agent(
    name: str,
    by_agent: dict[str, list[ConversationRow]],
    own: Tallies,
    whole: Tallies,
    found: Gathered,
    seed: int,
) -> AgentSummary:
    rows = by_agent[name]
    decided = [row.passed for row in rows if row.passed is not None]
    others = [score for other, theirs in by_agent.items() if other != name for score in _scores(theirs)]
    gaps = list(_gaps(name, own, whole, found))
    below = sorted((gap for gap in gaps if (gap.difference.estimate or 0) < 0), key=_distance)
    above = sorted((gap for gap in gaps if (gap.difference.estimate or 0) > 0), key=_distance)
    return AgentSummary(
        name=name,
        score=mean_of(_scores(rows), seed=seed),
        passed=share_of(sum(decided), len(decided)),
        difference=mean_difference(_scores(rows), others, seed=seed),
        below=tuple(below[:_MOST_ITEMS]),
        above=tuple(above[:_MOST_ITEMS]),
    )


def _distance(gap: ItemGap) -> float:
    return -abs(gap.difference.estimate or 0)


def _gaps(name: str, own: Tallies, whole: Tallies, found: Gathered) -> Iterable[ItemGap]:
    """Each item on which agent and others have enough; below the others an example of a failure, above of a success."""
    for item, (passed, scored), (all_passed, all_scored) in zip(found.rubric.items(), own, whole, strict=True):
        others = (all_passed - passed, all_scored - scored)
        if min(scored, others[1]) >= FEWEST:
            difference = share_difference((passed, scored), others)
            example = found.examples.get((name, item.id, (difference.estimate or 0) > 0))
            yield ItemGap(item, share_of(passed, scored), share_of(*others), difference, example)


def summarise_weeks(found: Gathered, *, seed: int = 0) -> tuple[WeekSummary, ...]:
    """The ISO weeks in which conversations began, the earliest first; those of unknown time are in none."""
    by_week: defaultdict[str, list[ConversationRow]] = defaultdict(list)
    for row in found.rows:
        if row.week is not None:
            by_week[row.week].append(row)
    versions = list(found.layout.judges) if isinstance(found.layout, RowLayout) else []
    met: set[int] = set()
    weeks = []
    for week, rows in sorted(by_week.items()):
        decided = [row.passed for row in rows if row.passed is not None]
        used = {row.judge for row in rows}
        new = tuple(versions[judge] for judge in sorted(used - met)) if met else ()
        met |= used
        shares = tuple(share_of(passed, scored) for passed, scored in _tally(rows, found.rubric))
        weeks.append(
            WeekSummary(week, mean_of(_scores(rows), seed=seed), share_of(sum(decided), len(decided)), shares, new)
        )
    return tuple(weeks)
