"""Commands that measure a judge, the people beside it, and what they label."""
