"""Grade customer-service conversations against a checklist, with the words each verdict rests on.

    from llm_grader import Grader, read_transcripts

    grader = Grader("helpdesk_qa", model="gpt-5-mini")
    for card in grader.grade_many(read_transcripts("inbox/")):
        print(card.transcript_id, card.score, card.verdicts["greeting"].label)

Names are loaded when first used: importing the package starts nothing and loads no client library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_grader.errors import GraderError
    from llm_grader.grader import Grader, grade
    from llm_grader.readers import read_transcripts
    from llm_grader.rubric import Rubric
    from llm_grader.rubric_file import load_rubric
    from llm_grader.transcript import Transcript, Turn
    from llm_grader.verdict import Evidence, Scorecard, Verdict
    from llm_grader.version import __version__ as __version__

__all__ = [
    "Evidence",
    "Grader",
    "GraderError",
    "Rubric",
    "Scorecard",
    "Transcript",
    "Turn",
    "Verdict",
    "grade",
    "load_rubric",
    "read_transcripts",
]

_HOMES = {
    "Evidence": "verdict",
    "Grader": "grader",
    "GraderError": "errors",
    "Rubric": "rubric",
    "Scorecard": "verdict",
    "Transcript": "transcript",
    "Turn": "transcript",
    "Verdict": "verdict",
    "__version__": "version",
    "grade": "grader",
    "load_rubric": "rubric_file",
    "read_transcripts": "readers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
