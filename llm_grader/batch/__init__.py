"""Provider batch jobs: a job's requests as files, and the answers of the provider graded like any other.

A grader's requests go out as JSON Lines; the provider's lines come back, and become cards in the store.
"""

from llm_grader.batch.jobs import export_batch, import_batch

__all__ = ["export_batch", "import_batch"]
