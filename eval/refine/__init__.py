"""Better wordings of items, chosen on some labels, tested on others: `llm-grader refine` is `refine(labelled, …)`."""

from llm_grader.eval.refine.looks import LookLog
from llm_grader.eval.refine.result import Refined
from llm_grader.eval.refine.run import refine
from llm_grader.eval.refine.wordings import load_proposals, propose_wordings, with_tokens

__all__ = ["LookLog", "Refined", "load_proposals", "propose_wordings", "refine", "with_tokens"]
