"""The pass rate of an item over everything that was graded, as judged and without the judge's errors."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from llm_grader.eval.judge.item_answers import ItemAnswers, failing_label
from llm_grader.eval.judge.item_tables import scale_of
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.eval.stats.pass_rates import Corrected, ppi_mean, rogan_gladen
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.ratings import BoolArray, FloatArray

ENOUGH_AT_RANDOM = 100
"""From how many labels on conversations drawn at random these alone correct the rate."""
NEARLY_ALL = 0.9
"""From this share of the conversations on, people's own rate stands in place of a corrected one."""

Place = TypeVar("Place", bound=Hashable)


class OwnRate(NamedTuple):
    """A pass rate by people's own labels: over what they `scored` of the `labelled` of all that is `asked`."""

    estimate: float
    low: float
    high: float
    scored: int
    labelled: int
    asked: int


@dataclass(frozen=True)
class PassRate:
    """A pass rate (mean points, on a scale, 0–1): as judged, and corrected by labels of people.

    `method` is `people` where they labelled nearly all of it: their own rate; `ppi` where enough labels are on a random
    sample of the very conversations, else `rogan_gladen`; None, and no correction, where no label of people tells how
    the judge errs.
    """

    judged: Proportion
    corrected: Corrected | None
    method: Literal["people", "ppi", "rogan_gladen"] | None


def item_pass_rate(answers: ItemAnswers, verdicts: Verdicts, random: BoolArray | None = None) -> PassRate:
    """The pass rate over all verdicts on the item that are on its scale.

    Args:
        answers: gold and verdicts.
        verdicts: all verdicts on the item, of conversations without labels, too.
        random: which units with labels are of a random sample; None where nobody drew one.
    """
    points = dict(zip(answers.item.levels, scale_of(answers.item).points.tolist(), strict=True))
    scored = {unit: points[v.label] for unit, v in verdicts.items() if v.label is not None and v.label in points}
    judged = wilson(sum(scored.values()), len(scored))
    if answers.source != "human":
        return PassRate(judged, None, None)
    asked = [unit for unit, verdict in verdicts.items() if verdict.status in ("ok", "needs_review")]
    if (own := people_rate(_passes(answers), asked)) is not None:
        return PassRate(judged, Corrected(own.estimate, own.low, own.high, 0.0), "people")
    both = answers.gold.any(axis=1) & answers.judge.any(axis=1)
    drawn = np.zeros_like(both) if random is None else both & random
    if drawn.sum() >= ENOUGH_AT_RANDOM:
        known = {answers.units[i] for i in np.flatnonzero(drawn)}
        rest = [value for unit, value in scored.items() if unit not in known]
        return PassRate(judged, _by_sample(answers, drawn, rest), "ppi")
    corrected = _by_errors(answers, judged)
    return PassRate(judged, corrected, None if corrected is None else "rogan_gladen")


def people_rate(passes: Mapping[Place, float | None], asked: Collection[Place]) -> OwnRate | None:
    """People's own rate; None where they labelled less than `NEARLY_ALL`, or scored nothing.

    The interval is Wilson's 95 %, as wide as it takes whatever the conversations that nobody labelled would say: none
    of them pass at its low end, all at its high one.

    Args:
        passes: how far each labelled conversation passes, 0–1; None for one off the scale.
        asked: all conversations, labelled or not.
    """
    labelled = [passes[place] for place in asked if place in passes]
    scored = [share for share in labelled if share is not None]
    if not scored or len(labelled) < NEARLY_ALL * len(asked):
        return None
    count, missing = sum(scored), len(asked) - len(labelled)
    n = len(scored) + missing
    low, high = wilson(count, n).low, wilson(count + missing, n).high
    return OwnRate(count / len(scored), low, high, len(scored), len(labelled), len(asked))


def _passes(answers: ItemAnswers) -> dict[Unit, float | None]:
    points = (answers.gold @ scale_of(answers.item).points).tolist()
    return {
        unit: share if applies else None
        for unit, share, applies in zip(answers.units, points, answers.gold_applies, strict=True)
    }


def _by_sample(answers: ItemAnswers, drawn: BoolArray, rest: list[float]) -> Corrected:
    points: FloatArray = scale_of(answers.item).points
    return ppi_mean(answers.gold[drawn] @ points, answers.judge[drawn] @ points, rest)


def _by_errors(answers: ItemAnswers, judged: Proportion) -> Corrected | None:
    failing = failing_label(answers.item)
    if failing is None:
        return None
    table, bad = answers.gold.T @ answers.judge, answers.item.levels.index(failing)
    passes, failures = float(table[1 - bad].sum()), float(table[bad].sum())
    if not (passes and failures):
        return None
    return rogan_gladen(
        judged,
        specificity=Proportion(float(table[bad, bad]) / failures, np.nan, np.nan, failures),
        sensitivity=Proportion(float(table[1 - bad, 1 - bad]) / passes, np.nan, np.nan, passes),
    )
