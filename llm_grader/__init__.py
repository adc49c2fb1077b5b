"""Grade customer-service conversations against a checklist, with the words each verdict rests on.

    from llm_grader import Grader, read_transcripts

    grader = Grader("helpdesk_qa", model="gpt-6-luna")
    for card in grader.grade_many(read_transcripts("inbox/")):
        print(card.transcript_id, card.score, card.verdicts["greeting"].label)

Names are loaded when first used: importing the package starts nothing and loads no client library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llm_grader.asking.judge import Judge
    from llm_grader.errors import EndpointError, GraderError, RunStopped
    from llm_grader.gateway.budget import Budget
    from llm_grader.gateway.endpoint import Endpoint
    from llm_grader.grader.grader import Grader, grade
    from llm_grader.readers.read import read_transcripts
    from llm_grader.rubric.load import load_rubric
    from llm_grader.rubric.model import Rubric
    from llm_grader.store.store import Store
    from llm_grader.transcript import Transcript, Turn
    from llm_grader.usage import Usage
    from llm_grader.verdict import Evidence, Scorecard, Verdict
    from llm_grader.version import __version__ as __version__

__all__ = [
    "Budget",
    "Endpoint",
    "EndpointError",
    "Evidence",
    "Grader",
    "GraderError",
    "Judge",
    "Rubric",
    "RunStopped",
    "Scorecard",
    "Store",
    "Transcript",
    "Turn",
    "Usage",
    "Verdict",
    "grade",
    "load_rubric",
    "read_transcripts",
]

_HOMES = {
    "Budget": "gateway.budget",
    "Endpoint": "gateway.endpoint",
    "EndpointError": "errors",
    "Evidence": "verdict",
    "Grader": "grader.grader",
    "GraderError": "errors",
    "Judge": "asking.judge",
    "Rubric": "rubric.model",
    "RunStopped": "errors",
    "Scorecard": "verdict",
    "Store": "store.store",
    "Transcript": "transcript",
    "Turn": "transcript",
    "Usage": "usage",
    "Verdict": "verdict",
    "__version__": "version",
    "grade": "grader.grader",
    "load_rubric": "rubric.load",
    "read_transcripts": "readers.read",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
