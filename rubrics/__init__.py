"""The packaged rubrics (`*.yaml`); data only."""
