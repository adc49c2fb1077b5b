"""For those who write rubrics: what is wrong with one, how it reads, what an edit changes, the self-audit."""
