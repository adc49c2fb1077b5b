"""The embedded model: its weights, its server, how it is asked for one word, and the offsets of its answers."""

from llm_grader.local.server import LocalServer

__all__ = ["LocalServer"]
