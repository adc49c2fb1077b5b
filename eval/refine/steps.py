"""Steps towards a better wording: choose on development gold, test once on held-out gold.

Without a held-out test, the best of ten wordings that are all alike "improves" 96 times in 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from llm_grader.eval.judge.item_answers import collect_answers, failing_label
from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.units import ADJUDICATOR
from llm_grader.eval.refine.wordings import Anchor
from llm_grader.eval.stats.paired import holm, mcnemar_midp
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, Scorecard

MOST_ANCHORS, FEWEST_ANCHORS = 5, 3

Correct = Mapping[str, bool]
"""Transcript id → whether the verdict is the label that people decided on."""


def decided_labels(labels: Iterable[Label], item: Item) -> dict[str, str]:
    """Transcript id → the label that people decided on, by the rule of `collect_answers`.

    Left out are transcripts on which they are split. The item is one about whole transcripts.
    """
    answers = collect_answers(labels, {}, item)
    decided = zip(answers.units, answers.decided, strict=True)
    return {unit.transcript_id: label for unit, label in decided if label is not None}


def correct_verdicts(cards: Iterable[Scorecard], decided: Mapping[str, str], item: Item) -> dict[str, bool]:
    """Transcript id → whether its verdict is right. One that needs review is not; a failed request is left out."""
    return {
        card.transcript_id: card.verdicts[item.id].label == decided[card.transcript_id]
        for card in cards
        if card.transcript_id in decided and card.verdicts[item.id].status != "error"
    }


def anchor_examples(labels: Iterable[Label], item: Item, among: Iterable[str]) -> tuple[Anchor, ...]:
    """Three to five quotes from adjudicated cases, balanced over labels; none when there are fewer than three.

    Where nobody adjudicated, a label counts on which two people or more agree. Quotes are of the best source of labels.
    """
    wanted = set(among)
    given: dict[str, list[Label]] = defaultdict(list)
    for label in of_best_source(labels):
        if label.item_id == item.id and label.transcript_id in wanted:
            given[label.transcript_id].append(label)
    found: dict[str, list[Anchor]] = defaultdict(list)
    for transcript_id in sorted(given):
        for label in _settled(given[transcript_id]):
            if label.evidence_quotes and label.label in item.levels:
                words = " ".join(label.evidence_quotes[0].split())
                found[label.label].append(Anchor(quote=words, label=label.label, why=label.reason or ""))
                break
    # One of each label in turn: balanced as long as there are any.
    rounds = max(map(len, found.values()), default=0)
    turns = [found[label][n] for n in range(rounds) for label in sorted(found) if n < len(found[label])]
    return tuple(turns[:MOST_ANCHORS]) if len(turns) >= FEWEST_ANCHORS else ()


def _settled(labels: Sequence[Label]) -> list[Label]:
    """The labels that say what was decided, those of the adjudicator first; none where nothing was."""
    decisive = [label for label in labels if label.annotator == ADJUDICATOR]
    if decisive:
        same = [label for label in labels if label.label == decisive[0].label and label not in decisive]
        return [*decisive, *same]
    agreed = len(labels) > 1 and len({label.label for label in labels}) == 1
    return list(labels) if agreed else []


def choose_best(base: Correct, candidates: Sequence[Correct]) -> int | None:
    """The candidate that is right most often on development gold, the first of several; None if none beats the base.

    Each is compared on the conversations that it and the base both answered.
    """
    gains = [sum(candidate[id_] - base[id_] for id_ in candidate if id_ in base) for candidate in candidates]
    best = max(gains, default=0)
    return gains.index(best) if best > 0 else None


class Trial(NamedTuple):
    """One item on held-out gold: whether each verdict was right before and after, and whether its truth is a failure.

    A failure is what `failing_label` names.
    """

    item_id: str
    before: tuple[bool, ...]
    after: tuple[bool, ...]
    failing: tuple[bool, ...]


@dataclass(frozen=True)
class HeldOutTest:
    """The test of a wording on held-out gold: of `n` verdicts, how many became right and how many wrong.

    `p` is that of the one-sided McNemar test with mid-p, adjusted over the items tested at once. `recall_before` and
    `recall_after` are the shares of failing labels found, None without any.
    """

    item_id: str
    n: int
    improved: int
    worsened: int
    p: float
    recall_before: float | None
    recall_after: float | None
    accepted: bool


def trial_of(item: Item, before: Correct, after: Correct, decided: Mapping[str, str]) -> Trial:
    """The verdicts on conversations that were answered both times."""
    ids = [id_ for id_ in before if id_ in after]
    missed = failing_label(item)
    return Trial(
        item.id,
        tuple(before[id_] for id_ in ids),
        tuple(after[id_] for id_ in ids),
        tuple(decided[id_] == missed for id_ in ids),
    )


def judge_held_out(trials: Sequence[Trial], *, level: float) -> tuple[HeldOutTest, ...]:
    """The tests of wordings: accepted are those that are right more often, and find the failing label no less often.

    By Holm's procedure over the items, so that the chance of a single false one among them is at most `level`.
    """
    counts = [_changed(trial) for trial in trials]
    p_values = [mcnemar_midp(improved, worsened, alternative="greater").p for improved, worsened in counts]
    adjusted = holm(p_values, q=level)
    tests = []
    for trial, (improved, worsened), p, shown in zip(trials, counts, adjusted.p, adjusted.rejected, strict=True):
        old, new = (_recall(right, trial.failing) for right in (trial.before, trial.after))
        keeps = old is None or new is None or new >= old
        tests.append(HeldOutTest(trial.item_id, len(trial.before), improved, worsened, p, old, new, shown and keeps))
    return tuple(tests)


def _changed(trial: Trial) -> tuple[int, int]:
    pairs = list(zip(trial.before, trial.after, strict=True))
    return pairs.count((False, True)), pairs.count((True, False))


def _recall(right: Sequence[bool], failing: Sequence[bool]) -> float | None:
    found = [is_right for is_right, fails in zip(right, failing, strict=True) if fails]
    return sum(found) / len(found) if found else None
