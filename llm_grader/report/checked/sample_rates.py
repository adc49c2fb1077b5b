"""The rate of an item from what people labelled at random, sharpened by the model's verdicts on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.item_answers import ItemAnswers, collect_answers
from llm_grader.eval.labels.units import Conversations
from llm_grader.eval.stats.pass_rates import Corrected, ppi_mean
from llm_grader.eval.stats.ratings import BoolArray
from llm_grader.eval.summary.pass_rates import ENOUGH_AT_RANDOM
from llm_grader.report.gather import Gathered
from llm_grader.report.people import is_pass
from llm_grader.report.rows import ConversationRow, level_of
from llm_grader.verdict import Label


class SampleRate(NamedTuple):
    """The share of conversations that pass an item, from `n` that people labelled out of a random sample."""

    corrected: Corrected
    n: int


def sample_rates(labels: Sequence[Label], found: Gathered, conversations: Conversations) -> dict[str, SampleRate]:
    """The rates of the items of which enough conversations that were drawn at random have labels of people, by id.

    Source: PPI++ (Angelopoulos et al. 2023), see `ppi_mean`. Shares are held within 0 and 1.
    """
    if not conversations.random:
        return {}
    own = [label for label in labels if label.label_source == "human"]
    rates: dict[str, SampleRate] = {}
    for at, item in enumerate(found.rubric.items()):
        verdicts = {unit: verdict for unit, verdict in found.verdicts.items() if unit.item_id == item.id}
        answers = collect_answers(own, verdicts, item, contents=conversations.contents)
        drawn = _drawn(answers, conversations.random)
        if drawn.sum() >= ENOUGH_AT_RANDOM:
            rates[item.id] = SampleRate(_by_sample(answers, drawn, found.rows, at), int(drawn.sum()))
    return rates


def _drawn(answers: ItemAnswers, random: frozenset[str]) -> BoolArray:
    """Which units are of the sample and scored by people and model."""
    sampled = np.array([unit.transcript_id in random for unit in answers.units], dtype=np.bool_)
    return np.asarray(sampled & answers.gold.any(axis=1) & answers.judge.any(axis=1), dtype=np.bool_)


def _by_sample(answers: ItemAnswers, drawn: BoolArray, rows: Sequence[ConversationRow], at: int) -> Corrected:
    passing = np.array([is_pass(answers.item, level) for level in answers.item.levels], dtype=np.float64)
    labelled = {answers.units[place].transcript_id for place in np.flatnonzero(drawn)}
    levels = [level_of(row.judged[at]) for row in rows if row.transcript_id not in labelled]
    rest = [float(passing[level]) for level in levels if level is not None]
    rate = ppi_mean(answers.gold[drawn] @ passing, answers.judge[drawn] @ passing, rest)
    return Corrected(rate.estimate, max(0.0, rate.low), min(1.0, rate.high), rate.weight)
