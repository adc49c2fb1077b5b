"""What a conversation tells by itself, no model asked: language, waits, the state of a ticket, flags."""

from llm_grader.signals.items import judge_signal

__all__ = ["judge_signal"]
