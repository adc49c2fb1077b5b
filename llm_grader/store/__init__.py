"""Results, never paid twice: all SQL lives here.

A run writes scorecards, and the conversations they are about, through a `Journal`; reports, exports and audits read
them from the `Store`, whole or in brief (`stored`). Leases keep two processes from paying for one result.
"""

from llm_grader.store.store import Store

__all__ = ["Store"]
