"""People's labels over a model's verdicts: what counts in the end, with both to be seen. Pure; a store never changes.

The label of the adjudicator decides, else that of all people who labelled the item where they are of one mind, else the
model's verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from llm_grader.eval.judge.item_answers import ADJUDICATOR
from llm_grader.eval.labels.units import items_by_turn
from llm_grader.grading.scoring import if_enough, score_verdicts
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import UNSCORED, Label, Scorecard, Verdict

LabelBy = Literal["model", "annotator", "adjudicator"]


@dataclass(frozen=True)
class FinalLabel:
    """The label that counts, whose it is, and all labels that people gave; None where a check failed."""

    label: str | None
    by: LabelBy
    people: tuple[Label, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it is a person's label."""
        return self.by != "model"


class People:
    """The labels that people gave whole conversations; those of single turns and of other sources are left out.

    Args:
        labels: of any number of annotators.
    """

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        human = [label for label in labels if label.label_source == "human"]
        by_turn = items_by_turn(human)
        self._labels: defaultdict[tuple[str, str], list[Label]] = defaultdict(list)
        for label in human:
            if label.item_id not in by_turn:
                self._labels[label.transcript_id, label.item_id].append(label)
        self.transcripts = frozenset(transcript_id for transcript_id, _ in self._labels)

    def final(self, transcript_id: str, verdict: Verdict) -> FinalLabel:
        """The label that counts for one item of a conversation."""
        given = tuple(self._labels.get((transcript_id, verdict.item_id), ()))
        decided = [label.label for label in given if label.annotator == ADJUDICATOR]
        if decided:
            return FinalLabel(decided[0], "adjudicator", given)
        if given and len({label.label for label in given}) == 1:
            return FinalLabel(given[0].label, "annotator", given)
        return FinalLabel(verdict.label, "model", given)

    def finals(self, card: Scorecard) -> dict[str, FinalLabel]:
        """The labels that count, by item."""
        return {item_id: self.final(card.transcript_id, verdict) for item_id, verdict in card.verdicts.items()}

    def over(self, card: Scorecard, rubric: Rubric | None) -> Scorecard:
        """The card with people's labels in place of the model's, and the scores they add up to.

        Without the card's own rubric, or where none of its labels changes, it is the card itself.
        """
        if card.transcript_id not in self.transcripts or rubric is None:
            return card
        finals = self.finals(card)
        changed = {
            item_id: _relabelled(card.verdicts[item_id], str(final.label))
            for item_id, final in finals.items()
            if final.changed and final.label != card.verdicts[item_id].label
        }
        if not changed or card.verdicts.keys() != {item.id for item in rubric.items()}:
            return card
        verdicts = {**card.verdicts, **changed}
        scores = if_enough(score_verdicts(rubric, verdicts), rubric)
        status = card.status if scores.score is None else _status(card, verdicts)
        return card.model_copy(update={"verdicts": verdicts, "status": status, **dict(scores)})


def _relabelled(verdict: Verdict, label: str) -> Verdict:
    return Verdict(item_id=verdict.item_id, label=label, judged=verdict.judged, evidence=verdict.evidence)


def _status(card: Scorecard, verdicts: Mapping[str, Verdict]) -> str:
    """A card that waited for people alone waits no longer once they have answered."""
    settled = card.status == "needs_review" and all(verdict.status == "ok" for verdict in verdicts.values())
    return "ok" if settled else card.status


def is_pass(item: Item, label: str) -> bool:
    """Whether a label is good for the agent: that with the most points, of a penalty item that with the least.

    Raises:
        KeyError: it is not one of `item.levels`.
    """
    points = item.points(label)
    return points == 0 if item.penalty else points == max(item.points(level) for level in item.levels)


def earned(item: Item, label: str | None) -> float | None:
    """The share (0–1) of what the item can give that a label leaves the agent; None where it is not scored."""
    if label is None or label in UNSCORED or label not in item.levels:
        return None
    points = item.points(label)
    return 1 - points if item.penalty else points
