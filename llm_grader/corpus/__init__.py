"""What only many conversations show: the same question and different answers.

Transcripts come in; pairs that may be about one question are found by their words, a judge compares each, and one
verdict on the corpus goes out. `await consistency(transcripts, PairJudge(gateway, corpus_item(rubric)))` is `llm-grader
consistency`.
"""

from llm_grader.corpus.pairs import PairJudge, PairVerdict
from llm_grader.corpus.verdict import Consistency, consistency, corpus_item, judge_consistency

__all__ = ["Consistency", "PairJudge", "PairVerdict", "consistency", "corpus_item", "judge_consistency"]
