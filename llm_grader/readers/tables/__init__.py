"""Readers of tables by a column mapping: long, wide, or a conversation in a cell."""
