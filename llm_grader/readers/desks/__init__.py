"""Readers of help desks: tickets with their comments, notes, transfers and metrics."""
