"""Many transcripts: who answers, what a result is stored under, the run, and the synchronous faces."""

from llm_grader.grader.grader import Grader, grade

__all__ = ["Grader", "grade"]
