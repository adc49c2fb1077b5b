"""How a judge is asked about a transcript: the messages of the templates, the shape of answers, and the ways to ask."""

from llm_grader.asking.by_prompt import PromptAsker
from llm_grader.asking.by_windows import WindowAsker
from llm_grader.asking.judge import Asker, ItemsPerCall, Judge

__all__ = ["Asker", "ItemsPerCall", "Judge", "PromptAsker", "WindowAsker"]
