"""Simulations of gates, intervals, drift and refinement: how often they say what is not so.

python -m llm_grader.eval.measured.gate_simulation [--runs 400] [--only green coverage …]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from llm_grader.eval.judge.gates import decide
from llm_grader.eval.judge.item_answers import ItemAnswers
from llm_grader.eval.judge.item_drift import find_drift
from llm_grader.eval.judge.item_figures import ENOUGH_RARE, item_figures
from llm_grader.eval.judge.item_tables import item_intervals, scale_of, unit_tables
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.refine.steps import Trial, judge_held_out
from llm_grader.eval.stats.probabilities import brier, fit_calibrator
from llm_grader.eval.stats.ratings import FloatArray
from llm_grader.eval.stats.two_raters import kappa_of_tables
from llm_grader.eval.summary.green_plan import error_rate, labels_for_green
from llm_grader.rubric.model import Item

SEED = 20261130
_REPLICATES = 600
_NONE = 4
ITEM = Item.model_validate({"id": "item", "title": "Item", "question": "Is it?"})
CRITICAL = ITEM.model_copy(update={"critical": True})

Bits = np.ndarray[tuple[int], np.dtype[np.int64]]


class JudgeAnswers(NamedTuple):
    """JudgeAnswers about n conversations: 0 not met, 1 met; the judge's may be `_NONE`."""

    people: tuple[Bits, ...]
    judge: Bits


def erring(random: np.random.Generator, truth: Bits, error: float) -> Bits:
    """The truth, but for a share of errors."""
    return np.where(random.random(truth.size) < error, 1 - truth, truth)


def answers_of(given: JudgeAnswers, item: Item = ITEM) -> ItemAnswers:
    """The answers as the gates take them: each conversation once, gold in parts where people differ."""
    n = given.judge.size
    people = sum(np.eye(2)[answers] for answers in given.people)
    gold, judge = np.asarray(people) / len(given.people), np.eye(5)[given.judge]
    return ItemAnswers(
        item=item,
        source="human",
        units=tuple(Unit(f"t{i}", item.id) for i in range(n)),
        gold=gold,
        decided=(None,) * n,
        people=np.asarray(people),
        judge=judge[:, :2],
        cluster=np.arange(n),
        gold_applies=np.ones(n),
        judge_applies=np.where(given.judge == _NONE, np.nan, 1.0),
        graded=np.ones(n, dtype=np.bool_),
        gold_of_all=np.pad(gold, ((0, 0), (0, 3))),
        judge_of_all=judge,
        share=np.ones(n),
    )


def colour_of(given: JudgeAnswers, item: Item = ITEM, *, seed: int) -> str:
    """The gate's colour."""
    return str(decide(item_figures(answers_of(given, item), {}, seed=seed, n=_REPLICATES)).colour)


def truths(random: np.random.Generator, n: int, failing: float) -> Bits:
    """Conversations of which this share fails."""
    return (random.random(n) >= failing).astype(np.int64)


def shares(colours: Counter[str]) -> str:
    """The share of each colour, in words."""
    total = sum(colours.values())
    return ", ".join(f"{colour} {count / total:.1%}" for colour, count in colours.most_common())


def as_good_as_people(runs: int) -> Iterator[str]:
    """A judge that errs as its auditors do, at the number of labels that the plan asks for."""
    for failing in (0.3, 0.1):
        for item in (ITEM, CRITICAL):
            for kappa in (0.75, 0.8, 0.9):
                plan = labels_for_green(failing, people_kappa=kappa, critical=item.critical)
                if plan.transcripts is None:
                    continue
                error, n = error_rate(failing, kappa), plan.transcripts
                random = np.random.default_rng(SEED)
                colours: Counter[str] = Counter()
                for seed in range(runs):
                    truth = truths(random, n, failing)
                    given = JudgeAnswers(
                        (erring(random, truth, error), erring(random, truth, error)), erring(random, truth, error)
                    )
                    colours[colour_of(given, item, seed=seed)] += 1
                yield (
                    f"as good as people, {failing:.0%} fail, κ {kappa}{', critical' if item.critical else ''}, "
                    f"n = {n} ({plan.condition}): {shares(colours)}"
                )


def too_poor(runs: int) -> Iterator[str]:
    """Judges whose true κ with the truth is .55 to .69, beside auditors who hardly err: GREEN is false."""
    for failing in (0.5, 0.2):
        for n in (100, 200, 400):
            for kappa in (0.55, 0.62, 0.69):
                random = np.random.default_rng(SEED)
                error = _error_against_truth(failing, kappa)
                colours: Counter[str] = Counter()
                for seed in range(runs):
                    truth = truths(random, n, failing)
                    given = JudgeAnswers(
                        (erring(random, truth, 0.02), erring(random, truth, 0.02)), erring(random, truth, error)
                    )
                    colours[colour_of(given, seed=seed)] += 1
                yield f"true κ {kappa}, {failing:.0%} fail, n = {n}: {shares(colours)}"


def _error_against_truth(failing: float, kappa: float) -> float:
    errors = np.linspace(0.001, 0.49, 2000)
    tables = np.stack(
        [[[failing * (1 - e), failing * e], [(1 - failing) * e, (1 - failing) * (1 - e)]] for e in errors]
    )
    return float(errors[np.abs(kappa_of_tables(tables, np.eye(2)) - kappa).argmin()])


def abstaining(runs: int) -> Iterator[str]:
    """Judges that give no answer exactly where it would be wrong."""
    for failing in (0.3, 0.1):
        for error in (0.06, 0.08, 0.14, 0.3):
            random = np.random.default_rng(SEED)
            colours: Counter[str] = Counter()
            for seed in range(runs):
                truth = truths(random, 400, failing)
                people = erring(random, truth, 0.02), erring(random, truth, 0.02)
                wrong = random.random(400) < error
                colours[colour_of(JudgeAnswers(people, np.where(wrong, _NONE, truth)), seed=seed)] += 1
            yield f"abstains on the {error:.0%} it would get wrong, {failing:.0%} fail, n = 400: {shares(colours)}"


def coverage(runs: int) -> Iterator[str]:
    """How often the interval of κ holds the true one, and how often a warning stands on the row."""
    scale = scale_of(ITEM)
    for failing in (0.5, 0.1):
        for n in (15, 30, 60, 150, 300):
            for error in (0.02, 0.05, 0.1):
                random = np.random.default_rng(SEED)
                true = _true_kappa(failing, error)
                held = warned = silent = defined = 0
                for seed in range(runs):
                    truth = truths(random, n, failing)
                    found = answers_of(JudgeAnswers((truth,), erring(random, truth, error)))
                    drawn = item_intervals(unit_tables(found), found.cluster, scale, seed=seed, n=_REPLICATES)["kappa"]
                    few = min(int(truth.sum()), n - int(truth.sum())) < ENOUGH_RARE
                    if np.isnan(drawn.low):
                        continue
                    defined += 1
                    inside = drawn.low <= true <= drawn.high
                    held, warned, silent = held + inside, warned + few, silent + (not inside and not few)
                yield (
                    f"coverage, {failing:.0%} fail, n = {n}, κ {true:.2f}: {held / max(defined, 1):.3f} "
                    f"(warned {warned / max(defined, 1):.0%}, missed without a warning {silent / max(defined, 1):.1%})"
                )


def _true_kappa(failing: float, error: float) -> float:
    table = np.array([[failing * (1 - error), failing * error], [(1 - failing) * error, (1 - failing) * (1 - error)]])
    return float(kappa_of_tables(table[None], np.eye(2))[0])


def drifting(runs: int) -> Iterator[str]:
    """Flips of 8 % one way over seven items at 100 anchors, and none."""
    levels = {f"item{i}": ("not_met", "met") for i in range(7)}
    for forth, back, anchors in ((0.08, 0.0, 100), (0.08, 0.02, 100), (0.03, 0.03, 100), (0.05, 0.05, 400)):
        random = np.random.default_rng(SEED)
        seen = together = 0
        for _ in range(runs):
            before, after = {}, {}
            for name in levels:
                old = random.random(anchors) < 0.8
                move = random.random(anchors)
                # Of all verdicts a share goes one way: from met, as far as there are any.
                worse, better = old & (move < forth / 0.8), ~old & (move < back / 0.2)
                new = (old & ~worse) | better
                for i in range(anchors):
                    before[f"t{i}", name] = "met" if old[i] else "not_met"
                    after[f"t{i}", name] = "met" if new[i] else "not_met"
            items, pooled = find_drift(before, after, scales=levels)
            seen += pooled.drifted or any(item.drifted for item in items)
            together += pooled.drifted
        yield (
            f"drift, 7 items, {forth:.0%} one way and {back:.0%} the other, {anchors} anchors: "
            f"seen {seen / runs:.1%}, in all together {together / runs:.1%}"
        )


def refining(runs: int) -> Iterator[str]:
    """The chance that refine accepts any of several wordings that are no better, over all looks of a rubric."""
    for items, looks in ((3, 2), (24, 2)):
        random = np.random.default_rng(SEED)
        accepted = 0
        for _ in range(runs):
            found = False
            for _look in range(looks):
                trials = [_trial_of_nothing(random, f"item{i}") for i in range(items)]
                found |= any(test.accepted for test in judge_held_out(trials, level=0.05 / looks))
            accepted += found
        yield f"refine, {items} items, {looks} looks: any false wording accepted {accepted / runs:.1%}"


def _trial_of_nothing(random: np.random.Generator, item_id: str) -> Trial:
    before = random.random(150) < 0.8
    # As many become right as wrong: of those that are wrong four times the share.
    moved = random.random(150)
    after = np.where(before, moved >= 0.05, moved < 0.2)
    return Trial(item_id, tuple(map(bool, before)), tuple(map(bool, after)), (False,) * 150)


def voting(runs: int) -> Iterator[str]:
    """Confidences from votes of five samples, calibrated on few labels: better or worse on fresh conversations."""
    for n in (30, 60, 150, 300):
        random = np.random.default_rng(SEED)
        worse = refused = 0
        for _ in range(runs):
            (p, y), (fresh, truth) = _votes(random, n), _votes(random, 4000)
            half = np.arange(n) % 2 == 0
            held = np.where(
                half, fit_calibrator(p[~half], y[~half]).calibrated(p), fit_calibrator(p[half], y[half]).calibrated(p)
            )
            if brier(held, y) > brier(p, y):
                refused += 1
            else:
                worse += brier(fit_calibrator(p, y).calibrated(fresh), truth) > brier(fresh, truth)
        yield f"votes, n = {n}: refused {refused / runs:.1%}, worse on fresh conversations {worse / runs:.1%}"


def _votes(random: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    """P(met) from the votes of five samples that err together, and whether it is met."""
    truth = random.random(n) < 0.7
    right = random.beta(2, 0.6, size=n)
    met = random.binomial(5, np.where(truth, right, 1 - right))
    return (met + 0.5) / 6, truth.astype(np.float64)


SIMULATIONS: dict[str, Callable[[int], Iterator[str]]] = {
    "green": as_good_as_people,
    "false_green": too_poor,
    "abstaining": abstaining,
    "coverage": coverage,
    "drift": drifting,
    "refine": refining,
    "votes": voting,
}


def main() -> None:
    """Print a line a simulated case."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.gate_simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="runs of each case")
    parser.add_argument("--only", nargs="*", choices=SIMULATIONS, default=list(SIMULATIONS), help="some of them")
    arguments = parser.parse_args()
    for name in arguments.only:
        for line in SIMULATIONS[name](arguments.runs):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
