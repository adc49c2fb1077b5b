"""Agreement of the embedded model with labels, as a table: all conversations, and language by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from llm_grader.eval.measured.offset_fit import ScoredLabel, leave_one_out
from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.probabilities import auroc
from llm_grader.eval.stats.ratings import agreement_weights
from llm_grader.eval.stats.two_raters import cluster_tables, kappa_of_tables

_SEED = 20_26


@dataclass(frozen=True)
class OffsetAgreement:
    """One row of the table.

    `raw` is κ without offsets, `left_out` κ with offsets of other transcripts (95 % interval over transcripts), `auc`
    the chance that a Yes outscores a No of the same item, averaged over the items that have both (None without any).
    """

    group: str
    transcripts: int
    labels: int
    raw: float
    left_out: Interval
    auc: float | None


def score_agreement(answers: Sequence[ScoredLabel]) -> list[OffsetAgreement]:
    """Agreement over all answers, then for each language; no answer is judged by offsets fitted on its transcript."""
    log_odds = leave_one_out(answers)
    rows = [_agreement("all", answers, log_odds)]
    for language in sorted({answer.language for answer in answers}):
        chosen = [i for i, answer in enumerate(answers) if answer.language == language]
        rows.append(_agreement(language, [answers[i] for i in chosen], [log_odds[i] for i in chosen]))
    return rows


def render_agreement(answers: Sequence[ScoredLabel]) -> str:
    """The rows of `score_agreement` as text."""
    lines = [f"{'':8}{'transcripts':>12}{'labels':>8}{'raw κ':>8}{'left-out κ':>12}{'95 % interval':>16}{'AUC':>7}"]
    for row in score_agreement(answers):
        interval = f"{row.left_out.low:.2f} to {row.left_out.high:.2f}"
        auc = "–" if row.auc is None else f"{row.auc:.2f}"
        counts = f"{row.group:8}{row.transcripts:12}{row.labels:8}"
        lines.append(f"{counts}{row.raw:8.2f}{row.left_out.estimate:12.2f}{interval:>16}{auc:>7}")
    return "\n".join(lines) + "\n"


def _agreement(group: str, answers: Sequence[ScoredLabel], log_odds: Sequence[float]) -> OffsetAgreement:
    truth = [answer.yes for answer in answers]
    clusters = [answer.transcript_id for answer in answers]
    weights = agreement_weights(None, (False, True))

    def kappa(judged: Sequence[bool]) -> Interval:
        tables = cluster_tables(truth, judged, clusters=clusters, labels=(False, True))
        return cluster_bootstrap(lambda sums: kappa_of_tables(sums, weights), tables, seed=_SEED)

    return OffsetAgreement(
        group=group,
        transcripts=len(set(clusters)),
        labels=len(answers),
        raw=kappa([answer.score > 0 for answer in answers]).estimate,
        left_out=kappa([value > 0 for value in log_odds]),
        auc=_mean_auc(answers),
    )


def _mean_auc(answers: Sequence[ScoredLabel]) -> float | None:
    found = []
    for item_id in sorted({answer.item_id for answer in answers}):
        own = [answer for answer in answers if answer.item_id == item_id]
        value = auroc([answer.score for answer in own], [answer.yes for answer in own])
        if not isnan(value):
            found.append(value)
    return fmean(found) if found else None
