"""The table that a QA lead reads: one row an item, with its figures and the gate they open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llm_grader.eval.judge.gates import Gate, decide, no_judge
from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers, failing_label, is_judged
from llm_grader.eval.judge.item_figures import ItemFigures, item_figures
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.turns import WHOLE, TurnPieces
from llm_grader.eval.labels.units import NOTHING_KNOWN, Conversations, Unit, Verdicts
from llm_grader.eval.stats.ratings import BoolArray
from llm_grader.eval.summary.pass_rates import PassRate, item_pass_rate
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, Scorecard, Verdict


@dataclass(frozen=True)
class ItemRow:
    """One item: its figures, and what they allow.

    `missed` are the units of a critical item whose failure the judge did not find, `false_alarms` those in which it
    found one that gold has not. `rate` is the pass rate over everything that the judge graded.
    """

    figures: ItemFigures
    gate: Gate
    missed: tuple[Unit, ...] = ()
    false_alarms: tuple[Unit, ...] = ()
    rate: PassRate | None = None


def verdicts_of(cards: Iterable[Scorecard], pieces: TurnPieces = WHOLE) -> dict[Unit, Verdict]:
    """The verdicts of scorecards, by unit.

    Args:
        cards: of whole conversations, and of single turns.
        pieces: the single turns among them.
    """
    found = (
        (pieces.unit(card.transcript_id, item_id), verdict)
        for card in cards
        for item_id, verdict in card.verdicts.items()
    )
    return {unit: verdict for unit, verdict in found if unit is not None}


def verdicts_from_labels(labels: Mapping[Unit, str | None]) -> dict[Unit, Verdict]:
    """Verdicts of a judge of whom only the labels are known; None stands for a verdict that failed its check."""
    return {
        unit: Verdict(item_id=unit.item_id, label=label, status="ok" if label is not None else "needs_review")
        for unit, label in labels.items()
    }


def report_items(
    labels: Iterable[Label],
    verdicts: Verdicts,
    items: Sequence[Item],
    *,
    seed: int,
    n: int = 2000,
    thresholds: Thresholds = DEFAULT,
    conversations: Conversations = NOTHING_KNOWN,
) -> tuple[ItemRow, ...]:
    """Rows of verdicts against gold labels: one for each item, in the order of `items`, labelled or not.

    Args:
        labels: the gold labels, of any number of annotators; that of `adjudicator` decides.
        verdicts: by transcript, item and turn (None for those about the whole transcript).
        items: the rubric's items.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        thresholds: where the gates stand.
        conversations: which say the same, and which are a random sample.
    """
    gold: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        gold[label.item_id].append(label)
    judged: dict[str, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        judged[unit.item_id][unit] = verdict
    rows = []
    for item in items:
        answers = collect_answers(gold[item.id], judged[item.id], item, contents=conversations.contents)
        random = _drawn_at_random(answers.units, conversations.random)
        figures = item_figures(answers, judged[item.id], seed=seed, n=n, skew=thresholds.skew, random=random)
        rate = item_pass_rate(answers, judged[item.id], random)
        gate = decide(figures, thresholds) if is_judged(item) or figures.scored else no_judge(item.id)
        rows.append(ItemRow(figures, gate, *critical_errors(answers), rate))
    return tuple(rows)


def _drawn_at_random(units: Sequence[Unit], random: frozenset[str] | None) -> BoolArray | None:
    return None if random is None else np.array([unit.transcript_id in random for unit in units], dtype=np.bool_)


def critical_errors(answers: ItemAnswers) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The failures of a critical item that the judge did not find, and the ones that it found and gold has not."""
    failing = failing_label(answers.item)
    if failing is None or not answers.item.critical:
        return (), ()
    place = answers.item.levels.index(failing)
    truth, said = answers.gold_of_all[:, place] == 1, answers.judge_of_all[:, place] == 1
    no_failure = answers.gold_of_all[:, place] == 0
    missed, alarms = answers.graded & truth & ~said, answers.graded & no_failure & said
    return _chosen(answers.units, missed), _chosen(answers.units, alarms)


def _chosen(units: Sequence[Unit], mask: BoolArray) -> tuple[Unit, ...]:
    return tuple(unit for unit, chosen in zip(units, mask.tolist(), strict=True) if chosen)
