"""Many transcripts: who answers, what a result is stored under, the run, and the synchronous faces.

Transcripts come in one by one, are graded side by side, and go out as cards; with a store, each result is kept first.
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
