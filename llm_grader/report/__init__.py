"""Many cards, looked at: the report that people read, and the tables that they open elsewhere.

    from llm_grader.report import to_frame, write_report

Names are loaded when first used, as those of `llm_grader` are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_grader.report.html import write_report
    from llm_grader.report.tables.frames import to_dataset, to_frame

__all__ = ["to_dataset", "to_frame", "write_report"]

_HOMES = {"to_dataset": "tables.frames", "to_frame": "tables.frames", "write_report": "html"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
