"""Many transcripts: who answers, what a result is stored under, the run, and the synchronous faces.

Names are loaded when first used: the command line asks for the settings alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_grader.grader.grader import Grader, grade

__all__ = ["Grader", "grade"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from llm_grader.grader import grader

    return getattr(grader, name)
