"""Self-consistency: the same question asked several times, and what the answers agree on. Pure.

Wang et al. 2023, "Self-consistency improves chain of thought reasoning in language models", arXiv 2203.11171.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from llm_grader.verdict import Verdict

DISAGREE = "samples_disagree"


def vote(samples: Sequence[Mapping[str, Verdict]]) -> dict[str, Verdict]:
    """One verdict for each item, from several: the label that more than half of the samples gave.

    The verdict is the first sample's with that label; `votes` counts every sample, by label, or by problem where a
    sample has none. `confidence` is the label's share of the samples. Without such a label the item needs review, with
    a reason for each label.
    """
    return {item_id: _vote_on([sample[item_id] for sample in samples]) for item_id in samples[0]}


def _vote_on(verdicts: Sequence[Verdict]) -> Verdict:
    votes = Counter(verdict.label or verdict.problem or verdict.status for verdict in verdicts)
    labels = Counter(verdict.label for verdict in verdicts if verdict.label is not None)
    if not labels:
        return verdicts[0].model_copy(update={"votes": dict(votes)})
    label, count = labels.most_common(1)[0]
    chosen = next(verdict for verdict in verdicts if verdict.label == label)
    if count * 2 > len(verdicts):
        return chosen.model_copy(update={"votes": dict(votes), "confidence": count / len(verdicts)})
    return Verdict(
        item_id=chosen.item_id,
        label=None,
        status="needs_review",
        reason="\n".join(f"{label}: {_reason(verdicts, label)}" for label in labels),
        judged=chosen.judged,
        problem=DISAGREE,
        detail=", ".join(f"{answer} {times}" for answer, times in votes.most_common()),
        votes=dict(votes),
    )


def _reason(verdicts: Sequence[Verdict], label: str) -> str:
    """The reason of the first sample with that label."""
    return next(verdict.reason for verdict in verdicts if verdict.label == label)
