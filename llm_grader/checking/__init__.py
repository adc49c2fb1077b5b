"""Claims of a judge held against the transcript: whether a quote is there, in whose words, and whether it is enough."""
