"""The figures of one item: how judge, gold and people agree, with intervals that resample conversations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from llm_grader.checking.check import UNVERIFIED
from llm_grader.eval.judge.item_answers import ItemAnswers, failing_label
from llm_grader.eval.judge.item_tables import item_intervals, scale_of, unit_tables
from llm_grader.eval.labels.units import Verdicts
from llm_grader.eval.stats.bootstrap import Interval
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.ratings import BoolArray, FloatArray, beyond_chance
from llm_grader.eval.stats.reliability import coincidences
from llm_grader.verdict import LabelSource

ENOUGH_RARE = 15
"""With fewer labels off the most common one, intervals hold the truth less often than they say."""


@dataclass(frozen=True)
class ItemFigures:
    """Figures of one item. κ, AC and α are weighted quadratically, and ordinally, for items with a scale.

    Counts: `labelled` units have a gold label on the scale; of `graded` of them there is a verdict, whatever it says,
    and `scored` have one on the scale. `minority` gold labels of what was graded are off the most common one;
    `few_rare` warns that these are too few for intervals. `double_scored` units have the judge's and two others.
    Both count a conversation once, however many ids it has; `conversations` counts these, `copies` the units more than
    once there. `prevalence` is the share of each of the `levels` in gold. `confusion` has gold in its rows and the
    judge in its columns, `unscored` per level what people scored and the judge did not.

    Agreement: `kappa` where both scored; `kappa_all` over all answers, `not_applicable` and no answer among them.
    `recall` is per level, and what the judge did not score is missed; `failing` names the level that must not be
    missed. `over_constant` is the agreement, each gold level counting alike, above that of the best constant judge.
    `bias` is the judge's pass rate (mean points, on a scale) minus gold's, each over what it scored, in the
    conversations of the random sample where it is known which those are. `skewed` warns that κ and AC differ for want
    of variety. `same_as_judge` tells labels of a model that are the judge's own, every one.

    The ceiling, on double-scored units: `human_alpha` among people, `human_recall` how often another person finds the
    level that one gave, and `ceiling_gap`, κ of judge and people minus κ among people.

    Around it: `coverage` is scored ÷ graded, by its interval at least `coverage_low`. `evidence_verified` is the share
    of claims in need of a quote whose quote was found, None when none needed one. `applicability` is the share of units
    on which gold and judge agree whether the item applies, `applicability_kappa` the same beyond chance.
    """

    item_id: str
    critical: bool
    source: LabelSource | None
    levels: tuple[str, ...]
    failing: str | None
    labelled: int
    graded: int
    scored: int
    conversations: int
    copies: int
    minority: float
    few_rare: bool
    double_scored: int
    prevalence: tuple[float, ...]
    confusion: tuple[tuple[float, ...], ...]
    unscored: tuple[float, ...]
    agreement: Interval
    kappa: Interval
    kappa_all: Interval
    ac: Interval
    recall: dict[str, Proportion]
    human_recall: dict[str, float]
    over_constant: Interval
    bias: Interval
    coverage: float
    coverage_low: float
    human_alpha: Interval
    judge_kappa: Interval
    human_kappa: Interval
    ceiling_gap: Interval
    evidence_verified: float | None
    applicability: float
    applicability_kappa: float
    skewed: bool
    same_as_judge: bool


def item_figures(
    answers: ItemAnswers,
    verdicts: Verdicts,
    *,
    seed: int,
    n: int = 2000,
    skew: float = 0.2,
    random: BoolArray | None = None,
) -> ItemFigures:
    """The figures of one item.

    Args:
        answers: gold and verdicts, from `collect_answers`.
        verdicts: the verdicts again, for what became of their evidence.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        skew: from which distance of κ and AC on the item counts as skewed.
        random: which units are of a random sample; by default all.
    """
    item, levels = answers.item, answers.item.levels
    k = len(levels)
    tables = unit_tables(answers, random)
    table = tables[:, 0].sum(axis=0)
    gold, found = table[:k].sum(axis=1), item_intervals(tables, answers.cluster, scale_of(item), seed=seed, n=n)
    once = (answers.share[:, None, None] * tables[:, 0])[:, :k].sum(axis=(0, 2))
    scored_by_both = (answers.gold.any(axis=1)) & (answers.judge.any(axis=1))
    graded = answers.gold.any(axis=1) & answers.graded
    covered = wilson(int(scored_by_both.sum()), int(graded.sum()))
    minority = float(once.sum() - once.max())
    double = tables[:, 2].any(axis=(1, 2))
    return ItemFigures(
        item_id=item.id,
        critical=item.critical,
        source=answers.source,
        levels=levels,
        failing=failing_label(item),
        labelled=int(answers.gold.any(axis=1).sum()),
        graded=int(graded.sum()),
        scored=int(scored_by_both.sum()),
        conversations=len(set(answers.cluster[answers.graded].tolist())),
        copies=round(len(answers.units) - float(answers.share.sum())),
        minority=minority,
        few_rare=bool(gold.sum()) and minority < ENOUGH_RARE,
        double_scored=round(float(answers.share[double].sum())),
        prevalence=tuple((gold / max(gold.sum(), 1)).tolist()),
        confusion=tuple(tuple(row) for row in table[:k, :k].tolist()),
        unscored=tuple(table[:k, k:].sum(axis=1).tolist()),
        **{name: found[name] for name in _INTERVALS},
        recall={level: _recall(table[i], i, found[f"recall of {level}"]) for i, level in enumerate(levels)},
        human_recall=dict(zip(levels, _human_recall(answers), strict=True)),
        coverage=covered.estimate,
        coverage_low=covered.low,
        evidence_verified=_evidence_verified(answers, verdicts),
        applicability=_applicability(answers)[0],
        applicability_kappa=_applicability(answers)[1],
        skewed=bool(abs(found["ac"].estimate - found["kappa"].estimate) > skew),
        same_as_judge=_same_as_judge(answers),
    )


_INTERVALS = (
    "agreement",
    "kappa",
    "kappa_all",
    "ac",
    "over_constant",
    "bias",
    "human_alpha",
    "judge_kappa",
    "human_kappa",
    "ceiling_gap",
)


def _human_recall(answers: ItemAnswers) -> list[float]:
    """How often a second person says the level that a first one gave: shares of the coincidences' rows."""
    pairs = coincidences(answers.people).sum(axis=0)
    total = pairs.sum(axis=1)
    return [float(pairs[i, i] / total[i]) if total[i] else float("nan") for i in range(len(total))]


def _recall(row: FloatArray, level: int, drawn: Interval) -> Proportion:
    """Recall with the wider of two intervals: Wilson's is right at full marks, the bootstrap's within transcripts."""
    score = wilson(float(row[level]), float(row.sum()))
    if not np.isfinite(drawn.low):
        return score
    return Proportion(score.estimate, min(score.low, drawn.low), max(score.high, drawn.high), score.n)


def _same_as_judge(answers: ItemAnswers) -> bool:
    asked = answers.graded
    same = bool((answers.gold_of_all[asked] == answers.judge_of_all[asked]).all())
    return answers.source == "llm" and bool(asked.any()) and same


def _evidence_verified(answers: ItemAnswers, verdicts: Verdicts) -> float | None:
    given = [verdicts[unit] for unit in answers.units if unit in verdicts]
    needed = answers.item.evidence.required_for
    lost = sum(verdict.problem == UNVERIFIED for verdict in given)
    kept = sum(verdict.label in needed for verdict in given)
    return kept / (kept + lost) if kept + lost else None


def _applicability(answers: ItemAnswers) -> tuple[float, float]:
    answered = ~np.isnan(answers.judge_applies)
    gold, judge = answers.gold_applies[answered] > 0, answers.judge_applies[answered] > 0
    if not answered.any():
        return float("nan"), float("nan")
    observed = np.array((gold == judge).mean())
    expected = gold.mean() * judge.mean() + (1 - gold.mean()) * (1 - judge.mean())
    return float(observed), float(beyond_chance(observed, np.array(expected)))
