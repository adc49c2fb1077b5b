"""Help desk performance figures over many conversations. Pure.

    for figure in compute_figures(read_transcripts("inbox/"), by="agent"):
        print(figure.id, figure.group, figure.value, figure.unit, figure.n)

What the conversations cannot tell has no value and a reason, never a zero. Conversations are taken one at a time; what
is kept of them is the sum of each figure, the numbers that have a median, and what each ticket and customer adds.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, get_args

from llm_grader.errors import UsageError
from llm_grader.figures.case import UNKNOWN, Case, FigureSettings, Graded, by_clock_of
from llm_grader.figures.catalogue import CATALOGUE, FigureDefinition, Unit
from llm_grader.figures.samples import FIRST_CONTACT, OffScaleError, Sample
from llm_grader.signals.business_hours import BusinessHours, zone_of
from llm_grader.transcript import Model, Transcript
from llm_grader.verdict import Label, Scorecard

__all__ = ["Figure", "FigureSettings", "Grouping", "compute_figures"]

Grouping = Literal["agent", "team", "channel", "tag", "type", "week"]
_NO_TAGS = "(no tags)"
_NONE = {"ordinary": "there are mystery calls only", "mystery": "no conversation is tagged as a mystery call"}


class Figure(Model):
    """One figure, over all conversations or over a group of them.

    Attributes:
        id: the name of its definition in the catalogue.
        group: the group, None for all conversations.
        value: the figure, None when it cannot be computed; `reason` says why.
        unit: what the value counts; a share is 0–1, points are -100–100 for NPS and 0–100 for scores.
        n: how many answers, tickets, customers, conversations or waits it is made of.
        conversations: how many there are in the group, whether they have a sample or not.
        definition: what the figure is, in words.
        median: of the same numbers as the mean in `value`, where it means something.
        p90: their 90th percentile.
        low: where its 95 % interval begins, of quality figures.
        high: where it ends.
        reason: why there is no value.
    """

    id: str
    group: str | None
    value: float | None
    unit: Unit
    n: int
    conversations: int
    definition: str
    median: float | None = None
    p90: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def compute_figures(
    conversations: Iterable[Transcript],
    *,
    by: Grouping | None = None,
    business_hours: BusinessHours | None = None,
    cards: Iterable[Scorecard] = (),
    labels: Iterable[Label] = (),
    settings: FigureSettings | None = None,
) -> list[Figure]:
    """Every figure of the help desk checklist, as `llm_grader.figures.catalogue` defines them.

    Mystery calls are counted in `mystery_call` alone. In groups by agent a conversation belongs to the agent under
    review, else to the only agent; each answer belongs to who gave it. In groups by tag it belongs to each of its tags.

    Args:
        conversations: read once, one at a time.
        by: what to group by; None is one group of all.
        business_hours: when given, response times count the time within them only. Their zone is that of times whose
            source states none, unless the settings say otherwise.
        cards: scorecards of the conversations; of several for one conversation the last counts.
        labels: the labels that agents and auditors gave them; an annotator is an agent when the name, id or address is
            that of an agent in the conversation.
        settings: scales, tags, zones and the like.

    Returns:
        The figures in the order of the checklist, and for each the groups by name.

    Raises:
        UsageError: there is no such grouping.
    """
    if by is not None and by not in get_args(Grouping):
        raise UsageError(f"by: expected one of {', '.join(get_args(Grouping))}, found {by!r}")
    settings = settings or FigureSettings()
    labelled = _labels_by_conversation(labels)
    graded = _grades(cards, labelled)
    zone = settings.zone_of_times(business_hours)
    groups: defaultdict[str | None, _Group] = defaultdict(_Group)
    if by is None:
        groups[None] = _Group()
    for transcript in conversations:
        grade, own_labels = graded.get(transcript.id), tuple(labelled.get(transcript.id, ()))
        _add_case(groups, Case(by_clock_of(zone, transcript), settings, business_hours, grade, own_labels), by)
    names = sorted(groups, key=lambda name: name or "")
    return [
        _figure(definition, name, groups[name], settings, business_hours) for definition in CATALOGUE for name in names
    ]


def _labels_by_conversation(labels: Iterable[Label]) -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = {}
    for label in labels:
        found.setdefault(label.transcript_id, []).append(label)
    return found


def _grades(cards: Iterable[Scorecard], labelled: Mapping[str, Sequence[Label]]) -> dict[str, Graded]:
    """What figures need of the cards, so that cards need not be kept."""
    found = {}
    for card in cards:
        wanted = {FIRST_CONTACT, *(label.item_id for label in labelled.get(card.transcript_id, ()))}
        verdicts = ((item, card.verdicts[item].label) for item in wanted & card.verdicts.keys())
        found[card.transcript_id] = Graded(card.score, {item: label for item, label in verdicts if label is not None})
    return found


class _Tally:
    """The samples of one figure in one group: added up, and kept only where a median, a key or a ticket needs them.

    `latest` holds for each ticket the sample of its latest conversation, of two at the same time the greater one, so
    that the order of the conversations makes no difference.
    """

    def __init__(self, definition: FigureDefinition) -> None:
        self.n, self.total = 0, 0.0
        self.values = array("d") if definition.spread and definition.of_sum is None else None
        self.sums: defaultdict[str, float] = defaultdict(float)
        self.latest: dict[str, tuple[float, float]] = {}
        self.problem: str | None = None

    def add(self, sample: Sample, case: Case) -> None:
        if sample.key is not None:
            self.sums[sample.key] += sample.value
        elif sample.once and case.ticket.id is not None:
            dated = (case.latest_at, sample.value)
            self.latest[case.ticket.id] = max(dated, self.latest.get(case.ticket.id, dated))
        else:
            self._count(sample.value)

    def settle(self) -> None:
        """Count each ticket, now that all its conversations were seen."""
        while self.latest:
            _, (_, value) = self.latest.popitem()
            self._count(value)

    def _count(self, value: float) -> None:
        self.n += 1
        self.total += value
        if self.values is not None:
            self.values.append(value)


class _Group:
    """The tallies of a group, and how many conversations of each kind it has."""

    def __init__(self) -> None:
        self.tallies = {definition.id: _Tally(definition) for definition in CATALOGUE}
        self.conversations: Counter[str] = Counter()


def _add_case(groups: defaultdict[str | None, _Group], case: Case, by: Grouping | None) -> None:
    own = [None] if by is None else list(dict.fromkeys(_GROUPS[by](case)))
    kind = "mystery" if case.is_mystery else "ordinary"
    touched = set(own)
    for definition in CATALOGUE:
        if definition.over not in (kind, "all"):
            continue
        try:
            for sample in definition.samples(case):
                names = [sample.agent] if by == "agent" and sample.agent is not None else own
                touched.update(names)
                for name in names:
                    groups[name].tallies[definition.id].add(sample, case)
        except OffScaleError as error:
            for name in own:
                groups[name].tallies[definition.id].problem = str(error)
    for name in touched:
        groups[name].conversations.update((kind, "all"))


def _tags(case: Case) -> Collection[str]:
    return (UNKNOWN,) if case.ticket.tags is None else case.ticket.tags or (_NO_TAGS,)


def _week(case: Case) -> Collection[str]:
    """The ISO week in which it began."""
    if case.begun is None:
        return (UNKNOWN,)
    year, week, _ = case.begun.astimezone(zone_of(case.settings.zone_of_weeks(case.hours))).isocalendar()
    return (f"{year}-W{week:02}",)


_GROUPS: dict[Grouping, Callable[[Case], Collection[str]]] = {
    "agent": lambda case: (case.agent,),
    "team": lambda case: (case.ticket.team or UNKNOWN,),
    "channel": lambda case: (case.transcript.channel,),
    "tag": _tags,
    "type": lambda case: (case.ticket.type or UNKNOWN,),
    "week": _week,
}


def _figure(
    definition: FigureDefinition, name: str | None, group: _Group, settings: FigureSettings, hours: BusinessHours | None
) -> Figure:
    tally = group.tallies[definition.id]
    tally.settle()
    words = definition.words.format_map(settings.model_dump())
    values = tally.values
    if definition.of_sum is not None:
        values = array("d", (definition.of_sum(total) for total in tally.sums.values()))
    n = tally.n if values is None else len(values)
    total = tally.total if values is None else math.fsum(values)
    reason = _reason(definition, group, n, settings.at_least)
    figure = Figure(
        id=definition.id,
        group=name,
        value=None if reason else total if definition.unit == "count" else total / n,
        unit=definition.unit,
        n=n,
        conversations=group.conversations[definition.over],
        definition=f"{words}; only business hours count" if hours and definition.timed else words,
        reason=reason,
    )
    if reason or not definition.spread or values is None:
        return figure
    ordered = sorted(values)
    return figure.model_copy(update={"median": quantile(ordered, 0.5), "p90": quantile(ordered, 0.9)})


def _reason(definition: FigureDefinition, group: _Group, n: int, at_least: int) -> str | None:
    """Why there is no value, None when there is one."""
    if not group.conversations["all"]:
        return "there are no conversations"
    if not group.conversations[definition.over]:
        return _NONE[definition.over]
    if group.tallies[definition.id].problem:
        return group.tallies[definition.id].problem
    if not n:
        return definition.absent
    return f"{n} is too few to speak of a rate: {at_least} are needed" if definition.is_rate and n < at_least else None


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted numbers, between two of them by linear interpolation (Hyndman and Fan's type 7)."""
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
