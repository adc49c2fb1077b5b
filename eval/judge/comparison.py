"""Comparison of a judge with gold labels, over all conversations or group by group: what `llm-grader eval` shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from llm_grader.content import content_hash
from llm_grader.eval.judge.disagreements import Disagreement, find_disagreements
from llm_grader.eval.judge.item_answers import is_judged
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import ItemRow, report_items, verdicts_of
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.labels.turns import WHOLE, TurnPieces
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.eval.summary.floors import Floor, below
from llm_grader.eval.summary.gate_log import GateLog, GateLook
from llm_grader.eval.summary.groups import By, naming, placing
from llm_grader.eval.summary.origin import Origin, origin_of
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import About, Label, Provenance, Scorecard, Verdict

_KEPT = {"item_id", "label", "status", "judged", "confidence", "problem", "claimed", "votes"}


@dataclass(frozen=True)
class Group:
    """One row an item, for the conversations of one group; `name` is None where they are not grouped."""

    name: str | None
    transcripts: int
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True)
class Comparison:
    """A judge beside gold: figures and gates by group, and where the two disagree.

    `disagreements` are all of them in conversations to develop on, the gravest first, with labels alone; `shown` are
    the first of these with the judge's reasons and quotes. Both are empty where none were to be shown. `kept_back`
    counts those in conversations that `refine` tests on and `drift` leaves alone: who sees them tunes to them. `failed`
    counts the cards in error, `keys` are those of the results, `notes` say what to mind.
    """

    groups: tuple[Group, ...]
    disagreements: tuple[Disagreement, ...]
    shown: tuple[Disagreement, ...]
    failed: int
    origin: Origin
    kept_back: int = 0
    keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def compared(self) -> int:
        """How many labels met a verdict, over all items and groups."""
        return sum(row.figures.scored for group in self.groups for row in group.rows)

    def below(self, floor: Floor) -> list[str]:
        """The items that miss a floor, each with its group and the reason in words."""
        return [
            f"{'' if group.name is None else f'{group.name}: '}{line}"
            for group in self.groups
            for line in below(group.rows, floor)
        ]


@dataclass
class _Read:
    """What is noted of cards while they are gone through."""

    statuses: Counter[str] = field(default_factory=Counter)
    provenances: dict[str, Provenance] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    abouts: dict[str, About] = field(default_factory=dict)

    def noting(self, cards: Iterable[Scorecard], wanted: frozenset[str]) -> Iterator[Scorecard]:
        """The cards; of those whose conversation is `wanted` their origin is kept, of others what they are about."""
        for card in cards:
            self.statuses[card.status] += 1
            if card.about is not None and card.transcript_id not in wanted:
                self.abouts[card.transcript_id] = card.about
            if card.transcript_id in wanted:
                self.ids[card.transcript_id] += 1
                self.keys.append(card.provenance.key)
                self.provenances.setdefault(_judge_key(card.provenance), card.provenance)
            yield card


def _judge_key(made: Provenance) -> str:
    return "\n".join([made.model, made.rubric_hash, made.prompt_hash, repr(sorted(made.parameters.items()))])


def compare(
    labelled: LabelledSet,
    cards: Iterable[Scorecard],
    *,
    by: By | None = None,
    show: int = 0,
    seed: int = 0,
    thresholds: Thresholds = DEFAULT,
    log: GateLog | None = None,
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
        log: counts the looks at the gates of all conversations together.

    Raises:
        UsageError: the conversations are not there to be grouped.
    """
    given = list(cards) if show and isinstance(cards, Iterator) else cards
    read = _Read()
    wanted = frozenset({label.transcript_id for label in labelled.labels} | labelled.pieces.transcripts.keys())
    verdicts = lean_verdicts(read.noting(given, wanted), labelled.pieces)
    origin = origin_of(labelled, read.provenances.values(), seed=seed)
    groups = compare_with_gold(labelled, verdicts, by=by, seed=seed, thresholds=thresholds, others=read.abouts)
    if log is not None and by is None:
        groups = _logged(groups, origin, read.keys, log)
    found = _disagreements(labelled, verdicts) if show else ()
    dev = split_transcripts(case.unit.transcript_id for case in found).dev
    open_cases = tuple(case for case in found if case.unit.transcript_id in dev)
    return Comparison(
        groups,
        open_cases,
        _with_words(open_cases[:show], given, labelled.pieces) if open_cases else (),
        failed=read.statuses["error"],
        origin=origin,
        kept_back=len(found) - len(open_cases),
        keys=tuple(read.keys),
        notes=(*labelled.notes, *_notes(groups, read), *_of_another_rubric(labelled.rubric, read)),
    )


def _logged(groups: Sequence[Group], origin: Origin, keys: Sequence[str], log: GateLog) -> tuple[Group, ...]:
    """The groups with the number of this look at every gate, which is written down."""
    gates = {row.gate.item_id: row.gate.colour for group in groups for row in group.rows}
    look = GateLook(
        rubric_id=origin.rubric_id,
        judge=origin.judge_hash,
        labels=origin.labels_hash,
        verdicts=content_hash(sorted(keys)),
        gates=dict(gates),
        at=datetime.now(UTC),
    )
    number = log.add(look)

    def numbered(row: ItemRow) -> ItemRow:
        return replace(row, gate=row.gate.model_copy(update={"look": number}))

    return tuple(replace(group, rows=tuple(map(numbered, group.rows))) for group in groups)


def _notes(groups: Sequence[Group], read: _Read) -> Iterator[str]:
    rows = [row.figures for group in groups for row in group.rows]
    if copies := max((found.copies for found in rows), default=0):
        yield f"{copies:,} labelled conversations say the same as another under a second id: they count once"
    if several := sum(count > 1 for count in read.ids.values()):
        yield f"{several:,} ids have several results, as of different conversations: name one run"
    if len(read.provenances) > 1:
        yield f"the verdicts are of {len(read.provenances)} judges (model, wording or parameters differ): name one run"
    if same := [found.item_id for found in rows if found.same_as_judge]:
        yield f"labels of {', '.join(same)} are a model's and all as the judge's own: they show nothing"


def _of_another_rubric(rubric: Rubric, read: _Read) -> Iterator[str]:
    """Whether the verdicts answer what the labels do."""
    others = {made.rubric_version for made in read.provenances.values() if made.rubric_hash != rubric.content_hash()}
    if others:
        yield (
            f"verdicts are by another wording of {rubric.id} (version {', '.join(sorted(others))}) than the one they "
            f"are compared by (version {rubric.version}): grade anew, or name the run of that wording"
        )


def _disagreements(labelled: LabelledSet, verdicts: Verdicts) -> tuple[Disagreement, ...]:
    items = [item for item in labelled.rubric.items() if is_judged(item)]
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
    others: Mapping[str, About] | None = None,
) -> tuple[Group, ...]:
    """Figures and gates for all, or for each language, channel, agent, team, week or section, the largest first.

    Each has a row for every item that has a label in it, in the rubric's order.

    Args:
        labelled: the gold labels, with the conversations where they are grouped.
        verdicts: the judge's.
        by: what to group by.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        thresholds: where the gates stand.
        others: what is known of conversations without labels, by transcript id: pass rates are over all of a group.

    Raises:
        UsageError: the conversations are not there to be grouped.
    """
    if by not in (None, "section"):
        labelled.need_transcripts(f"--by {by}")
    name_of = naming(labelled, by, others or {})
    gold: dict[str | None, list[Label]] = defaultdict(list)
    for label in labelled.labels:
        gold[name_of(label.transcript_id, label.item_id)].append(label)
    known = {item.id for item in labelled.rubric.items()}
    judged: dict[str | None, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        if unit.item_id in known:
            judged[name_of(unit.transcript_id, unit.item_id)][unit] = verdict
    groups = []
    for name, labels in gold.items():
        rows = report_items(
            labels,
            judged[name],
            _labelled_items(labels, labelled.rubric),
            seed=seed,
            n=n,
            thresholds=thresholds,
            conversations=labelled.conversations,
        )
        groups.append(Group(name, len({label.transcript_id for label in labels}), rows))
    place = placing(labelled.rubric, by)
    return tuple(sorted(groups, key=lambda group: place(group.name or "", group.transcripts)))


def _labelled_items(labels: Iterable[Label], rubric: Rubric) -> list[Item]:
    ids = {label.item_id for label in labels}
    return [item for item in rubric.items() if item.id in ids]


def votes_as_repeats(verdicts: Verdicts) -> list[dict[Unit, Verdict]]:
    """Other answers of a judge that was asked several times: a set with the first other answer of each, and so on."""
    others: dict[int, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        for number, label in enumerate(label for label in verdict.votes if label != verdict.label):
            others[number][unit] = Verdict.model_construct(_KEPT, item_id=verdict.item_id, label=label, status="ok")
    return list(others.values())
