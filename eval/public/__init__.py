"""Public sets that people labelled, read into transcripts and labels."""
