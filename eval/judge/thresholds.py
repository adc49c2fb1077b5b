"""Thresholds of the gates: settings, without the statistics behind them."""

from __future__ import annotations

from pydantic import Field

from llm_grader.transcript import Model, Share


class Thresholds(Model):
    """The figures an item has to reach; see `gates`. The defaults are conservative: lower them knowingly."""

    double_scored: int = Field(
        default=50,
        ge=2,
        description="Conversations that two people labelled; with fewer nobody knows what people reach.",
    )
    minority: int = Field(
        default=10, ge=1, description="Labels off the most common one; fewer say nothing of what the judge misses."
    )
    human_alpha: float = Field(
        default=0.667,
        le=1,
        description="Krippendorff's α among people: below, by his own rule, nothing can be concluded.",
    )
    recall: Share = Field(default=0.70, description="Share of failures, and of each level of a scale, to be found.")
    critical_recall: Share = Field(default=0.90, description="The same of failures of critical items: they cost most.")
    below_people: Share = Field(
        default=0.10, description="How much less than another person would the judge may find: people miss some, too."
    )
    kappa: float = Field(default=0.70, le=1, description="κ of judge and people: substantial agreement.")
    kappa_low: float = Field(default=0.60, le=1, description="The least that κ may be, by its 95 % interval.")
    over_constant: Share = Field(
        default=0.20, description="Shown to be less than this better than one constant answer, a judge is of no use."
    )
    ceiling_gap: float = Field(
        default=-0.10, le=0, description="The least that κ with people minus κ among people may be."
    )
    bias: Share = Field(default=0.05, description="How far the judge's pass rate may be off that of people.")
    coverage: Share = Field(
        default=0.95,
        description="Share of what people scored that the judge is shown to score: one that passes on what is hard "
        "agrees on what is left.",
    )
    applicability: Share = Field(default=0.90, description="Share on which both agree whether the item applies at all.")
    evidence_verified: Share = Field(
        default=0.98, description="Share of the quotes needed that are in the conversation."
    )
    skew: Share = Field(default=0.20, description="From which distance of κ and AC on an item is said to be skewed.")


DEFAULT = Thresholds()
