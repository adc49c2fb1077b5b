"""What a conversation tells by itself, no model asked: language, waits, the state of a ticket, flags.

A transcript comes in, and figures, flags and the verdicts of items that are judged by a signal go out. Pure.
"""

from llm_grader.signals.items import judge_signal

__all__ = ["judge_signal"]
