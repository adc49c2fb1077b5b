"""Findings of the lint: what they hold, and how a rule makes one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from llm_grader.rubric.model import Item
from llm_grader.transcript import Model

Severity = Literal["error", "warning"]


class LintFinding(Model):
    """One thing to mend: the rule that found it, the item it is about (None: the rubric), and what to do."""

    rule: str
    severity: Severity
    item: str | None
    message: str


def error_about(rule: str, item: Item | None, message: str) -> LintFinding:
    """An error that a rule found in an item, or in the rubric."""
    return LintFinding(rule=rule, severity="error", item=item and item.id, message=message)


def warning_about(rule: str, item: Item | None, message: str) -> LintFinding:
    """A warning of a rule about an item, or the rubric."""
    return LintFinding(rule=rule, severity="warning", item=item and item.id, message=message)


def answered_by_model(item: Item) -> bool:
    """Whether a model gives the label, at least where data is missing."""
    return item.judged == "llm" or item.fallback == "llm"


def listed(names: Iterable[str]) -> str:
    """The names in alphabetical order, with commas."""
    return ", ".join(sorted(names))
