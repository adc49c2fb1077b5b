"""Tools for those who write rubrics: lint, a text to read, differences between versions, the self-audit."""
