"""Agreement of whole scores: the judge's with those that people's labels add up to, and of people with one another.

Two are compared over the items that both scored or found not applicable; what only one of them answered is left out of
both scores. Critical items and the pass mark count as in any score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.units import ADJUDICATOR, Unit, Verdicts
from llm_grader.eval.people.given import JUDGE
from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.reliability import icc
from llm_grader.eval.stats.two_raters import cohen_kappa
from llm_grader.grading.scoring import Scores, score_verdicts
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import NOT_APPLICABLE, Label, Verdict

GOLD = "(gold)"
"""The name of what people decided together."""

Answers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ScoreAgreement:
    """The scores of two over the same conversations, 0–100.

    `difference` is the mean of the second's minus the first's, `distance` the mean absolute one, `icc` the intraclass
    correlation ICC(A,1). `passed_alike` is the share on which both pass or both fail, of the `decided` conversations in
    which both are known, and `passed_kappa` the same beyond chance.
    """

    first: str
    second: str
    n: int
    items: float
    difference: Interval
    distance: float
    icc: float
    decided: int
    passed_alike: float
    passed_kappa: float


def compare_scores(
    labelled: LabelledSet, verdicts: Verdicts | None = None, *, seed: int = 0
) -> tuple[ScoreAgreement, ...]:
    """The agreement of each two of what people decided, the judge and each person, where they share conversations.

    Args:
        labelled: labels of people about whole conversations.
        verdicts: the judge's.
        seed: of the resampling.

    Raises:
        UsageError: no two have a conversation in common.
    """
    answers = _answers(labelled, verdicts)
    found = [
        _compare(labelled.rubric, two, (answers[two[0]], answers[two[1]]), seed) for two in combinations(answers, 2)
    ]
    if rows := tuple(row for row in found if row is not None):
        return rows
    raise UsageError(f"{labelled.name}: no conversation was scored by two, people or a judge")


def _answers(labelled: LabelledSet, verdicts: Verdicts | None) -> dict[str, dict[str, dict[str, str]]]:
    """Who → conversation → item → label."""
    found: dict[str, dict[str, dict[str, str]]] = {GOLD: defaultdict(dict)}
    if verdicts is not None:
        found[JUDGE] = defaultdict(dict)
    human = [label for label in labelled.labels if label.label_source == "human"]
    whole = [label for label in human if label.item_id not in labelled.pieces.items]
    for unit, label in _decided(labelled.rubric, whole):
        found[GOLD][unit.transcript_id][unit.item_id] = label
    for one in whole:
        if one.annotator != ADJUDICATOR:
            found.setdefault(one.annotator, defaultdict(dict))[one.transcript_id][one.item_id] = one.label
    for unit, verdict in (verdicts or {}).items():
        if unit.turn is None and verdict.label is not None:
            found[JUDGE][unit.transcript_id][unit.item_id] = verdict.label
    return found


def _decided(rubric: Rubric, labels: Sequence[Label]) -> Iterator[tuple[Unit, str]]:
    """What people decided, of each conversation and item."""
    for item in rubric.items():
        gold = collect_answers(labels, {}, item)
        for unit, label in zip(gold.units, gold.decided, strict=True):
            if label is not None:
                yield unit, label


def _compare(
    rubric: Rubric, names: tuple[str, str], given: tuple[Answers, Answers], seed: int
) -> ScoreAgreement | None:
    first, second = given
    rows, passed, items = [], [], []
    for transcript_id in [id_ for id_ in first if id_ in second]:
        shared = first[transcript_id].keys() & second[transcript_id].keys()
        one, other = (_score(rubric, part[transcript_id], shared) for part in given)
        if one.score is None or other.score is None:
            continue
        rows.append((one.score, other.score))
        passed.append((one.passed, other.passed))
        items.append(len(shared))
    if not rows:
        return None
    scores = np.array(rows)
    differences = np.column_stack([scores[:, 1] - scores[:, 0], np.ones(len(scores))])
    known = [(str(one), str(other)) for one, other in passed if one is not None and other is not None]
    passes = [list(column) for column in zip(*known, strict=True)] or [[], []]
    return ScoreAgreement(
        *names,
        n=len(rows),
        items=float(np.mean(items)),
        difference=cluster_bootstrap(lambda sums: sums[:, 0] / sums[:, 1], differences, seed=seed),
        distance=float(np.abs(differences[:, 0]).mean()),
        icc=icc(scores.T).estimate,
        decided=len(known),
        passed_alike=sum(one == other for one, other in known) / len(known) if known else float("nan"),
        passed_kappa=cohen_kappa(*passes).estimate,
    )


def _score(rubric: Rubric, labels: Mapping[str, str], shared: set[str]) -> Scores:
    verdicts = {
        item.id: Verdict(item_id=item.id, label=labels[item.id] if item.id in shared else NOT_APPLICABLE)
        for item in rubric.items()
    }
    return score_verdicts(rubric, verdicts)
