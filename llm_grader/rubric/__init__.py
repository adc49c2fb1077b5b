"""The checklist: its model, and its files.

A YAML file, or the name of a packaged one, becomes a `Rubric` that never changes; all rooms above read it.
"""

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
