"""The checklist: its model, and its files."""

from llm_grader.rubric.load import load_rubric, packaged_rubrics, rubric_schema
from llm_grader.rubric.model import (
    Condition,
    EvidenceRule,
    Example,
    Guidance,
    Item,
    Level,
    Rubric,
    Scale,
    Section,
    Signal,
)

__all__ = [
    "Condition",
    "EvidenceRule",
    "Example",
    "Guidance",
    "Item",
    "Level",
    "Rubric",
    "Scale",
    "Section",
    "Signal",
    "load_rubric",
    "packaged_rubrics",
    "rubric_schema",
]
