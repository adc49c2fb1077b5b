"""What only many conversations show: the same question and different answers."""

from llm_grader.corpus.consistency import Consistency, PairVerdict, judge_consistency

__all__ = ["Consistency", "PairVerdict", "judge_consistency"]
