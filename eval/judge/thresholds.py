"""Thresholds of the gates: settings, without the statistics behind them."""

from __future__ import annotations

from pydantic import Field

from llm_grader.transcript import Model, Share


class Thresholds(Model):
    """The figures an item has to reach; see `gates`. The defaults are conservative: lower them knowingly."""

    double_scored: int = Field(default=50, ge=2)
    minority: int = Field(default=10, ge=1)
    human_alpha: float = Field(default=0.667, le=1)
    recall: Share = 0.70
    critical_recall: Share = 0.90
    kappa: float = Field(default=0.70, le=1)
    kappa_low: float = Field(default=0.60, le=1)
    ceiling_gap: float = Field(default=-0.10, le=0)
    bias: Share = 0.05
    evidence_verified: Share = 0.98
    skew: Share = 0.20


DEFAULT = Thresholds()
