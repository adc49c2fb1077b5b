"""The table that a QA lead reads: one row an item, with its figures and the gate they open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llm_grader.eval.judge.gates import Gate, decide
from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.judge.item_figures import ItemFigures, item_figures
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.turns import WHOLE, TurnPieces
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, Scorecard, Verdict


@dataclass(frozen=True)
class ItemRow:
    """One item: its figures, and what they allow."""

    figures: ItemFigures
    gate: Gate


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
) -> tuple[ItemRow, ...]:
    """Rows of verdicts against gold labels: one for each item, in the order of `items`, labelled or not.

    Args:
        labels: the gold labels, of any number of annotators; that of `adjudicator` decides.
        verdicts: by transcript, item and turn (None for those about the whole transcript).
        items: the rubric's items.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        thresholds: where the gates stand.
    """
    gold: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        gold[label.item_id].append(label)
    judged: dict[str, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        judged[unit.item_id][unit] = verdict
    rows = []
    for item in items:
        answers = collect_answers(gold[item.id], judged[item.id], item)
        figures = item_figures(answers, judged[item.id], seed=seed, n=n, skew=thresholds.skew)
        rows.append(ItemRow(figures, decide(figures, thresholds)))
    return tuple(rows)
