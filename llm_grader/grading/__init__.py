"""One transcript becomes one scorecard: verdicts asked or computed, votes, scores, confidences."""

from llm_grader.grading.grade import grade_transcript

__all__ = ["grade_transcript"]
