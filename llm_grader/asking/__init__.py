"""How a judge is asked about a transcript: the messages of the templates, the shape of answers, and the ways to ask."""

from llm_grader.asking.by_prompt import Asker, ItemsPerCall, Judge, PromptAsker

__all__ = ["Asker", "ItemsPerCall", "Judge", "PromptAsker"]
