"""Provider batch jobs: a job's requests as files, and the answers of the provider graded like any other."""

from llm_grader.batch.jobs import export_batch, import_batch

__all__ = ["export_batch", "import_batch"]
