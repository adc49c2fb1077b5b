"""One transcript becomes one scorecard: verdicts asked or computed, votes, scores, confidences.

In come a transcript, a rubric and a judge that can be asked; out comes a card with a checked verdict for each item, or
with the reason why there is none. Nothing here knows a store or a file.
"""

from llm_grader.grading.grade import grade_transcript

__all__ = ["grade_transcript"]
