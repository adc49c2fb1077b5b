"""The embedded model: its weights, its server, how it is asked for one word, and what its answers are worth.

Items and messages come in, as for any judge; claims go out, chosen among a few words by their probabilities.
"""

from llm_grader.local.server import LocalServer

__all__ = ["LocalServer"]
