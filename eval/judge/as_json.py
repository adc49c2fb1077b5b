"""Comparisons as plain values, for JSON: what is not known is None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from llm_grader.eval.judge.comparison import Comparison
from llm_grader.eval.judge.disagreements import Disagreement
from llm_grader.eval.judge.report import ItemRow


def comparison_as_json(found: Comparison) -> Iterator[dict[str, Any]]:
    """One object an item and group, with its origin, and its disagreements where any are shown."""
    origin = without_nan(asdict(found.origin))
    for group in found.groups:
        for row in group.rows:
            plain = {**row_as_json(row, group.name), "origin": origin}
            if found.shown:
                cases = (case for case in found.shown if case.unit.item_id == row.figures.item_id)
                plain["disagreements"] = [case_as_json(case) for case in cases]
            yield plain


def row_as_json(row: ItemRow, group: str | None = None) -> dict[str, Any]:
    """Everything about one item, after the group's name where there is one."""
    named = {} if group is None else {"group": group}
    around = {
        "gate": row.gate.model_dump(),
        "missed": [unit._asdict() for unit in row.missed],
        "false_alarms": [unit._asdict() for unit in row.false_alarms],
        "pass_rate": None if row.rate is None else asdict(row.rate),
    }
    plain: dict[str, Any] = without_nan({**named, **asdict(row.figures), **around})
    return plain


def case_as_json(case: Disagreement) -> dict[str, Any]:
    """One disagreement."""
    return {
        "transcript_id": case.unit.transcript_id,
        "turn": case.unit.turn,
        "cause": case.cause,
        "critical": case.critical,
        "severity": case.severity,
        "auditors": [label.model_dump(mode="json") for label in case.auditors],
        "adjudicator": case.adjudicator and case.adjudicator.model_dump(mode="json"),
        "judge": case.verdict.model_dump(mode="json"),
    }


def without_nan(value: Any) -> Any:
    """The value with None for every NaN and infinity in it, however deep: JSON has neither."""
    if isinstance(value, Mapping):
        return {key: without_nan(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_nan(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
