"""The rate of an item by people's own labels, where they labelled nearly all of its conversations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.labels.units import Conversations
from llm_grader.eval.summary import pass_rates
from llm_grader.report.figures import FEWEST, Mean
from llm_grader.report.gather import Gathered
from llm_grader.report.people import is_pass
from llm_grader.report.rows import NOT_ASKED, ConversationRow
from llm_grader.verdict import Label


class PeopleRate(NamedTuple):
    """The share of conversations that pass an item by people's labels, of which they have `labelled` of `asked`."""

    mean: Mean
    labelled: int
    asked: int


def people_passes(
    labels: Sequence[Label], found: Gathered, conversations: Conversations
) -> dict[str, dict[str, float | None]]:
    """How far each labelled conversation passes each item by people: item id → transcript id → 0–1, None unscored.

    Where people are split evenly between passing and not it is a half. Items that were labelled turn by turn have none.
    """
    own = [label for label in labels if label.label_source == "human"]
    passes: dict[str, dict[str, float | None]] = {}
    for item in found.rubric.items():
        verdicts = {unit: verdict for unit, verdict in found.verdicts.items() if unit.item_id == item.id}
        answers = collect_answers(own, verdicts, item, contents=conversations.contents)
        if not answers.units or any(unit.turn is not None for unit in answers.units):
            continue
        shares = answers.gold @ np.array([is_pass(item, level) for level in item.levels], dtype=np.float64)
        passes[item.id] = {
            unit.transcript_id: float(share) if applies else None
            for unit, share, applies in zip(answers.units, shares, answers.gold_applies, strict=True)
        }
    return passes


def people_rate(passes: Mapping[str, float | None], rows: Iterable[ConversationRow], at: int) -> PeopleRate | None:
    """People's own rate of the item at a place, as in `pass_rates`; of few conversations, without its interval."""
    own = pass_rates.people_rate(passes, [row.transcript_id for row in rows if row.judged[at] != NOT_ASKED])
    if own is None:
        return None
    interval = (own.low, own.high) if own.scored >= FEWEST else ()
    return PeopleRate(Mean(own.estimate, own.scored, *interval), own.labelled, own.asked)
