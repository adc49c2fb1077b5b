"""Benchmarks anyone can run."""
