"""Tools for those who write rubrics: lint, a text to read, differences between versions, the self-audit.

A rubric comes in, and what is wrong with it, or a text for people, goes out.
"""
