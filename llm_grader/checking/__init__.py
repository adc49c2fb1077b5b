"""A claim of a judge held against the transcript: is the quote there, in the words of whom, and is it enough."""
