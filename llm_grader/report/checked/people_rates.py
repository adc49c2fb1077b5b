"""The rate of an item by people's own labels, where they labelled nearly all of its conversations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.labels.units import Conversations
from llm_grader.eval.stats.proportions import wilson
from llm_grader.report.figures import FEWEST, Mean
from llm_grader.report.gather import Gathered
from llm_grader.report.people import is_pass
from llm_grader.report.rows import NOT_ASKED, ConversationRow
from llm_grader.verdict import Label

NEARLY_ALL = 0.9
"""From this share of the conversations on, people's own rate stands in place of a corrected one."""


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
    """People's own rate of the item at a place; None where they labelled less than `NEARLY_ALL`.

    The interval is Wilson's 95 %, as wide as it takes whatever the conversations that nobody labelled would say: none
    of them pass at its low end, all at its high one.
    """
    asked = [row.transcript_id for row in rows if row.judged[at] != NOT_ASKED]
    labelled = [passes[id_] for id_ in asked if id_ in passes]
    scored = [share for share in labelled if share is not None]
    if not scored or len(labelled) < NEARLY_ALL * len(asked):
        return None
    count, missing = sum(scored), len(asked) - len(labelled)
    n = len(scored) + missing
    mean = Mean(count / len(scored), len(scored))
    if len(scored) >= FEWEST:
        low, high = wilson(count, n).low, wilson(count + missing, n).high
        mean = Mean(count / len(scored), len(scored), low, high)
    return PeopleRate(mean, len(labelled), len(asked))
