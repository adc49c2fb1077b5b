"""Readers: one small module per source format."""
