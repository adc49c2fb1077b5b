"""Comparison of a judge with gold labels, over all conversations or group by group: what `llm-grader eval` shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

from llm_grader.errors import UsageError
from llm_grader.eval.judge.disagreements import Disagreement, find_disagreements
from llm_grader.eval.judge.gates import Colour
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import ItemRow, report_items, verdicts_of
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.turns import WHOLE, TurnPieces
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard, Verdict

By = Literal["language", "channel", "agent", "team"]
Floor = float | Literal["amber", "green"]

_RANKS: dict[Colour | None, int] = {"green": 2, "amber": 1}
_KEPT = {"item_id", "label", "status", "judged", "confidence", "problem", "claimed", "votes"}
_UNKNOWN, _SEVERAL = "(unknown)", "(several agents)"


@dataclass(frozen=True)
class Group:
    """One row an item, for the conversations of one group; `name` is None where they are not grouped."""

    name: str | None
    transcripts: int
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True)
class Comparison:
    """A judge beside gold: figures and gates by group, and where the two disagree.

    `disagreements` are all of them, the gravest first, with labels alone; `shown` are the first of these with the
    judge's reasons and quotes. Both are empty where none were to be shown. `failed` counts the cards in error.
    """

    groups: tuple[Group, ...]
    disagreements: tuple[Disagreement, ...]
    shown: tuple[Disagreement, ...]
    failed: int

    def below(self, floor: Floor) -> list[str]:
        """The items that miss a floor, each with its group and the reason in words."""
        return [
            f"{'' if group.name is None else f'{group.name}: '}{line}"
            for group in self.groups
            for line in below(group.rows, floor)
        ]


def compare(
    labelled: LabelledSet,
    cards: Iterable[Scorecard],
    *,
    by: By | None = None,
    show: int = 0,
    seed: int = 0,
    thresholds: Thresholds = DEFAULT,
) -> Comparison:
    """The comparison of one judge's verdicts with gold labels, item by item.

    Args:
        labelled: the gold labels, with the conversations where they are grouped; `by_annotators` chooses among them.
        cards: the judge's. Where disagreements are shown they are gone through twice, so that memory holds their
            reasons and quotes for those alone; an iterator is kept as a whole.
        by: what to group by.
        show: so many disagreements, the gravest first.
        seed: of the resampling; the same seed gives the same intervals.
        thresholds: where the gates stand.

    Raises:
        UsageError: the conversations are not there to be grouped.
    """
    given = list(cards) if show and isinstance(cards, Iterator) else cards
    statuses: Counter[str] = Counter()

    def counted() -> Iterator[Scorecard]:
        for card in given:
            statuses[card.status] += 1
            yield card

    verdicts = lean_verdicts(counted(), labelled.pieces)
    groups = compare_with_gold(labelled, verdicts, by=by, seed=seed, thresholds=thresholds)
    found = _disagreements(labelled, verdicts) if show else ()
    shown = _with_words(found[:show], given, labelled.pieces) if found else ()
    return Comparison(groups, found, shown, failed=statuses["error"])


def _disagreements(labelled: LabelledSet, verdicts: Verdicts) -> tuple[Disagreement, ...]:
    items = list(labelled.rubric.items())
    return find_disagreements(labelled.labels, verdicts, items, repeats=votes_as_repeats(verdicts))


def _with_words(
    cases: Sequence[Disagreement], cards: Iterable[Scorecard], pieces: TurnPieces
) -> tuple[Disagreement, ...]:
    """The cases with the judge's reasons and quotes, which nothing else needs."""
    wanted = {case.unit for case in cases}
    verdicts = (pair for card in cards for pair in verdicts_of([card], pieces).items())
    whole = {unit: verdict for unit, verdict in verdicts if unit in wanted}
    return tuple(replace(case, verdict=whole[case.unit]) for case in cases)


def lean_verdicts(cards: Iterable[Scorecard], pieces: TurnPieces = WHOLE) -> dict[Unit, Verdict]:
    """`verdicts_of` without reasons and quotes: all that figures need, in a quarter of the memory."""
    return {unit: _lean(verdict) for card in cards for unit, verdict in verdicts_of([card], pieces).items()}


def _lean(verdict: Verdict) -> Verdict:
    return Verdict.model_construct(
        _KEPT,
        item_id=verdict.item_id,
        label=verdict.label,
        status=verdict.status,
        judged=verdict.judged,
        confidence=verdict.confidence,
        problem=verdict.problem,
        claimed=verdict.claimed,
        votes=verdict.votes,
    )


def compare_with_gold(
    labelled: LabelledSet,
    verdicts: Verdicts,
    *,
    by: By | None = None,
    seed: int = 0,
    n: int = 2000,
    thresholds: Thresholds = DEFAULT,
) -> tuple[Group, ...]:
    """Figures and gates for all, or for each language, channel, agent or team, the largest first.

    Each has a row for every item that has a label in it, in the rubric's order.

    Args:
        labelled: the gold labels, with the conversations where they are grouped.
        verdicts: the judge's.
        by: what to group by.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        thresholds: where the gates stand.

    Raises:
        UsageError: the conversations are not there to be grouped.
    """
    if by is not None:
        labelled.need_transcripts(f"--by {by}")
    names = {id_: None if by is None else group_of(one, by) for id_, one in labelled.transcripts.items()}
    gold: dict[str | None, list[Label]] = defaultdict(list)
    for label in labelled.labels:
        gold[names.get(label.transcript_id)].append(label)
    judged: dict[str | None, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        judged[names.get(unit.transcript_id)][unit] = verdict
    groups = []
    for name, labels in gold.items():
        labelled_ids = {label.item_id for label in labels}
        items = [item for item in labelled.rubric.items() if item.id in labelled_ids]
        rows = report_items(labels, judged[name], items, seed=seed, n=n, thresholds=thresholds)
        groups.append(Group(name, len({label.transcript_id for label in labels}), rows))
    return tuple(sorted(groups, key=lambda group: (-group.transcripts, group.name or "")))


def group_of(transcript: Transcript, by: By) -> str:
    """The language, channel, agent (who is under review) or team that a conversation belongs to."""
    if by == "language":
        return transcript.language or _UNKNOWN
    if by == "channel":
        return transcript.channel
    if by == "team":
        return (transcript.ticket and transcript.ticket.team) or _UNKNOWN
    if transcript.agent_id is not None:
        return transcript.agent_id
    agents = {turn.speaker for turn in transcript.turns if turn.role == "agent" and turn.speaker}
    return _SEVERAL if len(agents) > 1 else next(iter(agents), _UNKNOWN)


def parse_floor(text: str) -> Floor:
    """A floor as `--fail-under` takes it: a κ, or the gate `amber` or `green`.

    Raises:
        UsageError: it is neither.
    """
    if text in _RANKS:
        return "green" if text == "green" else "amber"
    try:
        kappa = float(text)
    except ValueError:
        kappa = float("nan")
    if not -1 <= kappa <= 1:
        raise UsageError(f"--fail-under: expected a κ between -1 and 1, amber or green, found {text!r}")
    return kappa


def below(rows: Iterable[ItemRow], floor: Floor) -> Iterator[str]:
    """The items that miss a floor, each with the reason: its κ is lower or not known, or its gate is lower."""
    for row in rows:
        kappa = row.figures.kappa
        if isinstance(floor, str):
            if _RANKS.get(row.gate.colour, 0) < _RANKS[floor]:
                reasons = "; ".join(reason.text for reason in row.gate.reasons)
                yield f"{row.figures.item_id}: {row.gate.colour or 'no gate'}, not {floor}: {reasons}"
        elif isnan(kappa.estimate):
            yield f"{row.figures.item_id}: κ is not known: {_why_unknown(row)}"
        elif kappa.estimate < floor:
            yield (
                f"{row.figures.item_id}: κ = {kappa.estimate:.2f} ({kappa.low:.2f} to {kappa.high:.2f}), "
                f"AC = {row.figures.ac.estimate:.2f}, n = {row.figures.scored}; expected at least {floor:g}"
            )


def _why_unknown(row: ItemRow) -> str:
    if row.figures.scored == 0:
        return "no verdict meets a label"
    return f"gold and judge give all {row.figures.scored} the same label: add conversations in which it differs"


def votes_as_repeats(verdicts: Verdicts) -> list[dict[Unit, Verdict]]:
    """Other answers of a judge that was asked several times: a set with the first other answer of each, and so on."""
    others: dict[int, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        for number, label in enumerate(label for label in verdict.votes if label != verdict.label):
            others[number][unit] = Verdict.model_construct(_KEPT, item_id=verdict.item_id, label=label, status="ok")
    return list(others.values())
