"""The prompt templates (`*.j2`); data only."""
