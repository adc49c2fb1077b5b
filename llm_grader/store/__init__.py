"""Results, never paid twice: all SQL lives here."""

from llm_grader.store.store import Store

__all__ = ["Store"]
